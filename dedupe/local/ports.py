"""Where the API listens: the port that was asked for, the usual one, or a free one."""

import socket
from ipaddress import ip_address

from dedupe.errors import StackError

USUAL_PORT = 8080


def listen(host: str, port: int | None) -> socket.socket:
    """Socket that listens on ``port``; without one, on the usual port where it is free, else on one that is.

    The socket is made here and handed to the API, so that no other process takes the port while the API starts or
    starts again. Raises ``StackError`` where the given port is taken or the host is not this machine's.
    """
    if port is not None:
        return _listen(host, port)
    try:
        return _listen(host, USUAL_PORT)
    except StackError:
        return _listen(host, 0)


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        # A port whose last connections are fading away is free.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Connections inherit this one; asyncio does not set it for a socket that it was handed as a number.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise StackError(f"cannot listen on {host}, port {port}: {error.strerror}") from None
    return listener


def base_url(listener: socket.socket) -> str:
    """Address under which this machine reaches what listens there."""
    host, port = listener.getsockname()[:2]
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


def is_this_machine(host: str) -> bool:
    """Whether a host's name or address can be no other machine's."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")

"""The embedded server: Valkey or Redis on a unix socket, for this user alone, keeping what it was told."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from dedupe.errors import StackError
from dedupe.local.binary import find_binary
from dedupe.local.directory import find_running, held, open_directory, socket_directory
from dedupe.local.process import Child, Program

Durability = Literal["everysec", "always"]

# Said at every start and stop; of the first, the user of an embedded server has no use.
_QUIET = ("Memory overcommit must be enabled", "Received SIGTERM scheduling shutdown", "ready to exit, bye bye")
SOCKET_NAME = "store.sock"
START_SECONDS = 60.0
IN_USE = "processes of an earlier stack still run on {path}; end them, or name another directory with --data"


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """How the store and the broker are reached; one server can be both."""

    store_url: str
    broker_url: str


def socket_address(path: Path) -> ServerAddress:
    """Address of a server behind a unix socket, in redis-py's and in kombu's way of writing it."""
    quoted = quote(str(path))
    return ServerAddress(store_url=f"unix://{quoted}", broker_url=f"redis+socket://{quoted}")


def broker_of(store_url: str) -> str:
    """Broker URL that names the same server as the store URL."""
    scheme, separator, rest = store_url.partition("://")
    names = {"unix": "redis+socket", "valkey": "redis", "valkeys": "rediss"}
    return names.get(scheme, scheme) + separator + rest


def locate_server(data: Path, *, store_url: str | None, broker_url: str | None) -> ServerAddress:
    """Address of the server that is given, or of the stack that runs on the data directory.

    Raises ``StackError`` where there is neither.
    """
    if store_url is not None:
        return ServerAddress(store_url, broker_of(store_url) if broker_url is None else broker_url)
    running = find_running(data)
    if running is None:
        raise StackError(f"no server: set DEDUPE_STORE_URL, or start `dedupe up` (nothing runs on {data})")
    return ServerAddress(running.store_url, running.broker_url if broker_url is None else broker_url)


def server_program(binary: Path, *, socket_path: Path, directory: Path, durability: Durability) -> Program:
    """Server as a program: no TCP port, an append-only file, no snapshot, no eviction."""
    options = {
        "port": "0",
        "unixsocket": str(socket_path),
        "unixsocketperm": "700",
        "dir": str(directory),
        "appendonly": "yes",
        "appendfsync": durability,
        "save": "",
        "maxmemory-policy": "noeviction",
        "protected-mode": "yes",
        "daemonize": "no",
        "loglevel": "warning",
    }
    command = [str(binary), *(word for name, value in options.items() for word in (f"--{name}", value))]
    return Program("server", tuple(command), directory=directory, stop_seconds=20.0, quiet=_QUIET)


def answers(socket_path: Path) -> bool:
    """Whether the server behind the socket is up and has loaded what it keeps."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(1.0)
        try:
            connection.connect(str(socket_path))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False


@contextmanager
def embedded_server(path: Path, *, durability: Durability = "everysec") -> Iterator[ServerAddress]:
    """Server on its own, without workers or API, for as long as the block; its data stays in ``path``.

    Raises ``StackError`` where a server already runs there or none can start.
    """
    directory = open_directory(path)
    refusal = IN_USE.format(path=directory.path)
    with (
        held(directory.processes_lock, patience_seconds=1.0, refusal=refusal) as lock,
        socket_directory(directory, socket_name=SOCKET_NAME) as place,
    ):
        socket_path = place / SOCKET_NAME
        program = server_program(
            find_binary().path, socket_path=socket_path, directory=directory.store, durability=durability
        )
        child = Child(program, inherit=[lock])
        try:
            _wait_until_answers(child, socket_path)
            yield socket_address(socket_path)
        finally:
            child.end(seconds=program.stop_seconds)


def _wait_until_answers(child: Child, socket_path: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not answers(socket_path):
        child.read_lines()
        if child.exit_status() is not None or time.monotonic() > deadline:
            raise StackError("the embedded server did not start:\n" + "\n".join(child.tail))
        time.sleep(0.005)

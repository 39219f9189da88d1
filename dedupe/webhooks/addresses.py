"""Where deliveries may go: http addresses of others, and of this network only where that is allowed."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TypeAlias
from urllib.parse import urlsplit

MOST_URL_CHARS = 2_000
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")

Address: TypeAlias = IPv4Address | IPv6Address
Lookup: TypeAlias = Callable[[str, int], Sequence[str]]
"""Says the addresses of a host and port."""


class ForbiddenAddress(ValueError):
    """A delivery may not go there."""


def check_url(url: str, *, private: bool) -> None:
    """Raise ``ValueError`` with the rule that a webhook's URL breaks; a host's name is not looked up yet."""
    if len(url) > MOST_URL_CHARS:
        raise ValueError(f"must have at most {MOST_URL_CHARS} characters")
    if not (url.isascii() and url.isprintable()) or " " in url:
        raise ValueError("must be ASCII without spaces: encode what is not")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"is no URL: {error}") from None
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError("must begin with http:// or https:// and name a host")
    if "@" in parts.netloc:
        raise ValueError("must hold no name and password: deliveries are signed instead")
    if parts.fragment:
        raise ValueError("must have no fragment: it would not be sent")
    literal = _literal(host)
    if literal is not None and not private:
        check_addresses([literal])


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def check_addresses(addresses: Sequence[Address]) -> None:
    """Raise ``ForbiddenAddress`` naming the first of the addresses that is not public."""
    for address in addresses:
        if not is_public(address):
            raise ForbiddenAddress(f"the address {address} is not public (DEDUPE_WEBHOOKS_PRIVATE allows it)")


def is_public(address: Address) -> bool:
    """Whether an address is one of the internet: not private, shared, local, reserved, nor of many.

    One of IPv6 that stands for one of IPv4 is judged by that.
    """
    if isinstance(address, IPv4Address):
        return address.is_global and not (address.is_multicast or address.is_reserved)
    inner = _inner(address)
    if inner is not None:
        return is_public(inner)
    return address in _GLOBAL_UNICAST and address.is_global and address.teredo is None


def _inner(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour


async def resolve(host: str, port: int, *, private: bool, lookup: Lookup, threads: Executor) -> list[Address]:
    """The addresses of a host, in the order to try them, after every one of them was checked.

    Whoever connects to one of these, and does not look the name up again, cannot be led elsewhere in between.
    Raises ``ForbiddenAddress``, and ``OSError`` where the name has none.
    """
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(threads, lookup, host, port)
    addresses = [ip_address(address) for address in dict.fromkeys(found)]
    if not private:
        check_addresses(addresses)
    return addresses


def look_up(host: str, port: int) -> list[str]:
    """The addresses that the system knows of a host."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]

"""What time it is: the server's, which all processes share, or that of a simulation."""

from collections.abc import Callable
from typing import Any, TypeAlias

from redis import Redis

from dedupe.store.failures import store_failures

Clock: TypeAlias = Callable[[], int]
"""Says the time in milliseconds since 1970."""


def server_clock(redis: Redis) -> Clock:
    """The clock of the server, asked each time."""
    server: Any = redis  # its types allow for text answers, which are never asked for

    def now() -> int:
        with store_failures():
            seconds, microseconds = server.time()
        return int(seconds) * 1000 + int(microseconds) // 1000

    return now

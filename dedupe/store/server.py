"""The server itself: what it says of its memory."""

from typing import Any

from redis import Redis

from dedupe.store.failures import store_failures


class Server:
    """The server that keeps a corpus."""

    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis  # its types allow for text answers, which are never asked for

    def memory_bytes(self) -> int:
        """Memory that the server's data takes."""
        with store_failures():
            return int(self._redis.info("memory")["used_memory"])

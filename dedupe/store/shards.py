"""How many shards the ledger of a corpus has: fixed once data is in, because an article's shard follows from it."""

from typing import Any

from redis import Redis

from dedupe.store.failures import store_failures
from dedupe.store.keys import Keys, Shard


class Shards:
    """The number of shards that a corpus was begun with."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis: Any = redis  # its types allow for text answers, which are never asked for
        self._keys = keys

    def agreed(self) -> int:
        """The number that holds: the caller's own where no article was accepted yet, else the one before.

        The first caller's number is written down; asking again changes nothing.
        """
        with store_failures():
            self._redis.set(self._keys.shards_agreed, self._keys.n_shards, nx=True)
            known = int(self._redis.get(self._keys.shards_agreed))
            if known != self._keys.n_shards and self._is_empty(known):
                self._redis.set(self._keys.shards_agreed, self._keys.n_shards)
                return self._keys.n_shards
        return known

    def _is_empty(self, n_shards: int) -> bool:
        with self._redis.pipeline(transaction=False) as pipe:
            for shard in range(n_shards):
                pipe.exists(self._keys.counters(Shard(shard)))
            return not any(pipe.execute())

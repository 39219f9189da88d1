"""Work cut into blocks, for whoever has time: input, what is still due, and results, of one round each."""

from collections.abc import Sequence
from typing import Any, NewType
from uuid import uuid4

from redis import Redis

from dedupe.store.clock import Clock
from dedupe.store.failures import store_failures
from dedupe.store.keys import Keys
from dedupe.store.scripts import load_script

RoundId = NewType("RoundId", str)
LEASE_SECONDS = 60.0
WANTED_MS = 3_600_000  # a round whose owner is gone is forgotten after it
_PART_BYTES = 64_000_000


class Blocks:
    """Rounds of work in blocks. A block is computed by whoever claims it; one whose worker is gone is due again."""

    def __init__(
        self, redis: Redis, keys: Keys, *, lease_seconds: float = LEASE_SECONDS, clock: Clock | None = None
    ) -> None:
        self._redis: Any = redis  # its types allow for text answers, which are never asked for
        self._keys = keys
        self._lease_ms = int(lease_seconds * 1000)
        self._claim = load_script(redis, "claim", clock)
        self._finish = load_script(redis, "finish_block", clock)

    def open(self, data: bytes, *, n_blocks: int) -> RoundId:
        """Put out work with its input; every block of it is due at once."""
        round_id = RoundId(uuid4().hex)
        at = self._keys.blocks(round_id)
        with store_failures():
            for begin in range(0, len(data), _PART_BYTES):
                self._redis.rpush(at.input, data[begin : begin + _PART_BYTES])
            self._redis.zadd(at.due, dict.fromkeys(map(str, range(n_blocks)), 0))
            for key in (at.input, at.due):
                self._redis.pexpire(key, WANTED_MS)
        return round_id

    def input(self, round_id: RoundId) -> bytes | None:
        """The input of a round, None when it is not wanted (any more)."""
        with store_failures():
            parts = self._redis.lrange(self._keys.blocks(round_id).input, 0, -1)
        return b"".join(parts) if parts else None

    def claim(self, round_id: RoundId) -> int | None:
        """Lease a due block to the caller, None where none is due; it is due again when the lease runs out."""
        with store_failures():
            blocks = self._claim([self._keys.blocks(round_id).due], [1, self._lease_ms])
        return int(blocks[0]) if blocks else None

    def finish(self, round_id: RoundId, block: int, result: bytes) -> bool:
        """Keep a block's result; False where another one is kept already, or the round is not wanted any more."""
        at = self._keys.blocks(round_id)
        with store_failures():
            return bool(self._finish([at.input, at.due, at.results], [block, result, WANTED_MS]))

    def results(self, round_id: RoundId, blocks: Sequence[int]) -> dict[int, bytes]:
        """Those of these blocks' results that are there."""
        if not blocks:
            return {}
        with store_failures():
            found = self._redis.hmget(self._keys.blocks(round_id).results, [str(block) for block in blocks])
        return {block: data for block, data in zip(blocks, found, strict=True) if data is not None}

    def close(self, round_id: RoundId) -> None:
        """Forget a round; what is still being computed for it will be kept nowhere."""
        at = self._keys.blocks(round_id)
        with store_failures():
            self._redis.unlink(at.input, at.due, at.results)

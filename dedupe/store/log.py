"""The ordered log of sketches: what every worker replays, in one order for all of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from redis import Redis

from dedupe.models import ArticleId, Sketch
from dedupe.store.failures import store_failures
from dedupe.store.keys import Keys
from dedupe.store.scripts import load_script

KEPT_LONGER_MS = 3_600_000
WEIGHT_STEPS = 16  # a term's weight is a multiple of 1/16 and below 16, so that it is one byte


@dataclass(frozen=True, slots=True)
class Entry:
    """A sketch and its place: ``number`` counts from 1, ``at`` is the time (ms) it was appended."""

    number: int
    at: int
    sketch: Sketch


class Log:
    """Sketches in the order in which they were appended."""

    def __init__(self, redis: Redis, keys: Keys, *, window_days: float, kept_longer_ms: int = KEPT_LONGER_MS) -> None:
        self._redis: Any = redis  # its types allow for text answers, which are never asked for
        self._keys = keys
        # What is decided late still has before it what was in its window: the log is kept a little longer.
        self._kept_ms = int(window_days * 86_400_000) + kept_longer_ms
        self._append = load_script(redis, "append")
        self._trim = load_script(redis, "trim")

    def append(self, sketches: Sequence[Sketch]) -> list[int]:
        """Append sketches and say their numbers; an article appended before keeps its number and its sketch.

        One atomic step, harmless when repeated.
        """
        args: list[object] = []
        for sketch in sketches:
            args += [sketch.article_id, *_encode(sketch)]
        with store_failures():
            keys = [self._keys.entries, self._keys.numbers, self._keys.head]
            return [int(number) for number in self._append(keys=keys, args=args)]

    def after(self, number: int, *, limit: int) -> list[Entry]:
        """Up to ``limit`` entries that follow a number, in order."""
        with store_failures():
            found = self._redis.xrange(self._keys.entries, min=f"{number + 1}-0", count=limit)
        return [_decode(entry_id, fields) for entry_id, fields in found]

    def places(self, *, chunk: int = 5_000) -> Iterator[tuple[int, ArticleId]]:
        """Number and article of every entry in the window, in order."""
        number = 0
        while entries := self.after(number, limit=chunk):
            yield from ((entry.number, entry.sketch.article_id) for entry in entries)
            number = entries[-1].number

    def head(self) -> int:
        """The last number given, 0 when nothing was ever appended."""
        with store_failures():
            return int(self._redis.get(self._keys.head) or 0)

    def trim(self, *, limit: int = 1_000) -> int:
        """Drop up to ``limit`` entries that have left the window, and say how many were dropped."""
        with store_failures():
            return int(self._trim(keys=[self._keys.entries, self._keys.numbers], args=[self._kept_ms, limit]))


def _encode(sketch: Sketch) -> list[bytes]:
    weights = np.clip(np.rint(sketch.weights * WEIGHT_STEPS), 0, 255).astype(np.uint8)
    signature, terms = sketch.signature.astype("<u4"), sketch.terms.astype("<u4")
    return [
        sketch.text_key,
        signature.tobytes(),
        terms.tobytes(),
        weights.tobytes(),
        sketch.background.astype("<u2").tobytes(),
    ]


def _decode(entry_id: bytes, fields: dict[bytes, bytes]) -> Entry:
    sketch = Sketch(
        article_id=ArticleId(fields[b"id"].decode()),
        text_key=fields[b"k"],
        signature=np.frombuffer(fields[b"s"], "<u4").astype(np.uint32, copy=False),
        terms=np.frombuffer(fields[b"t"], "<u4").astype(np.uint32, copy=False),
        weights=np.frombuffer(fields[b"w"], np.uint8).astype(np.float32) / np.float32(WEIGHT_STEPS),
        background=np.frombuffer(fields[b"b"], "<u2").astype(np.uint16, copy=False),
    )
    return Entry(number=int(entry_id.split(b"-")[0]), at=int(fields[b"at"]), sketch=sketch)

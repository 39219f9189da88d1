"""The ordered log of sketches: what every worker replays, in one order for all of them."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from redis import Redis

from dedupe.models import ArticleId, Sketch
from dedupe.store.clock import Clock
from dedupe.store.entries import decode_sketch, encode_sketches
from dedupe.store.failures import store_failures
from dedupe.store.keys import DAY_MS, TOLD_MS, Keys, idle_ms, resolved_ms
from dedupe.store.scripts import load_script

KEPT_LONGER_MS = 3_600_000
MOST_APPENDED = 1_000  # at once: a script can hand a command some thousands of arguments

_TWO_SIZES, _THREE_SIZES = struct.Struct("<II"), struct.Struct("<III")


@dataclass(frozen=True, slots=True)
class Entry:
    """A sketch and its place: ``number`` counts from 1, ``at`` is the time (ms) it was appended."""

    number: int
    at: int
    sketch: Sketch


@dataclass(frozen=True, slots=True)
class Appended:
    """The number of each sketch, and the entries of those that were not in the log before, in order."""

    numbers: list[int]
    entries: list[Entry]


class Log:
    """Sketches in the order in which they were appended."""

    def __init__(
        self,
        redis: Redis,
        keys: Keys,
        *,
        window_days: float,
        kept_longer_ms: int = KEPT_LONGER_MS,
        clock: Clock | None = None,
    ) -> None:
        self._redis: Any = redis  # its types allow for text answers, which are never asked for
        self._keys = keys
        # What is decided late still has before it what was in its window: the log is kept a little longer.
        self._kept_ms = int(window_days * DAY_MS) + kept_longer_ms
        self._idle_ms = idle_ms(window_days)
        self._resolved_ms = resolved_ms(window_days)
        self._append = load_script(redis, "append", clock)
        self._after = load_script(redis, "after", clock)
        self._trim = load_script(redis, "trim", clock)

    def append(self, sketches: Sequence[Sketch]) -> Appended:
        """Append sketches and say their numbers; an article appended before keeps its number and its sketch.

        An atomic step for a thousand of them, harmless when repeated.
        """
        numbers: list[int] = []
        entries: list[Entry] = []
        for begin in range(0, len(sketches), MOST_APPENDED):
            given = self._append_some(sketches[begin : begin + MOST_APPENDED])
            numbers += given.numbers
            entries += given.entries
        return Appended(numbers, entries)

    def _append_some(self, sketches: Sequence[Sketch]) -> Appended:
        keys = [self._keys.entries, self._keys.numbers, self._keys.head]
        ids = [sketch.article_id.encode() for sketch in sketches]
        rows = zip(ids, encode_sketches(sketches), strict=True)
        data = b"".join(part for name, own in rows for part in (_TWO_SIZES.pack(len(name), len(own)), name, own))
        with store_failures():
            at, last, *numbers = self._append(keys, [self._idle_ms, data])
        entries: list[Entry] = []
        for number, sketch in zip(numbers, sketches, strict=True):
            if number == last + 1:
                entries.append(Entry(number, at, sketch))
                last = number
        return Appended(numbers, entries)

    def after(self, number: int, *, limit: int) -> list[Entry]:
        """Up to ``limit`` entries that follow a number, in order."""
        read = self._read_after(number, limit=limit)
        return [Entry(number, at, decode_sketch(article_id, data)) for number, at, article_id, data in read]

    def places(self, *, chunk: int = 5_000) -> Iterator[tuple[int, ArticleId]]:
        """Number and article of every entry in the window, in order."""
        number = 0
        while read := list(self._read_after(number, limit=chunk)):
            yield from ((number, article_id) for number, _, article_id, _ in read)
            number = read[-1][0]

    def _read_after(self, number: int, *, limit: int) -> Iterator[tuple[int, int, ArticleId, bytes]]:
        """Number, time, article and encoded sketch of each entry."""
        with store_failures():
            data = self._after([self._keys.entries], [number + 1, limit])
        end = 0
        while end < len(data):
            sizes = _THREE_SIZES.unpack_from(data, end)
            first = end + _THREE_SIZES.size
            second = first + sizes[0]
            third = second + sizes[1]
            end = third + sizes[2]
            given, _, at = data[first:second].partition(b"-")
            yield int(given), int(at), ArticleId(data[second:third].decode()), data[third:end]

    def has(self, number: int, *, at: int, article_id: ArticleId) -> bool:
        """Whether the entry of a number is this article's, appended at this time (ms)."""
        with store_failures():
            found = self._redis.xrange(self._keys.entries, min=f"{number}-{at}", max=f"{number}-{at}", count=1)
        return any(article_id.encode() in fields for _, fields in found)

    def n_entries(self) -> int:
        """How many entries the log holds."""
        with store_failures():
            return int(self._redis.xlen(self._keys.entries))

    def head(self) -> int:
        """The last number given, 0 when nothing was ever appended."""
        with store_failures():
            return int(self._redis.get(self._keys.head) or 0)

    def trim(self, generation: int, *, left: Sequence[ArticleId] = (), limit: int = 1_000) -> int | None:
        """Drop up to ``limit`` entries that have left the window, and say how many; their articles leave the partition.

        So do those of ``left`` that the log has no more. ``generation`` is the current one's number: None, and nothing
        dropped, when it is not. Whoever trims has the keys of the log live on; those of one that nobody trims any
        more, because the parameters have changed, are gone a window and a day later.
        """
        partition = self._keys.partition(generation).all()
        keys = [*self._keys.log(), *partition, self._keys.facts, self._keys.events, *self._keys.lives()]
        args = [self._kept_ms, limit, generation, self._idle_ms, TOLD_MS, self._resolved_ms, *left]
        with store_failures():
            dropped = int(self._trim(keys, args))
        return None if dropped < 0 else dropped

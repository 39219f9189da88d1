"""The same inverted index in compiled loops: a hash table of the newest rows, directories of the older ones."""

from collections.abc import Mapping, Sequence
from itertools import chain, repeat

import numpy as np
from numpy.typing import NDArray

from dedupe.near_duplicates import kernels_index as loops
from dedupe.near_duplicates.bounds import Bounds
from dedupe.near_duplicates.comparison import Comparison
from dedupe.near_duplicates.furniture import SLOT_BITS
from dedupe.near_duplicates.kernels_recent import NO_ENTRY, Recent
from dedupe.near_duplicates.kernels_unrepeated import add_until_repeated
from dedupe.near_duplicates.keys import Layout
from dedupe.near_duplicates.postings import MOST_RUNS, Postings, Search
from dedupe.near_duplicates.rows import Kept
from dedupe.near_duplicates.runs import directory_bits, directory_of, merged
from dedupe.text.kernels import as_loops_take

# A larger table is searched faster, a smaller one costs fewer bytes an article.
_LEAST_RECENT, _MOST_RECENT, _ROWS_PER_RECENT = 256, 1024, 16


class CompiledPostings(Postings):
    """`Postings` by compiled loops: what they find is what it finds."""

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout, n_recent=_LEAST_RECENT)
        self._recent = self._new_recent()
        self._found = _room_to_find(layout)
        self._sorted = _sorted([], {})

    @property
    def nbytes(self) -> int:
        """Bytes that the arrays take."""
        tables = self._recent.slots.nbytes + self._recent.nexts.nbytes + sum(room.nbytes for room in self._found)
        return super().nbytes + tables + sum(directory.nbytes for directory in self._sorted.directories)

    def add(self, row: int, signature: NDArray[np.uint32], text_key: NDArray[np.uint64], kept: Kept) -> None:
        """Hold a row, and what is kept of it; its number is above all numbers held."""
        loops.add(
            as_loops_take(signature), as_loops_take(text_key), self._layout, row, self._n_recent, kept, self._recent
        )
        self._n_recent += 1
        self._sort_recent_when_full()

    def search(
        self,
        signature: NDArray[np.uint32],
        text_key: NDArray[np.uint64],
        bounds: Bounds,
        *,
        first: int,
        stamp: int,
        kept: Kept,
    ) -> Search:
        """What is held from row ``first`` on that has the text or a key of the signature and is like it."""
        same, n_alike = loops.search(
            as_loops_take(signature),
            as_loops_take(text_key),
            self._layout,
            bounds,
            first,
            stamp,
            kept,
            self._recent,
            self._sorted,
            self._found,
        )
        return self._search_of(same, n_alike)

    def add_until_found(
        self,
        signatures: NDArray[np.uint32],
        text_keys: NDArray[np.uint64],
        bounds: Bounds,
        *,
        first: int,
        n_rows: int,
        stamp: int,
        kept: Kept,
    ) -> tuple[int, Search | None]:
        """Add up to `room` articles, up to the first that something is found for: how many, and what that is."""
        n_added, same, n_alike = loops.add_until_found(
            as_loops_take(signatures[: self.room]),
            as_loops_take(text_keys[: self.room]),
            self._layout,
            bounds,
            first,
            n_rows,
            self._n_recent,
            stamp,
            kept,
            self._recent,
            self._sorted,
            self._found,
        )
        self._n_recent += n_added
        self._sort_recent_when_full()
        return n_added, self._search_of(same, n_alike) if same >= 0 or n_alike else None

    def add_until_repeated(
        self,
        signatures: NDArray[np.uint32],
        text_keys: NDArray[np.uint64],
        bounds: Bounds,
        *,
        first_text: int,
        n_rows: int,
        stamp: int,
        kept: Kept,
        comparison: Comparison,
    ) -> tuple[int, Search | None, int]:
        """Add up to `room` articles, up to the first that may repeat something: how many, what was found for it.

        At last with how many it was compared, 0 where it has the text of one or is alike to too many.
        """
        holders = comparison.holders
        n_added, same, n_alike, n_compared = add_until_repeated(
            as_loops_take(signatures[: self.room]),
            as_loops_take(text_keys[: self.room]),
            self._layout,
            bounds,
            n_rows,
            self._n_recent,
            stamp,
            kept,
            self._recent,
            self._sorted,
            self._found,
            comparison.placed,
            first_text,
            comparison.texts,
            holders.rules,
            SLOT_BITS,
            holders.reverse,
            holders.counts,
            holders.n_articles,
            holders.is_seen,
            comparison.room,
            comparison.compared,
        )
        self._n_recent += n_added
        self._sort_recent_when_full()
        return n_added, self._search_of(same, n_alike) if same >= 0 or n_alike else None, n_compared

    def _search_of(self, same: int, n_alike: int) -> Search:
        return Search(int(same), self._found.rows[:n_alike].copy(), self._found.n_shared[:n_alike].copy())

    def renumber(self, new_rows: NDArray[np.int64]) -> None:
        """Give every row its new number, ``new_rows[row]``, in the old order; a negative one is forgotten."""
        super().renumber(new_rows)
        self._sorted = _sorted(self._runs, {})

    def _sort_recent(self) -> None:
        super()._sort_recent()
        n_rows = sum(run.size for run in self._runs) // self._layout.n_columns
        if len(self._recent_rows) < min(_MOST_RECENT, n_rows // _ROWS_PER_RECENT):
            self._make_recent(2 * len(self._recent_rows))
            self._recent = self._new_recent()
        self._recent.slots.fill(NO_ENTRY)

    def _new_recent(self) -> Recent:
        n_entries = self._recent_keys.size
        # A power of two, and never quite full; on average as many slots are empty as not.
        slots = np.full(1 << (n_entries + n_entries // 8).bit_length(), NO_ENTRY, dtype=np.uint64)
        nexts = np.full(n_entries, -1, dtype=np.int32)
        return Recent(self._recent_keys.reshape(-1), self._recent_rows, self._recent_n_keys, slots, nexts)

    def _merged(self, one: NDArray[np.uint64], other: NDArray[np.uint64]) -> NDArray[np.uint64]:
        return merged(one, other)

    def _merge(self) -> None:
        super()._merge()
        known = zip(self._sorted.entries, self._sorted.directories, strict=True)
        self._sorted = _sorted(self._runs, {id(run): directory for run, directory in known})


def _room_to_find(layout: Layout) -> loops.Found:
    most = max(layout.most_sharers, layout.most_holders + 1)
    limits = np.repeat([layout.most_sharers, layout.most_holders + 1], [1 + layout.bands, layout.lanes])
    return loops.Found(
        limits=limits.astype(np.int64),
        holders=np.empty((layout.n_columns, most), dtype=np.uint32),
        n_holders=np.empty(layout.n_columns, dtype=np.int64),
        bounds=np.empty((layout.n_columns + 1, 2), dtype=np.int64),
        rows=np.empty(layout.n_columns * most, dtype=np.uint32),
        n_shared=np.empty(layout.n_columns * most, dtype=np.int16),
    )


def _sorted(runs: Sequence[NDArray[np.uint64]], known: Mapping[int, NDArray[np.uint32]]) -> loops.Runs:
    """Runs as the loops take them; ``known`` are the directories of runs that are held still."""
    missing = MOST_RUNS - len(runs)
    bits = [directory_bits(run) for run in runs]
    directories = [known[id(run)] if id(run) in known else directory_of(run) for run in runs]
    return loops.Runs(
        entries=tuple(chain(runs, repeat(np.empty(0, dtype=np.uint64), missing))),
        directories=tuple(chain(directories, repeat(np.empty(0, dtype=np.uint32), missing))),
        bits=np.array([*bits, *repeat(0, missing)], dtype=np.int64),
    )

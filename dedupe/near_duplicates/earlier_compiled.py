"""The same candidate pairs in compiled loops: a block's sorted keys are joined with those before. Imports numba."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedupe.near_duplicates import kernels_joining as loops
from dedupe.near_duplicates.bounds import Bounds
from dedupe.near_duplicates.chunks import cut_by_cost
from dedupe.near_duplicates.earlier import NO_PAIRS, NONE_SHARED, Earlier, Suspected
from dedupe.near_duplicates.postings import RUN_RATIO
from dedupe.near_duplicates.runs import directory_bits, directory_of, merged
from dedupe.settings import SketchParams
from dedupe.text.kernels import as_loops_take

_MOST_FOUND = 1 << 22  # candidates at once, some 14 bytes each


@dataclass(frozen=True, slots=True)
class _Run:
    entries: NDArray[np.uint64]
    directory: NDArray[np.uint32]
    bits: int


class CompiledEarlier(Earlier):
    """`Earlier` by compiled loops: what they find is what it finds.

    Entries of all keys are in sorted runs, one of each block to begin with, merged as in a log-structured merge tree.
    """

    def __init__(self, params: SketchParams, bounds: Bounds, *, limit: int) -> None:
        super().__init__(params, bounds, limit=limit)
        self._num_perm = params.num_perm
        # As good as nothing, so that the first block takes every loop that a later one does: none is loaded later.
        self._runs = [_run_of(np.empty(0, dtype=np.uint64))]
        self._slots = _no_slots(1)
        self._n_texts = 0

    def pair(self, signatures: NDArray[np.uint32], text_keys: NDArray[np.uint64]) -> Suspected:
        """Candidates of each article before it; then the articles are there too."""
        first, n_more = self._n_rows, len(signatures)
        self._make_room(n_more)
        self._n_rows += n_more
        same = self._enter_texts(first, text_keys)
        entries = self._entries(first, signatures)
        pairs, n_shared = self._alike(first, self._with_older(entries))
        self._add_run(entries[: loops.keep_held(entries, self._kept.held)])
        return self._suspected(same, pairs, n_shared)

    def _enter_texts(self, first: int, text_keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """The row of the same text, or -1, of each row from ``first`` on."""
        self._kept.text_keys[first : self._n_rows] = text_keys
        most = self._n_texts + len(text_keys)
        if 2 * most > self._slots.size:
            self._slots = _no_slots(1 << (4 * most).bit_length() - 1)
            loops.fill_slots(self._kept.text_keys, self._kept.held, first, self._slots)
        same = np.empty(len(text_keys), dtype=np.int64)
        self._n_texts += loops.enter_texts(first, self._n_rows, self._kept, self._slots, same)
        return same

    def _entries(self, first: int, signatures: NDArray[np.uint32]) -> NDArray[np.uint64]:
        """Sorted entries of all keys of the rows from ``first`` on."""
        entries = np.empty(len(signatures) * (self._layout.bands + self._layout.lanes), dtype=np.uint64)
        n_entries = loops.write_entries(as_loops_take(signatures), self._layout, first, self._kept, entries)
        entries = entries[:n_entries]
        entries.sort()
        return entries

    def _with_older(self, entries: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """The entries, and those before with one of their keys, sorted."""
        ends, lengths = np.empty((2, entries.size), dtype=np.int64)
        both = entries
        for run in self._runs:
            n_found = loops.find_in_run(entries, self._layout, run.entries, run.directory, run.bits, ends, lengths)
            found = np.empty(n_found, dtype=np.uint64)
            loops.copy_found(run.entries, ends, lengths, found)
            both = merged(both, found)
        return both

    def _alike(self, first: int, entries: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.int16]]:
        """Pairs ``row << 32 | candidate`` that are worth a comparison, and how many values the two share."""
        counts = np.zeros(self._n_rows - first, dtype=np.int64)
        loops.count_candidates(entries, self._layout, first, self._kept.held, counts)
        found = [self._alike_of(own, first, entries, counts) for own in cut_by_cost(counts, most=_MOST_FOUND)]
        pairs, n_shared = ([NO_PAIRS], [NONE_SHARED]) if not found else zip(*found, strict=True)
        return np.concatenate(pairs), np.concatenate(n_shared)

    def _alike_of(
        self, own: slice, first: int, entries: NDArray[np.uint64], counts: NDArray[np.int64]
    ) -> tuple[NDArray[np.uint64], NDArray[np.int16]]:
        """The same for some of the rows, of the ``counts`` of candidates that each has."""
        ends = counts[own].cumsum()
        n_found, begins = int(ends[-1]), ends - counts[own]
        candidates = np.empty(n_found, dtype=np.uint32)
        loops.write_candidates(entries, self._layout, first + own.start, self._kept.held, begins, candidates)
        pairs, n_shared = np.empty(n_found, dtype=np.uint64), np.empty(n_found, dtype=np.int16)
        n_pairs = loops.keep_alike(
            first + own.start, ends, candidates, self._bounds, self._num_perm, self._kept, pairs, n_shared
        )
        return pairs[:n_pairs].copy(), n_shared[:n_pairs].copy()

    def _add_run(self, entries: NDArray[np.uint64]) -> None:
        while self._runs and self._runs[-1].entries.size <= RUN_RATIO * entries.size:
            entries = merged(self._runs.pop().entries, entries)
        self._runs.append(_run_of(entries))


def _run_of(entries: NDArray[np.uint64]) -> _Run:
    return _Run(entries, directory_of(entries), directory_bits(entries))


def _no_slots(n_slots: int) -> NDArray[np.int32]:
    return np.full(n_slots, -1, dtype=np.int32)

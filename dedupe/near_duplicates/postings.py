"""Which rows hold a key, and which of those are like a signature: an inverted index, eight bytes an entry."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedupe.near_duplicates.bounds import Bounds, least_jaccard
from dedupe.near_duplicates.keys import Layout, columns_of, has_shingles, keys_of, n_shingles_of
from dedupe.near_duplicates.rows import Kept

if TYPE_CHECKING:
    from dedupe.near_duplicates.comparison import Comparison

_N_RECENT = 64  # rows compared one by one before they are sorted into a run
RUN_RATIO = 4  # a run is merged into the next unless that is so many times as long
MOST_RUNS = 4  # the compiled loops take so many, one by one
_ROW_BITS = np.uint64(32)
_LAST_ROW = np.uint64((1 << 32) - 1)


class Search(NamedTuple):
    """What a search found: the oldest row of an equal text, -1 without one, and rows that are alike, in no order.

    ``n_shared`` values of the signature are those of the row, as far as their lowest bytes tell.
    """

    same: int
    rows: NDArray[np.uint32]
    n_shared: NDArray[np.int16]


class Postings:
    """Rows of keys, one a column, each under its number, which grows from row to row.

    The newest rows are a small table; older ones are sorted runs, each several times as long as the next, as in a
    log-structured merge tree. A row may have its text's key alone.
    """

    def __init__(self, layout: Layout, *, n_recent: int = _N_RECENT) -> None:
        self._layout = layout
        self._runs: list[NDArray[np.uint64]] = []
        self._make_recent(n_recent)

    @property
    def nbytes(self) -> int:
        """Bytes that the arrays take."""
        recent = self._recent_keys.nbytes + self._recent_rows.nbytes + self._recent_n_keys.nbytes
        return recent + sum(run.nbytes for run in self._runs)

    @property
    def room(self) -> int:
        """How many rows `add_until_found` takes at once, at least one."""
        return len(self._recent_rows) - self._n_recent

    def add(self, row: int, signature: NDArray[np.uint32], text_key: NDArray[np.uint64], kept: Kept) -> None:
        """Hold a row, and what is kept of it; its number is above all numbers held."""
        keys, at = keys_of(signature, text_key, self._layout), self._n_recent
        kept.held[row], kept.sizes[row], kept.text_keys[row] = True, n_shingles_of(signature), text_key
        if has_shingles(signature):
            kept.lowest_bytes[row, : signature.size] = signature.astype(np.uint8)
        self._recent_keys[at, : keys.size], self._recent_rows[at], self._recent_n_keys[at] = keys, row, keys.size
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
        """What is held from row ``first`` on that has the text or a key of the signature and is like it.

        Alike are rows whose estimated Jaccard similarity is worth a comparison. A ``text_key`` of zeros is none. No row
        has the ``stamp``.
        """
        del stamp  # for the loops
        keys = keys_of(signature, text_key, self._layout)[0 if text_key.any() else 1 :]
        rows = np.unique(self._find(keys, first=first, kept=kept))
        has_text = (kept.text_keys[rows] == text_key).all(axis=1)
        same = int(rows[has_text].min()) if has_text.any() else -1
        if not has_shingles(signature):
            return Search(same, rows[:0], np.empty(0, dtype=np.int16))
        n_shared = (kept.lowest_bytes[rows, : signature.size] == signature.astype(np.uint8)).sum(axis=1, dtype=np.int16)
        # One of 256 agrees by chance.
        jaccard = np.maximum(n_shared / signature.size - 1 / 256, 0.0) * (256 / 255)
        own, others = n_shingles_of(signature), kept.sizes[rows].astype(np.float64)
        has_any = others > 0
        is_alike = has_any.copy()
        is_alike[has_any] = jaccard[has_any] >= least_jaccard(own, others[has_any], bounds, num_perm=signature.size)
        return Search(same, rows[is_alike], n_shared[is_alike])

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
        """Add up to `room` articles, up to the first that something is found for: how many, and what was found for it.

        ``n_rows`` is the number of the first row added. No row has ``stamp`` or one of the numbers that follow it, one
        an article.
        """
        n_added = 0
        for signature, text_key in zip(signatures[: self.room], text_keys, strict=False):
            found = self.search(signature, text_key, bounds, first=first, stamp=stamp, kept=kept)
            if found.same >= 0 or found.rows.size:
                return n_added, found
            self.add(n_rows + n_added, signature, text_key, kept)
            n_added += 1
        return n_added, None

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
        comparison: "Comparison",
    ) -> tuple[int, Search | None, int]:
        """Add up to `room` articles, up to the first that repeats something: the compiled loops alone can."""
        raise NotImplementedError

    def _find(self, keys: NDArray[np.uint32], *, first: int, kept: Kept) -> NDArray[np.uint32]:
        """Rows from ``first`` on that are held and hold one of the keys, a row once a key, in no stated order.

        Of too many holders of a key the newest or none, as `Layout` says.
        """
        shifted = keys.astype(np.uint64) << _ROW_BITS
        # No row is the last one, so searching on the left finds the end too.
        ends_sought = np.concatenate([shifted | np.uint64(first), shifted | _LAST_ROW])
        columns = columns_of(keys, self._layout)
        at, of_key = np.nonzero(self._matches(keys, columns))
        found, which = [self._recent_rows[at]], [columns[of_key]]
        for run in self._runs:
            begins, ends = run.searchsorted(ends_sought).reshape(2, -1)
            entries, of_key = _inside(begins, ends - begins)
            found.append(run[entries].astype(np.uint32))
            which.append(columns[of_key])
        rows, of_column = np.concatenate(found), np.concatenate(which)
        is_held = kept.held[rows]
        return _without_common(rows[is_held], of_column[is_held], self._layout)

    def renumber(self, new_rows: NDArray[np.int64]) -> None:
        """Give every row its new number, ``new_rows[row]``, in the old order; a negative one is forgotten."""
        self._sort_recent()
        for at, run in enumerate(self._runs):
            rows = new_rows[(run & _LAST_ROW).astype(np.int64)]
            own = rows >= 0
            self._runs[at] = run[own] & ~_LAST_ROW | rows[own].astype(np.uint64)
        self._runs = [run for run in self._runs if run.size]
        self._merge()

    def _make_recent(self, n_rows: int) -> None:
        self._recent_keys = np.zeros((n_rows, self._layout.n_columns), dtype=np.uint32)
        self._recent_rows = np.zeros(n_rows, dtype=np.uint32)
        self._recent_n_keys = np.zeros(n_rows, dtype=np.int64)
        self._n_recent = 0

    def _sort_recent_when_full(self) -> None:
        if self._n_recent == len(self._recent_rows):
            self._sort_recent()
            self._merge()

    def _matches(self, keys: NDArray[np.uint32], columns: NDArray[np.intp]) -> NDArray[np.bool_]:
        is_there = columns < self._recent_n_keys[: self._n_recent, None]
        matches: NDArray[np.bool_] = (self._recent_keys[: self._n_recent, columns] == keys) & is_there
        return matches

    def _sort_recent(self) -> None:
        keys, n_keys = self._recent_keys[: self._n_recent], self._recent_n_keys[: self._n_recent]
        entries = (keys.astype(np.uint64) << _ROW_BITS) | self._recent_rows[: self._n_recent, None]
        entries = entries[np.arange(keys.shape[1]) < n_keys[:, None]]
        entries.sort()
        self._n_recent = 0
        if entries.size:
            self._runs.append(entries)

    def _merged(self, one: NDArray[np.uint64], other: NDArray[np.uint64]) -> NDArray[np.uint64]:
        merged = np.concatenate([one, other])
        # Stable is the sort that takes two sorted halves in one pass.
        merged.sort(kind="stable")
        return merged

    def _merge(self) -> None:
        while len(self._runs) > 1 and (
            len(self._runs) > MOST_RUNS or self._runs[-2].size < RUN_RATIO * self._runs[-1].size
        ):
            self._runs[-2:] = [self._merged(*self._runs[-2:])]


def _without_common(rows: NDArray[np.uint32], columns: NDArray[np.intp], layout: Layout) -> NDArray[np.uint32]:
    n_holders = np.bincount(columns, minlength=layout.n_columns)
    if n_holders.max(initial=0) <= min(layout.most_holders, layout.most_sharers):
        return rows
    newest_first = np.lexsort((-rows.astype(np.int64), columns))
    rows, columns = rows[newest_first], columns[newest_first]
    rank = np.arange(rows.size) - (n_holders.cumsum() - n_holders)[columns]
    is_lane = columns > layout.bands
    return rows[np.where(is_lane, n_holders[columns] <= layout.most_holders, rank < layout.most_sharers)]


def _inside(begins: NDArray[np.intp], lengths: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """All positions of ranges given by their begins and lengths, and which range each is of."""
    which = lengths.nonzero()[0].repeat(lengths[lengths > 0])
    before = lengths.cumsum() - lengths
    return np.arange(which.size) + (begins - before)[which], which

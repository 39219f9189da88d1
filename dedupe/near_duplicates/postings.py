"""Which places hold a key: an inverted index in plain arrays, eight bytes an entry."""

import numpy as np
from numpy.typing import NDArray

_N_RECENT = 64  # rows compared one by one before they are sorted into a run
_RUN_RATIO = 4  # a run is merged into the next unless that is so many times as long
_PLACE_BITS = np.uint64(32)
_LAST_PLACE = np.uint64((1 << 32) - 1)


class Postings:
    """Rows of ``n_keys`` keys (uint32), each under its place, a number that grows from row to row.

    The newest rows are a small table; older ones are sorted runs, each several times as long as the next, as in a
    log-structured merge tree.
    """

    def __init__(self, n_keys: int) -> None:
        self._keys = np.empty((_N_RECENT, n_keys), dtype=np.uint32)
        self._places = np.empty(_N_RECENT, dtype=np.uint32)
        self._n_recent = 0
        self._runs: list[NDArray[np.uint64]] = []

    @property
    def nbytes(self) -> int:
        """Bytes that the arrays take."""
        return self._keys.nbytes + self._places.nbytes + sum(run.nbytes for run in self._runs)

    def add(self, place: int, keys: NDArray[np.uint32]) -> None:
        """Hold a row; its place is above all places held."""
        self._keys[self._n_recent], self._places[self._n_recent] = keys, place
        self._n_recent += 1
        if self._n_recent == _N_RECENT:
            self._sort_recent()

    def find(
        self, keys: NDArray[np.uint32], *, first_place: int, longest: NDArray[np.int64]
    ) -> tuple[NDArray[np.uint32], NDArray[np.intp]]:
        """Places from ``first_place`` on that hold the keys, and which key each holds, both in no stated order.

        ``longest`` has an entry a key: a key that more places hold gives none.
        """
        shifted = keys.astype(np.uint64) << _PLACE_BITS
        # No place is the last one, so searching on the left finds the end too.
        ends_sought = np.concatenate([shifted | np.uint64(first_place), shifted | _LAST_PLACE])
        bounds = [run.searchsorted(ends_sought).reshape(2, -1) for run in self._runs]
        matrix = self._keys[: self._n_recent] == keys
        matrix &= (self._places[: self._n_recent] >= first_place)[:, None]
        n_places = sum((ends - begins for begins, ends in bounds), start=matrix.sum(axis=0, dtype=np.int64))
        wanted = n_places <= longest
        rows, which = np.nonzero(matrix & wanted)
        found, held = [self._places[rows]], [which]
        for run, (begins, ends) in zip(self._runs, bounds, strict=True):
            entries, which = _inside(begins, (ends - begins) * wanted)
            found.append(run[entries].astype(np.uint32))
            held.append(which)
        return np.concatenate(found), np.concatenate(held)

    def renumber(self, new_places: NDArray[np.int64]) -> None:
        """Give every place its new one, ``new_places[place]``, in the old order; a negative one is forgotten."""
        kept = np.flatnonzero(new_places[self._places[: self._n_recent]] >= 0)
        self._keys[: kept.size] = self._keys[kept]
        self._places[: kept.size] = new_places[self._places[kept]]
        self._n_recent = kept.size
        for at, run in enumerate(self._runs):
            places = new_places[(run & _LAST_PLACE).astype(np.int64)]
            own = places >= 0
            self._runs[at] = run[own] & ~_LAST_PLACE | places[own].astype(np.uint64)
        self._runs = [run for run in self._runs if run.size]
        self._merge()

    def _sort_recent(self) -> None:
        entries = (self._keys.astype(np.uint64) << _PLACE_BITS) | self._places[:, None]
        self._runs.append(np.sort(entries, axis=None))
        self._n_recent = 0
        self._merge()

    def _merge(self) -> None:
        while len(self._runs) > 1 and self._runs[-2].size < _RUN_RATIO * self._runs[-1].size:
            merged = np.concatenate([self._runs[-2], self._runs.pop()])
            self._runs[-1] = merged
            # Stable is the sort that takes two sorted halves in one pass.
            merged.sort(kind="stable")


def _inside(begins: NDArray[np.intp], lengths: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """All positions of ranges given by their begins and lengths, and which range each is of."""
    which = lengths.nonzero()[0].repeat(lengths[lengths > 0])
    before = lengths.cumsum() - lengths
    return np.arange(which.size) + (begins - before)[which], which

"""Which earlier articles each of many may repeat: candidate pairs, found a block at a time."""

from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from dedupe.near_duplicates.bounds import Bounds
from dedupe.near_duplicates.keys import layout_of
from dedupe.near_duplicates.postings import Postings
from dedupe.near_duplicates.rows import no_rows, resized
from dedupe.settings import SketchParams
from dedupe.text import kernels

_HALF = np.uint64(32)
_LOW = np.uint64((1 << 32) - 1)
_LAST_ROW = (1 << 32) - 1

Value = TypeVar("Value", np.uint64, np.int64)

NO_PAIRS = np.empty(0, dtype=np.uint64)
NONE_SHARED = np.empty(0, dtype=np.int16)
"""What was found for no articles."""


class Suspected(NamedTuple):
    """Candidate pairs of a block of articles, all by place: the first article ever given has place 0.

    ``same`` is for each article of the block the first article of the same text, -1 for the first itself. Each article
    ``later`` is to be compared with each ``earlier`` one, which is the first of its text; pairs are distinct, in the
    order of the later and then of the earlier article, and those of the same text are among them.
    """

    same: NDArray[np.int64]
    later: NDArray[np.int64]
    earlier: NDArray[np.int64]


class Earlier:
    """The articles before, by their keys: of a text, of bands, and of single values, as `SignatureIndex` has them.

    What is found for an article does not depend on how the articles are cut into blocks. Of more than ``limit``
    candidates those count that share most values with the article, the oldest of equals. This is the plain path.
    """

    def __init__(self, params: SketchParams, bounds: Bounds, *, limit: int) -> None:
        self._layout = layout_of(params, most_sharers=limit)
        self._bounds = bounds
        self._limit = limit
        self._kept = no_rows(params.num_perm)
        self._n_rows = 0
        self._postings = Postings(self._layout)

    def pair(self, signatures: NDArray[np.uint32], text_keys: NDArray[np.uint64]) -> Suspected:
        """Candidates of each article before it; then the articles are there too."""
        self._make_room(len(signatures))
        found = [self._search_and_add(*own) for own in zip(signatures, text_keys, strict=True)]
        same = np.array([same for same, _, _ in found], dtype=np.int64)
        pairs = np.concatenate([NO_PAIRS, *(pairs for _, pairs, _ in found)])
        n_shared = np.concatenate([NONE_SHARED, *(n_shared for _, _, n_shared in found)])
        return self._suspected(same, pairs, n_shared)

    def _search_and_add(
        self, signature: NDArray[np.uint32], text_key: NDArray[np.uint64]
    ) -> tuple[int, NDArray[np.uint64], NDArray[np.int16]]:
        """The row of the same text, -1 without one, and pairs ``row << 32 | candidate`` with what each shares."""
        row = self._n_rows
        found = self._postings.search(signature, text_key, self._bounds, first=0, stamp=0, kept=self._kept)
        if found.same < 0:
            self._postings.add(row, signature, text_key, self._kept)
        self._n_rows += 1
        return found.same, np.uint64(row) << _HALF | found.rows.astype(np.uint64), found.n_shared

    def _suspected(self, same: NDArray[np.int64], pairs: NDArray[np.uint64], n_shared: NDArray[np.int16]) -> Suspected:
        """What was found for the rows added last."""
        copies, first = np.flatnonzero(same >= 0), self._n_rows - same.size
        own = (copies + first).astype(np.uint64) << _HALF | same[copies].astype(np.uint64)
        # The article of the same text is one in any case, and takes no room of the others.
        is_other = same[(pairs >> _HALF).astype(np.int64) - first] != (pairs & _LOW).astype(np.int64)
        others = _nearest(pairs[is_other], n_shared[is_other], self._limit)
        distinct = sorted_distinct(np.concatenate([others, own]))
        return Suspected(same, (distinct >> _HALF).astype(np.int64), (distinct & _LOW).astype(np.int64))

    def _make_room(self, n_more: int) -> None:
        n_rows, wanted = len(self._kept.held), self._n_rows + n_more
        if wanted > n_rows:
            self._kept = resized(self._kept, max(wanted, n_rows + n_rows // 16))


def earlier_articles(params: SketchParams, bounds: Bounds, *, limit: int) -> Earlier:
    """No articles yet; in compiled loops where they are used."""
    if kernels.are_used():
        from dedupe.near_duplicates.earlier_compiled import CompiledEarlier  # noqa: PLC0415 - imports numba

        return CompiledEarlier(params, bounds, limit=limit)
    return Earlier(params, bounds, limit=limit)


def sorted_distinct(values: NDArray[Value]) -> NDArray[Value]:
    """Each value once, ascending; `numpy.unique` makes a table of them first, which takes several times as long."""
    in_order = np.sort(values)
    distinct: NDArray[Value] = in_order[np.diff(in_order, prepend=~in_order[:1]) != 0]
    return distinct


def _nearest(pairs: NDArray[np.uint64], n_shared: NDArray[np.int16], limit: int) -> NDArray[np.uint64]:
    """Of each row's pairs those that share most, the oldest of equals."""
    row = (pairs >> _HALF).astype(np.int64)
    row -= row.min(initial=_LAST_ROW)
    n_pairs = np.bincount(row)
    if n_pairs.max(initial=0) <= limit:
        return pairs
    in_order = np.lexsort((pairs, -n_shared, row))
    rank = np.arange(pairs.size) - (n_pairs.cumsum() - n_pairs)[row[in_order]]
    nearest: NDArray[np.uint64] = pairs[in_order[rank < limit]]
    return nearest

"""Every verified pair of articles: what may repeat something earlier is compared, a block of articles at a time."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedupe.models import DuplicateKind, DuplicatePair
from dedupe.near_duplicates.bounds import bounds_of
from dedupe.near_duplicates.chunks import cut_by_cost
from dedupe.near_duplicates.earlier import Suspected, earlier_articles, sorted_distinct
from dedupe.near_duplicates.furniture import Holders
from dedupe.near_duplicates.shelf import Shelf
from dedupe.near_duplicates.shingle_sets import shingle_sets
from dedupe.near_duplicates.sketching import TextSketches
from dedupe.near_duplicates.verify import KINDS, likenesses
from dedupe.settings import DuplicateParams

_MOST_CANDIDATES = 1000
_MOST_SHINGLES = 4_000_000  # of all pairs compared at once, some 20 bytes each
_CONTAINED = KINDS.index(DuplicateKind.CONTAINED) + 1


class _Pairs(NamedTuple):
    """Pairs of texts of consecutive articles by place, whether each is of equal texts; how many pairs each has."""

    later: NDArray[np.int64]
    earlier: NDArray[np.int64]
    is_same: NDArray[np.bool_]
    n_pairs: NDArray[np.int64]


class Pairing:
    """Pairs articles with those before them; each text is compared once, whatever the number of its articles."""

    def __init__(self, params: DuplicateParams, shelf: Shelf) -> None:
        self._shelf = shelf
        self._holders = Holders(params)
        self._earlier = earlier_articles(params.sketch, bounds_of(params), limit=_MOST_CANDIDATES)
        self._copies: dict[int, list[int]] = {}

    def pair(self, first: int, sketches: TextSketches) -> list[DuplicatePair]:
        """Pairs of the articles that the shelf took in last, from place ``first`` on, with each one before it."""
        suspected = self._earlier.pair(sketches.signatures, sketches.text_keys)
        for later in np.flatnonzero(suspected.same >= 0).tolist():
            self._copies.setdefault(int(suspected.same[later]), []).append(first + later)
        n_articles = len(suspected.same)
        bounds = suspected.later.searchsorted(np.arange(first, first + n_articles + 1))
        found: list[DuplicatePair] = []
        for own in cut_by_cost(self._costs(first, suspected), most=_MOST_SHINGLES):
            some = _some_of(suspected, first, bounds, own)
            found.extend(self._pairs(some, *self._compared(some, sketches, sketches.signatures[own])))
        return found

    def _costs(self, first: int, suspected: Suspected) -> NDArray[np.int64]:
        """How many shingles each article and those that it is compared with have together."""
        others = self._shelf.n_shingles(suspected.earlier)
        own = self._shelf.n_shingles(np.arange(first, first + len(suspected.same)))
        return own + np.bincount(suspected.later - first, weights=others, minlength=own.size).astype(np.int64)

    def _compared(
        self, pairs: _Pairs, sketches: TextSketches, signatures: NDArray[np.uint32]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_]]:
        """Numbers of the pairs' kinds, and their ratios, as of `likenesses`; whether the earlier text is the larger."""
        is_other = ~pairs.is_same
        texts = sorted_distinct(np.concatenate([pairs.later[is_other], pairs.earlier[is_other]]))
        sets = shingle_sets(self._shelf.shingles(texts, sketches))
        a, b = texts.searchsorted(pairs.earlier), texts.searchsorted(pairs.later)
        kinds, ratios = likenesses(
            sets, np.stack([a, b, pairs.is_same], axis=1), pairs.n_pairs, signatures, self._holders
        )
        is_larger = np.zeros(is_other.size, dtype=np.bool_)
        sizes = sets.sizes()
        is_larger[is_other] = sizes[a[is_other]] > sizes[b[is_other]]
        return kinds, ratios, is_larger

    def _pairs(
        self, pairs: _Pairs, kinds: NDArray[np.int64], ratios: NDArray[np.float64], is_larger: NDArray[np.bool_]
    ) -> Iterator[DuplicatePair]:
        """Those that are pairs, of ids, in order: a text's pair is one of each of its articles that came before."""
        id_at = self._shelf.id_at
        at, earlier = self._spread(np.flatnonzero(kinds), pairs)
        is_contained = kinds[at] == _CONTAINED
        for a, b, kind, (jaccard, containment), within in zip(
            map(id_at, earlier.tolist()),
            map(id_at, pairs.later[at].tolist()),
            kinds[at].tolist(),
            ratios[at].tolist(),
            np.where(is_contained, 2 - is_larger[at], 0).tolist(),
            strict=True,
        ):
            yield DuplicatePair(a, b, KINDS[kind - 1], jaccard, containment, (None, a, b)[within])

    def _spread(self, found: NDArray[np.int64], pairs: _Pairs) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The numbers of pairs of texts, once for each article of the earlier text, and that article's place."""
        places = zip(found.tolist(), pairs.earlier[found].tolist(), strict=True)
        copies = [
            (at, copy) for at, first in places if first in self._copies for copy in self._before(first, pairs.later[at])
        ]
        if not copies:
            return found, pairs.earlier[found]
        more, others = np.array(copies, dtype=np.int64).T
        at, earlier = np.concatenate([found, more]), np.concatenate([pairs.earlier[found], others])
        in_order = np.lexsort((earlier, pairs.later[at]))
        return at[in_order], earlier[in_order]

    def _before(self, first: int, later: int) -> Sequence[int]:
        """The articles with the text of the ``first`` that come before the later one."""
        copies = self._copies[first]
        return copies[: bisect_left(copies, later)]


def _some_of(suspected: Suspected, first: int, bounds: NDArray[np.intp], own: slice) -> _Pairs:
    pairs = slice(bounds[own.start], bounds[own.stop])
    later, earlier = suspected.later[pairs], suspected.earlier[pairs]
    n_pairs = np.diff(bounds[own.start : own.stop + 1])
    return _Pairs(later, earlier, suspected.same[later - first] == earlier, n_pairs)

"""Every verified pair of articles: what may repeat something earlier is compared, a block of articles at a time."""

from array import array
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedupe.models import DuplicateKind, DuplicatePair
from dedupe.near_duplicates.bounds import bounds_of
from dedupe.near_duplicates.chunks import cut_by_cost
from dedupe.near_duplicates.earlier import Suspected, earlier_articles, sorted_distinct
from dedupe.near_duplicates.furniture import Holders
from dedupe.near_duplicates.shelf import Shelf
from dedupe.near_duplicates.sketching import TextSketches
from dedupe.near_duplicates.verify import KINDS, likenesses_of_texts
from dedupe.settings import DuplicateParams

_MOST_CANDIDATES = 1000
_MOST_SHINGLES = 4_000_000  # of all pairs compared at once, some 20 bytes each
_MOST_PAIRS = 1 << 14  # given at once, some 100 bytes each
_CONTAINED = KINDS.index(DuplicateKind.CONTAINED) + 1


class _Suspects(NamedTuple):
    """Pairs of texts of consecutive articles by place, whether each is of equal texts; how many pairs each has."""

    later: NDArray[np.int64]
    earlier: NDArray[np.int64]
    is_same: NDArray[np.bool_]
    n_pairs: NDArray[np.int64]


class _Found(NamedTuple):
    """Verified pairs of texts by place, in order; ``container`` is 1 for the earlier one, 2 for the later, 0 for none.

    ``n_earlier`` articles have the earlier text and come before the later one.
    """

    later: NDArray[np.int64]
    earlier: NDArray[np.int64]
    kinds: NDArray[np.int8]
    ratios: NDArray[np.float64]
    container: NDArray[np.int8]
    n_earlier: NDArray[np.int64]


class Pairing:
    """Pairs articles with those before them; each text is compared once, whatever the number of its articles."""

    def __init__(self, params: DuplicateParams, shelf: Shelf) -> None:
        self._shelf = shelf
        self._holders = Holders(params)
        self._earlier = earlier_articles(params.sketch, bounds_of(params), limit=_MOST_CANDIDATES)
        self._copies: dict[int, array[int]] = {}

    def pair(self, first: int, sketches: TextSketches) -> Iterator[list[DuplicatePair]]:
        """Pairs of the articles that the shelf took in last, from place ``first`` on, with each one before it.

        Some of them at a time, in order; they are made as they are taken.
        """
        suspected = self._earlier.pair(sketches.signatures, sketches.text_keys)
        for later in np.flatnonzero(suspected.same >= 0).tolist():
            self._copies.setdefault(int(suspected.same[later]), array("q")).append(first + later)
        n_articles = len(suspected.same)
        bounds = suspected.later.searchsorted(np.arange(first, first + n_articles + 1))
        found = [
            self._found(_some_of(suspected, first, bounds, own), sketches, sketches.signatures[own])
            for own in cut_by_cost(self._costs(first, suspected), most=_MOST_SHINGLES)
        ]
        return (pairs for some in found for pairs in self._pairs(some))

    def _costs(self, first: int, suspected: Suspected) -> NDArray[np.int64]:
        """How many shingles each article and those that it is compared with have together."""
        others = self._shelf.n_shingles(suspected.earlier)
        own = self._shelf.n_shingles(np.arange(first, first + len(suspected.same)))
        return own + np.bincount(suspected.later - first, weights=others, minlength=own.size).astype(np.int64)

    def _found(self, suspects: _Suspects, sketches: TextSketches, signatures: NDArray[np.uint32]) -> _Found:
        """Those that are pairs."""
        is_other = ~suspects.is_same
        places = sorted_distinct(np.concatenate([suspects.later[is_other], suspects.earlier[is_other]]))
        texts = self._shelf.shingles(places, sketches)
        a, b = places.searchsorted(suspects.earlier), places.searchsorted(suspects.later)
        kinds, ratios, larger = likenesses_of_texts(
            texts, np.stack([a, b, suspects.is_same], axis=1), suspects.n_pairs, signatures, self._holders
        )
        own = np.flatnonzero(kinds)
        later, earlier, kinds = suspects.later[own], suspects.earlier[own], kinds[own]
        container = np.where(kinds == _CONTAINED, 2 - (larger[own] > 0), 0).astype(np.int8)
        return _Found(later, earlier, kinds, ratios[own], container, self._n_earlier(later, earlier))

    def _n_earlier(self, later: NDArray[np.int64], earlier: NDArray[np.int64]) -> NDArray[np.int64]:
        n_earlier = np.ones(earlier.size, dtype=np.int64)
        for at, (place, first) in enumerate(zip(later.tolist(), earlier.tolist(), strict=True)):
            copies = self._copies.get(first)
            if copies is not None:
                n_earlier[at] += np.frombuffer(copies, dtype=np.int64).searchsorted(place)
        return n_earlier

    def _pairs(self, found: _Found) -> Iterator[list[DuplicatePair]]:
        """Pairs of articles by their ids: a text's pair is one of each of its articles that came before."""
        is_first = np.diff(found.later, prepend=-1) != 0
        begins = np.append(np.flatnonzero(is_first), found.later.size)
        n_pairs = np.add.reduceat(found.n_earlier, begins[:-1]) if begins.size > 1 else found.n_earlier
        for articles in cut_by_cost(n_pairs, most=_MOST_PAIRS):
            own = slice(begins[articles.start], begins[articles.stop])
            yield self._named(_Found._make(column[own] for column in found))

    def _named(self, found: _Found) -> list[DuplicatePair]:
        at, earlier = self._spread(found)
        # Once for each pair of texts and not of articles, of which there may be many more.
        of_texts = list(
            zip(
                map(self._shelf.id_at, found.later.tolist()),
                [KINDS[kind - 1] for kind in found.kinds.tolist()],
                *found.ratios.T.tolist(),
                found.container.tolist(),
                strict=True,
            )
        )
        return [
            DuplicatePair(a, b, kind, jaccard, containment, (None, a, b)[container])
            for pair, a in zip(at.tolist(), map(self._shelf.id_at, earlier.tolist()), strict=True)
            for b, kind, jaccard, containment, container in [of_texts[pair]]
        ]

    def _spread(self, found: _Found) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The numbers of pairs of texts, once for each article of the earlier text, and that article's place."""
        at = np.repeat(np.arange(found.later.size), found.n_earlier)
        if at.size == found.later.size:
            return at, found.earlier
        earlier = np.concatenate([self._with_text(*own) for own in zip(found.earlier, found.n_earlier, strict=True)])
        in_order = np.lexsort((earlier, found.later[at]))
        return at[in_order], earlier[in_order]

    def _with_text(self, first: np.int64, n_earlier: np.int64) -> NDArray[np.int64]:
        """The first of the articles with the text of the ``first``, which is one of them."""
        if n_earlier == 1:
            return np.array([first])
        others = np.frombuffer(self._copies[int(first)], dtype=np.int64, count=int(n_earlier) - 1)
        return np.concatenate([[first], others])


def _some_of(suspected: Suspected, first: int, bounds: NDArray[np.intp], own: slice) -> _Suspects:
    pairs = slice(bounds[own.start], bounds[own.stop])
    later, earlier = suspected.later[pairs], suspected.earlier[pairs]
    n_pairs = np.diff(bounds[own.start : own.stop + 1])
    return _Suspects(later, earlier, suspected.same[later - first] == earlier, n_pairs)

"""Articles by the thousand: each judged against those before it, or paired with them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dedupe.models import ArticleId, DuplicateKind, DuplicatePair, Verdict
from dedupe.near_duplicates.pairing import Pairing
from dedupe.near_duplicates.shelf import Shelf, place_id
from dedupe.near_duplicates.shingle_store import ShinglesInMemory, ShingleStore
from dedupe.near_duplicates.sketching import TextSketches
from dedupe.near_duplicates.stars import Stars
from dedupe.settings import DuplicateParams
from dedupe.text import kernels

if TYPE_CHECKING:
    from dedupe.near_duplicates.placed_stars import PlacedStars


class Finder:
    """Says of each article what it repeats of those given before; a finder either judges or pairs.

    An article that repeats nothing leaves its sketch in memory, some kilobyte, and its shingles in ``shingles``: they
    are read when something is suspected of repeating it. Ids may repeat; articles are told apart by their order.
    """

    def __init__(self, params: DuplicateParams, *, shingles: ShingleStore | None = None) -> None:
        self._params = params
        self._shelf = Shelf(ShinglesInMemory() if shingles is None else shingles)
        self._in_memory = _placed_stars(params) if shingles is None and kernels.are_used() else None
        self._stars = Stars(params) if self._in_memory is None else self._in_memory
        self._pairing = Pairing(params, self._shelf)
        self._place_by_id: dict[ArticleId, int] = {}

    def judge(self, ids: Sequence[ArticleId], sketches: TextSketches) -> list[Verdict]:
        """The verdict on each article, in order, against those before it; then they are before the next ones.

        Groups are `Stars`: the canonical article of a group is its first.
        """
        places = self._append(ids, sketches)
        given: list[Verdict] = []
        while len(given) < len(ids):
            begin = len(given)
            end, suspects, verdict = self._add_until_repeated(places, sketches, begin)
            given.extend(Verdict(article_id, article_id) for article_id in ids[begin:end])
            if end < len(ids):
                given.append(self._judge_one(places[end], sketches.signatures[end], suspects, verdict))
        return given

    def find_pairs(self, ids: Sequence[ArticleId], sketches: TextSketches) -> Iterator[list[DuplicatePair]]:
        """Every verified pair of an article and one before it, in the order of the later one, then of the other.

        Some thousands at a time, made as they are taken. An article with more than 1,000 candidates before it is
        compared with the nearest of them.
        """
        first = self._shelf.append(ids, sketches)
        return self._pairing.pair(first, sketches)

    def know(self, ids: Sequence[ArticleId], sketches: TextSketches, verdicts: Sequence[Verdict]) -> None:
        """Take articles in whose verdicts, or pairs, are known. Without verdicts, to be paired.

        With verdicts nothing is compared. What is common among articles to be paired is known from comparing them.
        Ids must not repeat here.
        """
        if not verdicts:
            self.find_pairs(ids, sketches)
            return
        places = self._append(ids, sketches)
        self._place_by_id.update(zip(ids, map(int, places), strict=True))
        for place, signature, verdict in zip(places, sketches.signatures, verdicts, strict=True):
            self._stars.add(self._shelf.text_key(place), signature, self._placed(verdict, place))

    def _append(self, ids: Sequence[ArticleId], sketches: TextSketches) -> list[ArticleId]:
        """The places of the next articles, written as ids."""
        first = self._shelf.append(ids, sketches)
        if self._in_memory is not None:
            self._in_memory.read_texts(self._shelf.all_shingles(), n_more=len(ids))
        return [place_id(place) for place in range(first, first + len(ids))]

    def _add_until_repeated(
        self, places: Sequence[ArticleId], sketches: TextSketches, begin: int
    ) -> tuple[int, list[ArticleId], Verdict | None]:
        """The number of the first from the ``begin``-th on that may repeat others; its suspects, or the verdict."""
        if self._in_memory is not None:
            return self._in_memory.add_until_repeated(places, sketches.signatures, sketches.text_keys, begin=begin)
        found = self._stars.add_until_suspects(places, sketches.signatures, sketches.text_keys, begin=begin)
        return *found, None

    def _judge_one(
        self,
        place: ArticleId,
        signature: NDArray[np.uint32],
        suspects: Sequence[ArticleId],
        verdict: Verdict | None,
    ) -> Verdict:
        text_key = self._shelf.text_key(place)
        if verdict is not None:
            self._stars.add(text_key, signature, verdict)
            return self._named(verdict)
        is_equal = bool(suspects) and self._shelf.text_key(suspects[0]) == text_key
        if is_equal and DuplicateKind.EXACT in self._params.kinds:
            verdict = self._stars.repeated(place, suspects[0])
        else:
            others = [self._shelf.candidate(other) for other in suspects]
            verdict = self._stars.judge(self._shelf.candidate(place), others)
        self._stars.add(text_key, signature, verdict)
        return self._named(verdict)

    def _named(self, verdict: Verdict) -> Verdict:
        """The same verdict with ids for places."""
        id_of, of, within = self._shelf.id_of, verdict.duplicate_of, verdict.container
        # Not `replace`, which takes several times as long: this runs for every copy.
        return Verdict(
            id_of(verdict.article_id),
            id_of(verdict.group),
            None if of is None else id_of(of),
            verdict.kind,
            verdict.jaccard,
            verdict.containment,
            None if within is None else id_of(within),
        )

    def _placed(self, verdict: Verdict, place: ArticleId) -> Verdict:
        """The same verdict with places for ids."""
        of, within = verdict.duplicate_of, verdict.container
        return replace(
            verdict,
            article_id=place,
            group=self._place_of(verdict.group),
            duplicate_of=None if of is None else self._place_of(of),
            container=None if within is None else self._place_of(within),
        )

    def _place_of(self, article_id: ArticleId) -> ArticleId:
        return place_id(self._place_by_id[article_id])


def _placed_stars(params: DuplicateParams) -> "PlacedStars":
    from dedupe.near_duplicates.placed_stars import PlacedStars  # noqa: PLC0415 - imports numba

    return PlacedStars(params)

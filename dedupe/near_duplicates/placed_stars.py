"""Groups of a batch: articles by place, whose shingles are all in memory, judged by compiled loops. Imports numba."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dedupe.models import ArticleId, Verdict
from dedupe.near_duplicates.comparison import Comparison
from dedupe.near_duplicates.shingle_sets import ManyShingles
from dedupe.near_duplicates.stars import Stars
from dedupe.settings import DuplicateParams


class PlacedStars(Stars):
    """`Stars` whose articles' ids are their places, written as ids, and of which none is removed."""

    def __init__(self, params: DuplicateParams) -> None:
        super().__init__(params)
        self._comparison = Comparison(self._holders)

    def read_texts(self, shingles: ManyShingles, *, n_more: int) -> None:
        """Take the shingles of all texts, of which the last so many will be judged next."""
        self._comparison.take(shingles, n_rows=len(self._index) + n_more)

    def add_until_repeated(
        self,
        ids: Sequence[ArticleId],
        signatures: NDArray[np.uint32],
        text_keys: NDArray[np.uint64],
        *,
        begin: int,
    ) -> tuple[int, list[ArticleId], Verdict | None]:
        """Take articles in from the ``begin``-th on, as canonical ones, up to the first that may repeat another.

        The number of that one, ``len(ids)`` if there is none; and either its `suspects`, or the verdict on it.
        """
        end, same, found, n_compared = self._index.add_until_repeated(
            ids, signatures, text_keys, begin=begin, bounds=self._bounds, comparison=self._comparison
        )
        if end == len(ids):
            return end, [], None
        suspects = self._suspects(text_keys[end].tobytes(), same, found)
        return end, suspects, self._judge_compared(ids[end], n_compared) if n_compared else None

    def add(self, text_key: bytes, signature: NDArray[np.uint32], verdict: Verdict) -> None:
        """Take the next article in, with the verdict on it."""
        n_rows = len(self._index)
        super().add(text_key, signature, verdict)
        if len(self._index) > n_rows:
            texts, groups = self._comparison.placed
            texts[n_rows], groups[n_rows] = int(verdict.article_id), int(verdict.group)

    def _judge_compared(self, article_id: ArticleId, n_compared: int) -> Verdict:
        compared = self._comparison.pairs(n_compared)
        pairs = {other: pair for other, pair, _ in compared}
        return self._verdict_of(article_id, pairs, {other for other, _, larger in compared if larger >= 0})

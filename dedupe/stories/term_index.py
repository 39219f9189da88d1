"""The nearest articles of a sliding window, by the terms they share: an inverted index in memory."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dedupe.models import ArticleId, Sketch
from dedupe.settings import AttachParams
from dedupe.stories.term_postings import Asked, TermPostings, TermRows
from dedupe.text import kernels

_MOST_REMOVED = 1000
_NEW = -1

Neighbours = list[tuple[ArticleId, float]]


class TermIndex:
    """Sketches of the window, and which of them are nearest to another by cosine similarity.

    Rarities are those of the window and the background together at the time of an add or a look-up: an article in
    the index keeps the vector it was added with. The index is a function of the adds and removes before, so two
    processes that replay the same log give the same answers; nor does it matter whether compiled loops are used, which
    is decided when an index is made.
    """

    def __init__(self, params: AttachParams | None = None) -> None:
        max_window_df = (AttachParams() if params is None else params).max_window_df
        self._postings = _new_postings(max_window_df)
        self._article_at: list[ArticleId] = []
        self._slot_of: dict[ArticleId, int] = {}
        self._terms_of: dict[ArticleId, NDArray[np.uint32]] = {}

    def __len__(self) -> int:
        return len(self._slot_of)

    def __contains__(self, article_id: object) -> bool:
        return article_id in self._slot_of

    @property
    def n_terms(self) -> int:
        """How many terms the index knows; some of those that only removed articles had may be among them."""
        return self._postings.n_terms

    def add(self, sketch: Sketch) -> None:
        """Put an article in the index; one that is there already is replaced and counts as the newest."""
        self.remove(sketch.article_id)
        self.take([sketch], [False], [True], limit=1)

    def take(
        self, sketches: Sequence[Sketch], asked: Sequence[bool], added: Sequence[bool], *, limit: int
    ) -> list[Neighbours]:
        """Look up some articles and add some, one after the other: each is looked up among those before it.

        What `nearest` says of each that is ``asked`` for, nothing of the others. None of those ``added`` is there
        already, nor twice among them.
        """
        rows = _rows_of(sketches)
        at = Asked(np.array(asked, dtype=np.bool_), np.array(added, dtype=np.bool_), limit)
        for sketch, is_added in zip(sketches, added, strict=True):
            if is_added:
                self._slot_of[sketch.article_id] = len(self._article_at)
                self._article_at.append(sketch.article_id)
                self._terms_of[sketch.article_id] = sketch.terms
        return self._named(*self._postings.take(rows, at))

    def _named(
        self, slots: NDArray[np.int64], similarities: NDArray[np.float64], counts: NDArray[np.int64]
    ) -> list[Neighbours]:
        names = [
            [self._article_at[slot] for slot in row[:n]] for row, n in zip(slots.tolist(), counts.tolist(), strict=True)
        ]
        return [list(zip(row, near, strict=False)) for row, near in zip(names, similarities.tolist(), strict=True)]

    def remove(self, article_id: ArticleId) -> None:
        """Take an article out of the index, if it is in it."""
        slot = self._slot_of.pop(article_id, None)
        if slot is None:
            return
        self._postings.remove(slot, self._terms_of.pop(article_id))
        if len(self._article_at) > 2 * len(self) + _MOST_REMOVED:
            self._renumber()

    def _renumber(self) -> None:
        """Forget removed articles and their terms; so seldom that a remove costs the same however long the stream."""
        slot_after = np.full(len(self._article_at), _NEW, dtype=np.int64)
        kept = np.fromiter(self._slot_of.values(), dtype=np.int64, count=len(self))
        slot_after[kept] = np.arange(len(kept))
        self._postings.renumber(slot_after, len(kept))
        self._article_at = list(self._slot_of)
        self._slot_of = {article: slot for slot, article in enumerate(self._article_at)}

    def nearest(self, sketch: Sketch, *, limit: int) -> Neighbours:
        """Up to ``limit`` other articles with a term in common and their similarities in ``(0, 1]``, highest first.

        Equally near ones come in the order they were added. Terms that a large share of the window hold are not
        looked up, so similarities are slightly low.
        """
        found = self.take([sketch], [True], [False], limit=limit + 1)[0]
        return [(name, similarity) for name, similarity in found if name != sketch.article_id][:limit]


def _rows_of(sketches: Sequence[Sketch]) -> TermRows:
    offsets = np.zeros(len(sketches) + 1, dtype=np.int64)
    np.cumsum([sketch.terms.size for sketch in sketches], out=offsets[1:])
    return TermRows(
        np.concatenate([sketch.terms for sketch in sketches]),
        np.concatenate([sketch.weights for sketch in sketches]),
        np.concatenate([sketch.background for sketch in sketches]),
        offsets,
    )


def _new_postings(max_window_df: float) -> TermPostings:
    if kernels.are_used():
        from dedupe.stories.term_postings_compiled import CompiledTermPostings  # noqa: PLC0415 - imports numba

        return CompiledTermPostings(max_window_df)
    return TermPostings(max_window_df)

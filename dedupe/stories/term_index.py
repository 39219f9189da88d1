"""The nearest articles of a sliding window, by the terms they share: an inverted index in memory."""

from array import array

import numpy as np
from numpy.typing import NDArray

from dedupe.models import ArticleId, Sketch
from dedupe.settings import AttachParams
from dedupe.text.background import BACKGROUND_DOCUMENTS

_ALWAYS_LOOKED_UP = 100
_MOST_REMOVED = 1000
_NEW = -1


class TermIndex:
    """Sketches of the window, and which of them are nearest to another by cosine similarity.

    Rarities are those of the window and the background together at the time of an add or a look-up: an article in
    the index keeps the vector it was added with. The index is a function of the adds and removes before, so two
    processes that replay the same log give the same answers.
    """

    def __init__(self, params: AttachParams | None = None) -> None:
        self._max_window_df = (AttachParams() if params is None else params).max_window_df
        self._article_at: list[ArticleId] = []
        self._slot_of: dict[ArticleId, int] = {}
        self._removed: list[int] = []
        self._terms_of: dict[ArticleId, NDArray[np.uint32]] = {}
        self._number_of: dict[int, int] = {}
        # By the number of the term: an entry is a slot and the bits of a float32 weight, slot in the upper half.
        self._postings: list[array[int]] = []
        self._n_held = np.zeros(1024, dtype=np.int64)

    def __len__(self) -> int:
        return len(self._slot_of)

    def __contains__(self, article_id: object) -> bool:
        return article_id in self._slot_of

    def add(self, sketch: Sketch) -> None:
        """Put an article in the index; one that is there already is replaced and counts as the newest."""
        self.remove(sketch.article_id)
        slot = len(self._article_at)
        self._article_at.append(sketch.article_id)
        self._slot_of[sketch.article_id] = slot
        self._terms_of[sketch.article_id] = sketch.terms
        numbers = self._numbers_given(sketch.terms)
        self._n_held[numbers] += 1
        weights = self._unit_vector(sketch, numbers).astype(np.float32).view(np.uint32)
        entries = weights.astype(np.uint64) | np.uint64(slot << 32)
        postings = self._postings
        for number, entry in zip(numbers.tolist(), entries.tolist(), strict=True):
            postings[number].append(entry)

    def _numbers_given(self, terms: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Numbers of the terms, the next free ones for those never seen."""
        number_of = self._number_of
        numbers = np.array([number_of.setdefault(term, len(number_of)) for term in terms.tolist()], dtype=np.int64)
        self._postings += [array("Q") for _ in range(len(number_of) - len(self._postings))]
        if len(number_of) > len(self._n_held):
            self._n_held = np.concatenate([self._n_held, np.zeros(len(number_of), dtype=np.int64)])
        return numbers

    def remove(self, article_id: ArticleId) -> None:
        """Take an article out of the index, if it is in it."""
        slot = self._slot_of.pop(article_id, None)
        if slot is None:
            return
        self._n_held[self._numbers(self._terms_of.pop(article_id))] -= 1
        self._removed.append(slot)
        if len(self._removed) > len(self) + _MOST_REMOVED:
            self._renumber()

    def _numbers(self, terms: NDArray[np.uint32]) -> NDArray[np.int64]:
        return np.array([self._number_of.get(term, _NEW) for term in terms.tolist()], dtype=np.int64)

    def _renumber(self) -> None:
        """Forget removed articles and their terms; so seldom that a remove costs the same however long the stream."""
        slot_after = np.full(len(self._article_at), _NEW, dtype=np.int64)
        kept = np.fromiter(self._slot_of.values(), dtype=np.int64, count=len(self))
        slot_after[kept] = np.arange(len(kept))
        held = [(term, number) for term, number in self._number_of.items() if self._n_held[number] > 0]
        self._n_held = np.append(self._n_held[[number for _, number in held]], np.zeros(1024, dtype=np.int64))
        self._postings = [_moved(self._postings[number], slot_after) for _, number in held]
        self._number_of = {term: number for number, (term, _) in enumerate(held)}
        self._article_at = list(self._slot_of)
        self._slot_of = {article: slot for slot, article in enumerate(self._article_at)}
        self._removed = []

    def nearest(self, sketch: Sketch, *, limit: int) -> list[tuple[ArticleId, float]]:
        """Up to ``limit`` other articles with a term in common and their similarities in ``(0, 1]``, highest first.

        Equally near ones come in the order they were added. Terms that a large share of the window hold are not
        looked up, so similarities are slightly low.
        """
        numbers = self._numbers(sketch.terms)
        similarity = self._dot_products(numbers, self._unit_vector(sketch, numbers))
        similarity[self._removed] = 0
        own = self._slot_of.get(sketch.article_id)
        if own is not None:
            similarity[own] = 0
        return [(self._article_at[at], min(1.0, float(similarity[at]))) for at in _highest(similarity, limit)]

    def _unit_vector(self, sketch: Sketch, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        held = np.where(numbers == _NEW, 0, self._n_held[numbers])
        imagined = BACKGROUND_DOCUMENTS if sketch.background.any() else 0
        rarity = np.log((1 + len(self) + imagined) / (1 + held + sketch.background)) + 1
        vector = sketch.weights * np.maximum(rarity, 0)
        length = float(np.sqrt(vector @ vector))
        return np.asarray(vector / length if length > 0 else vector, dtype=np.float64)

    def _dot_products(self, numbers: NDArray[np.int64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
        longest = max(_ALWAYS_LOOKED_UP, self._max_window_df * len(self))
        read = (numbers != _NEW) & (self._n_held[numbers] <= longest)
        postings = [self._postings[number] for number in numbers[read].tolist()]
        entries = np.frombuffer(b"".join(postings), dtype=np.uint64)
        query = np.repeat(weights[read], [len(entry) for entry in postings])
        stored = (entries & np.uint64(0xFFFF_FFFF)).astype(np.uint32).view(np.float32)
        slots = (entries >> np.uint64(32)).astype(np.int64)
        return np.asarray(np.bincount(slots, stored * query, minlength=len(self._article_at)), dtype=np.float64)


def _moved(postings: "array[int]", slot_after: NDArray[np.int64]) -> "array[int]":
    """Entries of the articles that stay, under their new slots."""
    entries = np.frombuffer(postings, dtype=np.uint64)
    slots = slot_after[(entries >> np.uint64(32)).astype(np.int64)]
    stay = slots != _NEW
    moved = (slots[stay].astype(np.uint64) << np.uint64(32)) | (entries[stay] & np.uint64(0xFFFF_FFFF))
    return array("Q", moved.tobytes())


def _highest(similarity: NDArray[np.float64], limit: int) -> list[int]:
    """Places of the highest positive values, highest first, the earlier place of two equal ones first."""
    places = np.flatnonzero(similarity > 0)
    if len(places) > limit:
        least = np.partition(similarity[places], -limit)[-limit]
        places = places[similarity[places] >= least]
    order = np.argsort(-similarity[places], kind="stable")[:limit]
    return [int(place) for place in places[order]]

"""Which articles hold a term, and with what weight: an inverted index over slots, which are given in order."""

from array import array
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedupe.text.background import BACKGROUND_DOCUMENTS

ALWAYS_LOOKED_UP = 100
_NEW = -1


class TermRows(NamedTuple):
    """Terms (uint32, ascending), weights (float32) and backgrounds (uint16) of articles, those of row ``i`` from
    ``offsets[i]`` (int64) to ``offsets[i + 1]``.
    """

    terms: NDArray[np.uint32]
    weights: NDArray[np.float32]
    background: NDArray[np.uint16]
    offsets: NDArray[np.int64]


class Asked(NamedTuple):
    """Which rows are looked up, and for how many neighbours; which are then added."""

    is_asked: NDArray[np.bool_]
    is_added: NDArray[np.bool_]
    limit: int


class Near(NamedTuple):
    """The nearest slots of each row, shape ``(n_rows, limit)``, their similarities, and how many there are."""

    slots: NDArray[np.int64]
    similarities: NDArray[np.float64]
    counts: NDArray[np.int64]


class TermPostings:
    """Slots of each term. Their vectors have length 1, by the rarities at the time each was added."""

    def __init__(self, max_window_df: float) -> None:
        self._max_window_df = max_window_df
        self._n_live = 0
        self._is_live = np.zeros(0, dtype=np.bool_)
        self._number_of: dict[int, int] = {}
        # By the number of the term: an entry is a slot and the bits of a float32 weight, slot in the upper half.
        self._entries: list[array[int]] = []
        self._n_held = np.zeros(1024, dtype=np.int64)
        self._logs = logarithms(BACKGROUND_DOCUMENTS)

    @property
    def n_terms(self) -> int:
        """How many terms are known."""
        return len(self._number_of)

    def take(self, rows: TermRows, asked: Asked) -> Near:
        """Look up rows and add rows, one after the other; each that is added gets the next slot."""
        n_rows = len(rows.offsets) - 1
        near = no_neighbours(n_rows, asked.limit)
        for row in range(n_rows):
            own = slice(rows.offsets[row], rows.offsets[row + 1])
            vector = rows.terms[own], rows.weights[own], rows.background[own]
            if asked.is_asked[row]:
                slots, similarities = self._nearest(*vector, limit=asked.limit)
                near.slots[row, : len(slots)], near.similarities[row, : len(slots)] = slots, similarities
                near.counts[row] = len(slots)
            if asked.is_added[row]:
                self._add(*vector)
        return near

    def remove(self, slot: int, terms: NDArray[np.uint32]) -> None:
        """Take a slot out, which has these terms."""
        self._n_held[self._numbers(terms)] -= 1
        self._is_live[slot] = False
        self._n_live -= 1

    def renumber(self, slot_after: NDArray[np.int64], n_live: int) -> None:
        """Give the slots new numbers, in the old order; those of negative ones, and terms that nobody holds, go."""
        held = [(term, number) for term, number in self._number_of.items() if self._n_held[number] > 0]
        self._n_held = np.append(self._n_held[[number for _, number in held]], np.zeros(1024, dtype=np.int64))
        self._entries = [_moved(self._entries[number], slot_after) for _, number in held]
        self._number_of = {term: number for number, (term, _) in enumerate(held)}
        self._is_live = np.ones(n_live, dtype=np.bool_)

    def _add(self, terms: NDArray[np.uint32], weights: NDArray[np.float32], background: NDArray[np.uint16]) -> None:
        slot = len(self._is_live)
        self._is_live = np.append(self._is_live, True)
        self._n_live += 1
        numbers = self._numbers_given(terms)
        self._n_held[numbers] += 1
        stored = self._unit_vector(numbers, weights, background).astype(np.float32).view(np.uint32)
        entries = stored.astype(np.uint64) | np.uint64(slot << 32)
        for number, entry in zip(numbers.tolist(), entries.tolist(), strict=True):
            self._entries[number].append(entry)

    def _numbers_given(self, terms: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Numbers of the terms, the next free ones for those never seen."""
        number_of = self._number_of
        numbers = np.array([number_of.setdefault(term, len(number_of)) for term in terms.tolist()], dtype=np.int64)
        self._entries += [array("Q") for _ in range(len(number_of) - len(self._entries))]
        if len(number_of) > len(self._n_held):
            self._n_held = np.concatenate([self._n_held, np.zeros(len(number_of), dtype=np.int64)])
        return numbers

    def _numbers(self, terms: NDArray[np.uint32]) -> NDArray[np.int64]:
        return np.array([self._number_of.get(term, _NEW) for term in terms.tolist()], dtype=np.int64)

    def _nearest(
        self, terms: NDArray[np.uint32], weights: NDArray[np.float32], background: NDArray[np.uint16], *, limit: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        numbers = self._numbers(terms)
        similarity = self._dot_products(numbers, self._unit_vector(numbers, weights, background))
        similarity[~self._is_live] = 0
        slots = _highest(similarity, limit)
        return slots, np.minimum(similarity[slots], 1.0)

    def _unit_vector(
        self, numbers: NDArray[np.int64], weights: NDArray[np.float32], background: NDArray[np.uint16]
    ) -> NDArray[np.float64]:
        held = np.where(numbers == _NEW, 0, self._n_held[numbers]) + background
        n_documents = 1 + self._n_live + (BACKGROUND_DOCUMENTS if background.any() else 0)
        self._logs = logarithms(n_documents, known=self._logs)
        rarity = self._logs[n_documents] - self._logs[1 + held] + 1
        vector = weights * np.maximum(rarity, 0)
        # One after the other, as the loops add: a sum in another order may be another sum.
        length = float(np.sqrt(np.add.accumulate(vector * vector)[-1])) if vector.size else 0.0
        return np.asarray(vector / length if length > 0 else vector, dtype=np.float64)

    def _dot_products(self, numbers: NDArray[np.int64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
        longest = max(ALWAYS_LOOKED_UP, self._max_window_df * self._n_live)
        read = (numbers != _NEW) & (self._n_held[numbers] <= longest)
        postings = [self._entries[number] for number in numbers[read].tolist()]
        entries = np.frombuffer(b"".join(postings), dtype=np.uint64)
        query = np.repeat(weights[read], [len(entry) for entry in postings])
        stored = (entries & np.uint64(0xFFFF_FFFF)).astype(np.uint32).view(np.float32)
        slots = (entries >> np.uint64(32)).astype(np.int64)
        return np.asarray(np.bincount(slots, stored * query, minlength=len(self._is_live)), dtype=np.float64)


def no_neighbours(n_rows: int, limit: int) -> Near:
    """Room for the neighbours of rows."""
    shape = (n_rows, limit)
    return Near(np.zeros(shape, dtype=np.int64), np.zeros(shape), np.zeros(n_rows, dtype=np.int64))


def logarithms(most: int, *, known: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
    """Natural logarithms of whole numbers up to ``most`` at least; ``known`` ones where they suffice.

    From one table, so that every path takes the same: two libraries differ in the last bit.
    """
    if known is not None and len(known) > most:
        return known
    return np.asarray(np.log(np.arange(2 * most + 2 * 65_536).clip(min=1)))


def _moved(postings: "array[int]", slot_after: NDArray[np.int64]) -> "array[int]":
    """Entries of the articles that stay, under their new slots."""
    entries = np.frombuffer(postings, dtype=np.uint64)
    slots = slot_after[(entries >> np.uint64(32)).astype(np.int64)]
    stay = slots != _NEW
    moved = (slots[stay].astype(np.uint64) << np.uint64(32)) | (entries[stay] & np.uint64(0xFFFF_FFFF))
    return array("Q", moved.tobytes())


def _highest(similarity: NDArray[np.float64], limit: int) -> NDArray[np.int64]:
    """Places of the highest positive values, highest first, the earlier place of two equal ones first."""
    places = np.flatnonzero(similarity > 0)
    if len(places) > limit:
        least = np.partition(similarity[places], -limit)[-limit]
        places = places[similarity[places] >= least]
    return places[np.argsort(-similarity[places], kind="stable")[:limit]]

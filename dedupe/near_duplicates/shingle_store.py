"""Shingles of articles by place, for when something is suspected of repeating them."""

from bisect import bisect_right
from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dedupe.near_duplicates.shingle_sets import ManyShingles
from dedupe.near_duplicates.sketching import TextSketches

Shingles = tuple[NDArray[np.uint32], NDArray[np.bool_], NDArray[np.bool_]]
"""Shingle hashes of a text in reading order and with repetitions, whether each is named, whether it is figured."""


class ShingleStore(Protocol):
    """Shingles by place: 0, 1, 2 and so on, in the order in which they were appended."""

    def append(self, sketches: TextSketches) -> None:
        """Keep the shingles of the next texts."""

    def read(self, place: int) -> Shingles:
        """Shingles of a text."""

    def read_many(self, places: NDArray[np.int64]) -> Iterator[ManyShingles]:
        """Shingles of the texts at these places, which ascend: of some texts, of those after them, and so on."""


class ShinglesInMemory:
    """Shingles of all texts, six bytes each."""

    def __init__(self) -> None:
        self._blocks: list[ManyShingles] = []
        self._firsts: list[int] = []
        self._n_texts = 0

    def append(self, sketches: TextSketches) -> None:
        """Keep the shingles of the next texts."""
        block = of_sketches(sketches)
        self._firsts.append(self._n_texts)
        self._blocks.append(block)
        self._n_texts += block.begins.size

    def read(self, place: int) -> Shingles:
        """Shingles of a text."""
        number = bisect_right(self._firsts, place) - 1
        block, at = self._blocks[number], place - self._firsts[number]
        own = slice(block.begins[at], block.ends[at])
        return block.hashes[own], block.is_named[own], block.is_figured[own]

    def read_many(self, places: NDArray[np.int64]) -> Iterator[ManyShingles]:
        """Shingles of the texts at these places, which ascend: of one block after another, where they are."""
        bounds = places.searchsorted([*self._firsts, self._n_texts])
        for block, first, begin, end in zip(self._blocks, self._firsts, bounds[:-1], bounds[1:], strict=True):
            if end > begin:
                yield taken(block, places[begin:end] - first)


def of_sketches(sketches: TextSketches) -> ManyShingles:
    """The shingles of sketches."""
    begins, ends = sketches.offsets[:-1], sketches.offsets[1:]
    return ManyShingles(sketches.hashes, sketches.is_named, sketches.is_figured, begins, ends)


def taken(shingles: ManyShingles, texts: NDArray[np.int64]) -> ManyShingles:
    """Those of some of the texts, by their numbers."""
    begins, ends = shingles.begins[texts], shingles.ends[texts]
    return ManyShingles(shingles.hashes, shingles.is_named, shingles.is_figured, begins, ends)

"""Shingles of articles by place, for when something is suspected of repeating them."""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from dedupe.near_duplicates.shingle_sets import ManyShingles
from dedupe.near_duplicates.sketching import TextSketches

Value = TypeVar("Value", bound=np.generic)

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
    """Shingles of all texts, six bytes each, in arrays with room for more."""

    def __init__(self) -> None:
        self._hashes = np.empty(0, dtype=np.uint32)
        self._is_named, self._is_figured = np.empty(0, dtype=np.bool_), np.empty(0, dtype=np.bool_)
        self._ends = np.zeros(1, dtype=np.int64)
        self._n_texts = 0

    def append(self, sketches: TextSketches) -> None:
        """Keep the shingles of the next texts."""
        begin, end = self._n_texts, self._n_texts + len(sketches.offsets) - 1
        first = int(self._ends[begin])
        self._ends = _with_room(self._ends, begin + 1, end + 1)
        self._ends[begin + 1 : end + 1] = first + sketches.offsets[1:]
        self._hashes = _appended(self._hashes, first, sketches.hashes)
        self._is_named = _appended(self._is_named, first, sketches.is_named)
        self._is_figured = _appended(self._is_figured, first, sketches.is_figured)
        self._n_texts = end

    def read(self, place: int) -> Shingles:
        """Shingles of a text."""
        own = slice(self._ends[place], self._ends[place + 1])
        return self._hashes[own], self._is_named[own], self._is_figured[own]

    def all(self) -> ManyShingles:
        """Shingles of all texts; there may be more room behind."""
        begins, ends = self._ends[: self._n_texts], self._ends[1 : self._n_texts + 1]
        return ManyShingles(self._hashes, self._is_named, self._is_figured, begins, ends)

    def read_many(self, places: NDArray[np.int64]) -> Iterator[ManyShingles]:
        """Shingles of the texts at these places."""
        yield taken(self.all(), places)


def joined(many: Iterable[ManyShingles]) -> ManyShingles:
    """The shingles of some texts and of more as one value."""
    parts = list(many)
    if len(parts) == 1:
        return parts[0]
    lengths = np.cumsum([0, *(part.hashes.size for part in parts)])
    return ManyShingles(
        np.concatenate([_NO_HASHES, *(part.hashes for part in parts)]),
        np.concatenate([_NO_FLAGS, *(part.is_named for part in parts)]),
        np.concatenate([_NO_FLAGS, *(part.is_figured for part in parts)]),
        np.concatenate([_NO_TEXTS, *(part.begins + first for part, first in zip(parts, lengths, strict=False))]),
        np.concatenate([_NO_TEXTS, *(part.ends + first for part, first in zip(parts, lengths, strict=False))]),
    )


def of_sketches(sketches: TextSketches) -> ManyShingles:
    """The shingles of sketches."""
    begins, ends = sketches.offsets[:-1], sketches.offsets[1:]
    return ManyShingles(sketches.hashes, sketches.is_named, sketches.is_figured, begins, ends)


def taken(shingles: ManyShingles, texts: NDArray[np.int64]) -> ManyShingles:
    """Those of some of the texts, by their numbers."""
    begins, ends = shingles.begins[texts], shingles.ends[texts]
    return ManyShingles(shingles.hashes, shingles.is_named, shingles.is_figured, begins, ends)


def _appended(values: NDArray[Value], size: int, more: NDArray[Value]) -> NDArray[Value]:
    """The first so many values and more of them behind; room for others where it did not do."""
    room = _with_room(values, size, size + more.size)
    room[size : size + more.size] = more
    return room


def _with_room(values: NDArray[Value], size: int, wanted: int) -> NDArray[Value]:
    if wanted <= values.size:
        return values
    # Of what is asked for here only what is written becomes memory.
    room = np.empty(max(wanted, 2 * values.size), dtype=values.dtype)
    room[:size] = values[:size]
    return room


_NO_HASHES = np.empty(0, dtype=np.uint32)
_NO_FLAGS = np.empty(0, dtype=np.bool_)
_NO_TEXTS = np.empty(0, dtype=np.int64)

"""Shingles of texts as they are read, and as sets to be compared."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from dedupe.near_duplicates.judging import FIGURED, NAMED
from dedupe.text import kernels

SetOfShingles = tuple[NDArray[np.uint32], NDArray[np.uint8], NDArray[np.int32]]
"""Distinct shingle hashes of a text, ascending, their flags, and their places in reading order: see `Candidate`."""


@dataclass(frozen=True, slots=True)
class ManyShingles:
    """Shingles of texts in reading order and with repetitions: those of text ``i`` from ``begins[i]`` to ``ends[i]``.

    ``hashes`` (uint32), whether each ``is_named`` (bool), whether it ``is_figured`` (bool).
    """

    hashes: NDArray[np.uint32]
    is_named: NDArray[np.bool_]
    is_figured: NDArray[np.bool_]
    begins: NDArray[np.int64]
    ends: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ShingleSets:
    """Sets of shingles of texts, one after another.

    Text ``i`` has the distinct ``shingles`` (uint32), ascending, and their ``flags`` (uint8) from ``offsets[0, i]``
    (int64) to ``offsets[0, i + 1]``, and the ``sequences`` (int32) of their places in reading order by ``offsets[1]``.
    """

    shingles: NDArray[np.uint32]
    flags: NDArray[np.uint8]
    sequences: NDArray[np.int32]
    offsets: NDArray[np.int64]

    def sizes(self) -> NDArray[np.int64]:
        """How many distinct shingles each text has."""
        sizes: NDArray[np.int64] = np.diff(self.offsets[0])
        return sizes


def shingle_sets(texts: Iterable[ManyShingles]) -> ShingleSets:
    """The shingles of some texts and those of more as sets, in the order given."""
    texts = list(texts)
    if kernels.are_used():
        from dedupe.near_duplicates.comparing import distinct_of_many  # noqa: PLC0415 - imports numba

        return distinct_of_many(texts)
    return joined_sets([distinct(*own) for many in texts for own in _each(many)])


def joined_sets(sets: Sequence[SetOfShingles]) -> ShingleSets:
    """The sets of single texts as one value."""
    sizes = accumulate(shingles.size for shingles, _, _ in sets)
    lengths = accumulate(sequence.size for _, _, sequence in sets)
    return ShingleSets(
        np.concatenate([_NO_SHINGLES, *(shingles for shingles, _, _ in sets)]),
        np.concatenate([_NO_FLAGS, *(flags for _, flags, _ in sets)]),
        np.concatenate([_NO_SEQUENCE, *(sequence for _, _, sequence in sets)]),
        np.array([[0, *sizes], [0, *lengths]], dtype=np.int64),
    )


def distinct(hashes: NDArray[np.uint32], is_named: NDArray[np.bool_], is_figured: NDArray[np.bool_]) -> SetOfShingles:
    """The set of one text's shingles; named, or figured, is one that is so once."""
    if kernels.are_used():
        from dedupe.near_duplicates.comparing import distinct_of_one  # noqa: PLC0415 - imports numba

        return distinct_of_one(hashes, is_named, is_figured)
    shingles, sequence = np.unique(hashes, return_inverse=True)
    flags = np.zeros(shingles.size, dtype=np.uint8)
    flags[sequence[is_named]] |= NAMED
    flags[sequence[is_figured]] |= FIGURED
    return shingles, flags, sequence.astype(np.int32)


def _each(texts: ManyShingles) -> Iterator[tuple[NDArray[np.uint32], NDArray[np.bool_], NDArray[np.bool_]]]:
    for begin, end in zip(texts.begins.tolist(), texts.ends.tolist(), strict=True):
        yield texts.hashes[begin:end], texts.is_named[begin:end], texts.is_figured[begin:end]


_NO_SHINGLES = np.empty(0, dtype=np.uint32)
_NO_FLAGS = np.empty(0, dtype=np.uint8)
_NO_SEQUENCE = np.empty(0, dtype=np.int32)

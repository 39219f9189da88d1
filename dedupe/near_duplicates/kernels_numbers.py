"""Compiled loops that number a text's distinct shingles in reading order, and find another's among them.

A table of ``slots`` is a power of two, twice as many as there are shingles at least; an empty slot holds 0.
"""

import numpy as np
from numpy.typing import NDArray

from dedupe.near_duplicates import judging
from dedupe.text.kernels_numba import compiled, inlined

_NAMED, _FIGURED, _NONE = np.uint8(judging.NAMED), np.uint8(judging.FIGURED), np.uint8(0)
_ONE = np.uint64(1)
MOST_WORDS = 4096  # of bits, as many as a core's first cache holds


@compiled
def n_words(size: int) -> int:
    """How many words of bits a text of so many shingles gets: so many that hardly two shingles share a bit."""
    words = 16
    while words < size and words < MOST_WORDS:
        words *= 2
    return words


@inlined
def _word(hashed: np.uint32, words: int) -> np.uint64:
    """The word of the bits in which a shingle has its bit."""
    return np.uint64((np.uint64(hashed) * np.uint64(words)) >> np.uint64(32))


@inlined
def _bit(hashed: np.uint32) -> np.uint64:
    return np.uint64(hashed & np.uint32(63))


@compiled
def mark_bits(hashes: NDArray[np.uint32], bits: NDArray[np.uint64]) -> int:
    """Set the bits of shingles; how many were not set, which is no more than distinct ones there are."""
    n_new = np.uint64(0)
    for own in hashes:
        word, bit = _word(own, bits.size), _bit(own)
        n_new += ~(bits[word] >> bit) & _ONE
        bits[word] |= _ONE << bit
    return int(np.int64(n_new))


@compiled
def take_bits(hashes: NDArray[np.uint32], bits: NDArray[np.uint64]) -> int:
    """Clear the bits of shingles; how many of them were set."""
    n_taken = np.uint64(0)
    for own in hashes:
        word, bit = _word(own, bits.size), _bit(own)
        is_set = (bits[word] >> bit) & _ONE
        bits[word] ^= is_set << bit
        n_taken += is_set
    return int(np.int64(n_taken))


@compiled
def number_shingles(
    hashes: NDArray[np.uint32],
    slots: NDArray[np.int32],
    shingles: NDArray[np.uint32],
    sequence: NDArray[np.int32],
) -> int:
    """Write the distinct hashes of a text in reading order, and which is at each place; how many.

    Each slot taken gets the number of a hash, from 1 on.
    """
    mask = np.uint32(slots.size - 1)
    n_distinct = 0
    for at in range(hashes.size):
        own = hashes[at]
        slot = own & mask
        number = slots[slot]
        while number != 0 and shingles[number - 1] != own:
            slot = (slot + np.uint32(1)) & mask
            number = slots[slot]
        if number == 0:
            shingles[n_distinct] = own
            n_distinct += 1
            number = n_distinct
            slots[slot] = number
        sequence[at] = number - 1
    return n_distinct


@compiled
def write_flags(
    is_named: NDArray[np.bool_],
    is_figured: NDArray[np.bool_],
    sequence: NDArray[np.int32],
    flags: NDArray[np.uint8],
) -> None:
    """Write the flags of all distinct shingles of a text."""
    flags[:] = 0
    for at in range(sequence.size):
        flags[sequence[at]] |= (_NAMED if is_named[at] else _NONE) | (_FIGURED if is_figured[at] else _NONE)


@compiled
def match_numbers(
    slots: NDArray[np.int32],
    shingles: NDArray[np.uint32],
    others: NDArray[np.uint32],
    places: NDArray[np.int32],
    other_places: NDArray[np.int32],
) -> int:
    """Write where the shingles of both are in each; how many are in both. There must be room for one more.

    The ``slots`` are those of the ``shingles``, of which there may be more room.
    """
    mask = np.uint32(slots.size - 1)
    n_common = 0
    for at in range(others.size):
        wanted = others[at]
        slot = wanted & mask
        number = slots[slot]
        while number != 0 and shingles[number - 1] != wanted:
            slot = (slot + np.uint32(1)) & mask
            number = slots[slot]
        places[n_common], other_places[n_common] = number - 1, at
        n_common += number != 0
    return n_common

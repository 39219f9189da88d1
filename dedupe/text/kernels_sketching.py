"""Compiled loops from the hashes of words to shingles, from shingles to minima."""

import numpy as np
from numpy.typing import NDArray

from dedupe.text.kernels_bits import N_LANES, has_flag, lower_lanes
from dedupe.text.kernels_finding import find_words
from dedupe.text.kernels_numba import compiled, inlined, inner
from dedupe.text.keys import PLACE, SIDES, STEP
from dedupe.text.words import FINISH

_FINISH = np.uint64(FINISH)
_STEP, _PLACE, _LEFT, _RIGHT = np.uint64(STEP), np.uint64(PLACE), np.uint64(SIDES[0]), np.uint64(SIDES[1])
_U1, _U32, _U63 = np.uint64(1), np.uint64(32), np.uint64(63)
_EMPTY = np.uint32(0xFFFFFFFF)


@compiled
def sketch_texts(
    codes: NDArray[np.uint16],
    lower: NDArray[np.uint8],
    in_word: NDArray[np.uint64],
    capital: NDArray[np.uint64],
    begins: NDArray[np.int64],
    ends: NDArray[np.int64],
    table: NDArray[np.uint32],
    bounds: NDArray[np.int32],
    words: NDArray[np.uint64],
    turns: NDArray[np.uint64],
    multiply: np.uint64,
    permutations: NDArray[np.uint32],
    is_hard: NDArray[np.bool_],
    rows: NDArray[np.uint32],
    keys: NDArray[np.uint64],
    hashes: NDArray[np.uint32],
    is_named: NDArray[np.bool_],
    is_figured: NDArray[np.bool_],
    offsets: NDArray[np.int64],
) -> None:
    """Write the MinHash signature of each text into its row; its key and its shingles as well, where there is room.

    Texts are given as `read_characters` leaves them; ``bounds`` and ``words`` are as `find_words` takes them. Shingles
    have as many words as ``turns``. ``permutations`` are factors and addends, shape ``(2, num_perm)``. The shingles of
    all texts before are ``offsets[0]``; signatures alone are made where ``offsets`` are none. A text without words
    becomes hard; of hard ones nothing is written.
    """
    longest = _longest(begins, ends) // 2 + 1
    sums = np.empty(longest, dtype=np.uint64)
    own = np.empty(longest, dtype=np.uint32)
    for text in range(ends.size):
        n_words = n_shingles = 0
        if not is_hard[text]:
            n_words = find_words(codes, lower, in_word, table, begins[text] >> 6, (ends[text] >> 6) + 1, bounds, words)
            n_shingles = _mix_shingles(words[:n_words], turns, multiply, sums, own)
        is_hard[text] |= n_words == 0
        if offsets.size:
            done = offsets[text]
            offsets[text + 1] = done + n_shingles
            _write_key(words[:n_words], keys[text])
            for shingle in range(n_shingles):  # to assign a slice takes two seconds to compile
                hashes[done + shingle] = own[shingle]
            named, figured = is_named[done : done + n_shingles], is_figured[done : done + n_shingles]
            _mark(lower, capital, bounds, turns.size, named, figured)
        _lower(own[:n_shingles], permutations, rows[text])


@compiled
def minima_of_hashes(
    hashes: NDArray[np.uint32],
    offsets: NDArray[np.int64],
    permutations: NDArray[np.uint32],
    rows: NDArray[np.uint32],
) -> None:
    """Write the MinHash signature of each text, given by its shingle hashes, into its row."""
    own = hashes.copy()
    for text in range(offsets.size - 1):
        _lower(own[offsets[text] : offsets[text + 1]], permutations, rows[text])


@compiled
def mix_shingles(
    words: NDArray[np.uint64],
    word_offsets: NDArray[np.int64],
    turns: NDArray[np.uint64],
    multiply: np.uint64,
    offsets: NDArray[np.int64],
    hashes: NDArray[np.uint32],
) -> None:
    """Write the hash of every shingle of texts given by the hashes of their words."""
    sums = np.empty(words.size, dtype=np.uint64)
    for text in range(word_offsets.size - 1):
        own = words[word_offsets[text] : word_offsets[text + 1]]
        _mix_shingles(own, turns, multiply, sums, hashes[offsets[text] :])


@inner
def _longest(begins: NDArray[np.int64], ends: NDArray[np.int64]) -> int:
    longest = 0
    for text in range(ends.size):
        longest = max(longest, ends[text] - begins[text] + 1)
    return longest


@inner
def _write_key(words: NDArray[np.uint64], key: NDArray[np.uint64]) -> None:
    """`text_keys_of`, of the hashes of a text's words."""
    left = right = np.uint64(words.size)
    place = np.uint64(0)
    for hashed in words:
        place += _STEP
        mixed = (hashed + place) * _PLACE
        mixed ^= mixed >> _U32
        own, other = mixed * _LEFT, mixed * _RIGHT
        left += own ^ (own >> _U32)
        right += other ^ (other >> _U32)
    left, right = (left ^ (left >> _U32)) * _FINISH, (right ^ (right >> _U32)) * _FINISH
    key[0], key[1] = left ^ (left >> _U32), right ^ (right >> _U32)


@inlined
def _turned(value: np.uint64, turn: np.uint64) -> np.uint64:
    return np.uint64((value << turn) | ((value >> _U1) >> (_U63 - turn)))


@inner
def _mark(
    lower: NDArray[np.uint8],
    capital: NDArray[np.uint64],
    bounds: NDArray[np.int32],
    shingle_words: int,
    is_named: NDArray[np.bool_],
    is_figured: NDArray[np.bool_],
) -> None:
    """Write of each shingle whether a word of it is capitalised, and whether one begins with a digit."""
    last_name = last_figure = -1
    for word in range(is_named.size + shingle_words - 1 if is_named.size else 0):
        last_name = word if has_flag(capital, bounds[2 * word]) else last_name
        last_figure = word if 48 <= lower[bounds[2 * word]] <= 57 else last_figure
        first = word - shingle_words + 1
        if first >= 0:
            is_named[first] = last_name >= first
            is_figured[first] = last_figure >= first


@inner
def _mix_shingles(
    words: NDArray[np.uint64],
    turns: NDArray[np.uint64],
    multiply: np.uint64,
    sums: NDArray[np.uint64],
    hashes: NDArray[np.uint32],
) -> int:
    """`shingle_hash` of each run of as many words as ``turns``; their number is returned."""
    n_shingles = max(words.size - turns.size + 1, 0)
    for first in range(n_shingles):
        sums[first] = words[first]
    for at in range(1, turns.size):
        turn = turns[at]
        for first in range(n_shingles):
            sums[first] += _turned(words[first + at], turn)
    for first in range(n_shingles):
        mixed = sums[first] * multiply
        hashes[first] = np.uint32(((mixed ^ (mixed >> _U32)) * multiply) >> _U32)
    return n_shingles


@inner
def _lower(hashes: NDArray[np.uint32], permutations: NDArray[np.uint32], row: NDArray[np.uint32]) -> None:
    """Write the minima of the permuted hashes; the hashes are overwritten."""
    for lane in range(row.size):
        row[lane] = _EMPTY
    _finish(hashes)
    factors, addends = permutations[0], permutations[1]
    n_in_lanes = row.size - row.size % N_LANES
    for lane in range(0, n_in_lanes, N_LANES):
        lower_lanes(hashes, hashes.size, factors, addends, row, lane)
    for lane in range(n_in_lanes, row.size):
        factor, addend, lowest = factors[lane], addends[lane], row[lane]
        for value in hashes:
            lowest = min(lowest, np.uint32(np.uint32(value * factor) + addend))
        row[lane] = lowest


@inner
def _finish(hashes: NDArray[np.uint32]) -> None:
    """MurmurHash3's finaliser, in place."""
    for at in range(hashes.size):
        value = hashes[at]
        value = np.uint32((value ^ (value >> np.uint32(16))) * np.uint32(0x85EBCA6B))
        value = np.uint32((value ^ (value >> np.uint32(13))) * np.uint32(0xC2B2AE35))
        hashes[at] = value ^ (value >> np.uint32(16))

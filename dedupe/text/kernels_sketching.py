"""Compiled loops from marked bytes to words, from words to shingles, from shingles to minima."""

import numpy as np
from numpy.typing import NDArray

from dedupe.text.kernels_numba import compiled
from dedupe.text.words import FINISH, FIRST, MULTIPLY

_IS_WORD = np.uint8(1)
_IS_CAPITAL = np.uint8(2)

_FIRST, _MULTIPLY, _FINISH = np.uint64(FIRST), np.uint64(MULTIPLY), np.uint64(FINISH)
# Unsigned places need no check for Python's negative ones.
_U1, _U3, _U7, _U8, _U32, _U56, _U63, _U64 = (np.uint64(n) for n in (1, 3, 7, 8, 32, 56, 63, 64))
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_EMPTY = np.uint32(0xFFFFFFFF)
_CHUNK = 4096  # hashes that stay in a core's first cache for all permutations


@compiled
def minima_of_texts(
    eights: NDArray[np.uint64],
    marks: NDArray[np.uint8],
    ends: NDArray[np.int64],
    turns: NDArray[np.uint64],
    multiply: np.uint64,
    permutations: NDArray[np.uint32],
    rows: NDArray[np.uint32],
) -> None:
    """Write the MinHash signature of each text into its row.

    ``eights`` holds the lower-cased bytes and at least eight more. Shingles have as many words as ``turns``.
    ``permutations`` are factors and addends, shape ``(2, num_perm)``.
    """
    longest = _longest(ends)
    bounds = np.empty(longest + 2, dtype=np.int32)
    words = np.empty(longest // 2 + 1, dtype=np.uint64)
    hashes = np.empty(longest // 2 + 1, dtype=np.uint32)
    begin = 0
    for text in range(ends.size):
        n_words = _find_words(marks, begin, ends[text], bounds)
        for word in range(n_words):
            words[word] = _hash_word(eights, bounds[2 * word], bounds[2 * word + 1])
        n_shingles = _mix_shingles(words[:n_words], turns, multiply, hashes)
        _lower(hashes[:n_shingles], permutations, rows[text])
        begin = ends[text] + 1


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
    for text in range(word_offsets.size - 1):
        own = words[word_offsets[text] : word_offsets[text + 1]]
        _mix_shingles(own, turns, multiply, hashes[offsets[text] :])


@compiled
def mark_words(
    marks: NDArray[np.uint8], ends: NDArray[np.int64], bounds: NDArray[np.int32], offsets: NDArray[np.int64]
) -> None:
    """Write begin and end of each word of all texts, and where the words of each text end."""
    begin = 0
    n_words = np.int64(0)
    for text in range(ends.size):
        n_words += _find_words(marks, begin, ends[text], bounds[2 * n_words :])
        offsets[text + 1] = n_words
        begin = ends[text] + 1


@compiled
def number_words(
    eights: NDArray[np.uint64],
    marks: NDArray[np.uint8],
    bounds: NDArray[np.int32],
    slots: NDArray[np.int32],
    hashes: NDArray[np.uint64],
    firsts: NDArray[np.int32],
    ids: NDArray[np.int32],
    is_capitalised: NDArray[np.bool_],
) -> int:
    """Number the distinct words in order of first occurrence; how many there are is returned.

    ``slots`` is a table of -1, its length a power of two above the number of words; ``hashes`` and ``firsts``, where
    a word was first seen, get an entry a distinct word.
    """
    n_distinct = 0
    mask = slots.size - 1
    for word in range(ids.size):
        begin, end = bounds[2 * word], bounds[2 * word + 1]
        hashed = _hash_word(eights, begin, end)
        slot = np.int64(hashed & np.uint64(mask))
        while slots[slot] >= 0 and not _is_word(eights, bounds, firsts[slots[slot]], begin, end):
            slot = (slot + 1) & mask
        if slots[slot] < 0:
            slots[slot] = n_distinct
            hashes[n_distinct] = hashed
            firsts[n_distinct] = word
            n_distinct += 1
        ids[word] = slots[slot]
        is_capitalised[word] = (marks[begin] & _IS_CAPITAL) != 0
    return n_distinct


@compiled
def spell_words(
    lower: NDArray[np.uint8], bounds: NDArray[np.int32], firsts: NDArray[np.int32], spelled: NDArray[np.uint8]
) -> int:
    """Write the words whose places are ``firsts``, each followed by a space; the number of bytes is returned."""
    size = 0
    for word in firsts:
        for at in range(bounds[2 * word], bounds[2 * word + 1]):
            spelled[size] = lower[at]
            size += 1
        spelled[size] = 32
        size += 1
    return size


@compiled
def _longest(ends: NDArray[np.int64]) -> int:
    begin = longest = 0
    for end in ends:
        longest = max(longest, end - begin + 1)
        begin = end + 1
    return longest


@compiled
def _is_word(eights: NDArray[np.uint64], bounds: NDArray[np.int32], word: int, begin: int, end: int) -> bool:
    first, last = bounds[2 * word], bounds[2 * word + 1]
    if last - first != end - begin:
        return False
    for at in range(0, end - begin, 8):
        size = np.uint64(end - begin - at)
        if _load(eights, np.uint64(first + at), size) != _load(eights, np.uint64(begin + at), size):
            return False
    return True


@compiled
def _find_words(marks: NDArray[np.uint8], begin: int, end: int, bounds: NDArray[np.int32]) -> np.int64:
    """Write begin and end of each word of a text; the number of words is returned."""
    n_bounds = np.uint64(0)
    before = np.uint8(0)
    for at in range(np.uint64(begin), np.uint64(end + 1)):  # a line feed follows each text
        # A branch here would be mispredicted at every word.
        now = marks[at] & _IS_WORD
        bounds[n_bounds] = at
        n_bounds += np.uint64(now ^ before)
        before = now
    return np.int64(n_bounds >> _U1)


@compiled
def _hash_word(eights: NDArray[np.uint64], begin: int, end: int) -> np.uint64:
    """`word_hash`, of bytes that begin anywhere in an array of 64-bit numbers."""
    at, size = np.uint64(begin), np.uint64(end - begin)
    mixed = (_load(eights, at, size) ^ _FIRST ^ (size << _U56)) * _MULTIPLY
    while size > _U8:
        at, size = at + _U8, size - _U8
        mixed = ((mixed ^ (mixed >> _U32)) ^ _load(eights, at, size)) * _MULTIPLY
    mixed = (mixed ^ (mixed >> _U32)) * _FINISH
    return mixed ^ (mixed >> _U32)


@compiled
def _load(eights: NDArray[np.uint64], at: np.uint64, size: np.uint64) -> np.uint64:
    """Eight bytes from ``at`` on, zeros after ``size`` of them."""
    turn = (at & _U7) << _U3
    low = eights[at >> _U3] >> turn
    # A shift by 64 is undefined, so the second number is shifted twice.
    high = (eights[(at >> _U3) + _U1] << _U1) << (_U63 - turn)
    return np.uint64((low | high) & (_ALL >> (_U64 - (min(size, _U8) << _U3))))


@compiled
def _turned(value: np.uint64, turn: np.uint64) -> np.uint64:
    return np.uint64((value << turn) | ((value >> _U1) >> (_U63 - turn)))


@compiled
def _mix_shingles(
    words: NDArray[np.uint64], turns: NDArray[np.uint64], multiply: np.uint64, hashes: NDArray[np.uint32]
) -> int:
    """`shingle_hash` of each run of as many words as ``turns``; their number is returned."""
    n_shingles = max(words.size - turns.size + 1, 0)
    sums = np.zeros(n_shingles, dtype=np.uint64)
    for at in range(turns.size):
        turn = turns[at]
        for first in range(n_shingles):
            sums[first] += _turned(words[first + at], turn)
    for first in range(n_shingles):
        mixed = sums[first] * multiply
        hashes[first] = np.uint32(((mixed ^ (mixed >> _U32)) * multiply) >> _U32)
    return n_shingles


@compiled
def _lower(hashes: NDArray[np.uint32], permutations: NDArray[np.uint32], row: NDArray[np.uint32]) -> None:
    """Lower a row of minima by the permuted hashes; the hashes are overwritten."""
    row[:] = _EMPTY
    for begin in range(0, hashes.size, _CHUNK):
        chunk = hashes[begin : begin + _CHUNK]
        _finish(chunk)
        for lane in range(0, row.size - 1, 2):
            _lower_two(chunk, permutations, lane, lane + 1, row)
        if row.size % 2:
            _lower_two(chunk, permutations, row.size - 1, row.size - 1, row)


@compiled
def _finish(hashes: NDArray[np.uint32]) -> None:
    """MurmurHash3's finaliser, in place."""
    for at in range(hashes.size):
        value = hashes[at]
        value = np.uint32((value ^ (value >> np.uint32(16))) * np.uint32(0x85EBCA6B))
        value = np.uint32((value ^ (value >> np.uint32(13))) * np.uint32(0xC2B2AE35))
        hashes[at] = value ^ (value >> np.uint32(16))


@compiled
def _lower_two(
    hashes: NDArray[np.uint32], permutations: NDArray[np.uint32], lane: int, other: int, row: NDArray[np.uint32]
) -> None:
    """Two permutations in one pass: each hash is loaded once, and the minima stay in registers."""
    factor, addend, lowest = permutations[0, lane], permutations[1, lane], row[lane]
    other_factor, other_addend, other_lowest = permutations[0, other], permutations[1, other], row[other]
    for at in range(hashes.size):
        lowest = min(lowest, _permuted(hashes[at], factor, addend))
        other_lowest = min(other_lowest, _permuted(hashes[at], other_factor, other_addend))
    row[lane], row[other] = lowest, other_lowest


@compiled
def _permuted(value: np.uint32, factor: np.uint32, addend: np.uint32) -> np.uint32:
    return np.uint32(np.uint32(value * factor) + addend)

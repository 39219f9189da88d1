"""Compiled loops from flagged characters to words: where they are, their hashes, which of them are the same."""

import numpy as np
from numpy.typing import NDArray

from dedupe.text.kernels_bits import has_flag, hash_eight, n_ones, trailing_zeros, write_eight
from dedupe.text.kernels_numba import compiled, inlined, inner
from dedupe.text.words import FINISH, FIRST, MULTIPLY

_OTHER_LETTER = np.uint8(0xFF)

_FIRST, _MULTIPLY, _FINISH = np.uint64(FIRST), np.uint64(MULTIPLY), np.uint64(FINISH)
# Unsigned places need no check for Python's negative ones.
_U1, _U3, _U8, _U32, _U56, _U63 = (np.uint64(n) for n in (1, 3, 8, 32, 56, 63))
_BYTE = np.uint64(255)
_PLACES = np.array([sorted(range(8), key=lambda bit: not byte >> bit & 1) for byte in range(256)], np.uint8).ravel()


@compiled
def find_words(
    codes: NDArray[np.uint16],
    lower: NDArray[np.uint8],
    in_word: NDArray[np.uint64],
    table: NDArray[np.uint32],
    first: int,
    after: int,
    bounds: NDArray[np.int32],
    hashes: NDArray[np.uint64],
) -> int:
    """Write where words start and stop, in turns, and the `word_hash` of each; the number of words is returned.

    These are the words from a block of 64 characters to before another one, where no word goes on. There is room for
    one word in two characters, and for eight more.
    """
    n_bounds = before = np.uint64(0)
    for block in range(first, after):
        own = in_word[block]
        flags = own ^ ((own << _U1) | before)
        before = own >> _U63
        for part in range(8):
            byte = (flags >> np.uint64(8 * part)) & _BYTE
            write_eight(bounds, n_bounds, _PLACES, 8 * byte, 64 * block + 8 * part)
            n_bounds += n_ones(byte)
    n_words = int(n_bounds) >> 1
    for word in range(n_words, n_words + 8):
        bounds[2 * word] = bounds[2 * word + 1] = 0
    for word in range(0, n_words, 8):
        others = hash_eight(lower, bounds, word, hashes)
        while others != 0:
            other = word + trailing_zeros(others)
            others &= others - _U1
            hashes[other] = _hash_spelled(codes, lower, table, bounds[2 * other], bounds[2 * other + 1])
    return n_words


@compiled
def number_words(
    codes: NDArray[np.uint16],
    lower: NDArray[np.uint8],
    capital: NDArray[np.uint64],
    table: NDArray[np.uint32],
    bounds: NDArray[np.int32],
    by_word: NDArray[np.uint64],
    slots: NDArray[np.int32],
    firsts: NDArray[np.int32],
    ids: NDArray[np.int32],
    is_capitalised: NDArray[np.bool_],
) -> int:
    """Number the distinct words in order of first occurrence; how many there are is returned.

    ``by_word`` are the hashes of all words. ``slots`` is a table of -1, its length a power of two above the number of
    words; ``firsts``, where a word was first seen, gets an entry a distinct word.
    """
    n_distinct = 0
    mask = slots.size - 1
    for word in range(ids.size):
        slot = np.int64(by_word[word] & np.uint64(mask))
        while slots[slot] >= 0:
            first = firsts[slots[slot]]
            size = bounds[2 * word + 1] - bounds[2 * word]
            is_like = by_word[first] == by_word[word] and bounds[2 * first + 1] - bounds[2 * first] == size
            if is_like and _is_same(codes, lower, table, bounds[2 * first], bounds[2 * word], size):
                break
            slot = (slot + 1) & mask
        if slots[slot] < 0:
            slots[slot] = n_distinct
            firsts[n_distinct] = word
            n_distinct += 1
        ids[word] = slots[slot]
        is_capitalised[word] = has_flag(capital, bounds[2 * word])
    return n_distinct


@compiled
def spell_words(
    codes: NDArray[np.uint16],
    lower: NDArray[np.uint8],
    table: NDArray[np.uint32],
    bounds: NDArray[np.int32],
    firsts: NDArray[np.int32],
    spelled: NDArray[np.uint32],
) -> int:
    """Write the words whose places are ``firsts``, each followed by a space; the number of characters is returned."""
    n_written = 0
    for word in firsts:
        for at in range(bounds[2 * word], bounds[2 * word + 1]):
            spelled[n_written] = _letter(codes, lower, table, at)
            n_written += 1
        spelled[n_written] = 32
        n_written += 1
    return n_written


@inlined
def _letter(codes: NDArray[np.uint16], lower: NDArray[np.uint8], table: NDArray[np.uint32], at: int) -> int:
    """Code point of a word character in lower case."""
    return int(lower[at]) if lower[at] != _OTHER_LETTER else int(table[codes[at]] & 0xFFFF)


@inner
def _is_same(
    codes: NDArray[np.uint16], lower: NDArray[np.uint8], table: NDArray[np.uint32], first: int, begin: int, size: int
) -> bool:
    for at in range(size):
        if lower[first + at] != lower[begin + at]:
            return False
        if lower[begin + at] == _OTHER_LETTER and _letter(codes, lower, table, first + at) != _letter(
            codes, lower, table, begin + at
        ):
            return False
    return True


@inner
def _hash_spelled(
    codes: NDArray[np.uint16], lower: NDArray[np.uint8], table: NDArray[np.uint32], begin: int, end: int
) -> np.uint64:
    """`word_hash` of any word, from its UTF-8."""
    size = np.uint64(0)
    for at in range(begin, end):
        size += _width(_letter(codes, lower, table, at))
    seed = _FIRST ^ (size << _U56)
    mixed = own = held = np.uint64(0)
    for at in range(begin, end):
        letter = _letter(codes, lower, table, at)
        spelled, width = _utf8(letter), _width(letter)
        own |= spelled << (held << _U3)
        held += width
        if held >= _U8 or at == end - 1:
            mixed = ((mixed ^ (mixed >> _U32)) ^ own ^ seed) * _MULTIPLY
            seed = np.uint64(0)
            held -= min(held, _U8)
            own = spelled >> ((width - held) << _U3)
    if held > 0:
        mixed = ((mixed ^ (mixed >> _U32)) ^ own) * _MULTIPLY
    mixed = (mixed ^ (mixed >> _U32)) * _FINISH
    return mixed ^ (mixed >> _U32)


@inlined
def _width(letter: int) -> np.uint64:
    """Bytes of a character of the Basic Multilingual Plane in UTF-8."""
    return np.uint64(1 + (letter >= 0x80) + (letter >= 0x800))


@inlined
def _utf8(letter: int) -> np.uint64:
    """These bytes, the first one lowest."""
    if letter < 0x80:
        return np.uint64(letter)
    if letter < 0x800:
        return np.uint64(0x80C0 | letter >> 6 | (letter & 0x3F) << 8)
    return np.uint64(0x8080E0 | letter >> 12 | ((letter >> 6) & 0x3F) << 8 | (letter & 0x3F) << 16)

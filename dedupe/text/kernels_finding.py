"""Compiled loops from flagged characters to words: where they are, their hashes, which of them are the same."""

import numpy as np
from numpy.typing import NDArray

from dedupe.text.kernels_bits import has_flag, load_eight, n_ones, trailing_zeros
from dedupe.text.kernels_numba import compiled, inlined, inner
from dedupe.text.words import FINISH, FIRST, MULTIPLY

_OTHER_LETTER = np.uint8(0xFF)

_FIRST, _MULTIPLY, _FINISH = np.uint64(FIRST), np.uint64(MULTIPLY), np.uint64(FINISH)
# Unsigned places need no check for Python's negative ones.
_U1, _U3, _U8, _U15, _U32, _U56, _U63 = (np.uint64(n) for n in (1, 3, 8, 15, 32, 56, 63))
_HIGH_BITS = np.uint64(0x8080808080808080)
_FIRST_BYTES = np.array([(1 << 8 * min(size, 8)) - 1 for size in range(16)], dtype=np.uint64)
_NEXT_BYTES = np.array([(1 << 8 * max(size - 8, 0)) - 1 for size in range(16)], dtype=np.uint64)
_USUAL_WORDS = 12  # that begin among 64 characters: so many are found without asking whether there is one more


@compiled
def find_words(in_word: NDArray[np.uint64], n_blocks: int, starts: NDArray[np.int32], stops: NDArray[np.int32]) -> int:
    """Write where each word of all texts starts, and where it stops; the number of words is returned.

    The last character of the ``n_blocks`` blocks is of no word. There is room for one word
    in two characters, and `_USUAL_WORDS` more.
    """
    n_starts = n_stops = before = np.uint64(0)
    for block in range(n_blocks):
        own = in_word[block]
        shifted = (own << _U1) | before
        before = own >> _U63
        n_starts = _write_places(own & ~shifted, block, starts, n_starts)
        n_stops = _write_places(shifted & ~own, block, stops, n_stops)
    return int(n_starts)


@compiled
def hash_words(
    codes: NDArray[np.uint32],
    lower: NDArray[np.uint8],
    table: NDArray[np.uint32],
    starts: NDArray[np.int32],
    stops: NDArray[np.int32],
    hashes: NDArray[np.uint64],
) -> None:
    """Write the `word_hash` of each word."""
    for word in range(hashes.size):
        begin = starts[word]
        size = np.uint64(stops[word] - begin)
        if size <= _U15:
            own = load_eight(lower, begin) & _FIRST_BYTES[size]
            more = load_eight(lower, begin + 8) & _NEXT_BYTES[size]
            if (own | more) & _HIGH_BITS == 0:
                # Both ways are gone: a branch here would be mispredicted at every fifth word.
                mixed = (own ^ _FIRST ^ (size << _U56)) * _MULTIPLY
                longer = ((mixed ^ (mixed >> _U32)) ^ more) * _MULTIPLY
                mixed = longer if size > _U8 else mixed
                mixed = (mixed ^ (mixed >> _U32)) * _FINISH
                hashes[word] = mixed ^ (mixed >> _U32)
                continue
        hashes[word] = _hash_spelled(codes, lower, table, begin, stops[word])


@compiled
def number_words(
    codes: NDArray[np.uint32],
    lower: NDArray[np.uint8],
    capital: NDArray[np.uint64],
    table: NDArray[np.uint32],
    starts: NDArray[np.int32],
    stops: NDArray[np.int32],
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
            size = stops[word] - starts[word]
            is_like = by_word[first] == by_word[word] and stops[first] - starts[first] == size
            if is_like and _is_same(codes, lower, table, starts[first], starts[word], size):
                break
            slot = (slot + 1) & mask
        if slots[slot] < 0:
            slots[slot] = n_distinct
            firsts[n_distinct] = word
            n_distinct += 1
        ids[word] = slots[slot]
        is_capitalised[word] = has_flag(capital, starts[word])
    return n_distinct


@compiled
def spell_words(
    codes: NDArray[np.uint32],
    lower: NDArray[np.uint8],
    table: NDArray[np.uint32],
    starts: NDArray[np.int32],
    stops: NDArray[np.int32],
    firsts: NDArray[np.int32],
    spelled: NDArray[np.uint32],
) -> int:
    """Write the words whose places are ``firsts``, each followed by a space; the number of characters is returned."""
    n_written = 0
    for word in firsts:
        for at in range(starts[word], stops[word]):
            spelled[n_written] = _letter(codes, lower, table, at)
            n_written += 1
        spelled[n_written] = 32
        n_written += 1
    return n_written


@inlined
def _write_places(flags: np.uint64, block: int, places: NDArray[np.int32], n_written: np.uint64) -> np.uint64:
    """Write the places of a block's flags after those that are written; how many there are then is returned."""
    n_flags = n_ones(flags)
    for at in range(_USUAL_WORDS):
        places[n_written + np.uint64(at)] = 64 * block + trailing_zeros(flags)
        flags &= flags - _U1
    more = n_written + np.uint64(_USUAL_WORDS)
    while flags != 0:
        places[more] = 64 * block + trailing_zeros(flags)
        flags &= flags - _U1
        more += _U1
    return n_written + n_flags


@inlined
def _letter(codes: NDArray[np.uint32], lower: NDArray[np.uint8], table: NDArray[np.uint32], at: int) -> int:
    """Code point of a word character in lower case."""
    return int(lower[at]) if lower[at] != _OTHER_LETTER else int(table[codes[at]] & 0xFFFF)


@inner
def _is_same(
    codes: NDArray[np.uint32], lower: NDArray[np.uint8], table: NDArray[np.uint32], first: int, begin: int, size: int
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
    codes: NDArray[np.uint32], lower: NDArray[np.uint8], table: NDArray[np.uint32], begin: int, end: int
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

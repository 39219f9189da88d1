"""Compiled loops that read characters: lower case, word characters, where lines end."""

import numpy as np
from numpy.typing import NDArray

from dedupe.text.kernels_bits import n_ones, read_64, trailing_zeros
from dedupe.text.kernels_numba import compiled, inlined, inner
from dedupe.text.kernels_strings import copy_characters
from dedupe.text.kernels_suspects import suspect_lines
from dedupe.text.kernels_table import CAPITAL, HARD, SEPARATOR, UNSEEN, WHITE_SPACE

OTHER_LETTER = 0xFF
"""Stands for a letter outside ASCII where lower case is kept in bytes."""

_SIGMA = 0x03A3
_LINE_FEED, _SPACE = 10, 32
_N_SPACES = 4  # that a loop looks ahead, at most
_USUAL_LINES = 2  # that end among 64 characters: so many are found without asking whether there is one more
_ONE = np.uint64(1)


@compiled
def read_texts(
    addresses: NDArray[np.int64],
    table: NDArray[np.uint32],
    codes: NDArray[np.uint16],
    lower: NDArray[np.uint8],
    in_word: NDArray[np.uint64],
    capital: NDArray[np.uint64],
    is_hard: NDArray[np.bool_],
    line_feeds: NDArray[np.uint64],
    line_ends: NDArray[np.int32],
    begins: NDArray[np.int64],
    ends: NDArray[np.int64],
    openings: NDArray[np.uint64],
    longest: int,
    n_heads: int,
    n_more: int,
    suspects: NDArray[np.int32],
) -> int:
    """Write code points, lower case and flags of each character, where texts begin and end, and the lines to look at.

    Each text begins at a multiple of 64 and is followed by a line feed, and spaces up to the next one. The flags of 64
    characters are one number; of those in words there is one number more, without a word. Of suspected lines, which
    are looked for where there are ``openings``, the number is returned: see `suspect_lines`.
    """
    begin = n_suspects = 0
    for text in range(addresses.size):
        end = begin + copy_characters(addresses[text], codes[begin:])
        is_hard[text] = _read_characters(codes, begin, end, table, lower, in_word, capital, line_feeds)
        seen_end = _delete_unseen(codes, begin, end, table) if is_hard[text] and openings.size else end
        if seen_end < end:
            is_hard[text] = _read_characters(codes, begin, seen_end, table, lower, in_word, capital, line_feeds)
        begins[text], ends[text] = begin, seen_end
        if openings.size and not is_hard[text]:
            n_lines = _find_line_ends(line_feeds, begin, seen_end, line_ends)
            n_suspects = suspect_lines(
                text, begin, codes, lower, in_word, table, line_ends, n_lines, openings, longest, n_heads, n_more,
                suspects, n_suspects,
            )  # fmt: skip
        begin = (seen_end + 64) & ~63
    in_word[begin >> 6] = 0
    return n_suspects


@inner
def _read_characters(
    codes: NDArray[np.uint16],
    begin: int,
    end: int,
    table: NDArray[np.uint32],
    lower: NDArray[np.uint8],
    in_word: NDArray[np.uint64],
    capital: NDArray[np.uint64],
    line_feeds: NDArray[np.uint64],
) -> bool:
    """Read the characters of a text, which gets its line feed here; whether it is hard is returned."""
    is_hard, after = False, (end + 64) & ~63
    codes[end] = _LINE_FEED
    for at in range(end + 1, after + _N_SPACES):
        codes[at] = _SPACE
    for block in range(begin >> 6, after >> 6):
        words, capitals, line_feeds[block], odd = read_64(codes, 64 * block, lower)
        while odd != 0:
            place = trailing_zeros(odd)
            bit = _ONE << np.uint64(place)
            odd ^= bit
            entry = _entry(codes, 64 * block + place, table)
            if entry in (HARD, UNSEEN):
                is_hard = True
            elif entry not in (SEPARATOR, WHITE_SPACE):
                lower[64 * block + place] = OTHER_LETTER
                words |= bit
                capitals |= bit if entry & CAPITAL else np.uint64(0)
        in_word[block] = words
        capital[block] = capitals
    in_word[after >> 6] = 0
    return is_hard


@inner
def _delete_unseen(codes: NDArray[np.uint16], begin: int, end: int, table: NDArray[np.uint32]) -> int:
    """Where a text ends then."""
    kept = begin
    for at in range(begin, end):
        codes[kept] = codes[at]
        kept += table[codes[at]] != UNSEEN
    return kept


@inlined
def _find_line_ends(line_feeds: NDArray[np.uint64], begin: int, end: int, line_ends: NDArray[np.int32]) -> int:
    """Write where the lines of a text end; their number is returned."""
    # Counted where they are read, the bits of a comparison would be added up one by one.
    n_lines = np.uint64(0)
    for block in range(begin >> 6, (end >> 6) + 1):
        n_lines = _write_places(line_feeds[block], 64 * block, line_ends, n_lines)
    return int(n_lines)


@inlined
def _write_places(flags: np.uint64, first: int, places: NDArray[np.int32], n_written: np.uint64) -> np.uint64:
    """Write the places of flags after those that are written; how many there are then is returned."""
    n_then = n_written + n_ones(flags)
    for at in range(_USUAL_LINES):
        places[n_written + np.uint64(at)] = first + trailing_zeros(flags)
        flags &= flags - _ONE
    more = n_written + np.uint64(_USUAL_LINES)
    while flags != 0:
        places[more] = first + trailing_zeros(flags)
        flags &= flags - _ONE
        more += _ONE
    return n_then


@inlined
def _entry(codes: NDArray[np.uint16], at: int, table: NDArray[np.uint32]) -> int:
    code = codes[at]
    if code == _SIGMA and not 0x03AC <= (table[codes[at + 1]] & 0xFFFF) <= 0x03CE:
        return HARD  # which small sigma it becomes depends on more than the next character
    return int(table[code])

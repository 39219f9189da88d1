"""Compiled loops that read characters: lower case, word characters, lines that normalising may cut."""

import numpy as np
from numpy.typing import NDArray

from dedupe.text.kernels_bits import load_eight, read_64, trailing_zeros
from dedupe.text.kernels_numba import compiled, inlined
from dedupe.text.kernels_table import CAPITAL, HARD, N_CHARACTERS, SEPARATOR, WHITE_SPACE

OTHER_LETTER = 0xFF
"""Stands for a letter outside ASCII where lower case is kept in bytes."""

_SIGMA = 0x03A3
_LINE_FEED, _RETURN = 10, 13
_PICTURES = (0x1F300, 0x1FB00)
_ONE, _ALL = np.uint64(1), np.uint64(0xFFFFFFFFFFFFFFFF)
_COPYRIGHT, _HYPHEN = 0xA9, 45

SPREAD, TO_SLOT = 0x9E3779B97F4A7C15, 54
N_OPENINGS = 1 << 11
"""An opening is looked for from the place on that it has times `SPREAD`, shifted by `TO_SLOT`, up to a zero."""


@compiled
def read_characters(
    codes: NDArray[np.uint32],
    sizes: NDArray[np.int64],
    table: NDArray[np.uint32],
    lower: NDArray[np.uint8],
    in_word: NDArray[np.uint64],
    capital: NDArray[np.uint64],
    is_hard: NDArray[np.bool_],
    line_ends: NDArray[np.int32],
    ends: NDArray[np.int64],
) -> int:
    """Write lower case and flags of each character, and where lines and texts end; the number of lines is returned.

    ``codes``, code points, are a multiple of 64: texts of some ``sizes``, each followed by a line feed. The
    flags of 64 characters are one number; of those in words there is one number more, without a word.
    """
    end = -1
    for text in range(sizes.size):
        end += int(sizes[text]) + 1
        ends[text] = end
    text = n_lines = 0
    for block in range(codes.size >> 6):
        words, capitals, odd = read_64(codes, 64 * block, lower)
        while odd != 0:
            place = trailing_zeros(odd)
            bit = _ONE << np.uint64(place)
            odd ^= bit
            at = 64 * block + place
            if codes[at] in (_LINE_FEED, _RETURN):
                line_ends[n_lines] = at
                n_lines += 1
                continue
            entry = _entry(codes, at, table)
            if entry == HARD:
                while at > ends[text]:
                    text += 1
                is_hard[text] = True
            elif entry not in (SEPARATOR, WHITE_SPACE):
                lower[at] = OTHER_LETTER
                words |= bit
                capitals |= bit if entry & CAPITAL else np.uint64(0)
        in_word[block] = words
        capital[block] = capitals
    in_word[codes.size >> 6] = 0
    return n_lines


@compiled
def clear_words(in_word: NDArray[np.uint64], begin: int, end: int) -> None:
    """Have no character between two places be of a word."""
    for at in range(begin, end):
        in_word[at >> 6] &= ~(_ONE << np.uint64(at & 63))


@inlined
def _entry(codes: NDArray[np.uint32], at: int, table: NDArray[np.uint32]) -> int:
    code = codes[at]
    if code >= N_CHARACTERS:
        return SEPARATOR if _PICTURES[0] <= code < _PICTURES[1] else HARD
    if code == _SIGMA and not _is_greek_letter(codes[at + 1], table):
        return HARD  # which small sigma it becomes depends on more than the next character
    return int(table[code])


@inlined
def _is_greek_letter(code: int, table: NDArray[np.uint32]) -> bool:
    return code < N_CHARACTERS and 0x03AC <= (table[code] & 0xFFFF) <= 0x03CE


@compiled
def suspect_lines(
    codes: NDArray[np.uint32],
    lower: NDArray[np.uint8],
    in_word: NDArray[np.uint64],
    ends: NDArray[np.int64],
    table: NDArray[np.uint32],
    line_ends: NDArray[np.int32],
    n_lines: int,
    openings: NDArray[np.uint64],
    longest: int,
    n_heads: int,
    suspects: NDArray[np.int32],
) -> int:
    """Find the lines that normalising may cut, and some others; their number is returned.

    ``openings`` is a table of the first eight bytes of the words that boilerplate begins with, which
    has at most ``longest`` characters; datelines are looked for in the first ``n_heads`` lines of a text.
    Rows of ``suspects`` are text, begin, end, how many lines of the text come before, whether normalising leaves the
    line's white space as it is, the place of its opening or a negative number, and whether it may have a dateline.
    """
    text = begin = n_seen = n_suspects = 0
    for line in range(n_lines):
        end = int(line_ends[line])
        first = begin
        while first < end and _is_white_space(codes[first], table):
            first += 1
        if first < end:
            slot = _opening_slot(lower, in_word, first, openings)
            if slot >= 0 and _n_signs(codes, first, end) > longest:
                slot = -1
            may_have_dateline = n_seen < n_heads and _may_have_dateline(codes, first, end)
            if slot >= 0 or may_have_dateline:
                row = suspects[n_suspects]
                row[0], row[1], row[2], row[3] = text, begin, end, n_seen
                row[4] = first == begin and _is_single_spaced(codes, begin, end, table)
                row[5], row[6] = slot, may_have_dateline
                n_suspects += 1
            n_seen += 1
        begin = end + 1
        if end == ends[text]:
            text += 1
            n_seen = 0
    return n_suspects


@inlined
def _is_white_space(code: int, table: NDArray[np.uint32]) -> bool:
    return code == 32 or (code < N_CHARACTERS and table[code] == WHITE_SPACE)


@inlined
def _opening_slot(
    lower: NDArray[np.uint8], in_word: NDArray[np.uint64], first: int, openings: NDArray[np.uint64]
) -> int:
    """Place of the word that a line begins with; `N_OPENINGS` for a copyright sign, negative for all else."""
    while 40 <= lower[first] <= 41 or lower[first] == 46 or lower[first] == 58 or lower[first] == 33:  # ( ) . : !
        first += 1
    block, turn = first >> 6, np.uint64(first & 63)
    size = trailing_zeros(~((in_word[block] >> turn) | ((in_word[block + 1] << _ONE) << (np.uint64(63) - turn))))
    after = lower[first + size]
    if size == 0:
        return N_OPENINGS if after == _COPYRIGHT else -1
    if after == _HYPHEN:
        size += 1
        while size < 8 and 97 <= lower[first + size] <= 122:
            size += 1
    elif size < 8 and not (after <= 33 or 40 <= after <= 41 or after in (46, 58) or after >= 127):
        return -1  # another word: the whole of it must be the opening
    opening = load_eight(lower, first) & (_ALL >> np.uint64(64 - 8 * min(size, 8)))
    slot = (opening * np.uint64(SPREAD)) >> np.uint64(TO_SLOT)
    while openings[slot] != 0 and openings[slot] != opening:
        slot += _ONE
    return int(slot) if openings[slot] != 0 else -1


@compiled
def _n_signs(codes: NDArray[np.uint32], begin: int, end: int) -> int:
    """Printable ASCII characters but for spaces: no more than the characters of the normalised line."""
    n_signs = 0
    for at in range(begin, end):
        n_signs += 32 < codes[at] < 127
    return n_signs


@compiled
def _is_single_spaced(codes: NDArray[np.uint32], begin: int, end: int, table: NDArray[np.uint32]) -> bool:
    was_space = False
    for at in range(begin, end):
        if codes[at] != 32 and (codes[at] < 32 or codes[at] > 126) and _is_white_space(codes[at], table):
            return False
        if was_space and codes[at] == 32:
            return False
        was_space = codes[at] == 32
    return not was_space


@inlined
def _may_have_dateline(codes: NDArray[np.uint32], first: int, end: int) -> bool:
    """Whether a line begins with an agency in parentheses or a place in capitals, and has a dash behind a space."""
    second = codes[first + 1]
    if codes[first] != 40 and not (65 <= codes[first] <= 90 and (65 <= second <= 90 or second >= 0x80)):
        return False
    for at in range(first + 1, end):
        if codes[at] == 45 or 0x2013 <= codes[at] <= 0x2014:
            before = codes[at - 1]
            if before in (32, 41, 45) or before < 32 or before > 126:  # ) -
                return True
    return False

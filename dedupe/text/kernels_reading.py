"""Compiled loops that read UTF-8: word characters, lower case, lines that normalising may cut."""

import numpy as np
from numpy.typing import NDArray

from dedupe.text.kernels_numba import compiled
from dedupe.text.kernels_table import CAPITAL, HARD, SEPARATOR, WHITE_SPACE

IS_WORD = 1
IS_CAPITAL = 2

_SIGMA = 0x03A3
_ONES = np.uint64(0x0101010101010101)
_HIGH_BITS = np.uint64(0x8080808080808080)
_SPACES = np.uint64(0x2020202020202020)
_DELETES = np.uint64(0x7F7F7F7F7F7F7F7F)


@compiled
def read_ascii(data: NDArray[np.uint8], lower: NDArray[np.uint8], marks: NDArray[np.uint8]) -> None:
    """Lower-case the ASCII letters of ``data`` into ``lower``; mark word characters and capitals in ``marks``."""
    for at in range(data.size):
        byte = data[at]
        is_upper = (byte >= 65) & (byte <= 90)
        is_digit = (byte >= 48) & (byte <= 57)
        is_lower = (byte >= 97) & (byte <= 122)
        is_word = is_upper | is_digit | is_lower | (byte == 95)
        lower[at] = np.uint8(byte | (np.uint8(is_upper) << np.uint8(5)))
        marks[at] = np.uint8(np.uint8(is_word) | (np.uint8(is_upper | is_digit) << np.uint8(1)))


@compiled
def read_others(
    data: NDArray[np.uint8],
    eights: NDArray[np.uint64],
    ends: NDArray[np.int64],
    table: NDArray[np.uint32],
    lower: NDArray[np.uint8],
    marks: NDArray[np.uint8],
    is_hard: NDArray[np.bool_],
    line_ends: NDArray[np.int32],
) -> None:
    """Do what is not printable ASCII: other letters into ``lower`` and ``marks``, hard texts, ends of lines.

    ``eights`` views ``data`` as 64-bit numbers; each text is followed by a line feed at its end in ``ends``.
    """
    text = n_lines = done = 0
    for block in range(eights.size):
        eight = eights[block]
        deleted = eight ^ _DELETES
        if (eight | ((eight - _SPACES) & ~eight) | ((deleted - _ONES) & ~deleted)) & _HIGH_BITS == 0:
            continue
        for at in range(max(done, 8 * block), 8 * block + 8):
            byte = data[at]
            if at < done or 32 <= byte < 127:
                continue
            while at > ends[text]:
                text += 1
            done = at + 1
            if byte in (10, 13):
                line_ends[n_lines] = at
                n_lines += 1
            elif byte < 0xF0:
                done = at + _width(byte)
                entry = _entry(data, at, table)
                if entry == HARD:
                    is_hard[text] = True
                elif entry not in (SEPARATOR, WHITE_SPACE):
                    _write(lower, marks, at, done, entry)
            else:
                done = at + 4
                is_hard[text] |= not _is_picture(data, at)


@compiled
def _width(byte: int) -> int:
    if byte < 0x80:
        return 1
    return 2 if byte < 0xE0 else 3


@compiled
def _code_point(data: NDArray[np.uint8], at: int) -> int:
    """Code point of a character of the Basic Multilingual Plane."""
    byte = int(data[at])
    if byte < 0x80:
        return byte
    if byte < 0xE0:
        return int((byte & 0x1F) << 6 | (data[at + 1] & 0x3F))
    return int((byte & 0x0F) << 12 | (data[at + 1] & 0x3F) << 6 | (data[at + 2] & 0x3F))


@compiled
def _is_picture(data: NDArray[np.uint8], at: int) -> bool:
    """Whether four bytes are of U+1F300 to U+1FAFF: pictures all, and so separators."""
    return bool(data[at] == 0xF0 and data[at + 1] == 0x9F and 0x8C <= data[at + 2] < 0xAC)


@compiled
def _entry(data: NDArray[np.uint8], at: int, table: NDArray[np.uint32]) -> int:
    code = _code_point(data, at)
    if code == _SIGMA and not _is_greek_letter(int(table[_code_point(data, at + 2)]) & 0xFFFF):
        return HARD  # which small sigma it becomes depends on more than the next character
    return int(table[code])


@compiled
def _is_greek_letter(lower: int) -> bool:
    return 0x03AC <= lower <= 0x03CE


@compiled
def _write(lower: NDArray[np.uint8], marks: NDArray[np.uint8], at: int, end: int, entry: int) -> None:
    code = entry & 0xFFFF
    if end - at == 2:
        lower[at] = 0xC0 | code >> 6
    elif end - at == 3:
        lower[at] = 0xE0 | code >> 12
        lower[at + 1] = 0x80 | ((code >> 6) & 0x3F)
    lower[end - 1] = 0x80 | (code & 0x3F)
    marks[at:end] = IS_WORD
    if entry & CAPITAL:
        marks[at] = IS_WORD | IS_CAPITAL


@compiled
def suspect_lines(
    data: NDArray[np.uint8],
    ends: NDArray[np.int64],
    table: NDArray[np.uint32],
    line_ends: NDArray[np.int32],
    openings: NDArray[np.uint64],
    longest: int,
    n_heads: int,
    suspects: NDArray[np.int32],
) -> int:
    """Find the lines that normalising may cut, and some others; their number is returned.

    ``openings`` holds the first eight bytes of the words that boilerplate begins with, which has at most ``longest``
    characters; datelines are looked for in the first ``n_heads`` lines of a text. Rows of ``suspects`` are text,
    begin, end, and whether the line is one of those.
    """
    text = begin = n_seen = n_suspects = 0
    for line in range(line_ends.size):
        end = line_ends[line]
        first = _skip_white_space(data, begin, end, table)
        if first < end:
            is_head = n_seen < n_heads
            if _may_be_boilerplate(data, first, end, openings, longest) or (
                is_head and _may_have_dateline(data, first, end)
            ):
                row = suspects[n_suspects]
                row[0], row[1], row[2], row[3] = text, begin, end, is_head
                n_suspects += 1
            n_seen += 1
        begin = end + 1
        if end == ends[text]:
            text += 1
            n_seen = 0
    return n_suspects


@compiled
def _skip_white_space(data: NDArray[np.uint8], begin: int, end: int, table: NDArray[np.uint32]) -> int:
    at = begin
    while data[at] == 32:
        at += 1
    while at < end and data[at] < 0xF0 and table[_code_point(data, at)] == WHITE_SPACE:
        at += _width(data[at])
    return at


@compiled
def _may_be_boilerplate(
    data: NDArray[np.uint8], first: int, end: int, openings: NDArray[np.uint64], longest: int
) -> bool:
    while 40 <= data[first] <= 41 or data[first] == 46 or data[first] == 58 or data[first] == 33:  # ( ) . : !
        first += 1
    if data[first] == 0xC2:  # ©, and some others
        return True
    opening = np.uint64(0)
    for at in range(8):
        byte = data[first + at] | 0x20
        if not (97 <= byte <= 122 or data[first + at] == 45):
            break
        opening |= np.uint64(byte) << np.uint64(8 * at)
    is_known = False
    for known in openings:
        is_known |= opening == known
    return is_known and _n_signs(data, first, end) <= longest


@compiled
def _n_signs(data: NDArray[np.uint8], begin: int, end: int) -> int:
    """Printable ASCII characters but for spaces: no more than the characters of the normalised line."""
    n_signs = 0
    for at in range(begin, end):
        n_signs += 32 < data[at] < 127
    return n_signs


@compiled
def _may_have_dateline(data: NDArray[np.uint8], first: int, end: int) -> bool:
    """Whether a line begins with an agency in parentheses or a place in capitals, and has a dash."""
    second = data[first + 1]
    if data[first] != 40 and not (65 <= data[first] <= 90 and (65 <= second <= 90 or second >= 0x80)):
        return False
    for at in range(first, end):
        if data[at] == 45 or (data[at] == 0xE2 and data[at + 1] == 0x80 and 0x93 <= data[at + 2] <= 0x94):
            return True
    return False

"""Compiled loops that find the lines normalising may cut, and cut the datelines that are plain."""

import numpy as np
from numpy.typing import NDArray

from dedupe.text.kernels_bits import has_flag, load_eight, trailing_zeros
from dedupe.text.kernels_numba import compiled, inlined, inner
from dedupe.text.kernels_table import N_CHARACTERS, SEPARATOR, WHITE_SPACE

_ONE, _ALL = np.uint64(1), np.uint64(0xFFFFFFFFFFFFFFFF)
_COPYRIGHT, _APOSTROPHE, _PARENTHESIS, _COMMA, _HYPHEN = 0xA9, 0x2019, 40, 44, 45
_MOST_NAMES, _LONGEST_NAME, _LONGEST_DAY, _LONGEST_AGENCIES = 5, 25, 64, 80

SPREAD, TO_SLOT = 0x9E3779B97F4A7C15, 54
N_OPENINGS = 1 << 11
"""An opening is looked for from the place on that it has times `SPREAD`, shifted by `TO_SLOT`, up to a zero."""

ANY, LATER, NAMED = 1, 2, 3
"""Stand for a next word in the table, where each is added to its opening times `SPREAD`: see `normalise.NEXT_WORDS`."""
AGENCY, MONTH, LONGEST_AGENCY = 1 << 62, 3 << 62, 7
"""Added to the letters, the last one lowest, of agencies of one word no longer than that, and of months."""

_SPREAD, _TO_SLOT, _U8 = np.uint64(SPREAD), np.uint64(TO_SLOT), np.uint64(8)
_HIGH_BITS = np.uint64(0x8080808080808080)


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
    n_more: int,
    suspects: NDArray[np.int32],
) -> int:
    """Find the lines that normalising may cut, and some others; their number is returned.

    ``openings`` is a table of the words that boilerplate, of at most ``longest`` characters, begins with. Datelines
    are looked for in the first ``n_heads`` lines of a text, and cut where nothing is in doubt, and in ``n_more``, heads
    when lines before them are gone. Rows of ``suspects`` are text, begin, end, how many lines of the text come before,
    whether normalising leaves the line's white space as it is, the place of its opening or a negative number, and
    whether it may have a dateline.
    """
    text = begin = n_seen = n_suspects = 0
    for line in range(n_lines):
        end = int(line_ends[line])
        first = begin
        while first < end and _is_white_space(codes[first], table):
            first += 1
        if first < end:
            is_head = n_seen < n_heads + n_more and _may_be_dateline(codes, first)
            cut = dateline_end(codes, first, end, table, openings) if is_head else first
            if first < cut and (n_seen >= n_heads or not _is_sure(codes, lower, in_word, cut, end, table, openings)):
                cut = -1
            if cut > first:
                clear_words(in_word, begin, cut)
            slot = _opening_slot(codes, lower, in_word, first, table, openings) if cut <= first else -1
            if slot >= 0 and end - first > longest and _n_signs(codes, first, end) > longest:
                slot = -1
            if slot >= 0 or cut < 0:
                row = suspects[n_suspects]
                row[0], row[1], row[2], row[3] = text, begin, end, n_seen
                row[4] = first == begin and _is_single_spaced(codes, begin, end, table)
                row[5], row[6] = slot, cut < 0
                n_suspects += 1
            n_seen += 1
        begin = end + 1
        if end == ends[text]:
            text += 1
            n_seen = 0
    return n_suspects


@compiled
def clear_words(in_word: NDArray[np.uint64], begin: int, end: int) -> None:
    """Have no character between two places be of a word."""
    for at in range(begin, end):
        in_word[at >> 6] &= ~(_ONE << np.uint64(at & 63))


@inlined
def _is_white_space(code: int, table: NDArray[np.uint32]) -> bool:
    return code == 32 or (code < N_CHARACTERS and table[code] == WHITE_SPACE)


@inlined
def _may_be_dateline(codes: NDArray[np.uint32], first: int) -> bool:
    return codes[first] == _PARENTHESIS or (_is_capital(codes[first]) and not _is_small(codes[first + 1]))


@inner
def _is_sure(
    codes: NDArray[np.uint32],
    lower: NDArray[np.uint8],
    in_word: NDArray[np.uint64],
    cut: int,
    end: int,
    table: NDArray[np.uint32],
    openings: NDArray[np.uint64],
) -> bool:
    """Whether after a dateline comes something, which is neither another one nor boilerplate."""
    if cut >= end or _is_white_space(codes[cut], table):
        return False
    if dateline_end(codes, cut, end, table, openings) != cut:
        return False
    return _opening_slot(codes, lower, in_word, cut, table, openings) < 0


@inlined
def _opening_slot(
    codes: NDArray[np.uint32],
    lower: NDArray[np.uint8],
    in_word: NDArray[np.uint64],
    first: int,
    table: NDArray[np.uint32],
    openings: NDArray[np.uint64],
) -> int:
    """Place of the word that a line begins with; `N_OPENINGS` for a copyright sign, negative for all else."""
    while 40 <= lower[first] <= 41 or lower[first] == 46 or lower[first] == 58 or lower[first] == 33:  # ( ) . : !
        first += 1
    size = _word_size(in_word, first)
    after = lower[first + size]
    if size == 0:
        return N_OPENINGS if after == _COPYRIGHT else -1
    if after == _HYPHEN:
        size += 1
        while size < 8 and 97 <= lower[first + size] <= 122:
            size += 1
    elif size < 8 and not (after <= 33 or 40 <= after <= 41 or after in (46, 58) or after >= 127):
        return -1  # the whole of a word must be the opening
    elif size < 8 and after >= 127 and not _is_white_space(codes[first + size], table):
        return -1
    opening = _spelling(lower, first, size)
    slot = _slot(openings, opening)
    if slot < 0 or not _may_go_on(codes, lower, in_word, first + size, opening, openings):
        return -1
    return slot


@inner
def _may_go_on(
    codes: NDArray[np.uint32],
    lower: NDArray[np.uint8],
    in_word: NDArray[np.uint64],
    at: int,
    opening: np.uint64,
    openings: NDArray[np.uint64],
) -> bool:
    """Whether the words after an opening, which ends at a place, are such as boilerplate has there."""
    if _slot(openings, opening * _SPREAD + np.uint64(ANY)) >= 0:
        return True
    if codes[at] == 32 and _slot(openings, opening * _SPREAD + np.uint64(LATER)) >= 0:
        at += 1 + _word_size(in_word, at + 1)
        if 32 < codes[at] < 127:
            return bool(codes[at - 1] == 32)
    if codes[at] != 32 or not has_flag(in_word, at + 1):
        return True
    is_named = 65 <= codes[at + 1] <= 90 or codes[at + 1] > 126
    if is_named and _slot(openings, opening * _SPREAD + np.uint64(NAMED)) >= 0:
        return True
    spelled = _spelling(lower, at + 1, _word_size(in_word, at + 1))
    # A pattern takes some letters outside ASCII for those they look like.
    return spelled & _HIGH_BITS != 0 or _slot(openings, opening * _SPREAD + spelled) >= 0


@inlined
def _word_size(in_word: NDArray[np.uint64], first: int) -> int:
    """Characters of the word that begins at a place, up to 64."""
    block, turn = first >> 6, np.uint64(first & 63)
    return trailing_zeros(~((in_word[block] >> turn) | ((in_word[block + 1] << _ONE) << (np.uint64(63) - turn))))


@inlined
def _spelling(lower: NDArray[np.uint8], first: int, size: int) -> np.uint64:
    """The first eight bytes of a word."""
    return load_eight(lower, first) & (_ALL >> np.uint64(64 - 8 * min(size, 8)))


@inlined
def _slot(openings: NDArray[np.uint64], key: np.uint64) -> int:
    slot = (key * _SPREAD) >> _TO_SLOT
    while openings[slot] != 0 and openings[slot] != key:
        slot += _ONE
    return int(slot) if openings[slot] != 0 else -1


@inner
def _n_signs(codes: NDArray[np.uint32], begin: int, end: int) -> int:
    """Printable ASCII characters but for spaces: no more than the characters of the normalised line."""
    n_signs = 0
    for at in range(begin, end):
        n_signs += 32 < codes[at] < 127
    return n_signs


@inner
def _is_single_spaced(codes: NDArray[np.uint32], begin: int, end: int, table: NDArray[np.uint32]) -> bool:
    was_space = False
    for at in range(begin, end):
        if codes[at] != 32 and (codes[at] < 32 or codes[at] > 126) and _is_white_space(codes[at], table):
            return False
        if was_space and codes[at] == 32:
            return False
        was_space = codes[at] == 32
    return not was_space


@inner
def dateline_end(
    codes: NDArray[np.uint32], first: int, end: int, table: NDArray[np.uint32], openings: NDArray[np.uint64]
) -> int:
    """Where the text goes on after a dateline at a place, that place where there is none, -1 where that is open.

    Known are places and agencies of ASCII, and days such as ``March 3``.
    """
    at = first
    if codes[at] != _PARENTHESIS:
        at = _place_end(codes, first, end, table)
        if at > first and codes[at] == _COMMA:
            at = _day_end(codes, at, end, table, openings)
        if at <= first:
            return first if at == 0 else -1
        at += 1
        if codes[at] != _PARENTHESIS:
            after = _dash_end(codes, at)
            is_dash = after > at + (codes[at] == _HYPHEN)
            return _go_on(codes, after, end, table, first, 32) if is_dash else _go_on(codes, at, end, table, first, -1)
    return _after_agency(codes, at, first, end, table, openings)


@inlined
def _after_agency(
    codes: NDArray[np.uint32],
    opening: int,
    first: int,
    end: int,
    table: NDArray[np.uint32],
    openings: NDArray[np.uint64],
) -> int:
    """`dateline_end` from the parenthesis on."""
    closing, n_letters, agency = opening + 1, 0, np.uint64(0)
    while closing < end and closing - opening < _LONGEST_AGENCIES and codes[closing] != _PARENTHESIS + 1:
        if _is_open(codes[closing], table):
            return -1
        n_letters += _is_capital(codes[closing]) or _is_small(codes[closing])
        agency = (agency << _U8) | np.uint64(codes[closing])
        closing += 1
    if codes[closing] != _PARENTHESIS + 1:
        return first
    at = closing + 1 + (codes[closing + 1] == 32)
    dash = _dash_end(codes, at)
    if dash == at:
        return _go_on(codes, at, end, table, first, -1)
    if n_letters > LONGEST_AGENCY or n_letters < closing - opening - 1:
        return -1  # it has more than one word, or there are several
    return dash + (codes[dash] == 32) if _slot(openings, agency + np.uint64(AGENCY)) >= 0 else first


@inlined
def _place_end(codes: NDArray[np.uint32], first: int, end: int, table: NDArray[np.uint32]) -> int:
    """Where a space or a comma follows a place in capitals; 0 for no place, -1 where that is open."""
    at = first
    for run in range(_MOST_NAMES):
        begin = at
        while _is_capital(codes[at]):
            at += 1
        after = at
        while after - at < 2 and codes[after] in (32, 39, 45, 46, 47):  # ' - . /
            after += 1
        if at - begin < 1 + (run == 0) and (at == begin or after > at):
            return 0
        if codes[after] == codes[after - 1] == 32:
            return -1
        if after < end and codes[after] == _APOSTROPHE:
            return 0 if after == at and _is_small(codes[after + 1]) else -1
        if at - begin > _LONGEST_NAME or (after < end and _is_open(codes[after], table)):
            return -1
        if at - begin < 1 + (run == 0):
            return 0
        if after == at or not _is_capital(codes[after]):
            break
        at = after
    return at if codes[at] in (32, _COMMA) else 0


@inlined
def _day_end(
    codes: NDArray[np.uint32], comma: int, end: int, table: NDArray[np.uint32], openings: NDArray[np.uint64]
) -> int:
    """Where a space follows a day after a comma; 0 where neither day nor agency follow, -1 where that is open."""
    at, month = comma + 2, np.uint64(0)
    while _is_capital(codes[at]) or _is_small(codes[at]):
        month = (month << _U8) | np.uint64(codes[at]) if at - comma < 5 else month
        at += 1
    n_letters = at - comma - 2
    at += 1 + int(codes[at] == 46)
    digit = at
    while 48 <= codes[digit] <= 57:
        digit += 1
    is_spaced = codes[comma + 1] == 32 and codes[at - 1] == 32 and codes[digit] == 32
    if is_spaced and 1 <= digit - at <= 2 and 3 <= n_letters <= 10 and _slot(openings, month + np.uint64(MONTH)) >= 0:
        return digit
    has_digit = False
    for at in range(comma + 1, min(end, comma + _LONGEST_DAY)):
        if codes[at] == _HYPHEN or 0x2013 <= codes[at] <= 0x2014:
            return -1 if has_digit else 0
        if codes[at] == _PARENTHESIS or _is_open(codes[at], table):
            return -1
        has_digit |= 48 <= codes[at] <= 57
    return 0


@inlined
def _dash_end(codes: NDArray[np.uint32], at: int) -> int:
    if codes[at] == _HYPHEN:
        return at + 1 + int(codes[at + 1] == _HYPHEN)
    return at + int(0x2013 <= codes[at] <= 0x2014)


@inlined
def _go_on(codes: NDArray[np.uint32], at: int, end: int, table: NDArray[np.uint32], first: int, wanted: int) -> int:
    """The place after a wanted character; without one there is no dateline, or that is open."""
    if at < end and codes[at] == wanted:
        return at + 1
    return -1 if at < end and (codes[at] == 32 or _is_open(codes[at], table)) else first


@inlined
def _is_open(code: int, table: NDArray[np.uint32]) -> bool:
    """Whether a character may be white space, or a letter that places have beside their capitals."""
    return code < 32 or (code > 126 and (code >= N_CHARACTERS or table[code] != SEPARATOR))


@inlined
def _is_capital(code: int) -> bool:
    return 65 <= code <= 90


@inlined
def _is_small(code: int) -> bool:
    return 97 <= code <= 122

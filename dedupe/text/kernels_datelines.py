"""Compiled loops that find where a plain dateline ends."""

import numpy as np
from numpy.typing import NDArray

from dedupe.text.kernels_numba import inlined, inner
from dedupe.text.kernels_slots import AGENCY, LONGEST_AGENCY, MONTH, slot_of
from dedupe.text.kernels_table import SEPARATOR

_APOSTROPHE, _PARENTHESIS, _COMMA, _HYPHEN = 0x2019, 40, 44, 45
_MOST_NAMES, _LONGEST_NAME, _LONGEST_DAY, _LONGEST_AGENCIES = 5, 25, 64, 80
_U8 = np.uint64(8)


@inlined
def may_be_dateline(codes: NDArray[np.uint16], first: int) -> bool:
    """Whether a line that begins at a place may begin with a dateline."""
    return codes[first] == _PARENTHESIS or (_is_capital(codes[first]) and not _is_small(codes[first + 1]))


@inner
def dateline_end(
    codes: NDArray[np.uint16], first: int, end: int, table: NDArray[np.uint32], openings: NDArray[np.uint64]
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
    codes: NDArray[np.uint16],
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
    return dash + (codes[dash] == 32) if slot_of(openings, agency + np.uint64(AGENCY)) >= 0 else first


@inlined
def _place_end(codes: NDArray[np.uint16], first: int, end: int, table: NDArray[np.uint32]) -> int:
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
    codes: NDArray[np.uint16], comma: int, end: int, table: NDArray[np.uint32], openings: NDArray[np.uint64]
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
    if is_spaced and 1 <= digit - at <= 2 and 3 <= n_letters <= 10 and slot_of(openings, month + np.uint64(MONTH)) >= 0:
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
def _dash_end(codes: NDArray[np.uint16], at: int) -> int:
    if codes[at] == _HYPHEN:
        return at + 1 + int(codes[at + 1] == _HYPHEN)
    return at + int(0x2013 <= codes[at] <= 0x2014)


@inlined
def _go_on(codes: NDArray[np.uint16], at: int, end: int, table: NDArray[np.uint32], first: int, wanted: int) -> int:
    """The place after a wanted character; without one there is no dateline, or that is open."""
    if at < end and codes[at] == wanted:
        return at + 1
    return -1 if at < end and (codes[at] == 32 or _is_open(codes[at], table)) else first


@inlined
def _is_open(code: int, table: NDArray[np.uint32]) -> bool:
    """Whether a character may be white space, or a letter that places have beside their capitals."""
    return code < 32 or (code > 126 and table[code] != SEPARATOR)


@inlined
def _is_capital(code: int) -> bool:
    return 65 <= code <= 90


@inlined
def _is_small(code: int) -> bool:
    return 97 <= code <= 122

"""Compiled loops that find the lines normalising may cut, and cut the datelines that are plain."""

import numpy as np
from numpy.typing import NDArray

from dedupe.text.kernels_bits import has_flag, load_eight, trailing_zeros
from dedupe.text.kernels_datelines import dateline_end, may_be_dateline
from dedupe.text.kernels_numba import compiled, inlined, inner
from dedupe.text.kernels_slots import ANY, LATER, N_OPENINGS, NAMED, SPREAD, slot_of
from dedupe.text.kernels_table import WHITE_SPACE

_ONE, _ALL, _SPREAD = np.uint64(1), np.uint64(0xFFFFFFFFFFFFFFFF), np.uint64(SPREAD)
_HIGH_BITS = np.uint64(0x8080808080808080)
_COPYRIGHT, _HYPHEN = 0xA9, 45


@inner
def suspect_lines(
    text: int,
    begin: int,
    codes: NDArray[np.uint16],
    lower: NDArray[np.uint8],
    in_word: NDArray[np.uint64],
    table: NDArray[np.uint32],
    line_ends: NDArray[np.int32],
    n_lines: int,
    openings: NDArray[np.uint64],
    longest: int,
    n_heads: int,
    n_more: int,
    suspects: NDArray[np.int32],
    n_suspects: int,
) -> int:
    """Find the lines of a text that normalising may cut, and some others; the number of suspects is returned.

    ``openings`` is a table of the words that boilerplate, of at most ``longest`` characters, begins with. Datelines
    are looked for in the first ``n_heads`` lines, and cut where nothing is in doubt, and in ``n_more``, heads
    when lines before them are gone. Rows of ``suspects`` are text, begin, end, how many lines of the text come before,
    whether normalising leaves the line's white space as it is, the place of its opening or a negative number, and
    whether it may have a dateline.
    """
    n_seen = 0
    for line in range(n_lines):
        end = int(line_ends[line])
        first = begin
        while first < end and _is_white_space(codes[first], table):
            first += 1
        if first < end:
            is_head = n_seen < n_heads + n_more and may_be_dateline(codes, first)
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
    return n_suspects


@compiled
def clear_words(in_word: NDArray[np.uint64], begin: int, end: int) -> None:
    """Have no character between two places be of a word."""
    for at in range(begin, end):
        in_word[at >> 6] &= ~(_ONE << np.uint64(at & 63))


@inlined
def _is_white_space(code: int, table: NDArray[np.uint32]) -> bool:
    return code == 32 or bool(table[code] == WHITE_SPACE)


@inner
def _is_sure(
    codes: NDArray[np.uint16],
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
    codes: NDArray[np.uint16],
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
    slot = slot_of(openings, opening)
    if slot < 0 or not _may_go_on(codes, lower, in_word, first + size, opening, openings):
        return -1
    return slot


@inner
def _may_go_on(
    codes: NDArray[np.uint16],
    lower: NDArray[np.uint8],
    in_word: NDArray[np.uint64],
    at: int,
    opening: np.uint64,
    openings: NDArray[np.uint64],
) -> bool:
    """Whether the words after an opening, which ends at a place, are such as boilerplate has there."""
    if slot_of(openings, opening * _SPREAD + np.uint64(ANY)) >= 0:
        return True
    if codes[at] == 32 and slot_of(openings, opening * _SPREAD + np.uint64(LATER)) >= 0:
        at += 1 + _word_size(in_word, at + 1)
        if 32 < codes[at] < 127:
            return bool(codes[at - 1] == 32)
    if codes[at] != 32 or not has_flag(in_word, at + 1):
        return True
    is_named = 65 <= codes[at + 1] <= 90 or codes[at + 1] > 126
    if is_named and slot_of(openings, opening * _SPREAD + np.uint64(NAMED)) >= 0:
        return True
    spelled = _spelling(lower, at + 1, _word_size(in_word, at + 1))
    # A pattern takes some letters outside ASCII for those they look like.
    return spelled & _HIGH_BITS != 0 or slot_of(openings, opening * _SPREAD + spelled) >= 0


@inlined
def _word_size(in_word: NDArray[np.uint64], first: int) -> int:
    """Characters of the word that begins at a place, up to 64."""
    block, turn = first >> 6, np.uint64(first & 63)
    return trailing_zeros(~((in_word[block] >> turn) | ((in_word[block + 1] << _ONE) << (np.uint64(63) - turn))))


@inlined
def _spelling(lower: NDArray[np.uint8], first: int, size: int) -> np.uint64:
    """The first eight bytes of a word."""
    return load_eight(lower, first) & (_ALL >> np.uint64(64 - 8 * min(size, 8)))


@inner
def _n_signs(codes: NDArray[np.uint16], begin: int, end: int) -> int:
    """Printable ASCII characters but for spaces: no more than the characters of the normalised line."""
    n_signs = 0
    for at in range(begin, end):
        n_signs += 32 < codes[at] < 127
    return n_signs


@inner
def _is_single_spaced(codes: NDArray[np.uint16], begin: int, end: int, table: NDArray[np.uint32]) -> bool:
    was_space = False
    for at in range(begin, end):
        if codes[at] != 32 and (codes[at] < 32 or codes[at] > 126) and _is_white_space(codes[at], table):
            return False
        if was_space and codes[at] == 32:
            return False
        was_space = codes[at] == 32
    return not was_space

"""Compiled loops that read characters: lower case, word characters, where lines end."""

import numpy as np
from numpy.typing import NDArray

from dedupe.text.kernels_bits import read_64, trailing_zeros
from dedupe.text.kernels_numba import compiled, inlined
from dedupe.text.kernels_table import CAPITAL, HARD, N_CHARACTERS, SEPARATOR, WHITE_SPACE

OTHER_LETTER = 0xFF
"""Stands for a letter outside ASCII where lower case is kept in bytes."""

_SIGMA = 0x03A3
_LINE_FEED, _RETURN = 10, 13
_PICTURES = (0x1F300, 0x1FB00)
_ONE = np.uint64(1)


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

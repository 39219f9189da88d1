"""Compiled loops that make the keys of an article, and estimate its size: `keys` says what they are."""

import numpy as np
from numpy.typing import NDArray

from dedupe.near_duplicates.keys import BAND_SALT, FIRST_FACTOR, LANE_SALT, MULTIPLY, Layout
from dedupe.text.kernels_numba import compiled

_EMPTY = np.uint32(0xFFFFFFFF)
_U32 = np.uint64(32)


@compiled
def write_keys(
    signature: NDArray[np.uint32], text_key: NDArray[np.uint64], layout: Layout, keys: NDArray[np.uint32]
) -> int:
    """Write the keys of an article, one a column; how many it has: without shingles only the text's."""
    mask = np.uint32((1 << layout.column_bits) - 1)
    keys[0] = np.uint32(text_key[0] >> _U32) & ~mask
    if lowest(signature) == _EMPTY:
        return 1
    for band in range(layout.bands):
        total, factor = np.uint64(0), FIRST_FACTOR
        for row in range(layout.rows):
            total += np.uint64(signature[band * layout.rows + row]) * factor
            factor *= FIRST_FACTOR
        column = 1 + band
        keys[column] = (_mixed(total, np.uint64(band + 1), BAND_SALT) & ~mask) | np.uint32(column)
    for lane in range(layout.lanes):
        value = np.uint64(signature[signature.size - layout.lanes + lane])
        column = 1 + layout.bands + lane
        keys[column] = (_mixed(value, np.uint64(lane + 1), LANE_SALT) & ~mask) | np.uint32(column)
    return int(keys.size)


@compiled
def lowest(signature: NDArray[np.uint32]) -> np.uint32:
    """The lowest value, which is the largest number there is without shingles."""
    found = _EMPTY
    for value in signature:
        found = min(found, value)
    return found


@compiled
def _mixed(value: np.uint64, number: np.uint64, salt: np.uint64) -> np.uint32:
    key = (value + number * salt) * MULTIPLY
    return np.uint32(((key ^ (key >> _U32)) * MULTIPLY) >> _U32)


@compiled
def n_shingles_of(signature: NDArray[np.uint32]) -> float:
    """How many distinct shingles the text of a signature has, estimated; 0 without any."""
    if lowest(signature) == _EMPTY:
        return 0.0
    total = np.uint64(0)
    for value in signature:
        total += np.uint64(value)
    return max(1.0, signature.size * 2.0**32 / (np.float64(total) + signature.size) - 1.0)

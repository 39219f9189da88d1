"""Compiled loops that tell from two signatures whether their texts are worth a comparison."""

import math

import numpy as np
from numpy.typing import NDArray

from dedupe.near_duplicates.bounds import MORE_SHINGLES, SAME_LENGTH, Bounds
from dedupe.text.kernels_numba import compiled, inlined

_LOW_BITS = np.uint64(0x7F7F7F7F7F7F7F7F)
_EVEN_BYTES = np.uint64(0x00FF00FF00FF00FF)
_PAIRS = np.uint64(0x0001000100010001)
_SURELY = 1 - 1e-9  # beyond what rounding does


@inlined
def n_alike(
    own_bytes: NDArray[np.uint64],
    own: float,
    lowest_bytes: NDArray[np.uint64],
    sizes: NDArray[np.float32],
    row: int,
    bounds: Bounds,
    num_perm: int,
) -> int:
    """How many values a signature shares with that of a row; -1 where a comparison is not worth it.

    ``own`` is the estimated number of its shingles. Of both signatures the lowest bytes are given, eight at a time.
    """
    other = np.float64(sizes[row])
    n_same = _n_same(own_bytes, lowest_bytes, row) - (8 * own_bytes.size - num_perm)
    # One of 256 agrees by chance.
    jaccard = max(n_same / num_perm - 1 / 256, 0.0) * (256 / 255)
    # Most end here, without a division: surely under the floor, which is a part of what is asked for.
    floor = bounds.floor * min(own, other)
    if not other > 0 or jaccard * (own + other - floor) < floor * _SURELY:
        return -1
    return n_same if jaccard >= _least_jaccard(own, other, bounds, num_perm) else -1


@compiled
def _least_jaccard(own: float, other: float, bounds: Bounds, num_perm: int) -> float:
    """`bounds.least_jaccard`, in the same order of the same operations."""
    smaller, larger = min(own, other), max(own, other)
    n_shingles = smaller * MORE_SHINGLES
    ample = (n_shingles - bounds.least_shingles) / (bounds.ample_shingles - bounds.least_shingles)
    short = 1.0 - min(max(ample, 0.0), 1.0)
    near = bounds.jaccard + short * (bounds.short_jaccard - bounds.jaccard)
    if n_shingles >= bounds.edited_shingles and smaller >= SAME_LENGTH * larger:
        near = min(near, bounds.edited_jaccard)
    shared = (bounds.containment + short * (bounds.short_containment - bounds.containment)) * smaller
    least = min(near, shared / (own + other - shared))
    floor = bounds.floor * smaller
    return max(least - bounds.deviations * math.sqrt(least * (1.0 - least) / num_perm), floor / (own + other - floor))


@inlined
def _n_same(own: NDArray[np.uint64], others: NDArray[np.uint64], row: int) -> int:
    """How many bytes of a row of others are those of ``own``, eight at a time."""
    in_bytes = np.uint64(0)
    for at in range(own.size):
        differing = own[at] ^ others[row, at]
        # The high bit of a byte that is not zero is set: by itself, or by a carry from its lower bits.
        is_other = ((differing & _LOW_BITS) + _LOW_BITS) | differing
        in_bytes += ~(is_other | _LOW_BITS) >> np.uint64(7)
    # A byte may hold 255, and no signature has as many eights of values.
    in_pairs = (in_bytes & _EVEN_BYTES) + ((in_bytes >> np.uint64(8)) & _EVEN_BYTES)
    return int((in_pairs * _PAIRS) >> np.uint64(48))


@compiled
def write_lowest_bytes(signature: NDArray[np.uint32], lowest_bytes: NDArray[np.uint8]) -> None:
    """Write what is kept of a signature, and zeros behind it."""
    for lane in range(signature.size):
        lowest_bytes[lane] = np.uint8(signature[lane])
    lowest_bytes[signature.size :] = 0

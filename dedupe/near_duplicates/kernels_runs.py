"""Compiled loops over runs: sorted arrays of ``key << 32 | row``."""

import numpy as np
from numpy.typing import NDArray

from dedupe.text.kernels_numba import compiled

_U32 = np.uint64(32)
_FEW = 32  # entries that are passed over one by one


@compiled
def merge(one: NDArray[np.uint64], other: NDArray[np.uint64], merged: NDArray[np.uint64]) -> None:
    """Write two sorted arrays of different numbers as one."""
    at = at_other = 0
    while at < one.size and at_other < other.size:
        # No branch: which is lower cannot be predicted.
        mine, others = one[at], other[at_other]
        merged[at + at_other] = min(mine, others)
        at, at_other = at + (mine <= others), at_other + (mine > others)
    merged[at + at_other : at_other + one.size] = one[at:]
    merged[one.size + at_other :] = other[at_other:]


@compiled
def write_directory(entries: NDArray[np.uint64], bits: int, directory: NDArray[np.uint32]) -> None:
    """Write where the entries begin whose first ``bits`` bits are 0, 1, 2 ..., and at last their number."""
    bucket = np.int64(0)
    for at in range(entries.size):
        own = np.int64((entries[at] >> _U32) >> np.uint64(32 - bits))
        while bucket <= own:
            directory[bucket] = at
            bucket += 1
    while bucket < directory.size:
        directory[bucket] = entries.size
        bucket += 1


@compiled
def end_of(last: np.uint64, entries: NDArray[np.uint64], low: np.int64, high: np.int64) -> np.int64:
    """How many entries of a sorted run are ``last`` or lower, which are between ``low`` and ``high``."""
    while high - low > _FEW:
        middle = (low + high) >> 1
        if entries[middle] <= last:
            low = middle + 1
        else:
            high = middle
    while low < high and entries[low] <= last:
        low += 1
    return low

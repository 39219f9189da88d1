"""A compiled loop from hashes of words to terms. Importing this imports numba; `dedupe.text.kernels` decides when."""

import numpy as np
from numpy.typing import NDArray

from dedupe.text.kernels_numba import compiled

_FREE = -1


@compiled
def number_hashes(
    hashes: NDArray[np.uint64],
    slots: NDArray[np.int32],
    known: NDArray[np.uint64],
    n_known: int,
    ids: NDArray[np.int32],
    firsts: NDArray[np.int64],
) -> int:
    """Write the number of each hash, the next one for a hash not seen yet; how many are known then is returned.

    ``slots``, a table of numbers and -1, its length a power of two, and ``known``, the hash of each number, have room
    for all. ``firsts`` gets the place of each new hash.
    """
    mask = np.uint64(slots.size - 1)
    n_new = 0
    for at in range(hashes.size):
        slot = hashes[at] & mask
        while slots[slot] != _FREE and known[slots[slot]] != hashes[at]:
            slot = (slot + np.uint64(1)) & mask
        if slots[slot] == _FREE:
            slots[slot] = n_known + n_new
            known[n_known + n_new] = hashes[at]
            firsts[n_new] = at
            n_new += 1
        ids[at] = slots[slot]
    return n_known + n_new

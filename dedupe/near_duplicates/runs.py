"""Runs of an index, sorted ``key << 32 | row``, and directories of them. Imports numba."""

import numpy as np
from numpy.typing import NDArray

from dedupe.near_duplicates import kernels_runs as loops

_BUCKET_ENTRIES = 12  # of a directory, on average


def merged(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The entries of both, sorted."""
    both = np.empty(one.size + other.size, dtype=np.uint64)
    loops.merge(one, other, both)
    return both


def directory_bits(run: NDArray[np.uint64]) -> int:
    """How many first bits of a key tell where in a directory it is looked up."""
    return max(0, (run.size // _BUCKET_ENTRIES).bit_length() - 1)


def directory_of(run: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Where the entries begin whose first bits are 0, 1, 2 ..., and at last their number."""
    bits = directory_bits(run)
    directory = np.empty((1 << bits) + 1, dtype=np.uint32)
    loops.write_directory(run, bits, directory)
    return directory

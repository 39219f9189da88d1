"""What the compiled loops make beside what the plain path makes."""

import numpy as np

from dedupe.text import kernels


def on_both_paths(make):
    """What ``make`` gives on the plain path and on the compiled one."""
    try:
        kernels.choose("never")
        plain = make()
        kernels.choose("always")
        return plain, make()
    finally:
        kernels.choose("by amount")


def assert_same_bits(left, right):
    """That two sparse matrices hold the same bits in the same order."""
    assert left.shape == right.shape
    assert np.array_equal(left.indptr, right.indptr)
    assert np.array_equal(left.indices, right.indices)
    assert np.array_equal(left.data, right.data)

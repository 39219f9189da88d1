"""What an index keeps of each article, a row each."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LEAST_ROWS = 64


class Kept(NamedTuple):
    """Arrays with a row an article: ``text_keys`` are two 64-bit numbers, ``sizes`` the estimated numbers of shingles.

    ``lowest_bytes`` of a signature's values estimate as well as the whole values; zeros follow them up to a multiple of
    eight. ``stamps`` hold the number of the last search that came upon the row.
    """

    held: NDArray[np.bool_]
    text_keys: NDArray[np.uint64]
    lowest_bytes: NDArray[np.uint8]
    sizes: NDArray[np.float32]
    stamps: NDArray[np.uint32]


def no_rows(num_perm: int) -> Kept:
    """Room for some rows, none of them held."""
    return Kept(
        held=np.zeros(LEAST_ROWS, dtype=np.bool_),
        text_keys=np.zeros((LEAST_ROWS, 2), dtype=np.uint64),
        lowest_bytes=np.zeros((LEAST_ROWS, -(-num_perm // 8) * 8), dtype=np.uint8),
        sizes=np.zeros(LEAST_ROWS, dtype=np.float32),
        stamps=np.zeros(LEAST_ROWS, dtype=np.uint32),
    )


def resized(kept: Kept, n_rows: int) -> Kept:
    """The same with room for so many rows; new ones are not held."""
    return Kept._make(_resized(array, n_rows) for array in kept)


def taken(kept: Kept, rows: NDArray[np.intp]) -> Kept:
    """The given rows alone, in the given order, and room for some more."""
    return resized(Kept._make(array[rows] for array in kept), max(rows.size, LEAST_ROWS))


def nbytes(kept: Kept) -> int:
    """Bytes that the arrays take."""
    return sum(array.nbytes for array in kept)


def _resized(array: NDArray[np.generic], n_rows: int) -> NDArray[np.generic]:
    room = np.zeros((n_rows, *array.shape[1:]), dtype=array.dtype)
    n_kept = min(n_rows, len(array))
    room[:n_kept] = array[:n_kept]
    return room

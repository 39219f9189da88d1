"""The keys an index finds an article by, one a column: its text's, its bands', and single values of its signature."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedupe.near_duplicates.signatures import EMPTY
from dedupe.settings import SketchParams

FIRST_FACTOR = np.uint64(0x9E3779B97F4A7C15)
MULTIPLY = np.uint64(0xBF58476D1CE4E5B9)
BAND_SALT = np.uint64(0x94D049BB133111EB)
LANE_SALT = np.uint64(0xD1B54A32D192ED03)


_HALF = np.uint64(32)


class Layout(NamedTuple):
    """How many columns of keys there are: one of the text, ``bands`` of ``rows`` values each, ``lanes`` of one.

    The lowest ``column_bits`` of a key are the number of its column, so that keys of different columns never meet. The
    key of a text or a band finds the newest ``most_sharers`` rows that have it; the key of a lane none when more than
    ``most_holders`` have it.
    """

    bands: int
    rows: int
    lanes: int
    column_bits: int
    most_sharers: int
    most_holders: int

    @property
    def n_columns(self) -> int:
        """The text's column and all others."""
        return 1 + self.bands + self.lanes


def layout_of(params: SketchParams, *, most_sharers: int) -> Layout:
    """The columns that a signature of these parameters fills."""
    lanes = min(params.lanes, params.num_perm)
    column_bits = (params.bands + lanes).bit_length()
    return Layout(params.bands, params.rows, lanes, column_bits, most_sharers, params.most_holders)


def has_shingles(signature: NDArray[np.uint32]) -> bool:
    """Whether the signature is of a text with at least one shingle."""
    return signature.size > 0 and bool(signature.min() != EMPTY)


def n_shingles_of(signature: NDArray[np.uint32]) -> float:
    """How many distinct shingles the text of a signature has, estimated from its minima; 0 for an empty signature.

    The relative standard error is about ``1 / sqrt(num_perm)``.
    """
    if not has_shingles(signature):
        return 0.0
    total = float(signature.sum(dtype=np.uint64))
    return max(1.0, signature.size * 2.0**32 / (total + signature.size) - 1.0)


def keys_of(signature: NDArray[np.uint32], text_key: NDArray[np.uint64], layout: Layout) -> NDArray[np.uint32]:
    """Keys of an article, dtype uint32, in the order of the columns; only the text's where there are no shingles.

    ``text_key`` is two 64-bit numbers, of which the upper half of the first is the key.
    """
    keys = text_key[:1]
    if has_shingles(signature):
        bands = band_keys(signature, bands=layout.bands, rows=layout.rows)
        keys = np.concatenate([keys, bands, lane_keys(signature, lanes=layout.lanes)])
    columns = np.arange(keys.size, dtype=np.uint32)
    mask = np.uint32((1 << layout.column_bits) - 1)
    return ((keys >> _HALF).astype(np.uint32) & ~mask) | columns


def columns_of(keys: NDArray[np.uint32], layout: Layout) -> NDArray[np.intp]:
    """The column of each key."""
    return (keys & np.uint32((1 << layout.column_bits) - 1)).astype(np.intp)


def band_keys(signature: NDArray[np.uint32], *, bands: int, rows: int) -> NDArray[np.uint64]:
    """Cut a signature into the bucket keys of a banded LSH index.

    At Jaccard similarity ``s`` two articles share a key with probability ``1 - (1 - s**rows)**bands``.

    Parameters
    ----------
    signature
        Shape ``(num_perm,)``, dtype uint32; values past ``bands * rows`` are unused.

    Returns
    -------
    Shape ``(bands,)``, dtype uint64, in band order. The band number is mixed in, so equal rows of different bands
    do not share a bucket.

    Raises
    ------
    ValueError
        If ``bands * rows`` exceeds ``num_perm``.

    References
    ----------
    Leskovec, Rajaraman, Ullman, *Mining of Massive Datasets*, section 3.4.
    """
    if bands * rows > signature.size:
        raise ValueError(f"bands * rows = {bands * rows} exceeds num_perm = {signature.size}")
    table = signature[: bands * rows].reshape(bands, rows).astype(np.uint64)
    by_row = np.full(rows, FIRST_FACTOR).cumprod(dtype=np.uint64)
    return _mixed((table * by_row).sum(axis=1, dtype=np.uint64), BAND_SALT)


def lane_keys(signature: NDArray[np.uint32], *, lanes: int) -> NDArray[np.uint64]:
    """Keys of the last ``lanes`` values of a signature, of all where there are fewer, each mixed with its number.

    Shape ``(lanes,)``, dtype uint64.

    The last, because the bands use the first: two independent chances are better than one taken twice.
    """
    return _mixed(signature[max(0, signature.size - lanes) :].astype(np.uint64), LANE_SALT)


def _mixed(values: NDArray[np.uint64], salt: np.uint64) -> NDArray[np.uint64]:
    """A hash of each value and its number."""
    keys = (values + np.arange(1, values.size + 1, dtype=np.uint64) * salt) * MULTIPLY
    return (keys ^ keys >> _HALF) * MULTIPLY

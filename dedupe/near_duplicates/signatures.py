"""MinHash signatures, bit for bit those of datasketch 2's ``affine32`` scheme."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dedupe.near_duplicates.shingles import shingle_hashes
from dedupe.settings import SketchParams
from dedupe.text import kernels
from dedupe.text.normalise import normalise
from dedupe.text.words import blocks_of, cut_words

SCHEME = "affine32"
EMPTY = np.uint32(0xFFFFFFFF)

_BLOCK_HASHES = 1 << 14  # hashes of a block and one permutation of it stay in a core's cache


def signatures(texts: Iterable[str], params: SketchParams | None = None) -> NDArray[np.uint32]:
    """MinHash signatures of texts, which are normalised here.

    Returns
    -------
    Shape ``(len(texts), num_perm)``, dtype uint32. Row ``i`` equals ``datasketch.MinHash(num_perm, seed,
    hashfunc=shingle_hash)`` updated with ``cut_shingles(normalise(texts[i]))``. A text with fewer words than a
    shingle has the row of an empty MinHash, 2**32 - 1 throughout, which says nothing about likeness.

    Raises
    ------
    TypeError
        For one string instead of several.

    References
    ----------
    Broder, *On the resemblance and containment of documents*, 1997.
    """
    if isinstance(texts, str):
        raise TypeError("texts must be a sequence of strings, got one string")
    texts, params = list(texts), SketchParams() if params is None else params
    if texts and kernels.are_used_for(texts):
        from dedupe.near_duplicates.sketching import compiled_sketches  # noqa: PLC0415 - which imports this file

        return compiled_sketches(texts, params, have_shingles=False).signatures
    rows = [np.empty((0, params.num_perm), dtype=np.uint32)]
    rows.extend(_of_normalised([normalise(text) for text in block], params) for block in blocks_of(texts))
    return np.concatenate(rows)


def signatures_of(hashes: NDArray[np.uint32], offsets: NDArray[np.int64], params: SketchParams) -> NDArray[np.uint32]:
    """MinHash signatures of texts given by their shingle hashes, as `shingle_hashes` returns them.

    Returns
    -------
    Shape ``(len(offsets) - 1, num_perm)``, dtype uint32; order and repetition of a text's shingles do not count.
    """
    if kernels.are_used():
        return _compiled_signatures_of(hashes, offsets, params)
    filled = np.flatnonzero(np.diff(offsets))
    starts, mixed = offsets[filled], finished(hashes)
    lowest = np.full((params.num_perm, len(filled)), EMPTY, dtype=np.uint32)
    for begin in range(0, len(hashes), _BLOCK_HASHES):
        block = mixed[begin : begin + _BLOCK_HASHES]
        first = int(np.searchsorted(starts, begin, side="right")) - 1
        last = int(np.searchsorted(starts, begin + len(block), side="left"))
        cuts = np.maximum(starts[first:last] - begin, 0)
        _lower(lowest[:, first:last], block, cuts, params)
    rows = np.full((len(offsets) - 1, params.num_perm), EMPTY, dtype=np.uint32)
    rows[filled] = lowest.T
    return rows


def _of_normalised(texts: Sequence[str], params: SketchParams) -> NDArray[np.uint32]:
    return signatures_of(*shingle_hashes(cut_words(texts), shingle_words=params.shingle_words), params)


def _compiled_signatures_of(
    hashes: NDArray[np.uint32], offsets: NDArray[np.int64], params: SketchParams
) -> NDArray[np.uint32]:
    from dedupe.text import kernels_sketching  # noqa: PLC0415 - imports numba

    rows = np.empty((len(offsets) - 1, params.num_perm), dtype=np.uint32)
    kernels_sketching.minima_of_hashes(hashes, offsets, permutations_of(params.num_perm, params.seed), rows)
    return rows


@lru_cache(maxsize=8)
def permutations_of(num_perm: int, seed: int) -> NDArray[np.uint32]:
    """Factors and addends of the permutations, shape ``(2, num_perm)``, dtype uint32."""
    # datasketch's own draw, and so its legacy generator: odd factors, any addends.
    draw = np.random.RandomState(seed)
    factors = draw.randint(0, 1 << 31, num_perm, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return np.stack([factors, draw.randint(0, 1 << 32, num_perm, dtype=np.uint32)])


def finished(hashes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Shingle hashes after MurmurHash3's finaliser, a bijection, which ``affine32`` applies before its permutations."""
    mixed = hashes ^ (hashes >> np.uint32(16))
    mixed *= np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(13)
    mixed *= np.uint32(0xC2B2AE35)
    mixed ^= mixed >> np.uint32(16)
    return mixed


def _lower(
    lowest: NDArray[np.uint32], block: NDArray[np.uint32], cuts: NDArray[np.int64], params: SketchParams
) -> None:
    """Lower each text's row of minima by its part of a block; ``cuts`` are where the parts begin."""
    permuted = np.empty_like(block)
    for row, factor, addend in zip(lowest, *permutations_of(params.num_perm, params.seed), strict=True):
        np.multiply(block, factor, out=permuted)
        np.add(permuted, addend, out=permuted)
        np.minimum(row, np.minimum.reduceat(permuted, cuts), out=row)

"""Candidates made and compared by the compiled loops. Imports numba."""

from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dedupe.near_duplicates import kernels_verify as loops
from dedupe.near_duplicates.furniture import SLOT_BITS, Holders
from dedupe.text.kernels import as_loops_take

if TYPE_CHECKING:
    from dedupe.near_duplicates.verify import Candidate


def distinct(
    hashes: NDArray[np.uint32], is_named: NDArray[np.bool_], is_figured: NDArray[np.bool_]
) -> tuple[NDArray[np.uint32], NDArray[np.uint8], NDArray[np.int32]]:
    """Distinct hashes, ascending, their flags, and their places in reading order: see `Candidate`."""
    packed, shingles = np.empty(hashes.size, dtype=np.uint64), np.empty(hashes.size, dtype=np.uint32)
    flags, sequence = np.empty(hashes.size, dtype=np.uint8), np.empty(hashes.size, dtype=np.int32)
    loops.pack(as_loops_take(hashes), packed)
    packed.sort()
    n_distinct = loops.unpack(packed, as_loops_take(is_named), as_loops_take(is_figured), shingles, flags, sequence)
    return shingles[:n_distinct], flags[:n_distinct], sequence


def compared(
    pairs: Sequence[tuple["Candidate", "Candidate"]],
    n_pairs: Sequence[int],
    signatures: NDArray[np.uint32],
    holders: Holders,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """For each pair the number of its kind, from 1 on, 0 for none; and its Jaccard similarity and containment."""
    texts = {id(candidate): candidate for pair in pairs for candidate in pair}
    number = {key: at for at, key in enumerate(texts)}
    sizes = accumulate(text.shingles.size for text in texts.values())
    lengths = accumulate(text.sequence.size for text in texts.values())
    offsets = np.array([[0, *sizes], [0, *lengths]], dtype=np.int64)
    suspected = [(number[id(a)], number[id(b)], a.text_key == b.text_key) for a, b in pairs]
    kinds, ratios = np.empty(len(pairs), dtype=np.int64), np.empty((len(pairs), 2), dtype=np.float64)
    loops.compare_in_order(
        np.concatenate([_NO_SHINGLES, *(text.shingles for text in texts.values())]),
        np.concatenate([_NO_FLAGS, *(text.flags for text in texts.values())]),
        np.concatenate([_NO_SEQUENCE, *(text.sequence for text in texts.values())]),
        offsets,
        np.array(suspected, dtype=np.int64).reshape(-1, 3),
        np.array(n_pairs, dtype=np.int64),
        as_loops_take(signatures),
        holders.rules,
        SLOT_BITS,
        holders.reverse,
        holders.counts,
        holders.n_articles,
        holders.is_seen,
        kinds,
        ratios,
    )
    return kinds, ratios


_NO_SHINGLES = np.empty(0, dtype=np.uint32)
_NO_FLAGS = np.empty(0, dtype=np.uint8)
_NO_SEQUENCE = np.empty(0, dtype=np.int32)

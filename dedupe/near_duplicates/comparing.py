"""Sets of shingles made and compared by the compiled loops. Imports numba."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dedupe.near_duplicates import kernels_distinct, kernels_suspects, kernels_verify
from dedupe.near_duplicates.furniture import SLOT_BITS, Holders
from dedupe.near_duplicates.shingle_sets import ManyShingles, SetOfShingles, ShingleSets
from dedupe.text.kernels import as_loops_take


def distinct_of_one(
    hashes: NDArray[np.uint32], is_named: NDArray[np.bool_], is_figured: NDArray[np.bool_]
) -> SetOfShingles:
    """`distinct`."""
    begins = np.zeros(1, dtype=np.int64)
    sets = distinct_of_many([ManyShingles(hashes, is_named, is_figured, begins, begins + hashes.size)])
    size = int(sets.offsets[0, 1])
    return sets.shingles[:size].copy(), sets.flags[:size].copy(), sets.sequences


def distinct_of_many(texts: Sequence[ManyShingles]) -> ShingleSets:
    """`shingle_sets`; there may be more room behind the last of the distinct shingles."""
    n_texts = sum(many.begins.size for many in texts)
    n_shingles = sum(int((many.ends - many.begins).sum()) for many in texts)
    sets = ShingleSets(
        np.empty(n_shingles, dtype=np.uint32),
        np.empty(n_shingles, dtype=np.uint8),
        np.empty(n_shingles, dtype=np.int32),
        np.zeros((2, n_texts + 1), dtype=np.int64),
    )
    first = 0
    for many in texts:
        kernels_distinct.write_sets(
            as_loops_take(many.hashes), as_loops_take(many.is_named), as_loops_take(many.is_figured),
            many.begins, many.ends, first,
            sets.shingles, sets.flags, sets.sequences, sets.offsets,
        )  # fmt: skip
        first += many.begins.size
    return sets


def compared(
    sets: ShingleSets,
    pairs: NDArray[np.int64],
    n_pairs: NDArray[np.int64],
    signatures: NDArray[np.uint32],
    holders: Holders,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """`likenesses`."""
    kinds, ratios = np.empty(len(pairs), dtype=np.int64), np.empty((len(pairs), 2), dtype=np.float64)
    kernels_verify.compare_in_order(
        sets.shingles,
        sets.flags,
        sets.sequences,
        sets.offsets,
        pairs,
        n_pairs,
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


def compared_texts(
    texts: ManyShingles,
    pairs: NDArray[np.int64],
    n_pairs: NDArray[np.int64],
    signatures: NDArray[np.uint32],
    holders: Holders,
) -> tuple[NDArray[np.int8], NDArray[np.float64], NDArray[np.int8]]:
    """`likenesses_of_texts`."""
    kinds, ratios = np.empty(len(pairs), dtype=np.int8), np.empty((len(pairs), 2), dtype=np.float64)
    larger = np.empty(len(pairs), dtype=np.int8)
    longest = int((texts.ends - texts.begins).max(initial=0))
    kernels_suspects.compare_many(
        texts_of(texts),
        pairs,
        n_pairs,
        as_loops_take(signatures),
        holders.rules,
        SLOT_BITS,
        holders.reverse,
        holders.counts,
        holders.n_articles,
        holders.is_seen,
        kernels_suspects.room_for(longest),
        kinds,
        ratios,
        larger,
    )
    return kinds, ratios, larger


def texts_of(shingles: ManyShingles) -> kernels_suspects.Texts:
    """Shingles as the loops take them."""
    return kernels_suspects.Texts(
        as_loops_take(shingles.hashes),
        as_loops_take(shingles.is_named),
        as_loops_take(shingles.is_figured),
        as_loops_take(shingles.begins),
        as_loops_take(shingles.ends),
        np.full(shingles.begins.size, -1, dtype=np.int32),
    )

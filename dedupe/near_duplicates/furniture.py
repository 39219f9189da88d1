"""Who holds what: how many of the articles counted hold a shingle, and so what is the furniture of pages."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dedupe.near_duplicates.rule import record_of, rule_of
from dedupe.near_duplicates.signatures import EMPTY, finished, permutations_of
from dedupe.settings import DuplicateParams
from dedupe.text import kernels
from dedupe.text.kernels import as_loops_take

SLOT_BITS = 18


class Holders:
    """How many of the articles counted hold a shingle, by a sample of the shingles of each.

    A value of a signature is a bijection of the shingle hash it came from, so up to ``num_perm`` shingles of an
    article are recovered from its signature, a uniform sample, without its text. Counts share slots by chance: that
    makes a rare shingle common once in a while, and furniture is a run of common ones. An article without shingles
    does not count.
    """

    def __init__(self, params: DuplicateParams) -> None:
        self.params = params
        self.rules = record_of(rule_of(params))
        self.reverse = _reverse(params.sketch.num_perm, params.sketch.seed)
        self.counts = np.zeros(1 << SLOT_BITS, dtype=np.int32)
        self.n_articles = np.zeros(1, dtype=np.int64)
        self.is_seen = np.zeros(1 << SLOT_BITS, dtype=np.bool_)

    @property
    def nbytes(self) -> int:
        """Bytes that the counts take, however many articles are counted."""
        return self.counts.nbytes + self.is_seen.nbytes

    def count(self, signatures: NDArray[np.uint32], *, times: int = 1) -> None:
        """Count the articles of signatures, shape ``(n, num_perm)``; with -1 ``times`` take out what was counted."""
        if kernels.are_used():
            from dedupe.near_duplicates.kernels_holders import count_holders  # noqa: PLC0415 - imports numba

            count_holders(
                as_loops_take(signatures), self.reverse, times, SLOT_BITS, self.counts, self.n_articles, self.is_seen
            )
            return
        filled = signatures[(signatures != EMPTY).any(axis=1)]
        slots = np.sort((filled - self.reverse[0]) * self.reverse[1] >> np.uint32(32 - SLOT_BITS), axis=1)
        is_first = np.ones(slots.shape, dtype=np.bool_)
        np.not_equal(slots[:, 1:], slots[:, :-1], out=is_first[:, 1:])
        np.add.at(self.counts, slots[is_first], times)
        self.n_articles += times * len(filled)

    def furniture(self, shingles: NDArray[np.uint32], sequence: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Whether each of the distinct shingles of a text is furniture, as `FurnitureParams` says."""
        furniture, is_furniture = self.params.furniture, np.zeros(shingles.size, dtype=np.bool_)
        if sequence.size < furniture.run:
            return is_furniture
        least = max(furniture.least_holders, furniture.least_share * int(self.n_articles[0]))
        is_common = self.counts[finished(shingles) >> np.uint32(32 - SLOT_BITS)] >= least
        if not is_common.any():
            return is_furniture
        run = np.ones(furniture.run, dtype=np.int64)
        starts = np.convolve(is_common[sequence], run, mode="valid") >= furniture.least_common
        is_furniture[sequence[np.convolve(starts, run) > 0]] = True
        return is_furniture


@lru_cache(maxsize=8)
def _reverse(num_perm: int, seed: int) -> NDArray[np.uint32]:
    """Addends and inverse factors of the permutations, shape ``(2, num_perm)``: odd factors have one modulo 2**32."""
    factors, addends = permutations_of(num_perm, seed)
    return np.stack([addends, np.array([pow(factor, -1, 1 << 32) for factor in factors.tolist()], dtype=np.uint32)])

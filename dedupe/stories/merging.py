"""Groups of articles that are as alike as their own members are become one: average linkage, without a dense matrix."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from dedupe.stories.neighbours import similarity_graph
from dedupe.stories.smoothing import unit_rows

_N_NEAREST = 30
_ANY_SIMILARITY = 0.01


@dataclass(frozen=True, slots=True)
class MergeRule:
    """When two groups are one: the mean similarity across is at least ``ratio`` of that within.

    Within is the geometric mean of the two groups' own; for an article alone it is that of the group, of which it must
    reach ``membership``. Similarity across fades to a third in ``fading_days`` between the groups' mean days.
    """

    ratio: float
    membership: float
    fading_days: float


@dataclass(frozen=True, slots=True)
class _Groups:
    """Sums over the members of each group: of their rows, shape ``(k, n_terms)``, squared lengths and days, and how
    many they are.
    """

    rows: sparse.csr_matrix[np.float64]
    squares: NDArray[np.float64]
    days: NDArray[np.float64]
    sizes: NDArray[np.float64]

    def lengths(self) -> NDArray[np.float64]:
        """Euclidean length of each sum of rows."""
        return np.sqrt(np.asarray(self.rows.multiply(self.rows).sum(axis=1), dtype=np.float64).ravel())

    def within(self) -> NDArray[np.float64]:
        """Mean similarity between two members; of groups of one not a number."""
        pairs = np.where(self.sizes > 1, self.sizes * (self.sizes - 1), np.nan)
        return np.maximum(self.lengths() ** 2 - self.squares, 0) / pairs


def merge_alike(
    rows: sparse.csr_matrix[np.float64], group_of: NDArray[np.int64], days: NDArray[np.float64], rule: MergeRule
) -> NDArray[np.int64]:
    """Group number of each row after all merging, from 0.

    Nearest groups, by the rule's measure, merge first: at each step every two that are each other's nearest.

    Parameters
    ----------
    rows
        Shape ``(n, n_terms)``, each row of length 1 or empty.
    group_of
        Shape ``(n,)``: numbers of the groups to begin with, from 0, none left out.
    days
        Shape ``(n,)``; one that is not a number, and no similarity fades.
    """
    found = group_of
    groups = _summed(rows, days, found)
    while True:
        target = _merged_into(groups, rule)
        if (target == np.arange(len(target))).all():
            return found
        number = np.unique(target, return_inverse=True)[1].astype(np.int64)
        found = number[found]
        groups = _joined(groups, number)


def _summed(rows: sparse.csr_matrix[np.float64], days: NDArray[np.float64], group_of: NDArray[np.int64]) -> _Groups:
    n = rows.shape[0]
    squares = np.asarray(rows.multiply(rows).sum(axis=1), dtype=np.float64).ravel()
    known = np.zeros(n) if np.isnan(days).any() else days - days.min(initial=np.inf)
    return _joined(_Groups(rows, squares, known, np.ones(n)), group_of)


def _joined(groups: _Groups, number: NDArray[np.int64]) -> _Groups:
    """Groups of the same number as one."""
    k = int(number.max(initial=-1)) + 1
    gather = sparse.csr_matrix((np.ones(len(number)), (number, np.arange(len(number)))), shape=(k, len(number)))
    return _Groups(
        rows=sparse.csr_matrix(gather @ groups.rows),
        squares=np.asarray(gather @ groups.squares, dtype=np.float64),
        days=np.asarray(gather @ groups.days, dtype=np.float64),
        sizes=np.asarray(gather @ groups.sizes, dtype=np.float64),
    )


def _merged_into(groups: _Groups, rule: MergeRule) -> NDArray[np.int64]:
    """Group that each one becomes part of, its own number where it stays."""
    left, right, likeness = _alike(groups, rule)
    # Rounded, so that pairs equally alike in exact arithmetic are taken by their numbers.
    best_first = np.lexsort((right, left, -np.round(likeness, 9)))
    left, right = left[best_first], right[best_first]
    place = np.arange(len(left))
    first = np.full(len(groups.sizes), len(left))
    np.minimum.at(first, left, place)
    np.minimum.at(first, right, place)
    mutual = (first[left] == place) & (first[right] == place)
    target = np.arange(len(groups.sizes))
    target[right[mutual]] = left[mutual]
    return target


def _alike(groups: _Groups, rule: MergeRule) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Pairs of groups that are one by the rule, the smaller number left, and how far beyond it each pair is."""
    nearest = similarity_graph(unit_rows(groups.rows), n_neighbors=_N_NEAREST, min_similarity=_ANY_SIMILARITY)
    pairs = sparse.triu(nearest, k=1).tocoo()
    left, right = pairs.row.astype(np.int64), pairs.col.astype(np.int64)
    days, mean_lengths = groups.days / groups.sizes, groups.lengths() / groups.sizes
    fading = np.exp(-np.abs(days[left] - days[right]) / rule.fading_days)
    across = pairs.data * mean_lengths[left] * mean_lengths[right] * fading
    needed = _needed(groups.within(), left, right, rule)
    one = np.flatnonzero(across >= needed)
    return left[one], right[one], across[one] / needed[one]


def _needed(
    within: NDArray[np.float64], left: NDArray[np.int64], right: NDArray[np.int64], rule: MergeRule
) -> NDArray[np.float64]:
    """Similarity across that makes each pair one; not a number for two articles alone, which are no group."""
    both = rule.ratio * np.sqrt(within[left] * within[right])
    joining = rule.membership * np.fmax(within[left], within[right])
    return np.maximum(np.where(np.isnan(both), joining, both), _ANY_SIMILARITY)

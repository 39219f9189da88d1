"""Compiled loops that tell apart the events of many topics. Importing this imports numba.

What they do is told in `dedupe.stories.refine`, and sums are in the order in which they are there.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedupe.stories.kernels_linkage import average_linkage, leaves_below
from dedupe.text.kernels_numba import compiled, inner

_FEWEST = 4
_WORD_BITS = 64
_U1 = np.uint64(1)


class SplitRule(NamedTuple):
    """The numbers of `EventParams`, as the loops take them."""

    has: float
    lacks: float
    min_own_terms: int
    min_own_share: float
    max_similarity_ratio: float
    min_membership: float
    min_core: float
    max_dense: int


@compiled
def split_parts(
    ptr: NDArray[np.int64],
    term: NDArray[np.int32],
    weight: NDArray[np.float64],
    tfidf: NDArray[np.float64],
    n_terms: int,
    log: NDArray[np.float64],
    rule: SplitRule,
    ends: NDArray[np.int64],
    rows: NDArray[np.int64],
    first: NDArray[np.int64],
) -> None:
    """Write for each row of each part the place of the first row of its story.

    Part ``i`` are ``rows``, ascending, from ``ends[i]`` to ``ends[i + 1]``. ``log[k]`` is the logarithm of ``1 + k``,
    up to the rows of the largest part.
    """
    is_held = np.zeros(n_terms // _WORD_BITS + 1, dtype=np.uint64)
    column = np.empty(n_terms, dtype=np.int32)
    for part in range(ends.size - 1):
        begin, end = ends[part], ends[part + 1]
        first[begin:end] = begin
        if end - begin < _FEWEST:
            continue
        own, columns, n_columns = _over_own_terms(ptr, term, rows[begin:end], is_held, column)
        weights, tfidfs = np.empty(columns.size), np.empty(columns.size)
        for at in range(end - begin):
            source = slice(ptr[rows[begin + at]], ptr[rows[begin + at] + 1])
            weights[own[at] : own[at + 1]] = weight[source]
            tfidfs[own[at] : own[at + 1]] = tfidf[source]
        _split(own, columns, weights, tfidfs, n_columns, log, rule, first[begin:end])


@inner
def _over_own_terms(
    ptr: NDArray[np.int64],
    term: NDArray[np.int32],
    rows: NDArray[np.int64],
    is_held: NDArray[np.uint64],
    column: NDArray[np.int32],
) -> tuple[NDArray[np.int64], NDArray[np.int32], int]:
    """Where each row begins, the columns of its entries, and how many there are: numbers of the terms, ascending."""
    own = np.zeros(rows.size + 1, dtype=np.int64)
    for at in range(rows.size):
        own[at + 1] = own[at] + ptr[rows[at] + 1] - ptr[rows[at]]
        for entry in range(ptr[rows[at]], ptr[rows[at] + 1]):
            is_held[term[entry] >> 6] |= _U1 << np.uint64(term[entry] & 63)
    n_columns = 0
    for block in range(is_held.size):
        if is_held[block] == 0:
            continue
        for bit in range(_WORD_BITS):
            if (is_held[block] >> np.uint64(bit)) & _U1 != 0:
                column[block * _WORD_BITS + bit] = n_columns
                n_columns += 1
        is_held[block] = 0
    columns = np.empty(own[-1], dtype=np.int32)
    for at in range(rows.size):
        for entry in range(own[at + 1] - own[at]):
            columns[own[at] + entry] = column[term[ptr[rows[at]] + entry]]
    return own, columns, n_columns


@inner
def _split(
    own: NDArray[np.int64],
    columns: NDArray[np.int32],
    weights: NDArray[np.float64],
    tfidfs: NDArray[np.float64],
    n_columns: int,
    log: NDArray[np.float64],
    rule: SplitRule,
    first: NDArray[np.int64],
) -> None:
    """Write the first row of each row's story, in numbers that begin with what ``first`` holds."""
    begin = first[0]
    undecided = [np.arange(first.size)]
    while len(undecided) > 0:
        rows = undecided.pop()
        left, right = _two_events(own, columns, weights, tfidfs, n_columns, log, rule, rows)
        if left.size == 0:
            first[rows] = begin + rows[0]
            continue
        for row in rows:
            first[row] = begin + row
        undecided.append(left)
        undecided.append(right)


@inner
def _two_events(
    own: NDArray[np.int64],
    columns: NDArray[np.int32],
    weights: NDArray[np.float64],
    tfidfs: NDArray[np.float64],
    n_columns: int,
    log: NDArray[np.float64],
    rule: SplitRule,
    rows: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of the cores of two events; none if these rows are one event, or too few or too many to tell."""
    none, n = rows[:0], rows.size
    if n < _FEWEST or n > rule.max_dense:
        return none, none
    holding, telling = _counted(own, columns, tfidfs, n_columns, rows)
    similarity = _similarities(own, columns, weights, n_columns, log, rows, holding)
    tree = average_linkage(similarity)
    node = 2 * n - 2
    while node >= n:
        low, high = tree[node - n, 0], tree[node - n, 1]
        n_low, n_high = (1 if low < n else tree[low - n, 2]), (1 if high < n else tree[high - n, 2])
        if min(n_low, n_high) >= 2:
            left = _core(similarity, leaves_below(tree, low, n_low), rule)
            right = _core(similarity, leaves_below(tree, high, n_high), rule)
            if _are_apart(similarity, left, right, rule):
                left, right = rows[left], rows[right]
                own_enough = _own_enough(own, columns, n_columns, left, right, telling, rule)
                return (left, right) if own_enough else (none, none)
        node = low if n_low >= n_high else high
    return none, none


@inner
def _counted(
    own: NDArray[np.int64],
    columns: NDArray[np.int32],
    tfidfs: NDArray[np.float64],
    n_columns: int,
    rows: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """How many of the rows hold each term, and its mean TF-IDF weight where it stands."""
    holding, telling = np.zeros(n_columns, dtype=np.int64), np.zeros(n_columns)
    for row in rows:
        for entry in range(own[row], own[row + 1]):
            holding[columns[entry]] += 1
            telling[columns[entry]] += tfidfs[entry]
    return holding, telling / np.maximum(holding, 1)


@inner
def _similarities(
    own: NDArray[np.int64],
    columns: NDArray[np.int32],
    weights: NDArray[np.float64],
    n_columns: int,
    log: NDArray[np.float64],
    rows: NDArray[np.int64],
    holding: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Cosine similarities of the rows by their weights and the terms' rarity among them."""
    n = rows.size
    rarity = np.empty(n_columns)
    for at in range(n_columns):
        rarity[at] = (log[n] - log[holding[at]]) / (log[n] - log[1])
    unit = np.empty(weights.size)
    similarity, spread = np.zeros((n, n)), np.zeros(n_columns)
    for left in range(n):
        entries = range(own[rows[left]], own[rows[left] + 1])
        square = 0.0
        for entry in entries:
            unit[entry] = weights[entry] * rarity[columns[entry]]
            square += unit[entry] * unit[entry]
        scale = 1 / np.sqrt(square) if square > 0 else 1.0
        for entry in entries:
            unit[entry] *= scale
            spread[columns[entry]] = unit[entry]
        for other in range(left):
            dot = 0.0
            for entry in range(own[rows[other]], own[rows[other] + 1]):
                dot += unit[entry] * spread[columns[entry]]
            similarity[left, other] = similarity[other, left] = dot
        for entry in entries:
            spread[columns[entry]] = 0.0
        similarity[left, left] = len(entries) > 0
    return similarity


@inner
def _core(similarity: NDArray[np.float64], side: NDArray[np.int64], rule: SplitRule) -> NDArray[np.int64]:
    """Members of the side without those that are hardly near it; the whole side if little would stay."""
    members, size = side.copy(), side.size
    to_others = _to_others(similarity, side)
    while size > 2:
        loosest, total = 0, 0.0
        for at in range(size):
            total += to_others[at]
            loosest = at if to_others[at] < to_others[loosest] else loosest
        rest = size - 1
        cohesion = (total - 2 * to_others[loosest]) / (rest * (rest - 1))
        if to_others[loosest] / rest >= rule.min_membership * cohesion:
            break
        left_out, kept = members[loosest], 0
        for at in range(size):
            if at != loosest:
                to_others[kept] = to_others[at] - similarity[members[at], left_out]
                members[kept] = members[at]
                kept += 1
        size = kept
    return members[:size].copy() if size >= rule.min_core * side.size else side


@inner
def _to_others(similarity: NDArray[np.float64], side: NDArray[np.int64]) -> NDArray[np.float64]:
    """Sum of the similarities of each member of a side to the others."""
    sums = np.empty(side.size)
    for at in range(side.size):
        total = 0.0
        for other in side:
            total += similarity[side[at], other]
        sums[at] = total - similarity[side[at], side[at]]
    return sums


@inner
def _are_apart(
    similarity: NDArray[np.float64], left: NDArray[np.int64], right: NDArray[np.int64], rule: SplitRule
) -> bool:
    across = 0.0
    for one in left:
        for other in right:
            across += similarity[one, other]
    within = min(_cohesion(similarity, left), _cohesion(similarity, right))
    return across / (left.size * right.size) <= rule.max_similarity_ratio * within


@inner
def _cohesion(similarity: NDArray[np.float64], side: NDArray[np.int64]) -> float:
    total = 0.0
    for own in _to_others(similarity, side):
        total += own / (side.size - 1)
    return total / side.size


@inner
def _own_enough(
    own: NDArray[np.int64],
    columns: NDArray[np.int32],
    n_columns: int,
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    telling: NDArray[np.float64],
    rule: SplitRule,
) -> bool:
    shares = np.zeros((2, n_columns))
    for side, rows in enumerate((left, right)):
        for row in rows:
            for entry in range(own[row], own[row + 1]):
                shares[side, columns[entry]] += 1 / rows.size
    common, n_own, sums = 0.0, np.zeros(2, dtype=np.int64), np.zeros(2)
    for at in range(n_columns):
        has_left, has_right = shares[0, at] >= rule.has, shares[1, at] >= rule.has
        common += telling[at] if has_left and has_right else 0.0
        if has_left and shares[1, at] <= rule.lacks:
            n_own[0] += 1
            sums[0] += telling[at]
        if has_right and shares[0, at] <= rule.lacks:
            n_own[1] += 1
            sums[1] += telling[at]
    if n_own.min() < rule.min_own_terms:
        return False
    return bool(np.all(sums >= rule.min_own_share * (sums + common)))

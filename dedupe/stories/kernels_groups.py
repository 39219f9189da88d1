"""Compiled loops over groups of rows. Importing this imports numba; `dedupe.text.kernels` decides when.

Group ``i`` are ``rows`` from ``ends[i]`` to ``ends[i + 1]``. Matrices are in scipy's compressed form.
"""

import numpy as np
from numpy.typing import NDArray

from dedupe.stories.kernels_graph import take
from dedupe.text.kernels_numba import compiled, inner


@compiled
def mark_alike(
    ptr: NDArray[np.int64],
    term: NDArray[np.int32],
    weight: NDArray[np.float64],
    n_terms: int,
    ends: NDArray[np.int64],
    rows: NDArray[np.int64],
    least: float,
    is_alike: NDArray[np.bool_],
) -> None:
    """Write whether the dot product of every two rows of each group is at least ``least``."""
    spread = np.zeros(n_terms, dtype=np.float64)
    for group in range(ends.size - 1):
        is_alike[group] = _are_alike(ptr, term, weight, rows[ends[group] : ends[group + 1]], least, spread)


@inner
def _are_alike(
    ptr: NDArray[np.int64],
    term: NDArray[np.int32],
    weight: NDArray[np.float64],
    rows: NDArray[np.int64],
    least: float,
    spread: NDArray[np.float64],
) -> bool:
    are_alike = True
    for at in range(rows.size - 1):
        entries = range(ptr[rows[at]], ptr[rows[at] + 1])
        for entry in entries:
            spread[term[entry]] = weight[entry]
        for other in rows[at + 1 :]:
            dot = 0.0
            for entry in range(ptr[other], ptr[other + 1]):
                dot += weight[entry] * spread[term[entry]]
            if dot < least:
                are_alike = False
                break
        for entry in entries:
            spread[term[entry]] = 0
        if not are_alike:
            break
    return are_alike


@compiled
def multiply_totals(
    ptr: NDArray[np.int64],
    term: NDArray[np.int32],
    weight: NDArray[np.float64],
    n_terms: int,
    ends: NDArray[np.int64],
    rows: NDArray[np.int64],
    products: NDArray[np.float64],
) -> None:
    """Write the dot product of each row of each group and the sum of the group's rows."""
    total = np.zeros(n_terms, dtype=np.float64)
    for group in range(ends.size - 1):
        for row in rows[ends[group] : ends[group + 1]]:
            for entry in range(ptr[row], ptr[row + 1]):
                total[term[entry]] += weight[entry]
        for at in range(ends[group], ends[group + 1]):
            dot = 0.0
            for entry in range(ptr[rows[at]], ptr[rows[at] + 1]):
                dot += weight[entry] * total[term[entry]]
            products[at] = dot
        for row in rows[ends[group] : ends[group + 1]]:
            for entry in range(ptr[row], ptr[row + 1]):
                total[term[entry]] = 0


@compiled
def write_set_apart(
    ptr: NDArray[np.int64],
    term: NDArray[np.int32],
    weight: NDArray[np.float64],
    n_terms: int,
    topics: NDArray[np.int64],
    ends: NDArray[np.int64],
    rows: NDArray[np.int64],
    terms: NDArray[np.int32],
    n_found: NDArray[np.int64],
) -> None:
    """Write the terms that set each group apart from the others of its topic, best first, of equals the first.

    Topic ``i`` are the groups from ``topics[i]`` to ``topics[i + 1]``. ``terms`` has shape ``(n_groups, n_most)``.
    """
    holding, here = np.zeros(n_terms, dtype=np.int32), np.zeros(n_terms, dtype=np.int32)
    total = np.zeros(n_terms, dtype=np.float64)
    score = np.empty(terms.shape[1], dtype=np.float64)
    for topic in range(topics.size - 1):
        own = rows[ends[topics[topic]] : ends[topics[topic + 1]]]
        for row in own:
            for entry in range(ptr[row], ptr[row + 1]):
                holding[term[entry]] += 1
        for group in range(topics[topic], topics[topic + 1]):
            members = rows[ends[group] : ends[group + 1]]
            n_found[group] = _take_best(ptr, term, weight, members, own.size, holding, here, total, terms[group], score)
        for row in own:
            for entry in range(ptr[row], ptr[row + 1]):
                holding[term[entry]] = 0


@inner
def _take_best(
    ptr: NDArray[np.int64],
    term: NDArray[np.int32],
    weight: NDArray[np.float64],
    members: NDArray[np.int64],
    n_rows: int,
    holding: NDArray[np.int32],
    here: NDArray[np.int32],
    total: NDArray[np.float64],
    terms: NDArray[np.int32],
    score: NDArray[np.float64],
) -> int:
    """Write the best terms of one group and clear what was counted of it; how many were written is returned."""
    for row in members:
        for entry in range(ptr[row], ptr[row + 1]):
            here[term[entry]] += 1
            total[term[entry]] += weight[entry]
    size, n_others, n_taken = members.size, max(1, n_rows - members.size), 0
    for row in members:
        for entry in range(ptr[row], ptr[row + 1]):
            own = term[entry]
            if here[own] > 0:
                elsewhere = (holding[own] - here[own]) / n_others
                worth = total[own] / size * (here[own] / size - elsewhere)
                if worth > 0:
                    n_taken = take(own, worth, terms, score, n_taken)
                here[own], total[own] = 0, 0
    return n_taken

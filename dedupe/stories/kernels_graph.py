"""Compiled loops over rows of weighted terms. Importing this imports numba; `dedupe.text.kernels` decides when.

Matrices are in scipy's compressed form, indices ascending. Sums are in the order of the terms, as on the plain path.
"""

import numpy as np
from numpy.typing import NDArray

from dedupe.text.kernels_numba import compiled, inlined

_WORD_BITS = 64
_U1, _U6 = np.uint64(1), np.uint64(6)


@compiled
def find_nearest(
    ptr: NDArray[np.int64],
    term: NDArray[np.int32],
    weight: NDArray[np.float64],
    postings: NDArray[np.int64],
    holder: NDArray[np.int32],
    held: NDArray[np.float64],
    reach: NDArray[np.int64],
    n_dated: int,
    begin: int,
    min_similarity: float,
    nearest: NDArray[np.int32],
    similarity: NDArray[np.float64],
    n_found: NDArray[np.int64],
) -> None:
    """Write the nearest other rows of each row from ``begin`` on, nearest first, of equals the first.

    ``postings``, ``holder`` and ``held`` are the matrix by column. A row meets those from ``reach[row, 0]`` to
    ``reach[row, 1]`` and those from ``n_dated`` on. ``nearest`` and ``similarity`` have shape ``(n_rows, n_most)``.
    """
    dot = np.zeros(ptr.size - 1, dtype=np.float64)
    touched = np.empty(ptr.size - 1, dtype=np.int32)
    for at in range(n_found.size):
        row = begin + at
        n_touched = 0
        for entry in range(ptr[row], ptr[row + 1]):
            first, last = postings[term[entry]], postings[term[entry] + 1]
            undated = _first_from(holder, n_dated, first, last)
            low = _first_from(holder, reach[row, 0], first, undated)
            high = _first_from(holder, reach[row, 1], low, undated)
            n_touched = _add_products(weight[entry], holder, held, low, high, dot, touched, n_touched)
            n_touched = _add_products(weight[entry], holder, held, undated, last, dot, touched, n_touched)
        dot[row] = 0
        n_found[at] = _take_nearest(dot, touched, n_touched, min_similarity, nearest[at], similarity[at])


@compiled
def blend_rows(
    ptr: NDArray[np.int64],
    term: NDArray[np.int32],
    weight: NDArray[np.float64],
    graph_ptr: NDArray[np.int64],
    neighbour: NDArray[np.int32],
    share: NDArray[np.float64],
    own_ptr: NDArray[np.int64],
    own_term: NDArray[np.int32],
    own_weight: NDArray[np.float64],
    n_terms: int,
    rows: NDArray[np.int64],
    negligible: float,
    terms: NDArray[np.int32],
    weights: NDArray[np.float64],
    ends: NDArray[np.int64],
) -> None:
    """Write each of the rows' own weights and the sum of its neighbours' in their shares, at length 1.

    Weights under ``negligible`` at length 1 are left out and the others brought to length 1 again.
    """
    total = np.zeros(n_terms, dtype=np.float64)
    is_held = np.zeros(n_terms // _WORD_BITS + 1, dtype=np.uint64)
    size = 0
    for at in range(rows.size):
        row = rows[at]
        for edge in range(graph_ptr[row], graph_ptr[row + 1]):
            other = neighbour[edge]
            for entry in range(ptr[other], ptr[other + 1]):
                total[term[entry]] += share[edge] * weight[entry]
                is_held[term[entry] >> 6] |= _U1 << np.uint64(term[entry] & 63)
        for entry in range(own_ptr[row], own_ptr[row + 1]):
            total[own_term[entry]] = own_weight[entry] + total[own_term[entry]]
            is_held[own_term[entry] >> 6] |= _U1 << np.uint64(own_term[entry] & 63)
        size = _write_unit(total, is_held, negligible, terms, weights, size)
        ends[at] = size


@compiled
def rank_candidates(
    ptr: NDArray[np.int64],
    term: NDArray[np.int32],
    weight: NDArray[np.float64],
    begin: int,
    candidates: NDArray[np.int32],
    n_candidates: NDArray[np.int64],
    min_similarity: float,
    nearest: NDArray[np.int32],
    similarity: NDArray[np.float64],
    n_found: NDArray[np.int64],
) -> None:
    """Write the nearest of each row's candidates by their dot products, as `find_nearest` does, for rows from there."""
    for at in range(n_found.size):
        n_taken = 0
        for place in range(n_candidates[at]):
            other = candidates[at, place]
            own = _dot(ptr, term, weight, begin + at, ptr, term, weight, other)
            if own > min_similarity:
                n_taken = take(other, own, nearest[at], similarity[at], n_taken)
        n_found[at] = n_taken


@compiled
def multiply_pairs(
    ptr: NDArray[np.int64],
    term: NDArray[np.int32],
    weight: NDArray[np.float64],
    other_ptr: NDArray[np.int64],
    other_term: NDArray[np.int32],
    other_weight: NDArray[np.float64],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    products: NDArray[np.float64],
) -> None:
    """Write the dot product of each pair of a row of one matrix and a row of another."""
    for pair in range(left.size):
        products[pair] = _dot(ptr, term, weight, left[pair], other_ptr, other_term, other_weight, right[pair])


@compiled
def mark_heaviest(ptr: NDArray[np.int64], weight: NDArray[np.float64], limit: int, keep: NDArray[np.bool_]) -> None:
    """Write which entries are among the ``limit`` heaviest of their row; of equals the first are."""
    heaviest = np.empty(limit, dtype=np.float64)
    places = np.empty(limit, dtype=np.int32)
    for row in range(ptr.size - 1):
        n_taken = 0
        for at in range(ptr[row], ptr[row + 1]):
            n_taken = take(at - ptr[row], weight[at], places, heaviest, n_taken)
        for taken in range(n_taken):
            keep[ptr[row] + places[taken]] = True


@inlined
def _dot(
    ptr: NDArray[np.int64],
    term: NDArray[np.int32],
    weight: NDArray[np.float64],
    row: int,
    other_ptr: NDArray[np.int64],
    other_term: NDArray[np.int32],
    other_weight: NDArray[np.float64],
    other_row: int,
) -> float:
    at, end = ptr[row], ptr[row + 1]
    other, other_end = other_ptr[other_row], other_ptr[other_row + 1]
    dot = 0.0
    while at < end and other < other_end:
        left, right = term[at], other_term[other]
        if left == right:
            dot += weight[at] * other_weight[other]
        at += left <= right
        other += left >= right
    return dot


@inlined
def _first_from(ascending: NDArray[np.int32], least: int, low: int, high: int) -> int:
    """The first place from ``low`` to ``high`` of a value of at least ``least``."""
    while low < high:
        middle = (low + high) // 2
        if ascending[middle] < least:
            low = middle + 1
        else:
            high = middle
    return low


@inlined
def _add_products(
    weight: float,
    holder: NDArray[np.int32],
    held: NDArray[np.float64],
    low: int,
    high: int,
    dot: NDArray[np.float64],
    touched: NDArray[np.int32],
    n_touched: int,
) -> int:
    for posting in range(low, high):
        other = holder[posting]
        if dot[other] == 0:
            touched[n_touched] = other
            n_touched += 1
        dot[other] += weight * held[posting]
    return n_touched


@inlined
def _take_nearest(
    dot: NDArray[np.float64],
    touched: NDArray[np.int32],
    n_touched: int,
    min_similarity: float,
    nearest: NDArray[np.int32],
    similarity: NDArray[np.float64],
) -> int:
    """Write the highest of the touched products in their order, clear them all, and say how many were written."""
    n_taken = 0
    for at in range(n_touched):
        own = dot[touched[at]]
        dot[touched[at]] = 0
        if own > min_similarity:
            n_taken = take(touched[at], own, nearest, similarity, n_taken)
    return n_taken


@inlined
def take(other: int, own: float, nearest: NDArray[np.int32], similarity: NDArray[np.float64], n_taken: int) -> int:
    """Put one among those that are taken, highest first, of equals the first; the last one makes room."""
    if n_taken == nearest.size:
        last = n_taken - 1
        if own < similarity[last] or (own == similarity[last] and other > nearest[last]):
            return n_taken
        n_taken = last
    place = n_taken
    while place > 0 and (own > similarity[place - 1] or (own == similarity[place - 1] and other < nearest[place - 1])):
        nearest[place], similarity[place] = nearest[place - 1], similarity[place - 1]
        place -= 1
    nearest[place], similarity[place] = other, own
    return n_taken + 1


@inlined
def _write_unit(
    total: NDArray[np.float64],
    is_held: NDArray[np.uint64],
    negligible: float,
    terms: NDArray[np.int32],
    weights: NDArray[np.float64],
    begin: int,
) -> int:
    """Write the held totals in the order of the terms, and clear them; where they end is returned."""
    size = begin
    for block in range(is_held.size):
        if is_held[block] == 0:
            continue
        for bit in range(_WORD_BITS):
            if (is_held[block] >> np.uint64(bit)) & _U1 != 0:
                terms[size] = block * _WORD_BITS + bit
                weights[size] = total[terms[size]]
                total[terms[size]] = 0
                size += 1
        is_held[block] = 0
    scale = _one_over_length(weights, begin, size)
    kept = begin
    for at in range(begin, size):
        own = weights[at] * scale
        if own >= negligible:
            terms[kept], weights[kept] = terms[at], own
            kept += 1
    scale = _one_over_length(weights, begin, kept)
    for at in range(begin, kept):
        weights[at] *= scale
    return kept


@inlined
def _one_over_length(weights: NDArray[np.float64], begin: int, end: int) -> float:
    square = 0.0
    for at in range(begin, end):
        square += weights[at] * weights[at]
    return 1 / np.sqrt(square) if square > 0 else 1.0

"""A compiled loop that chooses terms. Importing this imports numba; `dedupe.text.kernels` decides when."""

import numpy as np
from numpy.typing import NDArray

from dedupe.text.kernels_numba import compiled

_LOW = np.uint64(0xFFFFFFFF)


@compiled
def write_heaviest(
    term: NDArray[np.uint32],
    weight: NDArray[np.float32],
    importance: NDArray[np.float64],
    documents: NDArray[np.float64],
    bounds: NDArray[np.int64],
    limit: int,
    kept: NDArray[np.int64],
    ends: NDArray[np.int64],
) -> None:
    """Write the places that `heaviest_of_each` keeps of each text, and where each text ends among them."""
    size = 0
    for text in range(ends.size):
        begin, n_words = bounds[text], bounds[text + 1] - bounds[text]
        by_term = np.empty(n_words, dtype=np.uint64)
        for at in range(n_words):
            by_term[at] = np.uint64(term[begin + at]) << np.uint64(32) | np.uint64(at)
        by_term.sort()
        least, n_equal = -np.inf, n_words
        if n_words > limit:
            ranked = importance[begin : begin + n_words].copy()
            ranked.sort()
            least = ranked[n_words - limit]
            n_equal = limit
            for at in range(n_words - limit, n_words):
                n_equal -= 1 if ranked[at] > least else 0
        first = size
        for key in by_term:
            own = begin + np.int64(key & _LOW)
            if importance[own] < least or (importance[own] == least and n_equal == 0):
                continue
            n_equal -= 1 if importance[own] == least else 0
            last = kept[size - 1] if size > first else np.int64(-1)
            if last >= 0 and term[last] == term[own]:
                is_heavier = weight[own] > weight[last]
                is_rarer = weight[own] == weight[last] and documents[own] < documents[last]
                kept[size - 1] = own if is_heavier or is_rarer else last
                continue
            kept[size] = own
            size += 1
        ends[text] = size

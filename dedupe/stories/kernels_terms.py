"""Compiled loops over the words of articles. Importing this imports numba; `dedupe.text.kernels` decides when."""

import numpy as np
from numpy.typing import NDArray

from dedupe.text.kernels_numba import compiled


@compiled
def count_terms(
    term: NDArray[np.int32],
    capitalised: NDArray[np.bool_],
    offsets: NDArray[np.int64],
    title_lengths: NDArray[np.int64],
    language: NDArray[np.int64],
    usable: NDArray[np.bool_],
    first: int,
    lead_words: NDArray[np.int64],
    emphasis: NDArray[np.float64],
    terms: NDArray[np.int32],
    sums: NDArray[np.float64],
    n_terms: NDArray[np.int64],
) -> int:
    """Write the usable terms of each article from ``first`` on, ascending, the sums of their emphasis, and how many.

    ``usable`` has shape ``(n_languages, n_terms)``; a row of ``emphasis`` is that of the title, the lead, the rest, and
    what a capitalised word's is multiplied with. ``sums`` has a row for each of those. How many were written in all is
    returned.
    """
    n_ways, size = len(emphasis), 0
    total = np.zeros((usable.shape[1], n_ways), dtype=np.float64)
    for at in range(n_terms.size):
        article, begin = first + at, size
        text_begins = offsets[article] + title_lengths[article]
        for place in range(offsets[article], offsets[article + 1]):
            own = term[place]
            if not usable[language[article], own]:
                continue
            if total[own, 0] == 0:
                terms[size] = own
                size += 1
            for way in range(n_ways):
                part = 0 if place < text_begins else 1 if place < text_begins + lead_words[way] else 2
                weight = emphasis[way, part]
                total[own, way] += weight * emphasis[way, 3] if capitalised[place] else weight
        terms[begin:size].sort()
        for entry in range(begin, size):
            for way in range(n_ways):
                sums[way, entry] = total[terms[entry], way]
                total[terms[entry], way] = 0
        n_terms[at] = size - begin
    return size

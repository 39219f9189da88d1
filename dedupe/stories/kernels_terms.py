"""Compiled loops over the words of articles. Importing this imports numba; `dedupe.text.kernels` decides when."""

import numpy as np
from numpy.typing import NDArray

from dedupe.text.kernels_numba import compiled


@compiled
def count_terms(
    term: NDArray[np.int32],
    offsets: NDArray[np.int64],
    title_lengths: NDArray[np.int64],
    capitalised: NDArray[np.bool_],
    language: NDArray[np.int64],
    usable: NDArray[np.bool_],
    lead_words: int,
    emphasis: NDArray[np.float64],
    terms: NDArray[np.int32],
    sums: NDArray[np.float64],
    ends: NDArray[np.int64],
) -> None:
    """Write the usable terms of each article, ascending, the sum of their emphasis, and where each article ends.

    ``usable`` has shape ``(n_languages, n_terms)``; ``emphasis`` is that of the title, the lead, the rest, and what a
    capitalised word's is multiplied with. ``terms`` and ``sums`` have room for an entry an occurrence.
    """
    total = np.zeros(usable.shape[1], dtype=np.float64)
    size = 0
    for article in range(language.size):
        begin = size
        text_begins = offsets[article] + title_lengths[article]
        for at in range(offsets[article], offsets[article + 1]):
            own = term[at]
            if not usable[language[article], own]:
                continue
            part = 0 if at < text_begins else 1 if at < text_begins + lead_words else 2
            weight = emphasis[part] * emphasis[3] if capitalised[at] else emphasis[part]
            if total[own] == 0:
                terms[size] = own
                size += 1
            total[own] += weight
        terms[begin:size].sort()
        for at in range(begin, size):
            sums[at] = total[terms[at]]
            total[terms[at]] = 0
        ends[article] = size

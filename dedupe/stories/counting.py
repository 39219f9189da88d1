"""How often each article holds each term, counted with emphasis: compiled where the loops are used, else plainly."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from dedupe.settings import TermParams
from dedupe.stories.occurrences import Occurrences
from dedupe.text import kernels

_ARTICLES_AT_ONCE = 1000


def emphasised_counts(
    words: Occurrences, usable: NDArray[np.bool_], params: TermParams
) -> sparse.csr_matrix[np.float64]:
    """Sum of the emphasis of each article's usable terms: shape ``words.shape``, terms of a row ascending.

    Parameters
    ----------
    usable
        Which terms count in which language, shape ``(n_languages, n_terms)``.
    """
    emphasis = np.array([params.title_weight, params.lead_weight, 1.0, params.capital_weight])
    count = _counted_by_loop if kernels.are_used() else _counted_plainly
    return count(words, usable, params.lead_words, emphasis)


def _counted_by_loop(
    words: Occurrences, usable: NDArray[np.bool_], lead_words: int, emphasis: NDArray[np.float64]
) -> sparse.csr_matrix[np.float64]:
    from dedupe.stories.kernels_terms import count_terms  # noqa: PLC0415 - imports numba

    # Of what is asked for here only what is written becomes memory.
    terms, sums = np.empty(len(words.term), dtype=np.int32), np.empty(len(words.term), dtype=np.float64)
    ends = np.zeros(words.shape[0] + 1, dtype=np.int64)
    count_terms(
        kernels.as_loops_take(words.term), kernels.as_loops_take(words.offsets),
        kernels.as_loops_take(words.title_lengths), kernels.as_loops_take(words.capitalised),
        kernels.as_loops_take(words.language), kernels.as_loops_take(usable),
        lead_words, emphasis, terms, sums, ends[1:],
    )  # fmt: skip
    return sparse.csr_matrix((sums[: ends[-1]].copy(), terms[: ends[-1]].copy(), ends), shape=words.shape)


def _counted_plainly(
    words: Occurrences, usable: NDArray[np.bool_], lead_words: int, emphasis: NDArray[np.float64]
) -> sparse.csr_matrix[np.float64]:
    n = words.shape[0]
    counted = [
        _counted_block(words, slice(begin, min(begin + _ARTICLES_AT_ONCE, n)), usable, lead_words, emphasis)
        for begin in range(0, n, _ARTICLES_AT_ONCE)
    ]
    if not counted:
        return sparse.csr_matrix(words.shape, dtype=np.float64)
    return sparse.csr_matrix(sparse.vstack(counted, format="csr"))


def _counted_block(
    words: Occurrences, rows: slice, usable: NDArray[np.bool_], lead_words: int, emphasis: NDArray[np.float64]
) -> sparse.csr_matrix[np.float64]:
    offsets = words.offsets[rows.start : rows.stop + 1]
    own = slice(int(offsets[0]), int(offsets[-1]))
    article = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    position = np.arange(own.start, own.stop) - (offsets[:-1] + words.title_lengths[rows])[article]
    weight = emphasis[np.where(position < 0, 0, np.where(position < lead_words, 1, 2))]
    weight[words.capitalised[own]] *= emphasis[3]
    counts = usable[words.language[rows][article], words.term[own]]
    n_terms = words.shape[1]
    cells, cell = np.unique(article[counts] * n_terms + words.term[own][counts], return_inverse=True)
    # bincount adds in reading order, as the loop does.
    sums = np.bincount(cell, weights=weight[counts], minlength=len(cells)).astype(np.float64)
    ends = np.searchsorted(cells, np.arange(len(offsets)) * n_terms)
    return sparse.csr_matrix((sums, cells % max(1, n_terms), ends), shape=(len(offsets) - 1, n_terms))

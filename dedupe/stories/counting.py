"""How often each article holds each term, counted with emphasis: compiled where the loops are used, else plainly."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from dedupe.settings import TermParams
from dedupe.stories.occurrences import Occurrences
from dedupe.stories.row_blocks import over_blocks
from dedupe.text import kernels

_ARTICLES_AT_ONCE = 1000


def emphasised_counts(
    words: Occurrences, usable: NDArray[np.bool_], ways: Sequence[TermParams]
) -> list[sparse.csr_matrix[np.float64]]:
    """Sum of the emphasis of each article's usable terms: shape ``words.shape``, terms of a row ascending, one a way.

    All ways hold the same entries, and share their indices.

    Parameters
    ----------
    usable
        Which terms count in which language, shape ``(n_languages, n_terms)``.
    ways
        What each way emphasises; which terms are usable is for ``usable`` to say.
    """
    lead_words = np.array([way.lead_words for way in ways], dtype=np.int64)
    emphasis = np.array([[way.title_weight, way.lead_weight, 1.0, way.capital_weight] for way in ways])
    count = _counted_by_loop if kernels.are_used() else _counted_plainly
    blocks = count(words, usable, lead_words, emphasis)
    terms = np.concatenate([np.zeros(0, dtype=np.int32), *(block.terms for block in blocks)])
    ends = np.cumsum(np.concatenate([np.zeros(1, dtype=np.int64), *(block.n_terms for block in blocks)]))
    sums = [np.concatenate([np.zeros(0), *(block.sums[way] for block in blocks)]) for way in range(len(ways))]
    return [sparse.csr_matrix((own, terms, ends), shape=words.shape) for own in sums]


@dataclass(frozen=True, slots=True)
class _Counted:
    """Usable terms of consecutive articles, ascending in each, how many each has, and a row of sums a way."""

    terms: NDArray[np.int32]
    n_terms: NDArray[np.int64]
    sums: NDArray[np.float64]


def _counted_by_loop(
    words: Occurrences, usable: NDArray[np.bool_], lead_words: NDArray[np.int64], emphasis: NDArray[np.float64]
) -> list[_Counted]:
    from dedupe.stories.kernels_terms import count_terms  # noqa: PLC0415 - imports numba

    take = kernels.as_loops_take
    said = take(words.term), take(words.capitalised), take(words.offsets), take(words.title_lengths)
    languages = take(words.language), take(usable)

    def count(block: slice) -> _Counted:
        n_most = int(words.offsets[block.stop] - words.offsets[block.start])
        # Of what is asked for here only what is written becomes memory.
        terms, sums = np.empty(n_most, dtype=np.int32), np.empty((len(emphasis), n_most), dtype=np.float64)
        n_terms = np.empty(block.stop - block.start, dtype=np.int64)
        size = count_terms(*said, *languages, block.start, lead_words, emphasis, terms, sums, n_terms)
        return _Counted(terms[:size].copy(), n_terms, sums[:, :size].copy())

    return over_blocks(count, words.shape[0], rows_at_once=_ARTICLES_AT_ONCE)


def _counted_plainly(
    words: Occurrences, usable: NDArray[np.bool_], lead_words: NDArray[np.int64], emphasis: NDArray[np.float64]
) -> list[_Counted]:
    def count(block: slice) -> _Counted:
        return _counted_block(words, block, usable, lead_words, emphasis)

    return over_blocks(count, words.shape[0], rows_at_once=_ARTICLES_AT_ONCE)


def _counted_block(
    words: Occurrences,
    rows: slice,
    usable: NDArray[np.bool_],
    lead_words: NDArray[np.int64],
    emphasis: NDArray[np.float64],
) -> _Counted:
    offsets = words.offsets[rows.start : rows.stop + 1]
    own = slice(int(offsets[0]), int(offsets[-1]))
    article = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    counts = usable[words.language[rows][article], words.term[own]]
    n_terms = words.shape[1]
    cells, cell = np.unique(article[counts] * n_terms + words.term[own][counts], return_inverse=True)
    position = np.arange(own.start, own.stop) - (offsets[:-1] + words.title_lengths[rows])[article]
    sums = np.zeros((len(emphasis), len(cells)))
    for way, (n_lead, weights) in enumerate(zip(lead_words.tolist(), emphasis, strict=True)):
        weight = weights[np.where(position < 0, 0, np.where(position < n_lead, 1, 2))]
        weight[words.capitalised[own]] *= weights[3]
        # bincount adds in reading order, as the loop does.
        sums[way] = np.bincount(cell, weights=weight[counts], minlength=len(cells))
    per_article = np.bincount(cells // max(1, n_terms), minlength=len(offsets) - 1)
    return _Counted((cells % max(1, n_terms)).astype(np.int32), per_article, sums)

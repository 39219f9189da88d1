"""Terms that set a story apart from the others of its topic and from the window."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from dedupe.stories.row_blocks import GROUPS_AT_ONCE, arrays_of, entries_of, joined, over_blocks, terms_of_rows
from dedupe.text import kernels

MAX_KEYWORDS = 10

Stories = Sequence[NDArray[np.int64]]


def set_apart_terms(tfidf: sparse.csr_matrix[np.float64], topics: Sequence[Stories]) -> list[NDArray[np.int32]]:
    """Up to ten terms a story, best first, that its articles hold and the rest of the topic does not, topic by topic.

    A term scores its mean TF-IDF weight in the story, times how much larger a share of the story's articles hold it
    than of the topic's others. A term no more frequent here than there is left out.

    Parameters
    ----------
    tfidf
        Shape ``(n, n_terms)``.
    topics
        The stories of each topic, and the rows of each story.
    """
    find = _found_by_loop if kernels.are_used() else _found_plainly
    return find(tfidf, topics)


def _found_by_loop(tfidf: sparse.csr_matrix[np.float64], topics: Sequence[Stories]) -> list[NDArray[np.int32]]:
    from dedupe.stories.kernels_groups import write_set_apart  # noqa: PLC0415 - imports numba

    given = (*arrays_of(tfidf), tfidf.shape[1])

    def find(block: slice) -> list[NDArray[np.int32]]:
        stories = [story for topic in topics[block] for story in topic]
        n_stories = np.cumsum([0, *map(len, topics[block])], dtype=np.int64)
        terms, n_found = np.empty((len(stories), MAX_KEYWORDS), dtype=np.int32), np.zeros(len(stories), dtype=np.int64)
        write_set_apart(*given, n_stories, *joined(stories), terms, n_found)
        return [own[:n] for own, n in zip(terms, n_found.tolist(), strict=True)]

    found = over_blocks(find, len(topics), rows_at_once=GROUPS_AT_ONCE)
    return [terms for block in found for terms in block]


def _found_plainly(tfidf: sparse.csr_matrix[np.float64], topics: Sequence[Stories]) -> list[NDArray[np.int32]]:
    return [terms for topic in topics for terms in _terms_of_topic(tfidf, topic)]


def _terms_of_topic(tfidf: sparse.csr_matrix[np.float64], stories: Stories) -> list[NDArray[np.int32]]:
    terms, inside = terms_of_rows(tfidf, np.concatenate(stories))
    n, n_terms = inside.shape
    holding = np.bincount(inside.indices, minlength=n_terms)
    best = []
    for rows in np.split(np.arange(n), np.cumsum([len(story) for story in stories])[:-1]):
        own = entries_of(inside, rows)
        here = np.bincount(inside.indices[own], minlength=n_terms)
        mean = np.bincount(inside.indices[own], inside.data[own], minlength=n_terms) / len(rows)
        elsewhere = (holding - here) / max(1, n - len(rows))
        best.append(terms[_highest(mean * (here / len(rows) - elsewhere))])
    return best


def _highest(score: NDArray[np.float64]) -> NDArray[np.int64]:
    """Places of up to ten of the highest scores above 0, highest first, of equals the first."""
    order = np.argsort(-score, kind="stable")[:MAX_KEYWORDS]
    return order[score[order] > 0]

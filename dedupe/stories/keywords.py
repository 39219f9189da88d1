"""Terms that set a story apart from the others of its topic and from the window."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

MAX_KEYWORDS = 10


def set_apart_terms(
    tfidf: sparse.csr_matrix[np.float64], stories: Sequence[NDArray[np.int64]]
) -> list[NDArray[np.int64]]:
    """Up to ten terms a story, best first, that its articles hold and the rest of the topic does not.

    A term scores its mean TF-IDF weight in the story, times how much larger a share of the story's articles hold it
    than of the topic's others. A term no more frequent here than there is left out.

    Parameters
    ----------
    tfidf
        Shape ``(n, n_terms)``, the rows of one topic.
    stories
        The rows of each story; together all the rows.
    """
    terms = np.unique(tfidf.indices).astype(np.int64)
    inside = sparse.csr_matrix(tfidf[:, terms])
    holding = np.bincount(inside.indices, minlength=len(terms))
    best = []
    for rows in stories:
        story = inside[rows]
        here = np.bincount(story.indices, minlength=len(terms))
        elsewhere = (holding - here) / max(1, inside.shape[0] - len(rows))
        score = np.asarray(story.mean(axis=0)).ravel() * (here / len(rows) - elsewhere)
        best.append(terms[_highest(score)])
    return best


def _highest(score: NDArray[np.float64]) -> NDArray[np.int64]:
    order = np.argsort(-score, kind="stable")[:MAX_KEYWORDS]
    return order[score[order] > 0]

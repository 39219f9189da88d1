"""Terms that set a story apart from the others of its topic and from the window."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from dedupe.stories.row_blocks import entries_of

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
    n, n_terms = tfidf.shape
    holding = np.bincount(tfidf.indices, minlength=n_terms)
    best = []
    for rows in stories:
        own = slice(None) if len(rows) == n else entries_of(tfidf, rows)
        here = np.bincount(tfidf.indices[own], minlength=n_terms)
        mean = np.bincount(tfidf.indices[own], tfidf.data[own], minlength=n_terms) / len(rows)
        elsewhere = (holding - here) / max(1, n - len(rows))
        best.append(highest(mean * (here / len(rows) - elsewhere)))
    return best


def highest(score: NDArray[np.float64]) -> NDArray[np.int64]:
    """Places of up to ten of the highest scores above 0, highest first, of equals the first."""
    order = np.argsort(-score, kind="stable")[:MAX_KEYWORDS]
    return order[score[order] > 0]

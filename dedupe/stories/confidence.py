"""How clearly an article belongs where it was put, by the stories it is nearest to."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sparse_dot_topn import sp_matmul_topn

_ANY_SIMILARITY = 1e-9


def membership_confidence(
    rows: sparse.csr_matrix[np.float64],
    stories: Sequence[NDArray[np.int64]],
    *,
    has_copy: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Confidence of each row in its story, in ``[0, 1]``; it grows with the distance to the nearest other story.

    With ``a`` the mean cosine similarity to the story's other articles and ``b`` to those of the nearest other story:
    ``(1 + (a - b) / max(a, b)) / 2``, the silhouette (Rousseeuw 1987) moved to ``[0, 1]``; .5 is a toss-up. For an
    article with verified copies alone in its story ``a`` is 1; for one without, the confidence is ``1 - b``.

    Parameters
    ----------
    rows
        Shape ``(n, n_terms)``, each row of length 1 or empty.
    stories
        The rows of each story; each row is in one.
    has_copy
        Shape ``(n,)``.
    """
    n = rows.shape[0]
    story_of = np.empty(n, dtype=np.int64)
    for number, members in enumerate(stories):
        story_of[members] = number
    sizes = np.bincount(story_of, minlength=len(stories))
    membership = sparse.csr_matrix((1 / sizes[story_of], (story_of, np.arange(n))), shape=(len(stories), n))
    means = sparse.csr_matrix(membership @ rows)
    own = _similarity_to_others(rows, means[story_of], sizes[story_of])
    rival = _similarity_to_rival(rows, means, story_of)
    alone = sizes[story_of] == 1
    own[alone & has_copy] = 1
    nearest = np.maximum(own, rival)
    silhouette = np.divide(own - rival, nearest, out=np.zeros(n), where=nearest > 0)
    return np.where(alone & ~has_copy, 1 - np.minimum(rival, 1), (1 + silhouette) / 2)


def _similarity_to_others(
    rows: sparse.csr_matrix[np.float64], own_means: sparse.csr_matrix[np.float64], sizes: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Mean similarity to the other members; the article's similarity to itself is taken out of the mean."""
    with_itself = np.asarray(rows.multiply(own_means).sum(axis=1)).ravel() * sizes
    itself = np.diff(rows.indptr) > 0
    return np.clip((with_itself - itself) / np.maximum(sizes - 1, 1), 0, 1)


def _similarity_to_rival(
    rows: sparse.csr_matrix[np.float64], means: sparse.csr_matrix[np.float64], story_of: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Mean similarity to the articles of the nearest story that is not the own one; 0 if none is near."""
    rival = np.zeros(rows.shape[0])
    if rows.nnz == 0:
        return rival
    nearest = sp_matmul_topn(rows, means.T.tocsr(), top_n=2, threshold=_ANY_SIMILARITY).tocoo()
    other = nearest.col != story_of[nearest.row]
    np.maximum.at(rival, nearest.row[other], nearest.data[other])
    return rival

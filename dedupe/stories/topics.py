"""Which articles are of one topic: density on the graph of vectors drawn to their neighbours'."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from dedupe.settings import TopicParams
from dedupe.stories.density import NOISE, density_clusters
from dedupe.stories.neighbours import Searcher, search_here, similarity_graph
from dedupe.stories.smoothing import shortness, smoothed, stretched


def graph_of_rows(
    rows: sparse.csr_matrix[np.float64],
    params: TopicParams,
    *,
    days: NDArray[np.float64] | None = None,
    searcher: Searcher = search_here,
) -> sparse.csr_matrix[np.float64]:
    """Each row joined to its nearest: shape ``(n, n)``, symmetric; parameters as of `topic_of_rows`."""
    return _graph(rows, days, params, params.min_similarity, searcher)


def topic_of_rows(
    rows: sparse.csr_matrix[np.float64],
    near: sparse.csr_matrix[np.float64],
    params: TopicParams,
    *,
    days: NDArray[np.float64] | None = None,
    searcher: Searcher = search_here,
) -> NDArray[np.int64]:
    """Topic number of each row: from 0 in the order of first rows, after these the rows that nothing is near.

    Parameters
    ----------
    rows
        Shape ``(n, n_terms)``, each row of length 1 or empty.
    near
        Their `graph_of_rows`.
    days
        Shape ``(n,)``: when each article was published, in days since any fixed day; NaN where nobody knows.
    searcher
        Who searches for neighbours.
    """
    drawn = smoothed(rows, near, params.smoothing)
    nearer = _graph(drawn, days, params, params.min_smoothed_similarity, searcher)
    if params.short_stretch > 1:
        nearer = stretched(nearer, shortness(rows, params.smoothing), params.short_stretch)
    topics = density_clusters(nearer, cluster_selection_epsilon=params.cluster_selection_epsilon)
    alone = np.flatnonzero(topics == NOISE)
    topics[alone] = topics.max(initial=NOISE) + 1 + np.arange(len(alone))
    return topics


def _graph(
    rows: sparse.csr_matrix[np.float64],
    days: NDArray[np.float64] | None,
    params: TopicParams,
    min_similarity: float,
    searcher: Searcher,
) -> sparse.csr_matrix[np.float64]:
    return similarity_graph(
        rows,
        n_neighbors=params.n_neighbors,
        min_similarity=min_similarity,
        days=days,
        window_days=params.window_days,
        searcher=searcher,
    )

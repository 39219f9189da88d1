"""Whether a story holds together without its neighbours' help.

Smoothing draws articles of one subject together, and now and then articles that themselves have little in common.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse.csgraph import connected_components

from dedupe.stories.row_blocks import row_products, with_data
from dedupe.story_settings import CohesionParams


def split_loose(rows: sparse.csr_matrix[np.float64], params: CohesionParams) -> list[NDArray[np.int64]]:
    """Row numbers of the parts of a story whose articles are alike, each ascending; together all the rows.

    Parts are those of average linkage at the mean similarity ``min_similarity``. Short texts are never parted: two
    snippets of one event may share two words.

    Parameters
    ----------
    rows
        Shape ``(n, n_terms)``, each row of length 1 or empty.
    """
    n = rows.shape[0]
    if not 2 <= n <= params.max_dense or np.median(np.diff(rows.indptr)) < params.min_terms:
        return [np.arange(n)]
    left, right = np.triu_indices(n, 1)
    similarity = row_products(rows, left, rows, right)
    if similarity.min() >= params.min_similarity:  # so is any mean of them
        return [np.arange(n)]
    parts = fcluster(linkage(np.clip(1 - similarity, 0, 1), "average"), 1 - params.min_similarity, "distance")
    members = [np.flatnonzero(parts == part) for part in range(1, parts.max() + 1)]
    return sorted(members, key=lambda part: int(part[0]))


def linked_groups(
    groups: NDArray[np.int64],
    graph: sparse.csr_matrix[np.float64],
    shortness: NDArray[np.float64],
    *,
    min_similarity: float,
) -> NDArray[np.int64]:
    """Group of each row, from 0, after groups of short texts came apart where no pair of theirs is alike.

    A few headlines have no other neighbours than each other, and are drawn together by any name they share. So two
    rows of a group stay together only over a chain of rows of which each is ``min_similarity`` times their shortness
    as similar to the next, as they are.

    Parameters
    ----------
    groups
        Shape ``(n,)``. Of negative numbers none is a group: each of their rows becomes one of its own.
    graph
        Shape ``(n, n)``, symmetric: similarities of the rows before smoothing.
    shortness
        Shape ``(n,)``, in ``[0, 1]``: of two rows that of the longer counts.
    """
    row = np.repeat(np.arange(len(groups)), np.diff(graph.indptr))
    shorter = np.minimum(shortness[row], shortness[graph.indices])
    is_link = (groups[row] == groups[graph.indices]) & (groups[row] >= 0) & (graph.data >= min_similarity * shorter)
    links = with_data(graph, is_link.astype(np.float64)).copy()
    links.eliminate_zeros()
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)

"""Vectors blended with those of their neighbours, so that two reports of one event meet in the words of a third."""

import numpy as np
from scipy import sparse

from dedupe.settings import SmoothingParams

_NEGLIGIBLE = 0.01


def smoothed(
    rows: sparse.csr_matrix[np.float64], graph: sparse.csr_matrix[np.float64], params: SmoothingParams
) -> sparse.csr_matrix[np.float64]:
    """Rows drawn towards their neighbours', each of length 1 again (an empty row stays empty).

    Neighbours weigh by a power of their similarity, so the few near ones outvote the many far ones and no number
    of neighbours has to fit the size of the stories.

    Parameters
    ----------
    rows
        Shape ``(n, n_terms)``, each row of length 1 or empty.
    graph
        Shape ``(n, n)``, similarities with an empty diagonal.
    """
    weights = graph.copy()
    weights.data = graph.data**params.power
    # The constant in the sum keeps an article whose neighbours are all far away where it is.
    scale = 1 / (np.asarray(weights.sum(axis=1)).ravel() + params.inertia)
    blend = sparse.csr_matrix(sparse.diags(params.alpha * scale) @ weights)
    result = rows
    for _ in range(params.rounds):
        mixed = unit_rows(sparse.csr_matrix((1 - params.alpha) * rows + blend @ result))
        result = unit_rows(_without_small(mixed))
    return result


def _without_small(rows: sparse.csr_matrix[np.float64]) -> sparse.csr_matrix[np.float64]:
    """Drop the long tail that blending grows; it costs time and changes no neighbour."""
    kept = rows.copy()
    kept.data[kept.data < _NEGLIGIBLE] = 0
    kept.eliminate_zeros()
    return kept


def unit_rows(rows: sparse.csr_matrix[np.float64]) -> sparse.csr_matrix[np.float64]:
    """Rows scaled to Euclidean length 1; empty ones stay empty."""
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1
    return sparse.csr_matrix(sparse.diags(1 / lengths) @ rows)

"""Vectors blended with those of their neighbours, so that two reports of one event meet in the words of a third."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from dedupe.stories.row_blocks import arrays_of, over_blocks, with_data
from dedupe.story_settings import SmoothingParams
from dedupe.text import kernels

_NEGLIGIBLE = 0.01
_ROWS_AT_ONCE = 2048


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
    alpha = params.alpha + (params.short_alpha - params.alpha) * shortness(rows, params)
    weights.data *= np.repeat(alpha * scale, np.diff(weights.indptr))
    own = with_data(rows, np.repeat(1 - alpha, np.diff(rows.indptr)) * rows.data)
    blend = _blended_by_loop if kernels.are_used() else _blended_plainly
    result = rows
    for _ in range(params.rounds):
        result = blend(own, weights, result)
    return result


def shortness(rows: sparse.csr_matrix[np.float64], params: SmoothingParams) -> NDArray[np.float64]:
    """How short each article is, in ``[0, 1]``: 1 up to ``short_terms`` terms, 0 from ``ample_terms`` on."""
    return np.clip((params.ample_terms - np.diff(rows.indptr)) / (params.ample_terms - params.short_terms), 0, 1)


def stretched(
    graph: sparse.csr_matrix[np.float64], shortness: NDArray[np.float64], factor: float
) -> sparse.csr_matrix[np.float64]:
    """Graph with the cosine distance of two short articles up to ``factor`` times as large.

    Short articles are drawn far to their neighbours, so that theirs says less. Pairs farther than 1 are left out.
    """
    shorter = np.minimum(np.repeat(shortness, np.diff(graph.indptr)), shortness[graph.indices])
    result = with_data(graph, np.maximum(1 - (1 - graph.data) * (1 + (factor - 1) * shorter), 0.0)).copy()
    result.eliminate_zeros()
    return result


def _blended_by_loop(
    own: sparse.csr_matrix[np.float64], shares: sparse.csr_matrix[np.float64], rows: sparse.csr_matrix[np.float64]
) -> sparse.csr_matrix[np.float64]:
    from dedupe.stories.kernels_graph import blend_rows  # noqa: PLC0415 - imports numba

    given = (*arrays_of(rows), *arrays_of(shares), *arrays_of(own))
    entries = np.diff(rows.indptr)
    # At most what the row and its neighbours hold; of what is asked for here only what is written becomes memory.
    n_most = np.diff(own.indptr) + np.asarray(with_data(shares, np.ones(shares.nnz)) @ entries).astype(np.int64)

    def blend(block: slice) -> sparse.csr_matrix[np.float64]:
        size = int(n_most[block].sum())
        terms, weights = np.empty(size, dtype=np.int32), np.empty(size, dtype=np.float64)
        ends = np.zeros(block.stop - block.start + 1, dtype=np.int64)
        blend_rows(*given, rows.shape[1], np.arange(block.start, block.stop), _NEGLIGIBLE, terms, weights, ends[1:])
        kept = slice(int(ends[-1]))
        return sparse.csr_matrix((weights[kept].copy(), terms[kept].copy(), ends), shape=(len(ends) - 1, rows.shape[1]))

    blocks = over_blocks(blend, rows.shape[0], rows_at_once=_ROWS_AT_ONCE)
    return sparse.csr_matrix(sparse.vstack(blocks, format="csr")) if blocks else rows


def _blended_plainly(
    own: sparse.csr_matrix[np.float64], shares: sparse.csr_matrix[np.float64], rows: sparse.csr_matrix[np.float64]
) -> sparse.csr_matrix[np.float64]:
    mixed = sparse.csr_matrix(own + shares @ rows)
    mixed.sort_indices()
    return unit_rows(_without_small(unit_rows(mixed)))


def _without_small(rows: sparse.csr_matrix[np.float64]) -> sparse.csr_matrix[np.float64]:
    """Drop the long tail that blending grows; it costs time and changes no neighbour."""
    keep = rows.data >= _NEGLIGIBLE
    ends = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(keep)])[rows.indptr]
    return sparse.csr_matrix((rows.data[keep], rows.indices[keep], ends), shape=rows.shape)


def unit_rows(rows: sparse.csr_matrix[np.float64]) -> sparse.csr_matrix[np.float64]:
    """Rows scaled to Euclidean length 1; empty ones stay empty."""
    n, entries = rows.shape[0], np.diff(rows.indptr)
    lengths = np.sqrt(np.bincount(np.repeat(np.arange(n), entries), rows.data * rows.data, minlength=n))
    lengths[lengths == 0] = 1
    return sparse.csr_matrix((rows.data * np.repeat(1 / lengths, entries), rows.indices, rows.indptr), shape=rows.shape)

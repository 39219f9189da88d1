"""Which articles are near each other: a sparse graph of the largest cosine similarities."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sparse_dot_topn import sp_matmul_topn


def similarity_graph(
    rows: sparse.csr_matrix[np.float64], *, n_neighbors: int, min_similarity: float
) -> sparse.csr_matrix[np.float64]:
    """Join every row to its nearest rows by cosine similarity.

    Parameters
    ----------
    rows
        Shape ``(n, n_terms)``, each row of length 1 or empty. Of neighbours equally near at the limit the ones
        kept depend on the order of the rows, so give them in an order of their own.
    n_neighbors, min_similarity
        A row asks for this many others, at least this similar; a pair is kept if either row asks for it.

    Returns
    -------
    Symmetric, shape ``(n, n)``, empty diagonal, values in ``(0, 1]`` up to rounding.
    """
    n = rows.shape[0]
    if n == 0 or rows.nnz == 0:
        return sparse.csr_matrix((n, n), dtype=np.float64)
    top = sp_matmul_topn(rows, rows.T.tocsr(), top_n=n_neighbors + 1, threshold=min_similarity, sort=True)
    top = sparse.csr_matrix(top)
    graph = top.maximum(top.T).tocoo()
    keep = graph.row != graph.col
    graph = sparse.coo_matrix((graph.data[keep], (graph.row[keep], graph.col[keep])), shape=(n, n))
    return sparse.csr_matrix(graph)


def mean_similarities(similarity: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean similarity of each article to the others: a square matrix of at least two rows in, one value a row out."""
    return np.asarray((similarity.sum(axis=1) - similarity.diagonal()) / (len(similarity) - 1))

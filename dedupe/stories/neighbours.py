"""Which articles are near each other: a sparse graph of the largest cosine similarities."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from dedupe.stories.row_blocks import arrays_of, heaviest_terms, over_blocks, row_products, whole_or_cut
from dedupe.text import kernels

_SEARCHED_TERMS = 24
_TELLING_SHARE = 0.4  # of a row's squared length
_CANDIDATES = 2  # searched for one wanted
_ROWS_AT_ONCE = 2048
_ROWS_AT_ONCE_PLAINLY = 256  # their products with all others are held at once

Nearest = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Reach:
    """Which rows may meet: row ``i`` those from ``low[i]`` to ``high[i]``, and all from ``n_dated`` on."""

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    n_dated: int


def similarity_graph(
    rows: sparse.csr_matrix[np.float64],
    *,
    n_neighbors: int,
    min_similarity: float,
    days: NDArray[np.float64] | None = None,
    window_days: float = np.inf,
    searcher: "Searcher | None" = None,
) -> sparse.csr_matrix[np.float64]:
    """Join every row to its nearest rows by cosine similarity.

    Parameters
    ----------
    rows
        Shape ``(n, n_terms)``, each row of length 1 or empty. Of neighbours equally near at the limit those that stand
        first are kept, so give the rows in an order of their own.
    n_neighbors, min_similarity
        A row asks for this many others, more similar than that; a pair is kept if either row asks for it.
    days, window_days
        Rows further apart are no neighbours. ``days`` has shape ``(n,)``; one that is NaN is near to all days.
    searcher
        Who searches; `search_here` where nobody is named.

    Returns
    -------
    Symmetric, shape ``(n, n)``, empty diagonal, values in ``(0, 1]`` up to rounding.
    """
    n = rows.shape[0]
    if n == 0 or rows.nnz == 0:
        return sparse.csr_matrix((n, n), dtype=np.float64)
    days = np.full(n, np.nan) if days is None else days
    order = np.argsort(days, kind="stable")  # those without a day come last
    ascending = sparse.csr_matrix(rows[order])
    ascending.sort_indices()
    ascending.eliminate_zeros()
    search = Search(ascending, _searched(ascending), _reach(days[order], window_days), n_neighbors, min_similarity)
    return _joined((search_here if searcher is None else searcher)(search), order)


@dataclass(frozen=True, slots=True)
class Search:
    """The search for each row's nearest rows: those of ``rows``, by way of what they share of ``searched``."""

    rows: sparse.csr_matrix[np.float64]
    searched: sparse.csr_matrix[np.float64]
    reach: Reach
    n_neighbors: int
    min_similarity: float

    def blocks(self) -> list[slice]:
        """Rows in blocks that can be searched apart, by whomever."""
        n = self.rows.shape[0]
        return [slice(begin, min(begin + _ROWS_AT_ONCE, n)) for begin in range(0, n, _ROWS_AT_ONCE)]


Searcher: TypeAlias = Callable[[Search], list[Nearest]]


def search_here(search: Search) -> list[Nearest]:
    """What a search finds, block by block, on all cores of this machine."""
    rows_at_once = _ROWS_AT_ONCE if kernels.are_used() else _ROWS_AT_ONCE_PLAINLY
    return over_blocks(finder_of(search), search.rows.shape[0], rows_at_once=rows_at_once)


def finder_of(search: Search) -> Callable[[slice], Nearest]:
    """What finds the nearest rows of a block; it does not matter who computes it, or how rows are cut into blocks."""
    return _loop_finder(search) if kernels.are_used() else _plain_finder(search)


def _searched(rows: sparse.csr_matrix[np.float64]) -> sparse.csr_matrix[np.float64]:
    """The heaviest terms of each row, or all where these hold little: pairs of characters are many, none is heavy."""
    heaviest = heaviest_terms(rows, _SEARCHED_TERMS)
    row = np.repeat(np.arange(rows.shape[0]), np.diff(heaviest.indptr))
    held = np.bincount(row, heaviest.data**2, minlength=rows.shape[0])
    return whole_or_cut(rows, heaviest, held < _TELLING_SHARE)


def _reach(days: NDArray[np.float64], window_days: float) -> Reach:
    """Reach of rows in the order of their days."""
    n, n_dated = len(days), int(np.count_nonzero(~np.isnan(days)))
    low, high = np.zeros(n, dtype=np.int64), np.full(n, n_dated, dtype=np.int64)
    low[:n_dated] = np.searchsorted(days[:n_dated], days[:n_dated] - window_days, side="left")
    high[:n_dated] = np.searchsorted(days[:n_dated], days[:n_dated] + window_days, side="right")
    return Reach(low, high, n_dated)


def _joined(found: Sequence[Nearest], order: NDArray[np.int64]) -> sparse.csr_matrix[np.float64]:
    n = len(order)
    row = np.repeat(order, np.concatenate([n_found for n_found, _, _ in found]))
    near = order[np.concatenate([near for _, near, _ in found])]
    similarity = np.concatenate([similarity for _, _, similarity in found])
    asked = sparse.csr_matrix(sparse.coo_matrix((similarity, (row, near)), shape=(n, n)))
    return sparse.csr_matrix(asked.maximum(asked.T))


def _loop_finder(search: Search) -> Callable[[slice], Nearest]:
    from dedupe.stories.kernels_graph import find_nearest, rank_candidates  # noqa: PLC0415 - imports numba

    whole, heaviest = arrays_of(search.rows), arrays_of(search.searched)
    by_term = arrays_of(sparse.csc_matrix(search.searched))
    reach, n_neighbors = search.reach, search.n_neighbors
    both = np.column_stack([reach.low, reach.high])

    def find(block: slice) -> Nearest:
        candidates, similarity, n_candidates = _room(block, _CANDIDATES * n_neighbors)
        find_nearest(*heaviest, *by_term, both, reach.n_dated, block.start, 0.0, candidates, similarity, n_candidates)
        near, similarity, n_found = _room(block, n_neighbors)
        least = search.min_similarity
        rank_candidates(*whole, block.start, candidates, n_candidates, least, near, similarity, n_found)
        taken = np.arange(n_neighbors) < n_found[:, np.newaxis]
        return n_found, near[taken], similarity[taken]

    return find


def _room(block: slice, n_most: int) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.int64]]:
    shape = (block.stop - block.start, n_most)
    return np.empty(shape, dtype=np.int32), np.empty(shape, dtype=np.float64), np.zeros(shape[0], dtype=np.int64)


def _plain_finder(search: Search) -> Callable[[slice], Nearest]:
    rows, searched, reach, n_neighbors = search.rows, search.searched, search.reach, search.n_neighbors
    by_term = sparse.csr_matrix(searched.T)

    def find(block: slice) -> Nearest:
        products = sparse.coo_matrix(searched[block] @ by_term)
        row, near = products.row + block.start, products.col
        meet = (near >= reach.n_dated) | ((near >= reach.low[row]) & (near < reach.high[row]))
        meet &= (near != row) & (products.data > 0)
        _, near, _ = candidates = _highest(block, row[meet], near[meet], products.data[meet], _CANDIDATES * n_neighbors)
        row = np.repeat(np.arange(block.start, block.stop), candidates[0])
        similarity = row_products(rows, row, rows, near.astype(np.int64))
        clear = similarity > search.min_similarity
        return _highest(block, row[clear], near[clear], similarity[clear], n_neighbors)

    return find


def _highest(
    block: slice, row: NDArray[np.int64], near: NDArray[np.int32], similarity: NDArray[np.float64], limit: int
) -> Nearest:
    """The most similar of each row of a block, most similar first, of equals the first."""
    order = np.lexsort((near, -similarity, row))
    n_asked = np.bincount(row - block.start, minlength=block.stop - block.start)
    rank = np.arange(len(order)) - np.repeat(np.cumsum(n_asked) - n_asked, n_asked)
    order = order[rank < limit]
    return np.minimum(n_asked, limit), near[order], similarity[order]

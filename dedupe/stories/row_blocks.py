"""Work on rows, a block at a time, on all cores; what comes out does not depend on the blocks or who computed them."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from dedupe.text import kernels
from dedupe.text.kernels import as_loops_take

_PAIRS_AT_ONCE = 1 << 16
_PAIRS_AT_ONCE_PLAINLY = 1 << 12
GROUPS_AT_ONCE = 256

Result = TypeVar("Result")
Matrix = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]


def over_blocks(work: Callable[[slice], Result], n_rows: int, *, rows_at_once: int) -> list[Result]:
    """Results of the work on consecutive blocks of rows, in their order; it must let go of the interpreter's lock."""
    blocks = [slice(begin, min(begin + rows_at_once, n_rows)) for begin in range(0, n_rows, rows_at_once)]
    if len(blocks) < 2:
        return [work(block) for block in blocks]
    with ThreadPoolExecutor() as pool:
        return list(pool.map(work, blocks))


def arrays_of(matrix: "sparse.csr_matrix[np.float64] | sparse.csc_matrix[np.float64]") -> Matrix:
    """A matrix as the compiled loops take it: indptr, indices, ascending in each row, and data."""
    matrix = matrix if matrix.has_sorted_indices else matrix.sorted_indices()  # a product of matrices has none
    ptr, indices = matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32, copy=False)
    return ptr, as_loops_take(indices), as_loops_take(matrix.data)


def entries_of(matrix: sparse.csr_matrix[np.float64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Places of the entries of some rows, in the order of the rows."""
    lengths = matrix.indptr[rows + 1] - matrix.indptr[rows]
    before = matrix.indptr[rows] - (np.cumsum(lengths) - lengths)
    return np.asarray(np.arange(lengths.sum()) + np.repeat(before, lengths), dtype=np.int64)


def terms_of_rows(
    matrix: sparse.csr_matrix[np.float64], rows: NDArray[np.int64]
) -> tuple[NDArray[np.int32], sparse.csr_matrix[np.float64]]:
    """The terms that some rows hold, ascending, and the rows over these: shape ``(len(rows), n_held)``.

    A matrix of a few rows costs less than the width of a whole vocabulary.
    """
    own = entries_of(matrix, rows)
    held = matrix.indices[own]
    ascending = np.sort(held)  # np.unique hashes, which takes ten times as long
    terms = ascending[np.diff(ascending, prepend=-1) != 0]
    ptr = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(matrix.indptr[rows + 1] - matrix.indptr[rows])])
    place = np.searchsorted(terms, held).astype(np.int32)  # faster than what sorting the places along with them takes
    return terms, sparse.csr_matrix((matrix.data[own], place, ptr), shape=(len(rows), len(terms)))


def rows_by_group(group_of: NDArray[np.int64], *, n_groups: int = 0) -> list[NDArray[np.int64]]:
    """Places of each group's rows, ascending; groups are numbered from 0, and there are ``n_groups`` at least."""
    ends = np.cumsum(np.bincount(group_of, minlength=n_groups))
    return np.split(np.argsort(group_of, kind="stable"), ends[:-1])


def rarity_inside(rows: sparse.csr_matrix[np.float64]) -> NDArray[np.float64]:
    """How rare each term is among the rows alone, in ``[0, 1]``: 0 for a term of all, 1 for one of a single row."""
    n, holding = rows.shape[0], np.bincount(rows.indices, minlength=rows.shape[1])
    log = logs(max(n, 1))
    return np.asarray(np.clip((log[n] - log[holding]) / (log[n] - log[1]), 0, 1))


def logs(n_most: int) -> NDArray[np.float64]:
    """Logarithm of ``1 + n`` for each ``n`` up to ``n_most``: a table, because loops have another logarithm."""
    return np.log(np.arange(1, n_most + 2, dtype=np.float64))


def heaviest_terms(rows: sparse.csr_matrix[np.float64], limit: int) -> sparse.csr_matrix[np.float64]:
    """Rows without all but their ``limit`` heaviest entries; of equals those that stand first are kept."""
    lengths = np.diff(rows.indptr)
    if not (lengths > limit).any():
        return rows
    keep = np.ones(rows.nnz, dtype=np.bool_)
    if kernels.are_used():
        from dedupe.stories.kernels_graph import mark_heaviest  # noqa: PLC0415 - imports numba

        keep[:] = False
        ptr, _, weights = arrays_of(rows)
        mark_heaviest(ptr, weights, limit, keep)
    else:
        for row in np.flatnonzero(lengths > limit).tolist():
            own = slice(rows.indptr[row], rows.indptr[row + 1])
            keep[own] = _is_heaviest(rows.data[own], limit)
    ends = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(np.minimum(lengths, limit))])
    return sparse.csr_matrix((rows.data[keep], rows.indices[keep], ends), shape=rows.shape)


def whole_or_cut(
    whole: sparse.csr_matrix[np.float64], cut: sparse.csr_matrix[np.float64], is_whole: NDArray[np.bool_]
) -> sparse.csr_matrix[np.float64]:
    """Rows of the one matrix where ``is_whole``, of the other where not."""
    if not is_whole.any():
        return cut
    chosen, others = (sparse.diags(flags.astype(np.float64)) for flags in (is_whole, ~is_whole))
    rows = sparse.csr_matrix(chosen @ whole + others @ cut)
    rows.eliminate_zeros()
    return rows


def _is_heaviest(weights: NDArray[np.float64], limit: int) -> NDArray[np.bool_]:
    least = np.partition(weights, -limit)[-limit]
    heaviest = weights > least
    equals = np.flatnonzero(weights == least)
    heaviest[equals[: limit - np.count_nonzero(heaviest)]] = True
    return np.asarray(heaviest)


def with_data(rows: sparse.csr_matrix[np.float64], data: NDArray[np.float64]) -> sparse.csr_matrix[np.float64]:
    """Rows of the same entries with other values."""
    return sparse.csr_matrix((data, rows.indices, rows.indptr), shape=rows.shape)


def row_products(
    rows: sparse.csr_matrix[np.float64],
    row: NDArray[np.int64],
    others: sparse.csr_matrix[np.float64],
    other: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Dot products of pairs of rows of two matrices over the same terms, one a pair."""
    multiply = _multiplied_by_loop if kernels.are_used() else _multiplied_plainly
    return multiply(rows, row, others, other)


def _multiplied_by_loop(
    rows: sparse.csr_matrix[np.float64],
    row: NDArray[np.int64],
    others: sparse.csr_matrix[np.float64],
    other: NDArray[np.int64],
) -> NDArray[np.float64]:
    from dedupe.stories.kernels_graph import multiply_pairs  # noqa: PLC0415 - imports numba

    given, products = (*arrays_of(rows), *arrays_of(others)), np.empty(len(row), dtype=np.float64)

    def multiply(block: slice) -> None:
        multiply_pairs(*given, row[block], other[block], products[block])

    over_blocks(multiply, len(row), rows_at_once=_PAIRS_AT_ONCE)
    return products


def _multiplied_plainly(
    rows: sparse.csr_matrix[np.float64],
    row: NDArray[np.int64],
    others: sparse.csr_matrix[np.float64],
    other: NDArray[np.int64],
) -> NDArray[np.float64]:
    def multiply(block: slice) -> NDArray[np.float64]:
        common = sparse.csr_matrix(rows[row[block]].multiply(others[other[block]]))
        pair = np.repeat(np.arange(common.shape[0]), np.diff(common.indptr))
        # bincount adds in the order of the terms, as the loop does.
        return np.asarray(np.bincount(pair, common.data, minlength=common.shape[0]), dtype=np.float64)

    products = over_blocks(multiply, len(row), rows_at_once=_PAIRS_AT_ONCE_PLAINLY)
    return np.concatenate([np.zeros(0, dtype=np.float64), *products])


def totals_products(rows: sparse.csr_matrix[np.float64], groups: Sequence[NDArray[np.int64]]) -> NDArray[np.float64]:
    """Dot product of each row and the sum of its group's rows, shape ``(n,)``; 0 for a row of no group."""
    products = np.zeros(rows.shape[0], dtype=np.float64)
    if not kernels.are_used():
        for group in groups:
            _, held = terms_of_rows(rows, group)
            products[group] = held @ np.bincount(held.indices, held.data, minlength=held.shape[1])
        return products
    from dedupe.stories.kernels_groups import multiply_totals  # noqa: PLC0415 - imports numba

    given = (*arrays_of(rows), rows.shape[1])

    def multiply(block: slice) -> None:
        ends, members = joined(groups[block])
        own = np.empty(len(members), dtype=np.float64)
        multiply_totals(*given, ends, members, own)
        products[members] = own

    over_blocks(multiply, len(groups), rows_at_once=GROUPS_AT_ONCE)
    return products


def are_alike(
    rows: sparse.csr_matrix[np.float64], groups: Sequence[NDArray[np.int64]], *, min_similarity: float
) -> NDArray[np.bool_]:
    """Whether the dot product of every two rows of each group is at least ``min_similarity``, one value a group."""
    found = np.ones(len(groups), dtype=np.bool_)
    if not kernels.are_used():
        for at, group in enumerate(groups):
            left, right = np.triu_indices(len(group), 1)
            found[at] = (row_products(rows, group[left], rows, group[right]) >= min_similarity).all()
        return found
    from dedupe.stories.kernels_groups import mark_alike  # noqa: PLC0415 - imports numba

    given = (*arrays_of(rows), rows.shape[1])

    def mark(block: slice) -> None:
        mark_alike(*given, *joined(groups[block]), min_similarity, found[block])

    over_blocks(mark, len(groups), rows_at_once=GROUPS_AT_ONCE)
    return found


def joined(groups: Sequence[NDArray[np.int64]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Groups as the loops take them: where each begins and the last one ends, and the rows of all."""
    ends = np.cumsum([0, *map(len, groups)], dtype=np.int64)
    return ends, np.concatenate([np.zeros(0, dtype=np.int64), *groups])

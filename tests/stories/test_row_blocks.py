import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from dedupe.stories.row_blocks import heaviest_terms, over_blocks, row_products, terms_of_rows
from tests.stories.loops import assert_same_bits, on_both_paths

MATRICES = hnp.arrays(np.float64, (6, 9), elements=st.sampled_from([0.0, 0.1, 0.3, 0.7, 2.5]))


@settings(deadline=None)
@given(MATRICES, st.integers(1, 9))
def test_the_heaviest_terms_of_a_row_are_kept_and_of_equals_the_first(dense, limit):
    rows = sparse.csr_matrix(dense)

    plain, compiled = on_both_paths(lambda: heaviest_terms(rows, limit))

    assert_same_bits(plain, compiled)
    order = np.argsort(-dense, axis=1, kind="stable")[:, :limit]
    expected = np.zeros_like(dense)
    np.put_along_axis(expected, order, np.take_along_axis(dense, order, axis=1), axis=1)
    assert plain.toarray().tolist() == expected.tolist()


@settings(deadline=None)
@given(MATRICES, MATRICES, st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=8))
def test_products_of_rows_are_those_of_the_matrices(left, right, pairs):
    first, second = (np.array(numbers, dtype=np.int64) for numbers in (list(zip(*pairs, strict=True)) or [[], []]))

    plain, compiled = on_both_paths(
        lambda: row_products(sparse.csr_matrix(left), first, sparse.csr_matrix(right), second)
    )

    assert plain.tolist() == compiled.tolist()
    assert plain == pytest.approx((left @ right.T)[first, second])


@given(MATRICES, st.lists(st.integers(0, 5), min_size=1))
def test_a_few_rows_over_their_own_terms_lose_nothing(dense, chosen):
    terms, inside = terms_of_rows(sparse.csr_matrix(dense), np.array(chosen))

    again = np.zeros((len(chosen), dense.shape[1]))
    again[:, terms] = inside.toarray()
    assert again.tolist() == dense[chosen].tolist()
    assert inside.shape[1] == np.count_nonzero(dense[chosen].any(axis=0))


@given(st.integers(0, 40), st.integers(1, 12))
def test_blocks_cover_all_rows_once_and_in_order(n_rows, rows_at_once):
    covered = over_blocks(lambda block: list(range(n_rows))[block], n_rows, rows_at_once=rows_at_once)

    assert [row for block in covered for row in block] == list(range(n_rows))
    assert all(len(block) <= rows_at_once for block in covered)

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from dedupe.stories.row_blocks import (
    are_alike,
    heaviest_terms,
    over_blocks,
    row_products,
    terms_of_rows,
    totals_products,
)
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


GROUPS = st.lists(st.integers(0, 3), min_size=6, max_size=6).map(
    lambda numbers: [np.flatnonzero(np.array(numbers) == number) for number in range(4)]
)


@settings(deadline=None)
@given(MATRICES, GROUPS)
def test_a_row_is_multiplied_with_the_sum_of_its_group(dense, groups):
    plain, compiled = on_both_paths(lambda: totals_products(sparse.csr_matrix(dense), groups))

    assert plain.tolist() == compiled.tolist()
    for group in groups:
        assert plain[group] == pytest.approx(dense[group] @ dense[group].sum(axis=0))


@settings(deadline=None)
@given(MATRICES, GROUPS, st.sampled_from([0.0, 0.1, 0.7]))
def test_rows_are_alike_if_every_two_of_them_are(dense, groups, least):
    plain, compiled = on_both_paths(lambda: are_alike(sparse.csr_matrix(dense), groups, min_similarity=least))

    assert plain.tolist() == compiled.tolist()
    for group, alike in zip(groups, plain.tolist(), strict=True):
        products = (dense[group] @ dense[group].T)[np.triu_indices(len(group), 1)]
        assert alike or products.min() < least + 1e-12
        assert not alike or products.min(initial=np.inf) > least - 1e-12


def test_rows_may_hold_their_terms_in_any_order():
    unsorted = sparse.csr_matrix((np.array([1.0, 2.0]), np.array([1, 0]), np.array([0, 2])), shape=(1, 2))
    other, first = sparse.csr_matrix(np.array([[3.0, 5.0]])), np.zeros(1, dtype=np.int64)

    plain, compiled = on_both_paths(lambda: row_products(unsorted, first, other, first))

    assert plain.tolist() == compiled.tolist() == [2 * 3 + 1 * 5]

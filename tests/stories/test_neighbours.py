import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from dedupe.stories import neighbours
from dedupe.stories.neighbours import similarity_graph
from dedupe.stories.smoothing import unit_rows
from tests.stories.loops import assert_same_bits, on_both_paths

matrices = hnp.arrays(np.float64, st.tuples(st.integers(1, 12), st.just(5)), elements=st.sampled_from([0.0, 1, 2, 5]))


@settings(deadline=None)
@given(matrices)
def test_with_room_for_all_neighbours_the_graph_is_the_cosine_matrix_above_the_floor(dense):
    rows = unit_rows(sparse.csr_matrix(dense))
    expected = (rows @ rows.T).toarray()
    np.fill_diagonal(expected, 0)

    graph = similarity_graph(rows, n_neighbors=20, min_similarity=0.3).toarray()

    clear = abs(expected - 0.3) > 1e-9
    assert graph[clear] == pytest.approx(np.where(expected > 0.3, expected, 0)[clear])


@settings(deadline=None)
@given(matrices)
def test_the_graph_is_symmetric_and_joins_no_row_to_itself(dense):
    graph = similarity_graph(unit_rows(sparse.csr_matrix(dense)), n_neighbors=2, min_similarity=0.05)

    assert abs(graph - graph.T).max() == pytest.approx(0)
    assert not graph.diagonal().any()


def test_a_row_keeps_its_nearest_neighbours():
    rows = unit_rows(sparse.csr_matrix([[1.0, 0, 0], [1, 0.1, 0], [1, 1, 0], [1, 0, 3]]))

    graph = similarity_graph(rows, n_neighbors=1, min_similarity=0.05)

    assert graph[0].nonzero()[1].tolist() == [1, 3]
    assert graph[1].nonzero()[1].tolist() == [0, 2]


def test_no_rows_and_empty_rows_have_no_neighbours():
    for n in (0, 3):
        graph = similarity_graph(sparse.csr_matrix((n, 4)), n_neighbors=2, min_similarity=0.05)
        assert (graph.shape, graph.nnz) == ((n, n), 0)


def test_dated_rows_further_apart_than_the_window_are_no_neighbours():
    rows = unit_rows(sparse.csr_matrix(np.ones((4, 2))))
    days = np.array([40.0, 0.0, np.nan, 10.0])

    graph = similarity_graph(rows, n_neighbors=9, min_similarity=0.05, days=days, window_days=30)

    assert [graph[row].nonzero()[1].tolist() for row in range(4)] == [[2, 3], [2, 3], [0, 1, 3], [0, 1, 2]]


@settings(deadline=None)
@given(
    matrices,
    st.lists(st.sampled_from([0.0, 1.0, 5.0, 40.0, np.nan]), min_size=12, max_size=12),
    st.integers(1, 4),
    st.sampled_from([0.0, 0.3, 0.8]),
)
def test_the_loops_find_the_neighbours_of_the_plain_path(dense, days, n_neighbors, min_similarity):
    rows = unit_rows(sparse.csr_matrix(dense))
    days = np.array(days[: len(dense)])

    plain, compiled = on_both_paths(
        lambda: similarity_graph(
            rows, n_neighbors=n_neighbors, min_similarity=min_similarity, days=days, window_days=4.0
        )
    )

    assert_same_bits(plain, compiled)


def test_long_rows_find_neighbours_by_their_heaviest_terms_and_are_compared_whole():
    random = np.random.default_rng(1)
    own = random.random((40, 300)) * (random.random((40, 300)) < 0.3)
    rows = unit_rows(sparse.csr_matrix(own))
    expected = (rows @ rows.T).toarray()

    plain, compiled = on_both_paths(lambda: similarity_graph(rows, n_neighbors=5, min_similarity=0.05))

    assert_same_bits(plain, compiled)
    found = plain.tocoo()
    assert found.data == pytest.approx(expected[found.row, found.col])


def test_blocks_and_threads_change_nothing(monkeypatch):
    random = np.random.default_rng(2)
    rows = unit_rows(sparse.csr_matrix(random.random((300, 60)) * (random.random((300, 60)) < 0.2)))
    whole = on_both_paths(lambda: similarity_graph(rows, n_neighbors=5, min_similarity=0.05))

    monkeypatch.setattr(neighbours, "_ROWS_AT_ONCE", 7)
    monkeypatch.setattr(neighbours, "_ROWS_AT_ONCE_PLAINLY", 11)

    for before, after in zip(
        whole, on_both_paths(lambda: similarity_graph(rows, n_neighbors=5, min_similarity=0.05)), strict=True
    ):
        assert_same_bits(before, after)

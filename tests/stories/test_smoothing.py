import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from dedupe.stories.neighbours import similarity_graph
from dedupe.stories.smoothing import smoothed, unit_rows
from dedupe.story_settings import SmoothingParams
from tests.stories.loops import assert_same_bits, on_both_paths

matrices = hnp.arrays(np.float64, (8, 6), elements=st.sampled_from([0.0, 0, 1, 2, 5]))


def rows_and_graph(dense):
    rows = unit_rows(sparse.csr_matrix(dense))
    return rows, similarity_graph(rows, n_neighbors=8, min_similarity=0.05)


@settings(deadline=None)
@given(matrices)
def test_smoothed_rows_have_length_one_and_empty_ones_stay_empty(dense):
    rows, graph = rows_and_graph(dense)

    result = smoothed(rows, graph, SmoothingParams())

    lengths = np.linalg.norm(result.toarray(), axis=1)
    assert lengths == pytest.approx(dense.any(axis=1).astype(float))


def test_no_rounds_change_nothing():
    rows, graph = rows_and_graph(np.eye(8, 6) + 0.5)

    result = smoothed(rows, graph, SmoothingParams(rounds=0))

    assert abs(result - rows).max() == 0


def test_two_reports_meet_in_the_words_of_a_third():
    rows, graph = rows_and_graph(np.array([[1.0, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]]))

    result = smoothed(rows, graph, SmoothingParams())

    assert (rows @ rows.T)[0, 2] == 0
    assert (result @ result.T)[0, 2] > 0.3


def test_an_article_without_neighbours_stays_where_it_is():
    rows, graph = rows_and_graph(np.array([[1.0, 0, 0], [0, 1, 2], [0, 2, 1]]))

    result = smoothed(rows, graph, SmoothingParams())

    assert result[0].toarray().tolist() == [[1, 0, 0]]


@settings(deadline=None)
@given(matrices)
def test_the_loop_blends_what_the_plain_path_blends(dense):
    rows, graph = rows_and_graph(dense)

    plain, compiled = on_both_paths(lambda: smoothed(rows, graph, SmoothingParams()))

    assert_same_bits(plain, compiled)

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from dedupe.stories import density
from dedupe.stories.density import NOISE, density_clusters


def graph(n, edges):
    dense = np.zeros((n, n))
    for left, right, similarity in edges:
        dense[left, right] = dense[right, left] = similarity
    return sparse.csr_matrix(dense)


def clusters(labels):
    return {frozenset(np.flatnonzero(labels == label).tolist()) for label in set(labels.tolist()) - {NOISE}}


def test_near_rows_are_clusters_and_a_row_without_neighbours_is_noise():
    near = [(0, 1, 0.9), (1, 2, 0.9), (0, 2, 0.8), (3, 4, 0.9), (2, 3, 0.2)]

    labels = density_clusters(graph(6, near), cluster_selection_epsilon=0.35)

    assert labels.tolist() == [0, 0, 0, 1, 1, NOISE]


def test_a_whole_collection_may_be_one_cluster():
    near = [(left, right, 0.9) for left in range(5) for right in range(left)]

    labels = density_clusters(graph(5, near), cluster_selection_epsilon=0.35)

    assert labels.tolist() == [0, 0, 0, 0, 0]


def test_clusters_nearer_than_the_epsilon_are_one():
    near = [(0, 1, 0.95), (2, 3, 0.95), (1, 2, 0.7)]

    labels = density_clusters(graph(4, near), cluster_selection_epsilon=0.35)
    apart = density_clusters(graph(4, near), cluster_selection_epsilon=0.25)

    assert clusters(labels) == {frozenset({0, 1, 2, 3})}
    assert clusters(apart) == {frozenset({0, 1}), frozenset({2, 3})}


@pytest.mark.parametrize("n", [0, 1, 4])
def test_without_any_edge_everything_is_noise(n):
    assert density_clusters(graph(n, []), cluster_selection_epsilon=0.35).tolist() == [NOISE] * n


edges = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 9), st.floats(0.05, 0.99)).filter(lambda edge: edge[0] != edge[1]),
    unique_by=lambda edge: (frozenset(edge[:2]), edge[2]),
    max_size=20,
)


@settings(deadline=None)
@given(edges)
def test_a_cluster_is_connected_and_has_two_rows_at_least(near):
    similarity = graph(10, near)
    component = sparse.csgraph.connected_components(similarity, directed=False)[1]

    labels = density_clusters(similarity, cluster_selection_epsilon=0.35)

    for rows in clusters(labels):
        assert len(rows) >= 2
        assert len({component[row] for row in rows}) == 1


@settings(deadline=None)
@given(st.lists(st.floats(0.05, 0.99), min_size=45, max_size=45, unique=True), st.permutations(range(10)))
def test_the_order_of_the_rows_changes_no_cluster(similarities, order):
    dense = np.zeros((10, 10))
    dense[np.triu_indices(10, 1)] = similarities
    dense += dense.T
    order = np.array(order)

    labels = density_clusters(sparse.csr_matrix(dense), cluster_selection_epsilon=0.35)
    shuffled = density_clusters(sparse.csr_matrix(dense[np.ix_(order, order)]), cluster_selection_epsilon=0.35)

    assert clusters(labels) == {frozenset(order[sorted(rows)].tolist()) for rows in clusters(shuffled)}


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 40), st.randoms(use_true_random=False), st.sampled_from([0.1, 0.35, 0.6, 0.95]))
def test_the_clusters_are_those_that_hdbscan_selects(n, random, epsilon):
    from hdbscan._hdbscan_linkage import label
    from hdbscan.hdbscan_ import _tree_to_labels

    edges = [(random.randrange(at), at, random.choice([0.05, 0.2, 0.3, 0.5, 0.7, 0.9, 2.0])) for at in range(1, n)]
    # Two far pairs, as there always are.
    edges += [(n, n + 1, 0.01), (n + 2, n + 3, 0.01), (0, n, 2.0), (0, n + 2, 2.0)]
    tree = np.array(sorted(edges, key=lambda edge: edge[2]), dtype=np.float64)
    expected = _tree_to_labels(
        None, label(tree), min_cluster_size=2, cluster_selection_method="leaf", cluster_selection_epsilon=epsilon
    )[0]

    found = density._leaf_clusters(tree, epsilon)

    assert density._numbered_by_first_row(found).tolist() == density._numbered_by_first_row(expected).tolist()

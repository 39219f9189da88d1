"""HDBSCAN over a sparse similarity graph: never a dense matrix, whatever the number of articles."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

NOISE = -1

# Cosine distances of nonnegative vectors end at 1; anything unconnected is farther.
_APART = 2.0
_NEAREST = 1e-6
_PHANTOM_SIMILARITY = 0.99
_N_PHANTOMS = 4


def density_clusters(graph: sparse.csr_matrix[np.float64], *, cluster_selection_epsilon: float) -> NDArray[np.int64]:
    """Cluster numbers from 0, or ``NOISE``, of the rows of a similarity graph.

    Leaf clusters of HDBSCAN's tree with ``min_cluster_size`` 2 and ``min_samples`` 2 (the article and its nearest),
    those nearer than the epsilon merged. Any two clusters, and one cluster of everything, are possible outcomes.

    Parameters
    ----------
    graph
        Shape ``(n, n)``, symmetric cosine similarities, empty diagonal; a pair without an entry is unconnected.
    cluster_selection_epsilon
        A cosine distance, in ``[0, 1]``.

    References
    ----------
    Campello, Moulavi, Sander, *Density-based clustering based on hierarchical density estimates* (2013);
    Malzer, Baum, *A hybrid approach to hierarchical density-based cluster selection* (2020).
    """
    n = graph.shape[0]
    if graph.nnz == 0:
        return np.full(n, NOISE, dtype=np.int64)
    distances = _distances_with_phantoms(graph)
    core = _core_distances(distances)
    tree = _spanning_tree(_mutual_reachability(distances, core))
    labels = _leaf_clusters(tree, cluster_selection_epsilon)[:n]
    # Ties at the far distance can hang a row without any neighbour on a cluster.
    labels[core[:n] == _APART] = NOISE
    return _numbered_by_first_row(labels)


def _distances_with_phantoms(graph: sparse.csr_matrix[np.float64]) -> sparse.csr_matrix[np.float64]:
    """Cosine distances, and two far pairs of nobody: HDBSCAN never selects its root, which may be the one story."""
    pair = sparse.csr_matrix(np.array([[0.0, _PHANTOM_SIMILARITY], [_PHANTOM_SIMILARITY, 0.0]]))
    distances = sparse.csr_matrix(sparse.block_diag([graph, *[pair] * (_N_PHANTOMS // 2)], format="csr"))
    distances.data = np.maximum(1 - distances.data, _NEAREST)
    return distances


def _core_distances(distances: sparse.csr_matrix[np.float64]) -> NDArray[np.float64]:
    """Distance to the nearest neighbour, of a row without any the far distance."""
    core = np.full(distances.shape[0], _APART)
    rows = np.repeat(np.arange(distances.shape[0]), np.diff(distances.indptr))
    np.minimum.at(core, rows, distances.data)
    return core


def _mutual_reachability(
    distances: sparse.csr_matrix[np.float64], core: NDArray[np.float64]
) -> sparse.csr_matrix[np.float64]:
    edges = sparse.triu(distances, k=1).tocoo()
    reach = np.maximum(edges.data, np.maximum(core[edges.row], core[edges.col]))
    return sparse.csr_matrix((reach, (edges.row, edges.col)), shape=distances.shape)


def _spanning_tree(reachability: sparse.csr_matrix[np.float64]) -> NDArray[np.float64]:
    """Edges ``(left, right, distance)`` by distance, joining everything: shape ``(n - 1, 3)``."""
    forest = minimum_spanning_tree(reachability).tocoo()
    component = connected_components(reachability, directed=False)[1]
    roots = np.unique(component, return_index=True)[1]
    left = np.concatenate([forest.row, np.full(len(roots) - 1, roots[0])])
    right = np.concatenate([forest.col, roots[1:]])
    distance = np.concatenate([forest.data, np.full(len(roots) - 1, _APART)])
    order = np.argsort(distance, kind="stable")
    return np.column_stack([left[order], right[order], distance[order]]).astype(np.float64)


def _leaf_clusters(tree: NDArray[np.float64], epsilon: float) -> NDArray[np.int64]:
    """Cluster of each row, or ``NOISE``: what hdbscan's ``leaf`` method with ``cluster_selection_epsilon`` selects.

    Selected here because hdbscan goes through Python sets and lists for it, in more than linear time.
    """
    # Imported here because hdbscan takes a second to import and most processes never cluster.
    from hdbscan._hdbscan_linkage import label  # noqa: PLC0415
    from hdbscan._hdbscan_tree import condense_tree  # noqa: PLC0415

    condensed = condense_tree(label(tree), 2)
    root = len(tree) + 1
    node, above = condensed["child"].astype(np.int64), condensed["parent"].astype(np.int64)
    parent = np.arange(int(above.max()) + 1)
    parent[node] = above
    birth = np.full(len(parent), np.inf)
    birth[node] = 1 / condensed["lambda_val"]
    is_leaf = np.ones(len(parent), dtype=np.bool_)
    is_leaf[above[node >= root]] = False
    is_leaf[: root + 1] = False
    selected = np.zeros(len(parent), dtype=np.bool_)
    selected[_merged_below(np.flatnonzero(is_leaf), parent, birth, epsilon, root)] = True
    cluster = _first_selected(parent, selected)[:root]
    return np.where(selected[cluster], cluster, NOISE)


def _merged_below(
    leaves: NDArray[np.int64], parent: NDArray[np.int64], birth: NDArray[np.float64], epsilon: float, root: int
) -> NDArray[np.int64]:
    """The leaves, or of those born under the epsilon the nearest cluster above that is not, or else below the root."""
    found = leaves.copy()
    climbing = np.flatnonzero(birth[found] < epsilon)
    while len(climbing):
        climbing = climbing[parent[found[climbing]] != root]
        found[climbing] = parent[found[climbing]]
        climbing = climbing[birth[found[climbing]] <= epsilon]
    return found


def _first_selected(parent: NDArray[np.int64], selected: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The selected cluster that each node is in, itself or above; the root where there is none."""
    up = np.where(selected, np.arange(len(parent)), parent)
    while not np.array_equal(up, further := up[up]):
        up = further
    return up


def _numbered_by_first_row(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    clustered = labels[labels != NOISE]
    names, first = np.unique(clustered, return_index=True)
    number = np.empty(names.max(initial=NOISE) + 2, dtype=np.int64)
    number[NOISE] = NOISE
    number[names[np.argsort(first)]] = np.arange(len(names))
    return number[labels]

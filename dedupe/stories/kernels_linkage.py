"""Average linkage, compiled. Importing this imports numba; `dedupe.text.kernels` decides when.

The nearest-neighbour chain as scipy goes along it, so that ties end as they do there.
"""

import numpy as np
from numpy.typing import NDArray

from dedupe.text.kernels_numba import inner


@inner
def average_linkage(similarity: NDArray[np.float64]) -> NDArray[np.int64]:
    """Left branch, right branch and leaves of each node of the tree of ``n`` rows: shape ``(n - 1, 3)``.

    Rows are the nodes under ``n``, and node ``n + i`` is row ``i`` of the tree; the last one is the top.

    References
    ----------
    Müllner, *Modern hierarchical, agglomerative clustering algorithms* (2011), the NN-chain algorithm.
    """
    n = len(similarity)
    distance = np.minimum(np.maximum(1 - similarity, 0.0), 1.0)
    sizes, chain = np.ones(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    pairs, height = np.empty((n - 1, 2), dtype=np.int64), np.empty(n - 1)
    length = 0
    for step in range(n - 1):
        if length == 0:
            length = 1
            chain[0] = np.argmax(sizes > 0)
        while True:
            near, height[step] = _nearest(distance, sizes, chain, length)
            if length > 1 and near == chain[length - 2]:
                break
            chain[length] = near
            length += 1
        length -= 2
        low, high = min(chain[length], chain[length + 1]), max(chain[length], chain[length + 1])
        pairs[step, 0], pairs[step, 1] = low, high
        _join(distance, sizes, low, high)
    return _as_tree(pairs[np.argsort(height, kind="mergesort")])


@inner
def _nearest(
    distance: NDArray[np.float64], sizes: NDArray[np.int64], chain: NDArray[np.int64], length: int
) -> tuple[int, float]:
    """What is nearest to the end of the chain, and how far it is; of equals the one before it in the chain."""
    end, near, least = chain[length - 1], -1, np.inf
    if length > 1:
        near = chain[length - 2]
        least = distance[end, near]
    for other in range(sizes.size):
        if sizes[other] > 0 and other != end and distance[end, other] < least:
            near, least = other, distance[end, other]
    return near, least


@inner
def _join(distance: NDArray[np.float64], sizes: NDArray[np.int64], low: int, high: int) -> None:
    """Make two clusters one, under the number of the second."""
    n_low, n_high = sizes[low], sizes[high]
    sizes[low], sizes[high] = 0, n_low + n_high
    for other in range(sizes.size):
        if sizes[other] > 0 and other != high:
            mean = (n_low * distance[other, low] + n_high * distance[other, high]) / (n_low + n_high)
            distance[other, high] = distance[high, other] = mean


@inner
def _as_tree(pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pairs of rows, whose clusters join in this order, as nodes."""
    n = len(pairs) + 1
    above, sizes = np.arange(2 * n - 1), np.ones(2 * n - 1, dtype=np.int64)
    tree = np.empty((n - 1, 3), dtype=np.int64)
    for step in range(n - 1):
        left, right = _top(above, pairs[step, 0]), _top(above, pairs[step, 1])
        above[left] = above[right] = n + step
        sizes[n + step] = sizes[left] + sizes[right]
        tree[step, 0], tree[step, 1], tree[step, 2] = min(left, right), max(left, right), sizes[n + step]
    return tree


@inner
def _top(above: NDArray[np.int64], node: int) -> int:
    top = node
    while above[top] != top:
        top = above[top]
    while above[node] != top:
        node, above[node] = above[node], top
    return top


@inner
def leaves_below(tree: NDArray[np.int64], node: int, n_leaves: int) -> NDArray[np.int64]:
    """Rows below a node, ascending."""
    n = len(tree) + 1
    leaves, waiting = np.empty(n_leaves, dtype=np.int64), np.empty(n_leaves + 1, dtype=np.int64)
    waiting[0] = node
    n_waiting, size = 1, 0
    while n_waiting > 0:
        n_waiting -= 1
        below = waiting[n_waiting]
        if below < n:
            leaves[size] = below
            size += 1
        else:
            waiting[n_waiting], waiting[n_waiting + 1] = tree[below - n, 0], tree[below - n, 1]
            n_waiting += 2
    leaves.sort()
    return leaves

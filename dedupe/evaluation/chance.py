"""What two clusterings of given sizes would share by chance."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from dedupe.evaluation.overlaps import Overlaps


def information_by_chance(overlaps: Overlaps) -> float:
    """Expected mutual information of two clusterings of these sizes, in nats.

    References
    ----------
    Vinh, Epps, Bailey, *Information theoretic measures for clusterings comparison* (2010), section 3.
    """
    n = overlaps.n_articles
    sizes, n_sizes = np.unique(overlaps.gold_sizes, return_counts=True)
    others, n_others = np.unique(overlaps.pred_sizes, return_counts=True)
    by_size = (_of_one_cluster(size, others, n_others, n) for size in sizes.tolist())
    return sum((times * information for times, information in zip(n_sizes.tolist(), by_size, strict=True)), 0.0)


def _of_one_cluster(size: int, others: NDArray[np.int64], n_others: NDArray[np.int64], n: int) -> float:
    """Information of a cluster with ``n_others[i]`` clusters of ``others[i]`` articles drawn without regard to it."""
    least, most = np.maximum(1, size + others - n), np.minimum(size, others)
    n_counts = most - least + 1
    at = np.repeat(np.arange(others.size), n_counts)
    shared = least[at] + np.arange(at.size) - np.repeat(np.cumsum(n_counts) - n_counts, n_counts)
    other = others[at]
    log_ways = _log_choose(size, shared) + _log_choose(n - size, other - shared) - _log_choose(n, other)
    information = shared / n * np.log(shared * (n / (size * other)))
    return float((n_others[at] * np.exp(log_ways) * information).sum())


def _log_choose(n: int, k: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0), dtype=np.float64)

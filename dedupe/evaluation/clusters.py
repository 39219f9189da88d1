"""Scores of a clustering against a gold one, all from the sizes of the overlaps of their clusters.

Gold and prediction map article ids to cluster names. Every gold article must have been predicted; articles
without gold are left out of the score. An empty input is a perfect match.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from dedupe.evaluation.report import ClusterReport, Score

_NAMED_AT_MOST = 5


@dataclass(frozen=True, slots=True)
class Overlaps:
    """How many articles gold cluster ``rows[i]`` and predicted cluster ``columns[i]`` share, at least 1.

    ``gold_sizes`` and ``pred_sizes`` have one entry a cluster; everything is int64.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    counts: NDArray[np.int64]
    gold_sizes: NDArray[np.int64]
    pred_sizes: NDArray[np.int64]

    @property
    def n_articles(self) -> int:
        """The articles that have a gold cluster."""
        return int(self.counts.sum())


def compare_clusterings(gold: Mapping[str, str], pred: Mapping[str, str]) -> ClusterReport:
    """Every score of the prediction against gold.

    Raises
    ------
    ValueError
        If ``pred`` misses an article of ``gold``: a partial prediction has no score.
    """
    overlaps = cluster_overlaps(gold, pred)
    homogeneity, completeness, v_measure = homogeneity_completeness_v(overlaps)
    return ClusterReport(
        n_articles=overlaps.n_articles,
        n_gold=overlaps.gold_sizes.size,
        n_pred=overlaps.pred_sizes.size,
        bcubed=bcubed(overlaps),
        pairwise=pairwise(overlaps),
        ari=adjusted_rand(overlaps),
        ami=adjusted_mutual_information(overlaps),
        nmi=v_measure,
        homogeneity=homogeneity,
        completeness=completeness,
        v_measure=v_measure,
    )


def cluster_overlaps(gold: Mapping[str, str], pred: Mapping[str, str]) -> Overlaps:
    """Non-zero cells of the contingency table of two clusterings, over the articles of ``gold``."""
    missing = [article for article in gold if article not in pred]
    if missing:
        named = ", ".join(repr(article) for article in missing[:_NAMED_AT_MOST])
        raise ValueError(f"{len(missing)} gold articles are not in the prediction: {named}")
    rows = _codes(gold.values())
    columns = _codes(pred[article] for article in gold)
    cells, counts = np.unique(np.stack([rows, columns]), axis=1, return_counts=True)
    return Overlaps(cells[0], cells[1], counts, np.bincount(rows), np.bincount(columns))


def _codes(names: Iterable[str]) -> NDArray[np.int64]:
    seen: dict[str, int] = {}
    return np.array([seen.setdefault(name, len(seen)) for name in names], dtype=np.int64)


def bcubed(overlaps: Overlaps) -> Score:
    """BCubed: the mean over articles of how pure, and how complete, the article's own cluster is.

    References
    ----------
    Amigo, Gonzalo, Artiles, Verdejo, *A comparison of extrinsic clustering evaluation metrics* (2009),
    section 4.
    """
    n = overlaps.n_articles
    if n == 0:
        return Score(1.0, 1.0)
    squares = overlaps.counts.astype(np.float64) ** 2
    precision = float((squares / overlaps.pred_sizes[overlaps.columns]).sum()) / n
    recall = float((squares / overlaps.gold_sizes[overlaps.rows]).sum()) / n
    return Score(min(1.0, precision), min(1.0, recall))


def pairwise(overlaps: Overlaps) -> Score:
    """Score the pairs put together: 1 where none was to be, or was."""
    both, gold, pred = _pair_counts(overlaps)
    return Score(precision=both / pred if pred else 1.0, recall=both / gold if gold else 1.0)


def _pair_counts(overlaps: Overlaps) -> tuple[int, int, int]:
    """Pairs together in both clusterings, in gold, and in the prediction."""
    sizes = (overlaps.counts, overlaps.gold_sizes, overlaps.pred_sizes)
    both, gold, pred = (int((size * (size - 1)).sum()) // 2 for size in sizes)
    return both, gold, pred


def adjusted_rand(overlaps: Overlaps) -> float:
    """Rand index corrected for chance, in [-0.5, 1] (Hubert and Arabie 1985)."""
    both, gold, pred = _pair_counts(overlaps)
    if both == gold == pred:
        return 1.0
    pairs = overlaps.n_articles * (overlaps.n_articles - 1) // 2
    by_chance = gold * pred / pairs
    return (both - by_chance) / ((gold + pred) / 2 - by_chance)


def homogeneity_completeness_v(overlaps: Overlaps) -> tuple[float, float, float]:
    """V-measure and, before it, its two sides, each in [0, 1] (Rosenberg and Hirschberg 2007)."""
    information = _mutual_information(overlaps)
    gold, pred = _entropy(overlaps.gold_sizes), _entropy(overlaps.pred_sizes)
    homogeneity = min(1.0, information / gold) if gold else 1.0
    completeness = min(1.0, information / pred) if pred else 1.0
    total = homogeneity + completeness
    return homogeneity, completeness, 2 * homogeneity * completeness / total if total else 0.0


def adjusted_mutual_information(overlaps: Overlaps) -> float:
    """Mutual information above chance, as a share of what is possible (Vinh, Epps, Bailey 2010)."""
    n_gold, n_pred = overlaps.gold_sizes.size, overlaps.pred_sizes.size
    if n_gold == n_pred == overlaps.counts.size:
        return 1.0  # the same clustering; by chance it would be 0 / 0 where all are alone or all together
    if n_gold == 1 or n_pred == 1:
        return 0.0
    by_chance = _expected_mutual_information(overlaps)
    mean_entropy = (_entropy(overlaps.gold_sizes) + _entropy(overlaps.pred_sizes)) / 2
    return _away_from_zero(_mutual_information(overlaps) - by_chance) / _away_from_zero(mean_entropy - by_chance)


def _away_from_zero(value: float) -> float:
    """Keep rounding from turning a difference of nothing into a division by it."""
    smallest = float(np.finfo(np.float64).eps)
    return min(value, -smallest) if value < 0 else max(value, smallest)


def _expected_mutual_information(overlaps: Overlaps) -> float:
    from sklearn.metrics.cluster import expected_mutual_information  # noqa: PLC0415 - slow to import

    shape = (overlaps.gold_sizes.size, overlaps.pred_sizes.size)
    table = sparse.csr_matrix((overlaps.counts, (overlaps.rows, overlaps.columns)), shape=shape)
    return float(expected_mutual_information(table, overlaps.n_articles))


def _mutual_information(overlaps: Overlaps) -> float:
    """In nats, never negative."""
    n = overlaps.n_articles
    if n == 0:
        return 0.0
    by_chance = overlaps.gold_sizes[overlaps.rows] * (overlaps.pred_sizes[overlaps.columns] / n)
    return max(0.0, float((overlaps.counts / n * np.log(overlaps.counts / by_chance)).sum()))


def _entropy(sizes: NDArray[np.int64]) -> float:
    """In nats; exactly 0 for one cluster."""
    if sizes.size <= 1:
        return 0.0
    shares = sizes / sizes.sum()
    return float(-(shares * np.log(shares)).sum())

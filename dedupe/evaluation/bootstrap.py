"""How far the scores may be from those of other gold labels of the same kind: bootstrap intervals.

What is drawn anew, with replacement, are whole gold clusters: the articles of one story succeed or fail together, so
each story says something of its own and each article does not (Field and Welsh, *Bootstrapping clustered data*, 2007).
A drawn cluster brings what its articles contribute to the score of the whole collection, where the stories that are not
drawn are still there to be mixed up with. The interval is between percentiles of the scores of the samples; scores of
pairs leave out the samples that have no gold pair.
"""

from collections.abc import Iterable, Mapping

import numpy as np

from dedupe.evaluation.overlaps import cluster_overlaps
from dedupe.evaluation.pairs import group_counts
from dedupe.evaluation.report import ClusterIntervals, Interval, PairIntervals, Resampling, ScoreIntervals
from dedupe.evaluation.scores import Sums, Values, cluster_sums, f1_of, scores_of


def cluster_intervals(gold: Mapping[str, str], pred: Mapping[str, str], resampling: Resampling) -> ClusterIntervals:
    """Intervals of every score of `compare_clusterings`.

    They depend neither on the order of the articles nor on the names of the clusters. Few gold clusters make them
    too narrow, and a single one makes each a point: it is every sample.

    Raises
    ------
    ValueError
        If ``pred`` misses an article of ``gold``.
    """
    overlaps = cluster_overlaps(gold, pred)
    sampled = Sums(*_sampled(np.stack(cluster_sums(overlaps)), resampling))
    scores = scores_of(sampled, overlaps)
    level = resampling.level
    v_measure = _interval(f1_of(scores.homogeneity, scores.completeness), level)
    return ClusterIntervals(
        resampling=resampling,
        bcubed=_score_intervals(*scores.bcubed, level),
        pairwise=_pair_intervals(*scores.pairwise, sampled.gold, level),
        ari=_interval(scores.ari, level),
        ami=_interval(scores.ami, level),
        nmi=v_measure,
        homogeneity=_interval(scores.homogeneity, level),
        completeness=_interval(scores.completeness, level),
        v_measure=v_measure,
    )


def pair_intervals(
    gold: Iterable[tuple[str, str]], pred: Iterable[tuple[str, str]], resampling: Resampling
) -> PairIntervals:
    """Intervals of the scores of `compare_pairs`; drawn are the groups that gold pairs join, and single articles.

    A wrong pair counts half for either group. Raises ValueError if a pair joins an article to itself.
    """
    n_gold, n_pred, n_shared = _sampled(group_counts(gold, pred), resampling)
    precision = np.divide(n_shared, n_pred, out=np.ones_like(n_pred), where=n_pred > 0)
    recall = np.divide(n_shared, n_gold, out=np.ones_like(n_gold), where=n_gold > 0)
    return PairIntervals(resampling, _pair_intervals(precision, recall, n_gold, resampling.level))


def _sampled(contributions: Values, resampling: Resampling) -> Values:
    """Sums over the clusters of each sample: ``(n_sums, n_clusters)`` becomes ``(n_sums, n_resamples)``."""
    n_clusters = contributions.shape[1]
    if n_clusters == 0:
        return np.zeros((len(contributions), 1))
    # Rounded, because sums that are equal in exact arithmetic must not be told apart by the order they were made in.
    ordered = contributions[:, np.lexsort(np.round(contributions, 9))]
    # Raw bits, because what NumPy makes of them may change from version to version.
    bits = np.random.PCG64(resampling.seed)
    samples = (np.bincount(bits.random_raw(n_clusters) % n_clusters, minlength=n_clusters) for _ in range(resampling.n))
    return np.stack([ordered @ times for times in samples], axis=1)


def _pair_intervals(precision: Values, recall: Values, n_gold: Values, level: float) -> ScoreIntervals:
    """Intervals without the samples in which no gold pair was drawn: they say nothing of how many are found."""
    drawn = n_gold > 0 if n_gold.any() else np.ones_like(n_gold, dtype=np.bool_)
    return _score_intervals(precision[drawn], recall[drawn], level)


def _score_intervals(precision: Values, recall: Values, level: float) -> ScoreIntervals:
    return ScoreIntervals(
        _interval(precision, level), _interval(recall, level), _interval(f1_of(precision, recall), level)
    )


def _interval(values: Values, level: float) -> Interval:
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high))

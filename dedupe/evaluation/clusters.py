"""Scores of a clustering against a gold one.

Gold and prediction map article ids to cluster names. Every gold article must have been predicted; articles
without gold are left out of the score. An empty input is a perfect match.
"""

from collections.abc import Mapping

import numpy as np

from dedupe.evaluation.overlaps import cluster_overlaps
from dedupe.evaluation.report import ClusterReport, Score
from dedupe.evaluation.scores import Sums, Values, cluster_sums, f1_of, scores_of


def compare_clusterings(gold: Mapping[str, str], pred: Mapping[str, str]) -> ClusterReport:
    """Every score of the prediction against gold.

    Raises
    ------
    ValueError
        If ``pred`` misses an article of ``gold``: a partial prediction has no score.
    """
    overlaps = cluster_overlaps(gold, pred)
    whole = Sums(*(np.array([sums.sum()], dtype=np.float64) for sums in cluster_sums(overlaps)))
    scores = scores_of(whole, overlaps)
    v_measure = _one(f1_of(scores.homogeneity, scores.completeness))
    return ClusterReport(
        n_articles=overlaps.n_articles,
        n_gold=overlaps.gold_sizes.size,
        n_pred=overlaps.pred_sizes.size,
        bcubed=Score(*map(_one, scores.bcubed)),
        pairwise=Score(*map(_one, scores.pairwise)),
        ari=_one(scores.ari),
        ami=_one(scores.ami),
        nmi=v_measure,
        homogeneity=_one(scores.homogeneity),
        completeness=_one(scores.completeness),
        v_measure=v_measure,
    )


def _one(values: Values) -> float:
    return float(values[0])

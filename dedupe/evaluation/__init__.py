"""How well a partition or a list of pairs agrees with a gold standard."""

from dedupe.evaluation.bootstrap import cluster_intervals, pair_intervals
from dedupe.evaluation.clusters import compare_clusterings
from dedupe.evaluation.pairs import compare_pairs, pairs_within
from dedupe.evaluation.report import (
    ClusterIntervals,
    ClusterReport,
    Interval,
    PairIntervals,
    PairReport,
    Resampling,
    Score,
    ScoreIntervals,
    report_as_dict,
)

__all__ = [
    "ClusterIntervals",
    "ClusterReport",
    "Interval",
    "PairIntervals",
    "PairReport",
    "Resampling",
    "Score",
    "ScoreIntervals",
    "cluster_intervals",
    "compare_clusterings",
    "compare_pairs",
    "pair_intervals",
    "pairs_within",
    "report_as_dict",
]

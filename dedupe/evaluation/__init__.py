"""How well a partition or a list of pairs agrees with a gold standard."""

from dedupe.evaluation.clusters import compare_clusterings
from dedupe.evaluation.pairs import compare_pairs, pairs_within
from dedupe.evaluation.report import ClusterReport, PairReport, Score, report_as_dict

__all__ = [
    "ClusterReport",
    "PairReport",
    "Score",
    "compare_clusterings",
    "compare_pairs",
    "pairs_within",
    "report_as_dict",
]

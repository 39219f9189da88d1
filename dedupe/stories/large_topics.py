"""Events of a topic of thousands, without a dense matrix: a week of one war, one election.

Groups of articles that are near by what the topic does not share are found by density, and there are too many: the
aspects of one event are as far apart in its own terms as two events are. So those of one event are put together again
by the terms of the whole collection, in which they share most.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from dedupe.settings import TopicParams
from dedupe.stories.merging import MergeRule, merge_alike
from dedupe.stories.row_blocks import heaviest_terms, rarity_inside, rows_by_group
from dedupe.stories.smoothing import unit_rows
from dedupe.stories.topics import graph_of_rows, topic_of_rows
from dedupe.story_settings import LargeTopicParams


def split_large_topic(
    weights: sparse.csr_matrix[np.float64],
    by_lead: sparse.csr_matrix[np.float64],
    days: NDArray[np.float64],
    params: LargeTopicParams,
    graph: TopicParams,
) -> list[NDArray[np.int64]]:
    """Row numbers of each event of one topic, ascending; together they are all the rows.

    A small topic, one of short texts and one that is a single event have one part.

    Parameters
    ----------
    weights
        Shape ``(n, n_terms)``, the topic's rows before their rarity.
    by_lead
        Of the same shape, TF-IDF rows of length 1 or empty.
    days
        Shape ``(n,)``: when each article was published, in days; NaN where nobody knows.
    graph
        How neighbours are found and smoothed.
    """
    n = weights.shape[0]
    if n < params.min_articles or np.median(np.diff(weights.indptr)) < params.min_terms:
        return [np.arange(n)]
    inside = _weighed_inside(weights)
    heaviest, undated = unit_rows(heaviest_terms(inside, params.max_terms)), _undated(params, graph)
    groups = topic_of_rows(heaviest, graph_of_rows(heaviest, undated), undated)
    for rows, ratio in ((unit_rows(inside), params.topic_ratio), (by_lead, params.event_ratio)):
        groups = merge_alike(rows, groups, days, MergeRule(ratio, params.min_membership, params.fading_days))
    return sorted(rows_by_group(groups), key=lambda part: int(part[0]))


def _undated(params: LargeTopicParams, graph: TopicParams) -> TopicParams:
    """How groups in a topic are found: whenever their articles were published, and however short these are."""
    epsilon = params.cluster_selection_epsilon
    return replace(graph, cluster_selection_epsilon=epsilon, window_days=np.inf, short_stretch=1.0)


def _weighed_inside(weights: sparse.csr_matrix[np.float64]) -> sparse.csr_matrix[np.float64]:
    """Weights times the rarity in the topic: a term of all its articles counts 0, a term of one is of no use."""
    rarity = rarity_inside(weights)
    rarity[np.bincount(weights.indices, minlength=weights.shape[1]) < 2] = 0
    inside = sparse.csr_matrix((weights.data * rarity[weights.indices], weights.indices, weights.indptr), weights.shape)
    inside = inside.copy()  # what follows must not change the indices of what was given
    inside.eliminate_zeros()
    return inside

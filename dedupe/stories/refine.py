"""Events inside a topic: a second look, in which what all its articles share counts nothing.

Related events are about the same people, and over a whole collection those names are the rarest words two articles
share. Inside the topic everybody has them; what is left tells the events apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.cluster.hierarchy import ClusterNode, linkage, to_tree

from dedupe.settings import EventParams
from dedupe.stories.neighbours import mean_similarities
from dedupe.stories.row_blocks import rarity_inside, row_products, with_data
from dedupe.stories.smoothing import unit_rows

FEWEST_OF_TWO_EVENTS = 4
"""Articles: a side of one has no vocabulary that is sure to be its event's."""


@dataclass(frozen=True, slots=True)
class Topic:
    """Articles of one topic as rows, over the terms that at least one of them holds.

    ``holds`` (0 or 1) has shape ``(n, n_terms)``, ``similarity`` ``(n, n)`` and ``weight`` ``(n_terms,)``: the mean
    TF-IDF weight of the term where it stands.
    """

    holds: sparse.csr_matrix[np.float64]
    similarity: NDArray[np.float64]
    weight: NDArray[np.float64]


def split_topic(
    weights: sparse.csr_matrix[np.float64], tfidf: sparse.csr_matrix[np.float64], params: EventParams
) -> list[NDArray[np.int64]]:
    """Row numbers of each story of one topic, ascending; together they are all the rows.

    Parameters
    ----------
    weights, tfidf
        Shape ``(n, n_terms)``, the topic's rows before and after their rarity in the collection.
    """
    if weights.shape[0] < FEWEST_OF_TWO_EVENTS:
        return [np.arange(weights.shape[0])]
    stories: list[NDArray[np.int64]] = []
    undecided = [np.arange(weights.shape[0])]
    while undecided:
        rows = undecided.pop()
        sides = _two_events(weights[rows], tfidf[rows], params)
        if sides is None:
            stories.append(rows)
            continue
        undecided += [rows[side] for side in sides]
        stories += [rows[[row]] for row in np.setdiff1d(np.arange(len(rows)), np.concatenate(sides))]
    return sorted(stories, key=lambda rows: int(rows[0]))


def _two_events(
    weights: sparse.csr_matrix[np.float64], tfidf: sparse.csr_matrix[np.float64], params: EventParams
) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Cores of the two events of these rows; None if they report one event, or too few do to tell."""
    if not FEWEST_OF_TWO_EVENTS <= weights.shape[0] <= params.max_dense:
        return None
    topic = _topic(weights, tfidf)
    for left, right in _halvings(topic.similarity):
        sides = _core(topic.similarity, left, params), _core(topic.similarity, right, params)
        if _are_apart(topic.similarity, *sides, params):
            return sides if _own_enough(topic, *sides, params) else None
    return None


def _topic(weights: sparse.csr_matrix[np.float64], tfidf: sparse.csr_matrix[np.float64]) -> Topic:
    n_terms = weights.shape[1]
    holding = np.bincount(weights.indices, minlength=n_terms)
    # Rarity in the collection would lift the names that all articles of the topic share.
    rows = unit_rows(with_data(weights, weights.data * rarity_inside(weights)[weights.indices]))
    weight = np.bincount(tfidf.indices, tfidf.data, minlength=n_terms) / np.maximum(holding, 1)
    return Topic(holds=with_data(weights, np.ones(weights.nnz)), similarity=_similarities(rows), weight=weight)


def _similarities(rows: sparse.csr_matrix[np.float64]) -> NDArray[np.float64]:
    n = rows.shape[0]
    similarity = np.zeros((n, n))
    left, right = np.triu_indices(n, 1)
    similarity[left, right] = similarity[right, left] = row_products(rows, left, rows, right)
    similarity[np.diag_indices(n)] = np.diff(rows.indptr) > 0
    return similarity


def _halvings(similarity: NDArray[np.float64]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Two sides at a time, from the top of the average-linkage tree down its larger branch."""
    n = len(similarity)
    distances = np.clip(1 - similarity, 0, 1)[np.triu_indices(n, 1)]
    node = to_tree(linkage(distances, "average"))
    while not node.is_leaf():
        left, right = _branches(node)
        if min(left.count, right.count) >= 2:
            yield np.sort(left.pre_order()), np.sort(right.pre_order())
        node = left if left.count >= right.count else right


def _branches(node: ClusterNode) -> tuple[ClusterNode, ClusterNode]:
    left, right = node.get_left(), node.get_right()
    assert left is not None  # noqa: S101 - scipy types a leaf's branches; this is no leaf
    assert right is not None  # noqa: S101
    return left, right


def _core(similarity: NDArray[np.float64], side: NDArray[np.int64], params: EventParams) -> NDArray[np.int64]:
    """Members of the side, without those that are hardly near it; the whole side if little would stay."""
    members, among = side, similarity[np.ix_(side, side)]
    while len(members) > 2:
        to_others = among.sum(axis=1) - among.diagonal()
        loosest = int(to_others.argmin())
        rest = len(members) - 1
        cohesion = (to_others.sum() - 2 * to_others[loosest]) / (rest * (rest - 1))
        if to_others[loosest] / rest >= params.min_membership * cohesion:
            break
        keep = np.arange(len(members)) != loosest
        members, among = members[keep], among[np.ix_(keep, keep)]
    return members if len(members) >= params.min_core * len(side) else side


def _cohesion(similarity: NDArray[np.float64], side: NDArray[np.int64]) -> float:
    return float(mean_similarities(similarity[np.ix_(side, side)]).mean())


def _are_apart(
    similarity: NDArray[np.float64], left: NDArray[np.int64], right: NDArray[np.int64], params: EventParams
) -> bool:
    """Whether the sides are much less similar to each other than each is to itself: a loose side is no event."""
    across = float(similarity[np.ix_(left, right)].mean())
    within = min(_cohesion(similarity, left), _cohesion(similarity, right))
    return across <= params.max_similarity_ratio * within


def _own_enough(topic: Topic, left: NDArray[np.int64], right: NDArray[np.int64], params: EventParams) -> bool:
    """Whether each side has enough vocabulary that the other lacks, by number and by weight."""
    share_left, share_right = (np.asarray(topic.holds[side].mean(axis=0)).ravel() for side in (left, right))
    common = topic.weight[(share_left >= params.has) & (share_right >= params.has)].sum()
    for share, other in ((share_left, share_right), (share_right, share_left)):
        own = topic.weight[(share >= params.has) & (other <= params.lacks)]
        if len(own) < params.min_own_terms or own.sum() < params.min_own_share * (own.sum() + common):
            return False
    return True

"""Events inside a topic: a second look, in which what all its articles share counts nothing.

Related events are about the same people, and over a whole collection those names are the rarest words two articles
share. Inside the topic everybody has them; what is left tells the events apart.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.cluster.hierarchy import ClusterNode, linkage, to_tree

from dedupe.settings import EventParams
from dedupe.stories.row_blocks import (
    arrays_of,
    logs,
    over_blocks,
    rarity_inside,
    row_products,
    rows_by_group,
    terms_of_rows,
    with_data,
)
from dedupe.stories.smoothing import unit_rows
from dedupe.text import kernels

FEWEST_OF_TWO_EVENTS = 4
"""Articles: a side of one has no vocabulary that is sure to be its event's."""

_PARTS_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Weighed:
    """Articles as rows over terms, before and after the rarity of the terms counts, of the same entries."""

    weights: sparse.csr_matrix[np.float64]
    tfidf: sparse.csr_matrix[np.float64]


@dataclass(frozen=True, slots=True)
class Topic:
    """Articles of one topic as rows, over the terms that at least one of them holds.

    ``holds`` (0 or 1) has shape ``(n, n_terms)``, ``similarity`` ``(n, n)`` and ``weight`` ``(n_terms,)``: the mean
    TF-IDF weight of the term where it stands.
    """

    holds: sparse.csr_matrix[np.float64]
    similarity: NDArray[np.float64]
    weight: NDArray[np.float64]


def split_parts(parts: Sequence[NDArray[np.int64]], articles: Weighed, params: EventParams) -> list[NDArray[np.int64]]:
    """Rows of each event of each part of a topic: in the order of the parts, the event with the first row first.

    Parameters
    ----------
    parts
        Rows of the articles, ascending in each part; no part knows of another.
    """
    if not parts:
        return []
    split = _split_by_loop if kernels.are_used() else _split_plainly
    rows = np.concatenate(parts)
    return [rows[places] for places in _grouped_by_first(split(parts, articles, params))]


def _grouped_by_first(first: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Places of each event, by the place of its first row."""
    return [places for places in rows_by_group(first) if len(places)]


def _split_by_loop(parts: Sequence[NDArray[np.int64]], articles: Weighed, params: EventParams) -> NDArray[np.int64]:
    from dedupe.stories import kernels_events  # noqa: PLC0415 - imports numba

    numbers = {name: value for name, value in asdict(params).items() if name != "terms"}
    rule = kernels_events.SplitRule(**numbers)
    given = (*arrays_of(articles.weights), kernels.as_loops_take(articles.tfidf.data), articles.weights.shape[1])
    lengths = np.array([len(part) for part in parts], dtype=np.int64)
    ends, rows = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)]), np.concatenate(parts)
    log, first = logs(int(lengths.max())), np.empty(len(rows), dtype=np.int64)

    def split(block: slice) -> None:
        own = slice(ends[block.start], ends[block.stop])
        kernels_events.split_parts(
            *given, log, rule, ends[block.start : block.stop + 1] - own.start, rows[own], first[own]
        )
        first[own] += own.start

    over_blocks(split, len(parts), rows_at_once=_PARTS_AT_ONCE)
    return first


def _split_plainly(parts: Sequence[NDArray[np.int64]], articles: Weighed, params: EventParams) -> NDArray[np.int64]:
    first = [np.zeros(0, dtype=np.int64)]
    begin = 0
    for part in parts:
        first.append(begin + _split_part(part, articles, params))
        begin += len(part)
    return np.concatenate(first)


def _split_part(part: NDArray[np.int64], articles: Weighed, params: EventParams) -> NDArray[np.int64]:
    """The first row of the event of each row of one part."""
    first = np.zeros(len(part), dtype=np.int64)
    if len(part) < FEWEST_OF_TWO_EVENTS:
        return first
    _, weights = terms_of_rows(articles.weights, part)
    _, tfidf = terms_of_rows(articles.tfidf, part)
    undecided = [np.arange(len(part))]
    while undecided:
        rows = undecided.pop()
        sides = _two_events(weights[rows], tfidf[rows], params)
        if sides is None:
            first[rows] = rows[0]
            continue
        first[rows] = rows
        undecided += [rows[side] for side in sides]
    return first


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
    members, to_others = side, _to_others(similarity, side)
    while len(members) > 2:
        loosest = int(to_others.argmin())
        rest = len(members) - 1
        cohesion = (_sum(to_others) - 2 * to_others[loosest]) / (rest * (rest - 1))
        if to_others[loosest] / rest >= params.min_membership * cohesion:
            break
        keep = np.arange(len(members)) != loosest
        to_others = (to_others - similarity[members, members[loosest]])[keep]
        members = members[keep]
    return members if len(members) >= params.min_core * len(side) else side


def _to_others(similarity: NDArray[np.float64], side: NDArray[np.int64]) -> NDArray[np.float64]:
    """Sum of the similarities of each member of a side to the others."""
    among = similarity[np.ix_(side, side)]
    return np.asarray(np.cumsum(among, axis=1)[:, -1] - among.diagonal())


def _sum(values: NDArray[np.float64]) -> float:
    # One by one, as the loops add: NumPy's own sum of many values adds them in another order.
    return float(np.cumsum(values)[-1]) if values.size else 0.0


def _are_apart(
    similarity: NDArray[np.float64], left: NDArray[np.int64], right: NDArray[np.int64], params: EventParams
) -> bool:
    """Whether the sides are much less similar to each other than each is to itself: a loose side is no event."""
    across = _sum(similarity[np.ix_(left, right)]) / (len(left) * len(right))
    within = min(_cohesion(similarity, left), _cohesion(similarity, right))
    return across <= params.max_similarity_ratio * within


def _cohesion(similarity: NDArray[np.float64], side: NDArray[np.int64]) -> float:
    return _sum(_to_others(similarity, side) / (len(side) - 1)) / len(side)


def _own_enough(topic: Topic, left: NDArray[np.int64], right: NDArray[np.int64], params: EventParams) -> bool:
    """Whether each side has enough vocabulary that the other lacks, by number and by weight."""
    share_left, share_right = _shares(topic, left), _shares(topic, right)
    common = _sum(topic.weight[(share_left >= params.has) & (share_right >= params.has)])
    for share, other in ((share_left, share_right), (share_right, share_left)):
        own = topic.weight[(share >= params.has) & (other <= params.lacks)]
        if len(own) < params.min_own_terms or _sum(own) < params.min_own_share * (_sum(own) + common):
            return False
    return True


def _shares(topic: Topic, side: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share of the side's articles that hold each term."""
    return np.asarray(topic.holds[side].mean(axis=0), dtype=np.float64).ravel()

"""The nearest other story of each article, and how much nearer it is to its own.

Inside a topic the nearest is that by the vectors that told its events apart. Where the topic is one story, it is that
by the vectors that made the topics, among the stories of the article's neighbours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from dedupe.models import ArticleId, Member, Story
from dedupe.stories.partition import Partition
from dedupe.stories.row_blocks import row_products, terms_of_rows
from dedupe.stories.smoothing import unit_rows

NO_RIVAL = -1

_ROWS_AT_ONCE = 512

Nearest = tuple[NDArray[np.int64], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Rivals:
    """The number of each row's nearest other story in the partition's order, or ``NO_RIVAL``, and the margin.

    The margin, in ``[-1, 1]``, is how much more similar the row is to its own story: a mean over the other rows of
    it, 0 where there are none, less the mean over the rows of the other. It is 0 where there is no rival.
    """

    story: NDArray[np.int64]
    margin: NDArray[np.float64]


def nearest_rivals(found: Partition) -> Rivals:
    """Rivals of all rows of a partition. An article that is near no other story has none."""
    n = found.rows.shape[0]
    story, margin = np.full(n, NO_RIVAL, dtype=np.int64), np.zeros(n)
    first = 0
    for topic in found.topics:
        if len(topic) > 1:
            rows = np.concatenate(topic)
            nearest, margin[rows] = _nearest_inside(topic, unit_rows(terms_of_rows(found.tfidf, rows)[1]))
            story[rows] = np.where(nearest == NO_RIVAL, NO_RIVAL, first + nearest)
        first += len(topic)
    outside = np.flatnonzero(story == NO_RIVAL)
    story[outside], margin[outside] = _nearest_around(found, outside)
    return Rivals(story, margin)


def _nearest_inside(topic: Sequence[NDArray[np.int64]], rows: sparse.csr_matrix[np.float64]) -> Nearest:
    """Nearest other story of each row of one topic, and the margin; the rows are in the order of the stories."""
    sizes = np.array([len(story) for story in topic])
    own = np.repeat(np.arange(len(topic)), sizes)
    totals = sparse.csr_matrix((np.ones(len(own)), (own, np.arange(len(own)))), shape=(len(topic), len(own))) @ rows
    found = [
        _best(
            sparse.csr_matrix(rows[at : at + _ROWS_AT_ONCE] @ totals.T).toarray(), own[at : at + _ROWS_AT_ONCE], sizes
        )
        for at in range(0, len(own), _ROWS_AT_ONCE)
    ]
    nearest, margin = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return nearest, margin


def _best(similarity: NDArray[np.float64], own: NDArray[np.int64], sizes: NDArray[np.int64]) -> Nearest:
    """Of the sums of similarities of each row to each story, itself in its own."""
    at = np.arange(len(own))
    among = np.clip((similarity[at, own] - 1) / np.maximum(sizes[own] - 1, 1), 0, 1)
    means = np.round(similarity / sizes, 9)  # so that what is equally near in exact arithmetic is so here
    means[at, own] = -1
    nearest = means.argmax(axis=1)
    best = means[at, nearest]
    return np.where(best > 0, nearest, NO_RIVAL), np.where(best > 0, np.clip(among - best, -1, 1), 0.0)


def _nearest_around(found: Partition, rows: NDArray[np.int64]) -> Nearest:
    """Nearest story of another topic of some rows, and the margin."""
    stories = found.stories
    sizes = np.array([len(story) for story in stories], dtype=np.int64)
    own = np.empty(found.rows.shape[0], dtype=np.int64)
    own[np.concatenate([np.zeros(0, dtype=np.int64), *stories])] = np.repeat(np.arange(len(stories)), sizes)
    membership = sparse.csr_matrix((np.ones(len(own)), (own, np.arange(len(own)))), shape=(len(stories), len(own)))
    totals = sparse.csr_matrix(membership @ found.rows)
    row, story = _stories_around(found, rows, own)
    similarity = np.round(row_products(found.rows, row, totals, story) / sizes[story], 9)
    order = np.lexsort((story, -similarity, row))
    row, best = np.unique(row[order], return_index=True)
    best = order[best]
    nearest, margin = np.full(len(own), NO_RIVAL, dtype=np.int64), np.zeros(len(own))
    with_itself = row_products(found.rows, row, totals, own[row])
    among = np.clip((with_itself - 1) / np.maximum(sizes[own[row]] - 1, 1), 0, 1)
    nearest[row], margin[row] = story[best], np.clip(among - similarity[best], -1, 1)
    return nearest[rows], margin[rows]


def _stories_around(
    found: Partition, rows: NDArray[np.int64], own: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of one of the rows and a story of another row that is its neighbour, each once, by row."""
    n, n_stories = len(own), len(found.stories)
    asked = np.zeros(n, dtype=np.bool_)
    asked[rows] = True
    row = np.repeat(np.arange(n), np.diff(found.near.indptr))
    story = own[found.near.indices]
    pairs = np.unique((row * n_stories + story)[asked[row] & (story != own[row])])
    return pairs // max(n_stories, 1), pairs % max(n_stories, 1)


def with_rivals(stories: Sequence[Story], found: Partition, row_of: Mapping[ArticleId, int]) -> list[Story]:
    """Stories of the partition, in its order, with the rival of each member; a reprint has that of its original.

    Parameters
    ----------
    row_of
        Row of each article that has one.
    """
    rivals = nearest_rivals(found)
    number, margin = rivals.story.tolist(), rivals.margin.tolist()

    def with_rival(member: Member) -> Member:
        row = row_of.get(member.article_id)
        row = row_of[member.duplicate_of or member.article_id] if row is None else row
        if number[row] == NO_RIVAL:
            return member
        return replace(member, rival=stories[number[row]].id, margin=margin[row])

    def with_rivals_of(story: Story) -> Story:
        members = tuple(map(with_rival, story.members))
        # Alone, an article is like nothing in its own story: there is a rival, and nothing to compare it with.
        return replace(story, members=members if len(members) > 1 else (replace(members[0], margin=None),))

    return [with_rivals_of(story) for story in stories]

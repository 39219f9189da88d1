"""A partition that keeps what people said: stories parted and joined, and everything else left as it is."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from dedupe.models import ArticleId, Story
from dedupe.stories.constraints import Constraints
from dedupe.stories.partition import Partition
from dedupe.stories.row_blocks import rows_by_group
from dedupe.stories.smoothing import unit_rows


@dataclass(frozen=True, slots=True)
class _Said:
    """Constraints in rows: each component that is in one story, ascending, and pairs that are not, smaller row first.

    ``leader`` has shape ``(n,)``: rows of one leader move together. A copy goes with the article it repeats unless
    something is said of the copy itself.
    """

    components: list[NDArray[np.int64]]
    apart: NDArray[np.int64]
    leader: NDArray[np.int64]


@dataclass(slots=True)
class _Places:
    """The story of each row, shape ``(n,)``, and the topic of each story: what the steps below change."""

    story_of: NDArray[np.int64]
    topic_of: list[int]

    def rows(self, story: int) -> NDArray[np.int64]:
        return np.flatnonzero(self.story_of == story)

    def move(self, rows: NDArray[np.int64], *, topic: int) -> None:
        """Make these rows a story of their own."""
        self.story_of[rows] = len(self.topic_of)
        self.topic_of.append(topic)


def spread(found: Partition, source: NDArray[np.int64]) -> Partition:
    """Partition of more rows, each beside the row that it is a copy of, whose vectors it has.

    Parameters
    ----------
    source
        Shape ``(n,)``: the row of ``found`` that each row is, or is a copy of.
    """
    if len(source) == found.rows.shape[0]:
        return found
    places = _places(found)
    near = _taken(sparse.csr_matrix(_taken(found.near, source).T), source)  # symmetric, so its own transpose
    wider = replace(found, rows=_taken(found.rows, source), tfidf=_taken(found.tfidf, source), near=near)
    return _partition(wider, _Places(places.story_of[source], places.topic_of))


def _taken(matrix: sparse.csr_matrix[np.float64], rows: NDArray[np.int64]) -> sparse.csr_matrix[np.float64]:
    return sparse.csr_matrix(matrix[rows])


def keep(
    found: Partition, constraints: Constraints, ids: Sequence[ArticleId], original: NDArray[np.int64]
) -> Partition:
    """Partition in which all that must be linked is in one story, and nothing together that cannot be.

    A story that holds two articles that cannot be linked is parted: each article goes with the one of the two, and
    what must be linked to it, that it is nearer to. Then the stories of articles that must be linked are joined whole;
    where that would put together what cannot be linked, the linked articles alone move.

    Parameters
    ----------
    ids
        The article of each row; constraints on others are ignored. The order of the rows decides between what is
        equally near.
    original
        Shape ``(n,)``: the row that each row repeats, its own where it is no copy.
    """
    said = _said(constraints, ids, original)
    if not said.components and not len(said.apart):
        return found
    places = _places(found)
    vectors = unit_rows(found.tfidf)
    for one, other in said.apart:
        if places.story_of[one] == places.story_of[other]:
            _part(places, said.leader, vectors, int(one), int(other))
    for component in said.components:
        _join(places, said, component)
    return _partition(found, places)


def pinned(stories: Iterable[Story], constraints: Constraints) -> list[Story]:
    """Stories whose members are sure of their place where a constraint put them there: between two who are here."""
    given = list(stories)
    here = {member.article_id for story in given for member in story.members}
    present = (tuple(i for i in ids if i in here) for ids in (*constraints.components(), *constraints.cannot_link))
    sure = {i for ids in present if len(ids) > 1 for i in ids}
    if not sure:
        return given
    return [
        replace(
            story,
            members=tuple(replace(m, confidence=1.0) if m.article_id in sure else m for m in story.members),
        )
        for story in given
    ]


def _said(constraints: Constraints, ids: Sequence[ArticleId], original: NDArray[np.int64]) -> _Said:
    row_of = {article_id: row for row, article_id in enumerate(ids)}
    present = [sorted(row_of[i] for i in own if i in row_of) for own in constraints.components()]
    components = [np.array(rows, dtype=np.int64) for rows in sorted(filter(None, present))]
    pairs = sorted(sorted((row_of[a], row_of[b])) for a, b in constraints.cannot_link if a in row_of and b in row_of)
    apart = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    own = np.arange(len(ids))
    own[apart.ravel()] = apart.ravel()
    for component in components:
        own[component] = component[0]
    named = np.zeros(len(ids), dtype=np.bool_)
    named[[row_of[i] for i in constraints.named() if i in row_of]] = True
    leader = np.where(named, own, own[original])
    return _Said([rows for rows in components if len(rows) > 1], apart, leader)


def _places(found: Partition) -> _Places:
    story_of = np.empty(found.rows.shape[0], dtype=np.int64)
    for number, story in enumerate(found.stories):
        story_of[story] = number
    return _Places(story_of, [number for number, topic in enumerate(found.topics) for _ in topic])


def _partition(found: Partition, places: _Places) -> Partition:
    """Partition of these places: topics in their order, in each the story with the first row first."""
    stories = rows_by_group(places.story_of, n_groups=len(places.topic_of))
    of_topic: defaultdict[int, list[NDArray[np.int64]]] = defaultdict(list)
    for rows, topic in zip(stories, places.topic_of, strict=True):
        if len(rows):
            of_topic[topic].append(rows)
    topics = (tuple(sorted(of_topic[topic], key=lambda rows: int(rows[0]))) for topic in sorted(of_topic))
    return replace(found, topics=tuple(topics))


def _part(
    places: _Places, leader: NDArray[np.int64], vectors: sparse.csr_matrix[np.float64], one: int, other: int
) -> None:
    """Part the story of two rows: each unit of rows goes with the one it is nearer to, with the first if equally."""
    rows = places.rows(int(places.story_of[one]))
    own = vectors[rows]
    units, unit_of = np.unique(leader[rows], return_inverse=True)
    near = [_nearness(own, unit_of, leader[rows] == leader[anchor]) for anchor in (one, other)]
    # Rounded, so that what is equally near in exact arithmetic is so here.
    leaves = np.round(near[1], 9) > np.round(near[0], 9)
    leaves[units == leader[one]] = False
    leaves[units == leader[other]] = True
    places.move(rows[leaves[unit_of]], topic=places.topic_of[int(places.story_of[one])])


def _nearness(
    vectors: sparse.csr_matrix[np.float64], unit_of: NDArray[np.int64], side: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Mean similarity of each unit of rows to the rows of a side, times the size of the unit."""
    members = vectors[np.flatnonzero(side)]
    total = np.bincount(members.indices, members.data, minlength=vectors.shape[1]) / max(1, members.shape[0])
    return np.bincount(unit_of, np.asarray(vectors @ total).ravel()).astype(np.float64)


def _join(places: _Places, said: _Said, component: NDArray[np.int64]) -> None:
    """Put a component into one story: with all of its stories, or (where these cannot be together) by itself."""
    stories = np.unique(places.story_of[component])
    if len(stories) == 1:
        return
    moving = np.isin(said.leader, said.leader[component[0]])
    home = sorted(stories.tolist(), key=lambda story: _rank(places, moving, story))
    whole = np.isin(places.story_of, stories)
    if not _has_apart(whole, said.apart):
        places.story_of[whole] = home[0]
        return
    free = [story for story in home if not _has_apart(moving | (places.story_of == story), said.apart)]
    if free:
        places.story_of[moving] = free[0]
    else:
        places.move(np.flatnonzero(moving), topic=places.topic_of[home[0]])


def _rank(places: _Places, moving: NDArray[np.bool_], story: int) -> tuple[int, int, int]:
    """The story with most of the articles first, then the largest, then the one with the first row."""
    rows = places.rows(story)
    return -int(moving[rows].sum()), -len(rows), int(rows[0])


def _has_apart(together: NDArray[np.bool_], apart: NDArray[np.int64]) -> bool:
    return bool((together[apart[:, 0]] & together[apart[:, 1]]).any())

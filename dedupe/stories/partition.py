"""Rows to topics, and each topic to its stories."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from dedupe.settings import StoryParams, TermParams, TopicParams
from dedupe.stories.cohesion import split_loose
from dedupe.stories.density import NOISE, density_clusters
from dedupe.stories.event_look import Reports, read_reports, tell_events_apart
from dedupe.stories.large_topics import split_large_topic
from dedupe.stories.neighbours import similarity_graph
from dedupe.stories.occurrences import Occurrences
from dedupe.stories.refine import FEWEST_OF_TWO_EVENTS, split_topic
from dedupe.stories.row_blocks import entries_of, row_products, rows_by_group, terms_of_rows, with_data
from dedupe.stories.silence import has_silence, split_at_silences
from dedupe.stories.smoothing import shortness, smoothed, stretched, unit_rows
from dedupe.stories.vectors import term_weights, tfidf_rows, with_rarity


@dataclass(frozen=True, slots=True)
class Weighed:
    """Articles as rows over terms, before and after the rarity of the terms counts."""

    weights: sparse.csr_matrix[np.float64]
    tfidf: sparse.csr_matrix[np.float64]

    def of(self, rows: NDArray[np.int64]) -> "Weighed":
        """Some of the rows, over the terms that they hold."""
        _, weights = terms_of_rows(self.weights, rows)
        return Weighed(weights, with_data(weights, self.tfidf.data[entries_of(self.tfidf, rows)]))

    def some(self, rows: NDArray[np.int64]) -> tuple[sparse.csr_matrix[np.float64], sparse.csr_matrix[np.float64]]:
        """Some of the rows, over all terms."""
        return _some(self.weights, rows), _some(self.tfidf, rows)


@dataclass(frozen=True, slots=True)
class Partition:
    """Topics, each a tuple of stories, each story its rows, ascending; every row is in one.

    ``rows`` are the unit vectors that made the topics, ``tfidf`` the lead-heavy ones that told the events apart.
    """

    topics: tuple[tuple[NDArray[np.int64], ...], ...]
    rows: sparse.csr_matrix[np.float64]
    tfidf: sparse.csr_matrix[np.float64]

    @property
    def stories(self) -> tuple[NDArray[np.int64], ...]:
        """Stories of all topics, in their order."""
        return tuple(story for topic in self.topics for story in topic)


def partition(
    words: Occurrences, outlets: Sequence[str | None], days: NDArray[np.float64], params: StoryParams
) -> Partition:
    """Topics and stories of a collection; a row that nothing is near is a topic of one story of one.

    The order of the rows decides between neighbours equally near, so give them in an order of their own.

    Parameters
    ----------
    outlets
        Who published each article, None where nobody knows.
    days
        Shape ``(n,)``: when each article was published, in days since any fixed day; NaN where nobody knows.
    """
    rows = tfidf_rows(words, params.topic.terms, max_terms=params.topic.max_terms)
    by_lead, by_body = _weighed(words, params.event.terms), _weighed(words, params.body.terms)
    reports = read_reports(words, outlets, days)
    near = _graph(rows, days, params.topic, min_similarity=params.topic.min_similarity)
    topics = _topics(rows, near, days, params.topic)
    whole = _are_whole(topics, days, by_lead.tfidf, params)
    stories = [
        (topic,) if is_whole else _stories_of(topic, reports, by_lead, by_body, params)
        for topic, is_whole in zip(topics, whole, strict=True)
    ]
    return Partition(topics=tuple(stories), rows=rows, tfidf=by_lead.tfidf)


def _weighed(words: Occurrences, params: TermParams) -> Weighed:
    weights = term_weights(words, params)
    return Weighed(weights, with_rarity(weights, words))


def _are_whole(
    topics: Sequence[NDArray[np.int64]],
    days: NDArray[np.float64],
    tfidf: sparse.csr_matrix[np.float64],
    params: StoryParams,
) -> list[bool]:
    """Whether each topic is one story without a closer look: few articles, hardly apart in time, all alike.

    Most topics are. To look at all of them at once takes a fraction of the time of a look at each.
    """
    few = [len(topic) < FEWEST_OF_TWO_EVENTS and not has_silence(days[topic], params.silence) for topic in topics]
    pairs = [list(combinations(topic.tolist(), 2)) if is_few else [] for topic, is_few in zip(topics, few, strict=True)]
    ends = np.cumsum([0, *(len(own) for own in pairs)])
    left, right = np.array([pair for own in pairs for pair in own], dtype=np.int64).reshape(-1, 2).T
    by_lead = unit_rows(tfidf)
    alike = row_products(by_lead, left, by_lead, right) >= params.cohesion.min_similarity
    n_unlike = np.concatenate([[0], np.cumsum(~alike)])[ends]
    return [is_few and n == 0 for is_few, n in zip(few, np.diff(n_unlike).tolist(), strict=True)]


def _graph(
    rows: sparse.csr_matrix[np.float64], days: NDArray[np.float64], params: TopicParams, *, min_similarity: float
) -> sparse.csr_matrix[np.float64]:
    return similarity_graph(
        rows, n_neighbors=params.n_neighbors, min_similarity=min_similarity, days=days, window_days=params.window_days
    )


def _stories_of(
    topic: NDArray[np.int64], reports: Reports, by_lead: Weighed, by_body: Weighed, params: StoryParams
) -> tuple[NDArray[np.int64], ...]:
    """Stories of one topic, the one with the first row first."""
    told = tell_events_apart(reports, topic, params.look)
    if told is None:
        told = [topic[story] for story in _events_of(reports.day[topic], by_lead, by_body, params, topic)]
    return tuple(sorted(told, key=lambda story: int(story[0])))


def _events_of(
    days: NDArray[np.float64], by_lead: Weighed, by_body: Weighed, params: StoryParams, topic: NDArray[np.int64]
) -> Iterator[NDArray[np.int64]]:
    """Row numbers in the topic of each of its events."""
    lead, body = by_lead.of(topic), by_body.of(topic)
    unit = unit_rows(lead.tfidf)
    for large in split_large_topic(lead.weights, unit, days, params.large, params.topic):
        for silent in split_at_silences(_some(unit, large), days[large], params.silence):
            part = large[silent]
            for event in split_topic(*lead.some(part), params.event):
                for aspect in split_topic(*body.some(part[event]), params.body):
                    rows = part[event[aspect]]
                    yield from (rows[story] for story in split_loose(_some(unit, rows), params.cohesion))


def _some(rows: sparse.csr_matrix[np.float64], chosen: NDArray[np.int64]) -> sparse.csr_matrix[np.float64]:
    # Taking rows costs more than most of what is then done with them, and mostly all are taken.
    return rows if len(chosen) == rows.shape[0] else sparse.csr_matrix(rows[chosen])


def _topics(
    rows: sparse.csr_matrix[np.float64],
    near: sparse.csr_matrix[np.float64],
    days: NDArray[np.float64],
    params: TopicParams,
) -> list[NDArray[np.int64]]:
    drawn = smoothed(rows, near, params.smoothing)
    nearer = _graph(drawn, days, params, min_similarity=params.min_smoothed_similarity)
    nearer = stretched(nearer, shortness(rows, params.smoothing), params.short_stretch)
    clusters = density_clusters(nearer, cluster_selection_epsilon=params.cluster_selection_epsilon)
    alone = np.flatnonzero(clusters == NOISE)
    together = np.flatnonzero(clusters != NOISE)
    topics = (together[rows] for rows in rows_by_group(clusters[together]))
    return [topic for topic in topics if len(topic)] + [alone[[i]] for i in range(len(alone))]


def with_copies(found: Partition, original: NDArray[np.int64]) -> Partition:
    """Partition with every copy in the story of the row it repeats; stories and topics left empty are gone.

    Parameters
    ----------
    original
        Shape ``(n,)``: the row that each row repeats, which repeats none itself; its own where it is no copy.
    """
    story_of = np.empty(len(original), dtype=np.int64)
    for number, story in enumerate(found.stories):
        story_of[story] = number
    stories = iter(rows_by_group(story_of[original], n_groups=len(found.stories)))
    topics = (tuple(story for _, story in zip(topic, stories, strict=False) if len(story)) for topic in found.topics)
    return replace(found, topics=tuple(topic for topic in topics if topic))

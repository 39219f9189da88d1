"""Rows to topics, and each topic to its stories."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from dedupe.settings import StoryParams, TopicParams
from dedupe.stories.cohesion import linked_groups, split_loose
from dedupe.stories.event_look import Reports, read_reports, tell_events_apart
from dedupe.stories.large_topics import split_large_topic
from dedupe.stories.neighbours import Searcher, search_here
from dedupe.stories.occurrences import Occurrences
from dedupe.stories.refine import FEWEST_OF_TWO_EVENTS, Weighed, split_parts
from dedupe.stories.row_blocks import are_alike, rows_by_group, terms_of_rows
from dedupe.stories.silence import has_silence, split_at_silences
from dedupe.stories.smoothing import shortness, unit_rows
from dedupe.stories.topics import graph_of_rows, topic_of_rows
from dedupe.stories.vectors import term_weights_by, tfidf_rows, with_rarity
from dedupe.story_settings import CohesionParams


@dataclass(frozen=True, slots=True)
class Partition:
    """Topics, each a tuple of stories, each story its rows, ascending; every row is in one.

    ``rows`` are the unit vectors that made the topics, ``tfidf`` the lead-heavy ones that told the events apart.
    ``near`` joins each row to the most similar ones: shape ``(n, n)``, symmetric, by ``rows``.
    """

    topics: tuple[tuple[NDArray[np.int64], ...], ...]
    rows: sparse.csr_matrix[np.float64]
    tfidf: sparse.csr_matrix[np.float64]
    near: sparse.csr_matrix[np.float64]

    @property
    def stories(self) -> tuple[NDArray[np.int64], ...]:
        """Stories of all topics, in their order."""
        return tuple(story for topic in self.topics for story in topic)


def partition(
    words: Occurrences,
    outlets: Sequence[str | None],
    days: NDArray[np.float64],
    params: StoryParams,
    *,
    searcher: Searcher = search_here,
) -> Partition:
    """Topics and stories of a collection; a row that nothing is near is a topic of one story of one.

    The order of the rows decides between neighbours equally near, so give them in an order of their own.

    Parameters
    ----------
    outlets
        Who published each article, None where nobody knows.
    days
        Shape ``(n,)``: when each article was published, in days since any fixed day; NaN where nobody knows.
    searcher
        Who searches for neighbours.
    """
    weights, *others = term_weights_by(words, [params.topic.terms, params.event.terms, params.body.terms])
    rows = tfidf_rows(weights, words, max_terms=params.topic.max_terms)
    by_lead, by_body = (Weighed(own, with_rarity(own, words)) for own in others)
    reports = read_reports(words, outlets, days)
    near = graph_of_rows(rows, params.topic, days=days, searcher=searcher)
    topics = _topics(rows, near, days, params.topic, searcher)
    stories = _stories(topics, reports, by_lead, by_body, params)
    return Partition(topics=tuple(stories), rows=rows, tfidf=by_lead.tfidf, near=near)


def _topics(
    rows: sparse.csr_matrix[np.float64],
    near: sparse.csr_matrix[np.float64],
    days: NDArray[np.float64],
    params: TopicParams,
    searcher: Searcher,
) -> list[NDArray[np.int64]]:
    if not len(days):
        return []
    topics = topic_of_rows(rows, near, params, days=days, searcher=searcher)
    short = shortness(rows, params.smoothing)
    return rows_by_group(linked_groups(topics, near, short, min_similarity=params.min_short_similarity))


def _stories(
    topics: Sequence[NDArray[np.int64]], reports: Reports, by_lead: Weighed, by_body: Weighed, params: StoryParams
) -> Iterator[tuple[NDArray[np.int64], ...]]:
    """Stories of each topic, the one with the first row first.

    Each step takes what is left of all topics at once: a step for each topic costs several times as much.
    """
    unit = unit_rows(by_lead.tfidf)
    whole = _are_whole(topics, reports.day, unit, params)
    told = [topic for topic, is_whole in zip(topics, whole, strict=True) if is_whole]
    parts: list[NDArray[np.int64]] = []
    for topic in (topic for topic, is_whole in zip(topics, whole, strict=True) if not is_whole):
        apart = tell_events_apart(reports, topic, params.look)
        if apart is None:
            parts += _parts_in_time(topic, by_lead.weights, unit, reports.day, params)
        else:
            told += apart
    parts = split_parts(split_parts(parts, by_lead, params.event), by_body, params.body)
    told += _cohering(parts, unit, params.cohesion)
    return _by_topic(told, topics)


def _by_topic(
    stories: Sequence[NDArray[np.int64]], topics: Sequence[NDArray[np.int64]]
) -> Iterator[tuple[NDArray[np.int64], ...]]:
    topic_of = np.empty(sum(map(len, topics)), dtype=np.int64)
    for number, topic in enumerate(topics):
        topic_of[topic] = number
    of_topic: defaultdict[int, list[NDArray[np.int64]]] = defaultdict(list)
    for story in sorted(stories, key=lambda story: int(story[0])):
        of_topic[int(topic_of[story[0]])].append(story)
    return (tuple(of_topic[number]) for number in range(len(topics)))


def _are_whole(
    topics: Sequence[NDArray[np.int64]],
    days: NDArray[np.float64],
    by_lead: sparse.csr_matrix[np.float64],
    params: StoryParams,
) -> list[bool]:
    """Whether each topic is one story without a closer look: few articles, hardly apart in time, all alike.

    Most topics are. To look at all of them at once takes a fraction of the time of a look at each.
    """
    few = [len(topic) < FEWEST_OF_TWO_EVENTS and not has_silence(days[topic], params.silence) for topic in topics]
    looked_at = [topic for topic, is_few in zip(topics, few, strict=True) if is_few]
    alike = iter(are_alike(by_lead, looked_at, min_similarity=params.cohesion.min_similarity).tolist())
    return [is_few and next(alike) for is_few in few]


def _parts_in_time(
    topic: NDArray[np.int64],
    weights: sparse.csr_matrix[np.float64],
    unit: sparse.csr_matrix[np.float64],
    days: NDArray[np.float64],
    params: StoryParams,
) -> Iterator[NDArray[np.int64]]:
    """Rows of a topic's parts: of a large topic its events, of each of these what lies between silences."""
    events = [np.arange(len(topic))]
    if len(topic) >= params.large.min_articles:
        own = terms_of_rows(weights, topic)[1], terms_of_rows(unit, topic)[1]
        events = split_large_topic(*own, days[topic], params.large, params.topic)
    for event in (topic[event] for event in events):
        if has_silence(days[event], params.silence):
            own_unit = terms_of_rows(unit, event)[1]
            yield from (event[part] for part in split_at_silences(own_unit, days[event], params.silence))
        else:
            yield event


def _cohering(
    parts: Sequence[NDArray[np.int64]], unit: sparse.csr_matrix[np.float64], params: CohesionParams
) -> Iterator[NDArray[np.int64]]:
    """Parts that hold together: most do, and all of these are seen at once."""
    small = [part if len(part) <= params.max_dense else part[:0] for part in parts]
    alike = are_alike(unit, small, min_similarity=params.min_similarity)
    for part, is_alike in zip(parts, alike.tolist(), strict=True):
        if is_alike:
            yield part
        else:
            yield from (part[own] for own in split_loose(terms_of_rows(unit, part)[1], params))


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

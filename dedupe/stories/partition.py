"""Rows to topics, and each topic to its stories."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from dedupe.settings import StoryParams, TopicParams
from dedupe.stories.cohesion import split_loose
from dedupe.stories.density import NOISE, density_clusters
from dedupe.stories.neighbours import similarity_graph
from dedupe.stories.refine import split_topic
from dedupe.stories.silence import split_at_silences
from dedupe.stories.smoothing import smoothed, unit_rows
from dedupe.stories.vectors import Occurrences, term_weights, tfidf_rows, with_rarity


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


def partition(words: Occurrences, days: NDArray[np.float64], params: StoryParams) -> Partition:
    """Topics and stories of a collection; a row that nothing is near is a topic of one story of one.

    The order of the rows decides between neighbours equally near, so give them in an order of their own.

    Parameters
    ----------
    days
        Shape ``(n,)``: when each article was published, in days since any fixed day; NaN where nobody knows.
    """
    rows = tfidf_rows(words, params.topic.terms)
    weights = term_weights(words, params.event.terms)
    tfidf = with_rarity(weights, words)
    by_lead = unit_rows(tfidf)
    topics = []
    for topic in _topics(rows, params.topic):
        parts = [topic[part] for part in split_at_silences(by_lead[topic], days[topic], params.silence)]
        events = [part[event] for part in parts for event in split_topic(weights[part], tfidf[part], params.event)]
        stories = [event[story] for event in events for story in split_loose(by_lead[event], params.cohesion)]
        topics.append(tuple(sorted(stories, key=lambda story: int(story[0]))))
    return Partition(topics=tuple(topics), rows=rows, tfidf=tfidf)


def _topics(rows: sparse.csr_matrix[np.float64], params: TopicParams) -> list[NDArray[np.int64]]:
    near = similarity_graph(rows, n_neighbors=params.n_neighbors, min_similarity=params.min_similarity)
    drawn = smoothed(rows, near, params.smoothing)
    nearer = similarity_graph(drawn, n_neighbors=params.n_neighbors, min_similarity=params.min_smoothed_similarity)
    clusters = density_clusters(nearer, cluster_selection_epsilon=params.cluster_selection_epsilon)
    alone = np.flatnonzero(clusters == NOISE)
    together = np.flatnonzero(clusters != NOISE)
    by_cluster = together[np.argsort(clusters[together], kind="stable")]
    ends = np.cumsum(np.bincount(clusters[together]))[:-1]
    return [topic for topic in np.split(by_cluster, ends) if len(topic)] + [alone[[i]] for i in range(len(alone))]


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
    moved = story_of[original]
    order = np.argsort(moved, kind="stable")
    ends = np.cumsum(np.bincount(moved, minlength=len(found.stories)))
    stories = iter(np.split(order, ends[:-1]))
    topics = (tuple(story for _, story in zip(topic, stories, strict=False) if len(story)) for topic in found.topics)
    return replace(found, topics=tuple(topic for topic in topics if topic))

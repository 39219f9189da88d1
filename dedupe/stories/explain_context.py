"""The articles that an explanation is made among: the two, those of their stories, of their topics, and the nearest."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from dedupe.errors import UnknownId
from dedupe.models import Article, ArticleId, Story, StoryId
from dedupe.settings import TopicParams
from dedupe.stories.smoothing import unit_rows
from dedupe.stories.vectors import read_occurrences, term_weights, with_rarity

_MOST_OF_A_KIND = 16


@dataclass(frozen=True, slots=True)
class Clustered:
    """Articles and the stories they are in, ready for questions.

    ``rows`` has a row of length 1 (or empty) an article, to find the nearest by. ``story`` and ``topic`` number the
    stories and topics of the articles, ``repeats`` has the row of the article that each is a copy of, -1 for none, and
    ``place`` is an article's in the order of ids.
    """

    articles: tuple[Article, ...]
    stories: tuple[Story, ...]
    rows: sparse.csr_matrix[np.float64]
    row_of: Mapping[ArticleId, int]
    story: NDArray[np.int64]
    topic: NDArray[np.int64]
    repeats: NDArray[np.int64]
    place: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Context:
    """What two articles are compared among, or what one is alone among; they come first, and none is there twice.

    ``stories`` has the story of each article. Copies of other articles should not be among them, but for the two:
    to repeat is no second opinion.
    """

    articles: tuple[Article, ...]
    stories: tuple[Story, ...]

    def __post_init__(self) -> None:
        n, n_stories = len(self.articles), len(self.stories)
        if n < 1 or n != n_stories:
            raise ValueError(f"an article or more is needed and a story for each, got {n} and {n_stories}")


def clustered(articles: Sequence[Article], stories: Sequence[Story]) -> Clustered:
    """Articles and all their stories, as `cluster_stories` makes them, ready for questions."""
    members = {member.article_id: (at, member) for at, story in enumerate(stories) for member in story.members}
    topics = {topic: at for at, topic in enumerate(dict.fromkeys(story.topic for story in stories))}
    row_of = {article.id: row for row, article in enumerate(articles)}
    place_of = {article_id: place for place, article_id in enumerate(sorted(row_of))}
    own = [members[article.id] for article in articles]
    return Clustered(
        articles=tuple(articles),
        stories=tuple(stories),
        rows=_rows(articles),
        row_of=row_of,
        story=_numbers(at for at, _ in own),
        topic=_numbers(topics[stories[at].topic] for at, _ in own),
        repeats=_numbers(-1 if one.duplicate_of is None else row_of[one.duplicate_of] for _, one in own),
        place=_numbers(place_of[article.id] for article in articles),
    )


def _rows(articles: Sequence[Article]) -> sparse.csr_matrix[np.float64]:
    words = read_occurrences(articles)
    return unit_rows(with_rarity(term_weights(words, TopicParams().terms), words))


def _numbers(values: Iterable[int]) -> NDArray[np.int64]:
    return np.fromiter(values, dtype=np.int64)


def context_of(a: ArticleId, b: ArticleId, collection: Clustered) -> Context:
    """Context of two articles: the nearest of their stories, the nearest of their topics, and the nearest of all.

    Raises
    ------
    UnknownId
        If an article is not in the collection.
    ValueError
        If the two are one.
    """
    if a == b:
        raise ValueError(f"two articles are needed, got {a!r} twice")
    return _context([_row_of(a, collection), _row_of(b, collection)], collection)


def context_of_one(article_id: ArticleId, collection: Clustered) -> Context:
    """Context of an article that is alone in its story: the nearest of its topic, and the nearest of all.

    Raises
    ------
    UnknownId
        If the article is not in the collection.
    """
    return _context([_row_of(article_id, collection)], collection)


def _context(asked: Sequence[int], collection: Clustered) -> Context:
    two = np.array(asked)
    nearness = _nearness(two, collection)
    order = np.lexsort((collection.place, -nearness))
    order = order[(collection.repeats[order] < 0) & ~np.isin(order, [two, collection.repeats[two]])]
    of_story = np.isin(collection.story[order], collection.story[two])
    of_topic = np.isin(collection.topic[order], collection.topic[two]) & ~of_story
    around = ~of_story & (nearness[order] > 0)
    mates = [order[collection.story[order] == story] for story in np.unique(collection.story[two])]
    kinds = [*mates, order[of_topic], order[around]]
    rows = dict.fromkeys([*two.tolist(), *(row for kind in kinds for row in kind[:_MOST_OF_A_KIND].tolist())])
    return Context(
        articles=tuple(collection.articles[row] for row in rows),
        stories=tuple(collection.stories[collection.story[row]] for row in rows),
    )


def nearest_of(story: StoryId, article_id: ArticleId, collection: Clustered) -> ArticleId | None:
    """The article of a story most similar to an article, which is not that article itself; None where it is alone.

    Raises
    ------
    UnknownId
        If the article is not in the collection, or there is no such story.
    """
    row = _row_of(article_id, collection)
    members = [at for at, number in enumerate(collection.story) if collection.stories[number].id == story and at != row]
    if not members:
        if story != collection.stories[collection.story[row]].id:
            raise UnknownId("story", story)
        return None
    similarity = np.round((collection.rows[[row]] @ collection.rows[members].T).toarray().ravel(), 9)
    nearest = np.lexsort((collection.place[members], -similarity))[0]
    return collection.articles[members[int(nearest)]].id


def _row_of(article_id: ArticleId, collection: Clustered) -> int:
    if article_id not in collection.row_of:
        raise UnknownId("article", article_id)
    return collection.row_of[article_id]


def _nearness(two: NDArray[np.int64], collection: Clustered) -> NDArray[np.float64]:
    """Similarity of each article to the nearest of those asked about, rounded so that ties are ties everywhere."""
    similarity = (collection.rows[two] @ collection.rows.T).toarray()
    return np.asarray(np.round(similarity.max(axis=0), 9))

"""Rows of a partition to stories a reader can use: ids, keywords, label, medoid, confidences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from dedupe.models import Article, ArticleId, Member, Story
from dedupe.stories.confidence import membership_confidence
from dedupe.stories.ids import story_id_of, topic_id_of
from dedupe.stories.keywords import set_apart_terms
from dedupe.stories.labels import headline, story_label
from dedupe.stories.partition import Partition
from dedupe.stories.vectors import title_and_text

_LABEL_TEXTS = 6


@dataclass(frozen=True, slots=True)
class Collection:
    """What the rows of a partition stand for: an article each, and the reprints that have no row of their own.

    ``original_of`` names the article that a copy repeats, of copies with a row and of reprints.
    """

    articles: Sequence[Article]
    vocabulary: tuple[str, ...]
    reprints_of: Mapping[ArticleId, Sequence[ArticleId]]
    original_of: Mapping[ArticleId, ArticleId]


def describe_stories(found: Partition, collection: Collection) -> list[Story]:
    """Stories of the partition with everything that is said of them, in the partition's order."""
    confidence_of = _confidences(found, collection)
    stories = []
    for topic in found.topics:
        rows = np.concatenate(topic)
        topic_id = topic_id_of(_member_ids(rows, collection))
        at = np.split(np.arange(len(rows)), np.cumsum([len(story) for story in topic])[:-1])
        keywords = set_apart_terms(found.tfidf[rows], at)
        for story, terms in zip(topic, keywords, strict=True):
            by_centrality = story[_by_centrality(found.rows[story])]
            words = tuple(collection.vocabulary[term] for term in terms)
            members = _members(_member_ids(story, collection), collection, confidence_of)
            stories.append(
                Story(
                    id=story_id_of(member.article_id for member in members),
                    topic=topic_id,
                    label=_label(words, by_centrality, found, collection),
                    keywords=words,
                    representative=collection.articles[by_centrality[0]].id,
                    members=members,
                )
            )
    return stories


def _confidences(found: Partition, collection: Collection) -> Mapping[ArticleId, float]:
    repeated = set(collection.original_of.values())
    has_copy = np.array([article.id in repeated for article in collection.articles], dtype=np.bool_)
    confidence = membership_confidence(found.rows, found.stories, has_copy=has_copy)
    return {article.id: float(sure) for article, sure in zip(collection.articles, confidence, strict=True)}


def _member_ids(rows: NDArray[np.int64], collection: Collection) -> list[ArticleId]:
    own = [collection.articles[row].id for row in rows]
    return [*own, *(reprint for article_id in own for reprint in collection.reprints_of.get(article_id, ()))]


def _members(
    article_ids: Sequence[ArticleId], collection: Collection, confidence_of: Mapping[ArticleId, float]
) -> tuple[Member, ...]:
    """Members of a story; a copy is as sure of its place as the article it repeats."""
    members = []
    for article_id in article_ids:
        original = collection.original_of.get(article_id)
        sure = confidence_of[article_id if original is None else original]
        members.append(Member(article_id, original, sure))
    return tuple(members)


def _by_centrality(rows: sparse.csr_matrix[np.float64]) -> NDArray[np.int64]:
    """Positions of the rows, the medoid first: by mean similarity to the others, then as they come."""
    total = np.asarray(rows.sum(axis=0)).ravel()
    # Rounded, so that rows equally central in exact arithmetic are equally central here.
    return np.argsort(-np.round(np.asarray(rows @ total), 9), kind="stable")


def _label(
    keywords: tuple[str, ...], by_centrality: NDArray[np.int64], found: Partition, collection: Collection
) -> str:
    if len(by_centrality) == 1:  # nothing but its own headline says better what one article tells
        return headline(*title_and_text(collection.articles[by_centrality[0]]))
    texts = ["\n".join(title_and_text(collection.articles[row])).strip() for row in by_centrality[:_LABEL_TEXTS]]
    medoid = found.tfidf[[by_centrality[0]]]
    telling = {collection.vocabulary[term] for term in medoid.indices}
    return story_label(keywords, texts=texts, telling=telling)

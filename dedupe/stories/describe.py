"""Rows of a partition to stories a reader can use: ids, keywords, label, medoid, confidences."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dedupe.models import Article, ArticleId, Member, Story
from dedupe.stories.calibration import membership_probability
from dedupe.stories.companions import companion_pairs
from dedupe.stories.ids import story_id_of, topic_id_of
from dedupe.stories.keywords import set_apart_terms
from dedupe.stories.labels import headline, story_label
from dedupe.stories.occurrences import Occurrences
from dedupe.stories.partition import Partition
from dedupe.stories.row_blocks import totals_products
from dedupe.stories.smoothing import unit_rows
from dedupe.stories.vectors import title_and_text

_LABEL_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class Collection:
    """What the rows of a partition stand for: an article each, and the reprints that have no row of their own.

    ``original_of`` names the article that a copy repeats, of copies with a row and of reprints.
    """

    articles: Sequence[Article]
    words: Occurrences
    reprints_of: Mapping[ArticleId, Sequence[ArticleId]]
    original_of: Mapping[ArticleId, ArticleId]


@dataclass(frozen=True, slots=True)
class _Known:
    """A partition and what is counted of all its stories at once: for each row a value, the more central the higher."""

    found: Partition
    collection: Collection
    confidence_of: Mapping[ArticleId, float]
    centrality: NDArray[np.float64]


def describe_stories(found: Partition, collection: Collection) -> list[Story]:
    """Stories of the partition with everything that is said of them, in the partition's order."""
    # Rounded, so that rows equally central in exact arithmetic are equally central here.
    centrality = np.round(totals_products(found.rows, found.stories), 9)
    known = _Known(found, collection, _confidences(found, collection), centrality)
    keywords = iter(set_apart_terms(found.tfidf, found.topics))
    return [
        _described(story, topic_id, next(keywords), known)
        for topic, topic_id in zip(found.topics, _topic_ids(found, collection), strict=True)
        for story in topic
    ]


def _topic_ids(found: Partition, collection: Collection) -> Iterator[str]:
    return (topic_id_of(_member_ids(np.concatenate(topic), collection)) for topic in found.topics)


def _described(story: NDArray[np.int64], topic: str, keywords: NDArray[np.int32], known: _Known) -> Story:
    collection = known.collection
    by_centrality = story[np.argsort(-known.centrality[story], kind="stable")]
    members = _members(_member_ids(story, collection), collection, known.confidence_of)
    return Story(
        id=story_id_of(member.article_id for member in members),
        topic=topic,
        label=_label(keywords, by_centrality, known.found, collection),
        keywords=tuple(collection.words.vocabulary[term] for term in keywords.tolist()),
        representative=collection.articles[by_centrality[0]].id,
        members=members,
    )


def _confidences(found: Partition, collection: Collection) -> Mapping[ArticleId, float]:
    repeated = set(collection.original_of.values())
    has_copy = np.array([article.id in repeated for article in collection.articles], dtype=np.bool_)
    confidence = membership_probability(unit_rows(found.tfidf), found.topics, has_copy=has_copy)
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


def _label(
    keywords: NDArray[np.int32], by_centrality: NDArray[np.int64], found: Partition, collection: Collection
) -> str:
    article = _head_of(collection.articles[by_centrality[0]])
    if len(by_centrality) == 1:  # nothing but its own headline says better what one article tells
        return headline(*title_and_text(article))
    medoid = slice(*found.tfidf.indptr[by_centrality[0] : by_centrality[0] + 2])
    companions = companion_pairs(
        collection.words, by_centrality, keywords=keywords, telling=found.tfidf.indices[medoid]
    )
    named = [collection.words.vocabulary[term] for term in keywords]
    return story_label(named, text="\n".join(title_and_text(article)).strip(), companions=companions)


def _head_of(article: Article) -> Article:
    # All of a long text would have to be normalised, for a label out of what it begins with.
    return replace(article, text=article.text[:_LABEL_CHARACTERS])

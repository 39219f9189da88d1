"""Articles to stories, all at once."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from dedupe.models import Article, ArticleId, DuplicateKind, Story, Verdict
from dedupe.near_duplicates.find import verdicts
from dedupe.settings import StoryParams
from dedupe.stories.describe import Collection, describe_stories
from dedupe.stories.occurrences import Occurrences
from dedupe.stories.partition import partition, with_copies
from dedupe.stories.vectors import read_occurrences
from dedupe.text import kernels

_REPRINT_JACCARD = 0.9
_SECONDS_A_DAY = 86_400
_WORTH_LOADING = 2000  # articles, however short: the plain path takes longer over their neighbours than loading does
_UNDATED = datetime.max.replace(tzinfo=UTC)


def cluster_stories(articles: Iterable[Article], params: StoryParams | None = None) -> list[Story]:
    """Stories of the articles: every article in exactly one, and in one of its own if nothing resembles it.

    Stories come in the order of their first article and members in the order given; nothing else depends on that
    order. A copy is in the story of the article it repeats. Of two copies the original is the one published
    earlier (a dated one before an undated one), then the one with the smaller id.

    Raises
    ------
    ValueError
        If two articles have the same id.

    Examples
    --------
    >>> stories = cluster_stories([Article("a", "The bridge is open."), Article("b", "The BRIDGE is open")])
    >>> [[member.article_id for member in story.members] for story in stories]
    [['a', 'b']]
    """
    given = list(articles)
    place = {article.id: at for at, article in enumerate(given)}
    if len(place) < len(given):
        raise ValueError(f"article ids must be distinct, got {_first_repeated(given)!r} twice")
    ordered = sorted(given, key=_own_place)
    judged, words = _judged_and_read(ordered)
    kept = np.array([at for at, article in enumerate(ordered) if not _is_reprint(judged[article.id])], dtype=np.int64)
    rows, words = [ordered[at] for at in kept], words.taken(kept)
    days = np.array([_day(article) for article in rows], dtype=np.float64)
    outlets = [article.source for article in rows]
    found = partition(words, outlets, days, StoryParams() if params is None else params)
    row_of = {article.id: row for row, article in enumerate(rows)}
    original = np.array([row_of[judged[article.id].group] for article in rows], dtype=np.int64)
    stories = describe_stories(with_copies(found, original), _collection(rows, words, judged))
    return _in_order_given(stories, place)


def _judged_and_read(articles: Sequence[Article]) -> tuple[Mapping[ArticleId, Verdict], Occurrences]:
    """Verdict on each article, and the words of all: two readings of the same texts that need nothing of each other."""
    texts = [article.text for article in articles]
    if not kernels.are_used_for(texts) and len(articles) >= _WORTH_LOADING:
        kernels.load()
    with ThreadPoolExecutor(1) as pool:
        judging = pool.submit(verdicts, articles)
        words = read_occurrences(articles)
        return {verdict.article_id: verdict for verdict in judging.result()}, words


def _first_repeated(articles: Sequence[Article]) -> ArticleId:
    counted = Counter(article.id for article in articles)
    return next(article_id for article_id, n_times in counted.items() if n_times > 1)


def _own_place(article: Article) -> tuple[datetime, ArticleId]:
    """Place of an article in an order that is the same whatever order it came in."""
    return _UNDATED if article.published_at is None else article.published_at, article.id


def _day(article: Article) -> float:
    return np.nan if article.published_at is None else article.published_at.timestamp() / _SECONDS_A_DAY


def _is_reprint(verdict: Verdict) -> bool:
    """Whether a copy adds nothing to its original's vector. Looser copies do, and stories are worse without them."""
    return verdict.duplicate_of is not None and (
        verdict.kind is DuplicateKind.EXACT or verdict.jaccard >= _REPRINT_JACCARD
    )


def _collection(rows: Sequence[Article], words: Occurrences, judged: Mapping[ArticleId, Verdict]) -> Collection:
    reprints: defaultdict[ArticleId, list[ArticleId]] = defaultdict(list)
    for verdict in judged.values():
        if _is_reprint(verdict):
            reprints[verdict.group].append(verdict.article_id)
    copies = {verdict.article_id: verdict.group for verdict in judged.values() if verdict.duplicate_of is not None}
    return Collection(rows, words, reprints_of=dict(reprints), original_of=copies)


def _in_order_given(stories: Iterable[Story], place: Mapping[ArticleId, int]) -> list[Story]:
    ordered = [
        replace(story, members=tuple(sorted(story.members, key=lambda member: place[member.article_id])))
        for story in stories
    ]
    return sorted(ordered, key=lambda story: place[story.members[0].article_id])

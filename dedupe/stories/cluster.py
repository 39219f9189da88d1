"""Articles to stories, all at once."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import numpy as np
from numpy.typing import NDArray

from dedupe.models import Article, ArticleId, DuplicateKind, Story, Verdict
from dedupe.near_duplicates.find import verdicts
from dedupe.settings import StoryParams
from dedupe.stories.constraints import NO_CONSTRAINTS, Constraints
from dedupe.stories.describe import Collection, describe_stories
from dedupe.stories.linking import keep, pinned, spread
from dedupe.stories.neighbours import Searcher, search_here
from dedupe.stories.occurrences import Occurrences
from dedupe.stories.partition import Partition, partition, with_copies
from dedupe.stories.rivals import with_rivals
from dedupe.stories.vectors import read_occurrences
from dedupe.text import kernels

_REPRINT_JACCARD = 0.9
_SECONDS_A_DAY = 86_400
_WORTH_LOADING = 2000  # articles, however short: the plain path takes longer over their neighbours than loading does
_UNDATED = datetime.max.replace(tzinfo=UTC)


def cluster_stories(
    articles: Iterable[Article],
    params: StoryParams | None = None,
    constraints: Constraints | None = None,
    *,
    searcher: Searcher = search_here,
) -> list[Story]:
    """Stories of the articles: every article in exactly one, and in one of its own if nothing resembles it.

    Stories come in the order of their first article and members in the order given; nothing else depends on that
    order. A copy is in the story of the article it repeats. Of two copies the original is the one published
    earlier (a dated one before an undated one), then the one with the smaller id.

    ``constraints`` hold, and change as little else as possible: articles that must be linked bring their stories
    together, and those that cannot be part theirs. Constraints on articles that are not there are ignored.

    ``searcher`` searches for neighbours: by default this process does, and others may help it with the same result.

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
    said = NO_CONSTRAINTS if constraints is None else constraints
    kept = _rows(ordered, judged, said)
    rows, words = [ordered[at] for at in kept], words.taken(kept)
    original = _originals(rows, judged)
    split = partial(partition, params=StoryParams() if params is None else params, searcher=searcher)
    found = _partition(rows, words, original, judged, split)
    found = keep(found, said, [article.id for article in rows], original)
    stories = with_rivals(describe_stories(found, _collection(rows, words, judged)), found, _row_of(rows))
    stories = pinned(stories, said)
    return _in_order_given(stories, place)


def _rows(articles: Sequence[Article], judged: Mapping[ArticleId, Verdict], said: Constraints) -> NDArray[np.int64]:
    """Places of the articles that have a row: all but reprints of which nothing is said."""
    named = said.named()
    rows = [at for at, article in enumerate(articles) if article.id in named or not _is_reprint(judged[article.id])]
    return np.array(rows, dtype=np.int64)


def _originals(rows: Sequence[Article], judged: Mapping[ArticleId, Verdict]) -> NDArray[np.int64]:
    """The row that each row repeats, its own where it is no copy."""
    row_of = _row_of(rows)
    return np.array([row_of[judged[article.id].group] for article in rows], dtype=np.int64)


def _row_of(rows: Sequence[Article]) -> dict[ArticleId, int]:
    return {article.id: row for row, article in enumerate(rows)}


def _partition(
    rows: Sequence[Article],
    words: Occurrences,
    original: NDArray[np.int64],
    judged: Mapping[ArticleId, Verdict],
    split: Callable[[Occurrences, Sequence[str | None], NDArray[np.float64]], Partition],
) -> Partition:
    """Partition of the rows, in which those that are reprints have no say."""
    is_reprint = np.array([_is_reprint(judged[article.id]) for article in rows], dtype=np.bool_)
    telling = np.flatnonzero(~is_reprint)
    number = np.cumsum(~is_reprint) - 1
    told = [rows[at] for at in telling.tolist()]
    days = np.array([_day(article) for article in told], dtype=np.float64)
    found = split(words.taken(telling), [article.source for article in told], days)
    found = with_copies(found, number[original[telling]])
    return spread(found, number[np.where(is_reprint, original, np.arange(len(rows)))])


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
    with_row = {article.id for article in rows}
    for verdict in judged.values():
        if _is_reprint(verdict) and verdict.article_id not in with_row:
            reprints[verdict.group].append(verdict.article_id)
    copies = {verdict.article_id: verdict.group for verdict in judged.values() if verdict.duplicate_of is not None}
    return Collection(rows, words, reprints_of=dict(reprints), original_of=copies)


def _in_order_given(stories: Iterable[Story], place: Mapping[ArticleId, int]) -> list[Story]:
    ordered = [
        replace(story, members=tuple(sorted(story.members, key=lambda member: place[member.article_id])))
        for story in stories
    ]
    return sorted(ordered, key=lambda story: place[story.members[0].article_id])

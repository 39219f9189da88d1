"""Every story of the current generation in memory, kept level with the log of changes, to be searched and sorted."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from threading import Lock
from typing import TypeAlias

import orjson

from dedupe.models import StoryId, StoryView
from dedupe.store.lives import Lives
from dedupe.store.partitions import Generation, Partitions

MOST_EVENTS = 5_000  # followed one by one; of more, all stories are read anew
CHUNK = 2_000

SortKey: TypeAlias = "tuple[float, StoryId]"


class StorySort(StrEnum):
    """What stories are sorted by, the largest or latest first."""

    UPDATED = "updated"
    CREATED = "created"
    ARTICLES = "articles"
    SOURCES = "sources"


@dataclass(frozen=True, slots=True)
class StoryQuery:
    """Which stories are asked for, and in which order; what is None does not matter.

    Every word of ``q`` begins a word of the label or of the keywords, in any case. ``published_from`` and
    ``published_to`` bound a time in which an article of the story was published (or, undated, came in).
    """

    q: str | None = None
    source: str | None = None
    lang: str | None = None
    published_from: datetime | None = None
    published_to: datetime | None = None
    updated_since: datetime | None = None
    min_articles: int = 1
    min_sources: int = 0
    sort: StorySort = StorySort.UPDATED


@dataclass(frozen=True, slots=True)
class _Row:
    view: StoryView
    words: str  # a space before each, so that " elect" finds what begins with it


class StoryTable:
    """The stories of one generation; asked for a page, it first reads what has changed."""

    def __init__(self, partitions: Partitions, lives: Lives) -> None:
        self._partitions = partitions
        self._lives = lives
        self._alone = Lock()
        self._generation: Generation | None = None
        self._cursor = "0-0"
        self._rows: dict[StoryId, _Row] = {}
        self._sorted: dict[StorySort, list[_Row]] = {}

    def page(self, query: StoryQuery, *, limit: int, cursor: str | None) -> tuple[list[StoryView], str | None, int]:
        """Stories that answer the query, the cursor of the next page, and how many there are in all.

        Raises ``ValueError`` for a cursor that was not given for this order.
        """
        after = None if cursor is None else _decoded(cursor, query.sort)
        with self._alone:
            self._refresh()
            rows = self._in_order(query.sort)
        key = _KEYS[query.sort]
        found = [row for row in rows if _answers(row, query)]
        following = [row for row in found if after is None or key(row.view) > after]
        views = [row.view for row in following[:limit]]
        is_last = len(following) <= limit
        return views, None if is_last else _encoded(key(views[-1]), query.sort), len(found)

    def _refresh(self) -> None:
        generation = self._partitions.current()
        if generation != self._generation:
            self._read_all()
            return
        events = self._lives.events(self._cursor, limit=MOST_EVENTS)
        first = None if events else self._cursor
        if len(events) == MOST_EVENTS or (first is None and self._has_missed()):
            self._read_all()
        elif events:
            self._read(generation, list(dict.fromkeys(event.story_id for event in events)))
            self._cursor = events[-1].cursor

    def _has_missed(self) -> bool:
        """Whether changes are not told any more that this table has not heard of."""
        oldest = self._lives.first_cursor()
        return self._cursor != "0-0" and oldest is not None and _place(oldest) > _place(self._cursor)

    def _read_all(self) -> None:
        while True:
            generation, cursor = self._partitions.current(), self._lives.last_cursor()
            ids = self._partitions.story_ids(generation)
            self._rows.clear()
            for start in range(0, len(ids), CHUNK):
                self._read(generation, ids[start : start + CHUNK])
            self._sorted.clear()
            if self._partitions.current() == generation:
                self._generation, self._cursor = generation, cursor
                return

    def _read(self, generation: Generation, ids: Sequence[StoryId]) -> None:
        for story_id in ids:
            self._rows.pop(story_id, None)
        for view in self._partitions.stories(generation, ids):
            self._rows[view.story.id] = _Row(view, _words(view))
        self._sorted.clear()

    def _in_order(self, sort: StorySort) -> list[_Row]:
        if sort not in self._sorted:
            self._sorted[sort] = sorted(self._rows.values(), key=lambda row: _KEYS[sort](row.view))
        return self._sorted[sort]


_KEYS: dict[StorySort, Callable[[StoryView], SortKey]] = {
    StorySort.UPDATED: lambda view: (-view.updated_at.timestamp(), view.story.id),
    StorySort.CREATED: lambda view: (-view.created_at.timestamp(), view.story.id),
    StorySort.ARTICLES: lambda view: (-len(view.story.members), view.story.id),
    StorySort.SOURCES: lambda view: (-len(view.sources), view.story.id),
}


def _words(view: StoryView) -> str:
    return " " + " ".join([view.story.label, *view.story.keywords]).casefold().replace("\n", " ")


def _answers(row: _Row, query: StoryQuery) -> bool:
    view = row.view
    return (
        len(view.story.members) >= query.min_articles
        and len(view.sources) >= query.min_sources
        and (query.updated_since is None or view.updated_at >= query.updated_since)
        and (query.source is None or query.source in view.sources)
        and (query.lang is None or query.lang in view.langs)
        and (query.published_to is None or _first(view) <= query.published_to)
        and (query.published_from is None or _last(view) >= query.published_from)
        and (query.q is None or _holds(row.words, query.q.casefold().split()))
    )


def _first(view: StoryView) -> datetime:
    return view.created_at if view.first_published_at is None else view.first_published_at


def _last(view: StoryView) -> datetime:
    return view.updated_at if view.last_published_at is None else view.last_published_at


def _holds(words: str, asked: Iterable[str]) -> bool:
    return all(f" {word}" in words for word in asked)


def _place(cursor: str) -> tuple[int, int]:
    time, _, number = cursor.partition("-")
    return int(time), int(number)


def _encoded(key: SortKey, sort: StorySort) -> str:
    return urlsafe_b64encode(orjson.dumps([sort, *key])).decode().rstrip("=")


def _decoded(cursor: str, sort: StorySort) -> SortKey:
    try:
        given, value, story_id = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError):
        given = None
    if given != sort or not isinstance(value, int | float) or not isinstance(story_id, str):
        raise ValueError(f"not a cursor of this service for stories sorted by {sort}: {cursor!r}")
    return float(value), StoryId(story_id)

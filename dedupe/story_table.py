"""Every story of the current generation in memory, kept level with the log of changes, to be searched and sorted."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from threading import Lock
from typing import TypeAlias

import orjson

from dedupe.models import StoryId, StoryView
from dedupe.store.lives import Lives
from dedupe.store.partitions import Generation, Partitions
from dedupe.story_query import StoryQuery, StorySort

CHUNK = 2_000

SortKey: TypeAlias = "tuple[float, StoryId]"


@dataclass(frozen=True, slots=True)
class _Row:
    view: StoryView
    words: str  # a space before each, so that " elect" finds what begins with it


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The labels of a story's related stories, and of those that its articles could nearly be in."""

    related: Mapping[StoryId, str]
    rivals: Mapping[StoryId, str]


# The key is there once, so that two rows are never compared.
_Order: TypeAlias = "list[tuple[float, StoryId, _Row]]"
_Sieve: TypeAlias = "Callable[[_Order], _Order]"


class StoryTable:
    """The stories of one generation; asked for a page, it first reads what has changed."""

    def __init__(self, partitions: Partitions, lives: Lives) -> None:
        self._partitions = partitions
        self._lives = lives
        self._alone = Lock()
        self._generation: Generation | None = None
        self._cursor = "0-0"
        self._rows: dict[StoryId, _Row] = {}
        self._sorted: dict[StorySort, _Order] = {}

    def page(self, query: StoryQuery, *, limit: int, cursor: str | None) -> tuple[list[StoryView], str | None, int]:
        """Stories that answer the query, the cursor of the next page, and how many there are in all.

        Raises ``ValueError`` for a cursor that was not given for this order.
        """
        sort = StorySort(query.sort)
        after = None if cursor is None else _decoded(cursor, sort)
        with self._alone:
            self._refresh()
            order = self._in_order(sort)
        for sieve in _sieves(query):
            order = sieve(order)
        start = 0 if after is None else bisect_right(order, after, key=lambda place: place[:2])
        found = order[start : start + limit]
        is_last = start + limit >= len(order)
        return [row.view for _, _, row in found], None if is_last else _encoded(found[-1][:2], sort), len(order)

    def surroundings(self, view: StoryView, of_topic: Iterable[StoryId]) -> Surroundings:
        """The labels of the stories around one, as far as this table has them; it does not look for changes."""
        rivals = (member.rival for member in view.story.members if member.rival is not None)
        related = (story_id for story_id in of_topic if story_id != view.story.id)
        return Surroundings(related=self._labels(related), rivals=self._labels(rivals))

    def _labels(self, ids: Iterable[StoryId]) -> dict[StoryId, str]:
        rows = self._rows
        return {story_id: rows[story_id].view.story.label for story_id in ids if story_id in rows}

    def _refresh(self) -> None:
        generation = self._partitions.current()
        news = None if generation != self._generation or self._has_missed() else self._news()
        if news is None:
            self._read_all()
            return
        changed, cursor = news
        if changed:
            self._read(generation, changed)
        self._cursor = cursor

    def _has_missed(self) -> bool:
        """Whether changes this table has not heard of may not be told any more: the last it heard of is not."""
        oldest = self._lives.first_cursor()
        return self._cursor != "0-0" if oldest is None else _place(oldest) > _place(self._cursor)

    def _news(self) -> tuple[list[StoryId], str] | None:
        """The stories that changed since, and up to which cursor; None where to read all of them is quicker."""
        cursor, changed = self._cursor, dict[StoryId, None]()
        while events := self._lives.events(cursor, limit=CHUNK):
            cursor = events[-1].cursor
            changed.update((event.story_id, None) for event in events)
            if len(events) < CHUNK:
                break
            if len(changed) > len(self._rows) // 2:
                return None
        return list(changed), cursor

    def _read_all(self) -> None:
        self._generation = None  # what is read by half when the store goes away is read anew
        while True:
            generation, cursor = self._partitions.current(), self._lives.last_cursor()
            ids = self._partitions.story_ids(generation)
            self._rows, self._sorted = {}, {}
            for start in range(0, len(ids), CHUNK):
                self._read(generation, ids[start : start + CHUNK])
            if self._partitions.current() == generation:
                self._generation, self._cursor = generation, cursor
                return

    def _read(self, generation: Generation, ids: Sequence[StoryId]) -> None:
        rows = {view.story.id: _Row(view, _words(view)) for view in self._partitions.stories(generation, ids)}
        changed = frozenset(ids)
        for story_id in changed - rows.keys():
            self._rows.pop(story_id, None)
        self._rows.update(rows)
        for sort, order in self._sorted.items():
            # Two runs that are in order already, which is what a sort is quickest with; readers keep the old list.
            kept = [place for place in order if place[1] not in changed]
            self._sorted[sort] = sorted(_places(rows, sort) + kept)

    def _in_order(self, sort: StorySort) -> _Order:
        if sort not in self._sorted:
            self._sorted[sort] = sorted(_places(self._rows, sort))
        return self._sorted[sort]


def _places(rows: Mapping[StoryId, _Row], sort: StorySort) -> _Order:
    key = _KEYS[sort]
    return [(key(row.view), story_id, row) for story_id, row in rows.items()]


_KEYS: dict[StorySort, Callable[[StoryView], float]] = {
    StorySort.UPDATED: lambda view: -view.updated_at.timestamp(),
    StorySort.CREATED: lambda view: -view.created_at.timestamp(),
    StorySort.ARTICLES: lambda view: -len(view.story.members),
    StorySort.SOURCES: lambda view: -len(view.sources),
}


def _words(view: StoryView) -> str:
    return " " + " ".join([view.story.label, *view.story.keywords]).casefold().replace("\n", " ")


def _sieves(query: StoryQuery) -> Iterator[_Sieve]:
    """What the rows go through, only of what is asked: each is one pass, and a call for each row would double it."""
    if query.min_articles > 1:
        yield lambda order: [place for place in order if len(place[2].view.story.members) >= query.min_articles]
    if query.min_sources > 0:
        yield lambda order: [place for place in order if len(place[2].view.sources) >= query.min_sources]
    if query.source is not None:
        yield lambda order: [place for place in order if query.source in place[2].view.sources]
    if query.lang is not None:
        yield lambda order: [place for place in order if query.lang in place[2].view.langs]
    yield from _sieves_of_times(query)
    for word in () if query.q is None else query.q.casefold().split():
        yield partial(_with_word, begin=f" {word}")


def _sieves_of_times(query: StoryQuery) -> Iterator[_Sieve]:
    since, start, end = query.updated_since, query.published_from, query.published_to
    if since is not None:
        yield lambda order: [place for place in order if place[2].view.updated_at >= since]
    if end is not None:
        yield lambda order: [place for place in order if _first(place[2].view) <= end]
    if start is not None:
        yield lambda order: [place for place in order if _last(place[2].view) >= start]


def _with_word(order: _Order, begin: str) -> _Order:
    return [place for place in order if begin in place[2].words]


def _first(view: StoryView) -> datetime:
    return view.created_at if view.first_published_at is None else view.first_published_at


def _last(view: StoryView) -> datetime:
    return view.updated_at if view.last_published_at is None else view.last_published_at


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

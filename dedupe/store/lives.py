"""What happened to stories: the ordered log of changes, their histories, and what became of those that ended."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from redis import Redis

from dedupe.changes import Event, Fate, HistoryEntry
from dedupe.models import ArticleId, StoryId
from dedupe.store.failures import store_failures
from dedupe.store.keys import Keys
from dedupe.store.telling import decode_event, decode_fate, decode_history


class Lives:
    """The lives of a corpus's stories, as the scripts that change stories have written them down."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis: Any = redis  # its types allow for text answers, which are never asked for
        self._keys = keys

    def events(self, after: str, *, limit: int) -> list[Event]:
        """Up to ``limit`` events that follow a cursor, in order; the first ones follow ``0-0``."""
        with store_failures():
            found = self._redis.xrange(self._keys.events, min=f"({after}", count=limit)
        return [decode_event(cursor.decode(), fields[b"event"]) for cursor, fields in found]

    def last_cursor(self) -> str:
        """The cursor of the newest event, ``0-0`` where there is none."""
        with store_failures():
            found = self._redis.xrevrange(self._keys.events, count=1)
        return str(found[0][0].decode()) if found else "0-0"

    def first_cursor(self) -> str | None:
        """The cursor of the oldest event that is still told, None where there is none."""
        with store_failures():
            found = self._redis.xrange(self._keys.events, count=1)
        return str(found[0][0].decode()) if found else None

    def histories(self, story_ids: Sequence[StoryId]) -> dict[StoryId, tuple[HistoryEntry, ...]]:
        """What happened to each story, oldest first; nothing of an unknown one."""
        if not story_ids:
            return {}
        with store_failures():
            found = self._redis.hmget(self._keys.histories, list(story_ids))
        return {i: decode_history(data) for i, data in zip(story_ids, found, strict=True) if data is not None}

    def has_left(self, article_id: ArticleId) -> bool:
        """Whether an article is not in the log (any more): it will have no story again."""
        with store_failures():
            return not self._redis.hexists(self._keys.numbers, article_id)

    def fate(self, story_id: StoryId) -> Fate | tuple[ArticleId, datetime] | None:
        """What became of a story that ended, None of any other.

        Of one that a recluster overtook it is the article whose story it leads to, and when that was.
        """
        with store_failures():
            data = self._redis.hget(self._keys.fates, story_id)
        return None if data is None else decode_fate(data)

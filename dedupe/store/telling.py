"""Changes of stories as JSON: events, lines of a history, fates; and back."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson

from dedupe.changes import Event, EventType, Fate, FateKind, HistoryEntry, StoryChange, Told
from dedupe.models import ArticleId, Facts, Json, StoryId
from dedupe.store.codec import time_of

_OWN = ("type", "story_id", "article_id")


def encode_event(
    event: EventType, story_id: StoryId, article_id: ArticleId | None = None, details: Mapping[str, Json] | None = None
) -> bytes:
    """An event as JSON; its time and its place are those of its entry in the stream."""
    row: dict[str, object] = {"type": event, "story_id": story_id}
    if article_id is not None:
        row["article_id"] = article_id
    return orjson.dumps({**row, **(details or {})})


def decode_event(cursor: str, data: bytes) -> Event:
    """The event of an entry of the stream."""
    row = orjson.loads(data)
    details = {name: value for name, value in row.items() if name not in _OWN}
    at = time_of(cursor.partition("-")[0])
    return Event(cursor, at, EventType(row["type"]), StoryId(row["story_id"]), row.get("article_id"), details)


def assigned_event(article_id: ArticleId, story_id: StoryId, facts: Facts, *, settled: bool) -> bytes:
    """The event that tells of an article's place."""
    details: dict[str, Json] = {"settled": settled, "duplicate_of": facts.duplicate_of}
    return encode_event(EventType.ARTICLE_ASSIGNED, story_id, article_id, details)


def encode_entry(entry: HistoryEntry) -> str:
    """A line of a history, without what it does not say."""
    row: dict[str, Any] = {name: value for name, value in asdict(entry).items() if value not in (None, ())}
    row["at"] = int(entry.at.timestamp() * 1000)
    return orjson.dumps(row).decode()


def decode_history(data: bytes | None) -> tuple[HistoryEntry, ...]:
    """The lines of a history, oldest first."""
    return () if data is None else tuple(_entry(orjson.loads(line)) for line in data.split(b"\n"))


def _entry(row: dict[str, Any]) -> HistoryEntry:
    return HistoryEntry(
        at=time_of(row["at"]),
        change=StoryChange(row["change"]),
        stories=tuple(row.get("stories", ())),
        article_id=row.get("article_id"),
        n_articles=row.get("n_articles"),
        before=row.get("before"),
        after=row.get("after"),
    )


def encode_fate(fate: Fate) -> str:
    """What became of a story, as JSON."""
    at = int(fate.at.timestamp() * 1000)
    return orjson.dumps({"kind": fate.kind, "into": fate.into, "at": at, "label": fate.label}).decode()


def encode_told(told: Told) -> bytes:
    """What a generation will tell, as JSON whose parts are the JSON to be written down."""
    row: dict[str, object] = {"story_id": told.story_id}
    if told.entry is not None:
        row["entry"] = encode_entry(told.entry)
    if told.event is not None:
        row["event"] = encode_event(told.event, told.story_id, told.article_id, told.details).decode()
    if told.fate is not None:
        row["fate"] = encode_fate(told.fate)
    return orjson.dumps(row)


def decode_fate(data: bytes) -> Fate | tuple[ArticleId, datetime]:
    """What became of a story; of one that a recluster overtook, the article whose story it leads to, and when."""
    row = orjson.loads(data)
    if row["kind"] == "follows":
        return ArticleId(row["article_id"]), time_of(row["at"])
    return Fate(
        FateKind(row["kind"]), tuple(map(StoryId, row.get("into", ()))), time_of(row["at"]), row.get("label", "")
    )

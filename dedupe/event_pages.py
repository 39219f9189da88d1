"""Pages of the log of changes, their cursors, and events as the JSON that every face shows."""

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias, cast

from dedupe.changes import Event, EventType
from dedupe.files.articles import format_time
from dedupe.models import ArticleId, Json, StoryId

EVERY_TYPE: Set[EventType] = frozenset(EventType)
OLDEST = "0-0"  # what every event follows
_OWN = ("cursor", "at", "type", "story", "article")
# Fifteen digits are whole numbers in Lua too, whose numbers are doubles.
_CURSOR = re.compile(r"([0-9]{1,15})(?:-([0-9]{1,15}))?")

Place: TypeAlias = tuple[int, int]
"""Where a cursor stands in the order of all events: the time (ms), and a number."""


@dataclass(frozen=True, slots=True)
class EventPage:
    """Some events in order; the next page begins after ``next_cursor``, and has some at once where there is ``more``.

    ``missed``: events between the cursor asked for and the first of these may have been forgotten in the meantime.
    """

    events: tuple[Event, ...]
    next_cursor: str
    more: bool
    missed: bool


def place_of(cursor: str) -> Place:
    """Place that a cursor stands for, or a time (ms) alone; ``ValueError`` where it is none."""
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise ValueError(f"not a cursor of this service: {cursor!r}")
    return int(found[1]), int(found[2] or 0)


def cursor_at(place: Place) -> str:
    """Cursor that stands for a place."""
    return f"{place[0]}-{place[1]}"


def event_types(text: str | None) -> Set[EventType]:
    """Types named in a list with commas, all of them without one; ``ValueError`` names what is none."""
    if text is None:
        return EVERY_TYPE
    known = {event.value: event for event in EventType}
    names = [name.strip() for name in text.split(",")]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"no type of event: {unknown[0]!r}; there are {', '.join(known)}")
    return frozenset(known[name] for name in names)


def row_of(event: Event) -> dict[str, Json]:
    """Event as a row: its own members first, then what its type tells."""
    own: dict[str, Json] = {
        "cursor": event.cursor,
        "at": format_time(event.at),
        "type": event.type.value,
        "story": event.story_id,
        "article": event.article_id,
    }
    return own | {name: value for name, value in event.details.items() if name not in own}


def event_of(row: Mapping[str, Json]) -> Event:
    """Event that a row tells of."""
    own: Any = row
    article = own["article"]
    return Event(
        cursor=own["cursor"],
        at=datetime.fromisoformat(own["at"]),
        type=EventType(own["type"]),
        story_id=StoryId(own["story"]),
        article_id=None if article is None else ArticleId(article),
        details={name: value for name, value in row.items() if name not in _OWN},
    )


def page_of(row: Mapping[str, Json]) -> EventPage:
    """Page that an answer holds."""
    events = cast("list[Mapping[str, Json]]", row["events"])
    return EventPage(
        events=tuple(map(event_of, events)),
        next_cursor=str(row["next_cursor"]),
        more=bool(row["more"]),
        missed=bool(row["missed"]),
    )

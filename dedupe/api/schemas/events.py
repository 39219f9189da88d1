"""Events: what is asked for, and pages of them."""

from pydantic import BaseModel, ConfigDict, Field

from dedupe.api.schemas.fields import Time
from dedupe.api.schemas.inputs import MAX_WAIT_SECONDS
from dedupe.changes import Event, EventType
from dedupe.event_pages import EventPage, row_of

MAX_EVENTS = 1_000


class EventsParameters(BaseModel):
    """The query of a page or a stream of events."""

    model_config = ConfigDict(extra="forbid")

    since: str | None = Field(None, max_length=40, description="a cursor, or now; left out: the oldest that is kept")
    types: str | None = Field(None, max_length=200, description="types of events with commas; left out: all")
    limit: int = Field(100, ge=1, le=MAX_EVENTS, description="of a page")
    wait: float = Field(0, ge=0, le=MAX_WAIT_SECONDS, allow_inf_nan=False, description="seconds, while a page is empty")


class EventOut(BaseModel):
    """One change, and further members by its type: into, label, n_articles, parents, settled, duplicate_of."""

    model_config = ConfigDict(extra="allow")

    cursor: str
    at: Time
    type: EventType
    story: str
    article: str | None

    @classmethod
    def from_event(cls, event: Event) -> "EventOut":
        """Shape of an event."""
        return cls.model_validate(row_of(event))


class EventsOut(BaseModel):
    """Events in order. The next page begins after ``next_cursor``, which is there also where nothing follows yet."""

    events: list[EventOut]
    next_cursor: str
    more: bool = Field(description="there is a next page already")
    missed: bool = Field(description="events after since may have been forgotten: it is older than what is kept")

    @classmethod
    def from_page(cls, page: EventPage) -> "EventsOut":
        """Shape of a page."""
        events = [EventOut.from_event(event) for event in page.events]
        return cls(events=events, next_cursor=page.next_cursor, more=page.more, missed=page.missed)

"""The endpoint that tells what changes: a page from a cursor, or a stream."""

import asyncio
from collections.abc import Set
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from dedupe.api.described import problems
from dedupe.api.feed import Feed
from dedupe.api.inside import ServiceOf, SettingsOf
from dedupe.api.problems import RETRY_SECONDS, Kind, Problem, ProblemError, invalid
from dedupe.api.schemas.events import EventsOut, EventsParameters
from dedupe.api.streams import EventStream
from dedupe.changes import EventType
from dedupe.event_pages import OLDEST, EventPage, event_types, place_of
from dedupe.events import Events
from dedupe.models import Json

router = APIRouter(tags=["events"])

NOW = "now"
_STREAM = "text/event-stream"
_SCHEMA = {"type": "string", "description": "id: the cursor, event: the type, data: the event as in a page"}


@router.get(
    "/events",
    response_model=EventsOut,
    responses=problems(Kind.INVALID, Kind.TOO_MANY_STREAMS) | {200: {"content": {_STREAM: {"schema": _SCHEMA}}}},
)
async def read_events(
    request: Request, query: Annotated[EventsParameters, Query()], service: ServiceOf, settings: SettingsOf
) -> Response:
    """Read what has changed since a cursor, oldest first; ``wait`` seconds pass at most while there is nothing.

    With ``Accept: text/event-stream`` it is a stream that goes on, and begins anew after Last-Event-ID. A page says
    where events were ``missed``, a stream with an event of that name.
    """
    feed: Feed = request.app.state.feed
    types = _types(query)
    if _wants_stream(request):
        after = await _stream_start(request, query, service.events)
        missed = after is not None and await run_in_threadpool(service.events.may_have_missed, after)
        _require_room(feed, limit=settings.max_streams)
        return EventStream(feed, place_of(after or OLDEST), types, missed=missed)
    since = await _cursor("since", query.since, service.events)
    page = await _page(request, feed, service.events, since, query=query, types=types)
    return Response(EventsOut.from_page(page).model_dump_json(), media_type="application/json")


def _types(query: EventsParameters) -> Set[EventType]:
    try:
        return event_types(query.types)
    except ValueError as error:
        raise ProblemError(invalid("types", str(error))) from None


def _wants_stream(request: Request) -> bool:
    accepted = request.headers.get("accept", "").lower().split(",")
    return any(media_type.partition(";")[0].strip() == _STREAM for media_type in accepted)


async def _stream_start(request: Request, query: EventsParameters, events: Events) -> str | None:
    for name in ("limit", "wait"):
        if name in query.model_fields_set:
            raise ProblemError(invalid(name, "is for pages: a stream has no end, and waits"))
    last = request.headers.get("last-event-id")
    return await (_cursor("Last-Event-ID", last, events) if last else _cursor("since", query.since, events))


async def _cursor(name: str, given: str | None, events: Events) -> str | None:
    if given == NOW:
        return await run_in_threadpool(events.tail)
    try:
        place_of(OLDEST if given is None else given)
    except ValueError as error:
        raise ProblemError(invalid(name, str(error))) from None
    return given


def _require_room(feed: Feed, *, limit: int) -> None:
    if feed.n_streams >= limit:
        facts: dict[str, Json] = {"limit": limit, "limit_name": "max_streams"}
        detail = f"{limit} streams of events are open, which is the most (max_streams)"
        raise ProblemError(Problem(Kind.TOO_MANY_STREAMS, detail, facts, {"Retry-After": str(RETRY_SECONDS)}))


async def _page(
    request: Request, feed: Feed, events: Events, since: str | None, *, query: EventsParameters, types: Set[EventType]
) -> EventPage:
    loop = asyncio.get_running_loop()
    deadline, missed = loop.time() + query.wait, False
    while True:
        page = await run_in_threadpool(events.page, since, limit=query.limit, types=types)
        missed, since = missed or page.missed, page.next_cursor
        left = deadline - loop.time()
        if page.events or left <= 0 or feed.closing or await request.is_disconnected():
            return replace(page, missed=missed)
        if not page.more:
            await feed.wait(place_of(since), seconds=left)

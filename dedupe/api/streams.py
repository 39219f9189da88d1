"""Events as a stream of server-sent events, which ends when the process does."""

import asyncio
from collections.abc import AsyncIterator, Set

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from dedupe.api.feed import Feed
from dedupe.changes import EventType
from dedupe.errors import StoreUnavailable
from dedupe.event_pages import Place

HEARTBEAT_SECONDS = 15.0
RETRY_MS = 2_000  # after which a browser connects again
_STORE_PAUSE_SECONDS = 1.0
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # a proxy that buffers would deliver late


class EventStream(StreamingResponse):
    """The events of these types that follow a place, as they are told; ``missed`` is said first where it is so."""

    def __init__(
        self, feed: Feed, after: Place, types: Set[EventType], *, missed: bool, heartbeat: float = HEARTBEAT_SECONDS
    ) -> None:
        content = _told(feed, after, types, missed=missed, heartbeat=heartbeat)
        super().__init__(content, media_type="text/event-stream", headers=_HEADERS)
        self._feed = feed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream, and have the feed read for it meanwhile."""
        with self._feed.streaming():
            await super().__call__(scope, receive, send)


async def _told(
    feed: Feed, after: Place, types: Set[EventType], *, missed: bool, heartbeat: float
) -> AsyncIterator[bytes]:
    yield f"retry: {RETRY_MS}\n\n".encode() + (b"event: missed\ndata: {}\n\n" if missed else b"")
    loop = asyncio.get_running_loop()
    beat_at = loop.time() + heartbeat
    while not feed.closing:
        if loop.time() >= beat_at:
            yield b":\n\n"
            beat_at = loop.time() + heartbeat
        try:
            frames = await feed.frames(after)
        except StoreUnavailable:
            await asyncio.sleep(_STORE_PAUSE_SECONDS)
            continue
        data = b"".join(frame.data for frame in frames if frame.type in types)
        if data:
            yield data
            beat_at = loop.time() + heartbeat
        if frames:
            after = frames[-1].place
        else:
            await feed.wait(after, seconds=max(0.0, beat_at - loop.time()))

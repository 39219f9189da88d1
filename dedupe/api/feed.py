"""What those who wait for events are woken by: one reader of the store for all of them in this process."""

import asyncio
import logging
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import orjson

from dedupe.changes import Event, EventType
from dedupe.errors import StoreUnavailable
from dedupe.event_pages import Place, cursor_at, place_of, row_of
from dedupe.events import Events

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.2
TROUBLED_SECONDS = 10.0  # until the next try after what should not happen
KEPT_FRAMES = 2_000  # of the newest, for those who are nearly level
READ_EVENTS = 500


@dataclass(frozen=True, slots=True)
class Frame:
    """An event as a stream sends it."""

    place: Place
    type: EventType
    data: bytes


def frame_of(event: Event) -> Frame:
    """Frame of an event: its cursor, its type, and its row."""
    data = f"id: {event.cursor}\nevent: {event.type.value}\ndata: ".encode() + orjson.dumps(row_of(event)) + b"\n\n"
    return Frame(place_of(event.cursor), event.type, data)


class Feed:
    """The newest events, read once for all who listen; nobody reads while nobody listens."""

    def __init__(self, events: Events, *, kept: int = KEPT_FRAMES) -> None:
        self._events = events
        self._kept_frames = kept
        self._newest: Place | None = None
        self._floor: Place = (0, 0)  # what follows it is in ``_frames``, up to the newest
        self._frames: deque[Frame] = deque()
        self._moved = asyncio.Event()
        self._reader: asyncio.Task[None] | None = None
        self.n_listening = 0
        self.n_streams = 0
        self.closing = False

    @property
    def is_reading(self) -> bool:
        """Whether the store is read."""
        return self._reader is not None

    def close(self) -> None:
        """Wake everyone for the last time."""
        self.closing = True
        self._wake()

    def _wake(self) -> None:
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Have the store read while the block lasts."""
        self.n_listening += 1
        if self._reader is None:
            self._newest = None
            self._reader = asyncio.create_task(self._read_on(), name="events")
        try:
            yield
        finally:
            self.n_listening -= 1
            if not self.n_listening and self._reader is not None:
                self._reader.cancel()
                self._reader = None

    @contextmanager
    def streaming(self) -> Iterator[None]:
        """Listen, and be counted, while the block lasts."""
        self.n_streams += 1
        try:
            with self.listening():
                yield
        finally:
            self.n_streams -= 1

    async def wait(self, after: Place, *, seconds: float) -> None:
        """Return when there is an event after a place, when the seconds are over, or when the process ends."""
        with self.listening(), suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self.closing and (self._newest is None or self._newest <= after):
                    await self._moved.wait()

    async def frames(self, after: Place) -> list[Frame]:
        """Some of the events that follow a place, in order; for one who listens."""
        if self._newest is not None and after >= self._floor:
            return self._kept(after)
        events = await asyncio.to_thread(self._events.after, cursor_at(after), limit=READ_EVENTS)
        return [frame_of(event) for event in events]

    def _kept(self, after: Place) -> list[Frame]:
        found: list[Frame] = []
        for frame in reversed(self._frames):
            if frame.place <= after:
                break
            found.append(frame)
        return found[::-1]

    async def _read_on(self) -> None:
        while True:
            pause = POLL_SECONDS
            try:
                await self._advance()
            except StoreUnavailable as error:
                logger.warning("events wait for the store reason=%s", error.reason)
            except Exception:
                # Whatever it is, those who listen now must not wait in vain for ever.
                logger.exception("events cannot be read")
                pause = TROUBLED_SECONDS
            await asyncio.sleep(pause)

    async def _advance(self) -> None:
        if self._newest is None:
            self._newest = self._floor = place_of(await asyncio.to_thread(self._events.newest))
            self._frames.clear()
            self._wake()
        while events := await asyncio.to_thread(self._events.after, cursor_at(self._newest), limit=READ_EVENTS):
            self._frames.extend(map(frame_of, events))
            self._newest = self._frames[-1].place
            while len(self._frames) > self._kept_frames:
                self._floor = self._frames.popleft().place
            self._wake()

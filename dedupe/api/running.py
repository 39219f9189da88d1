"""What an API process does besides answering: it reads the stories, delivers webhooks, and ends its streams."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from types import FrameType
from typing import TypeAlias

from fastapi import FastAPI

from dedupe.api.feed import Feed
from dedupe.errors import StoreUnavailable
from dedupe.service import Service
from dedupe.wiring import build_courier

Handler: TypeAlias = Callable[[int, FrameType | None], None]


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[None]:
    """Deliver webhooks while the app is served; what is under way at the end is handed back."""
    courier = asyncio.create_task(_deliver(app), name="courier")
    reader = asyncio.create_task(asyncio.to_thread(_read_stories, app.state.service), name="stories")
    with _ending_streams(app.state.feed):
        yield
    courier.cancel()
    with suppress(asyncio.CancelledError):
        await courier
    await reader


def _read_stories(service: Service) -> None:
    """Have the stories in memory before somebody asks for them: of a large window that takes seconds."""
    with suppress(StoreUnavailable):  # who asks will be told
        service.stories(limit=1)


async def _deliver(app: FastAPI) -> None:
    # In a thread, because what it needs takes a while to load, and nobody who asks should wait for it.
    courier = await asyncio.to_thread(build_courier, app.state.service, app.state.settings)
    await courier.run()


@contextmanager
def _ending_streams(feed: Feed) -> Iterator[None]:
    """End the streams as soon as the process is told to stop: the server waits for them before it tells the app."""
    loop = asyncio.get_running_loop()
    replaced = {}
    for number in (signal.SIGINT, signal.SIGTERM):
        before = signal.getsignal(number)
        if not callable(before):
            continue

        with suppress(ValueError):  # in another thread than the main one there are no signals
            signal.signal(number, _both(lambda: loop.call_soon_threadsafe(feed.close), before))
            replaced[number] = before
    try:
        yield
    finally:
        for number, before in replaced.items():
            signal.signal(number, before)


def _both(first: Callable[[], object], second: Callable[[int, FrameType | None], object]) -> Handler:
    def handle(number: int, frame: FrameType | None) -> None:
        first()
        second(number, frame)

    return handle

"""The HTTP service on a real port, over a real store; the test says when workers work."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import uvicorn
from fastapi import FastAPI
from redis import Redis

from dedupe.api.app import create_app
from dedupe.changes import Fate, FateKind
from dedupe.environment import Settings
from dedupe.models import JobId, StoryId
from dedupe.service import Service
from dedupe.store.blocks import RoundId
from dedupe.store.keys import Shard
from dedupe.store.telling import encode_fate
from dedupe.wiring import assemble


@dataclass
class Bell:
    """A doorbell that has the work done at once, where it is told to; otherwise nobody hears it."""

    works: bool = False
    service: Service | None = field(default=None, repr=False)

    def drain(self, shard: Shard) -> None:
        if self.works:
            self.service.drain(shard)

    def recluster(self, job_id: JobId) -> None:
        if self.works:
            self.service.recluster(job_id)

    def help(self, round_id: RoundId) -> None:
        if self.works:
            self.service.help(round_id)


@dataclass
class Site:
    """A service that is served: ``url`` answers for ``service``."""

    url: str
    service: Service
    bell: Bell
    app: FastAPI = field(repr=False)


def merge(redis: Redis, site: Site, story_id: str, survivor: str) -> None:
    """Leave behind what a recluster does that merges a story into another."""
    fate = Fate(FateKind.MERGED, (StoryId(survivor),), datetime.now(UTC), "its last label")
    redis.hset(site.service._keys.fates, story_id, encode_fate(fate))


def expire(redis: Redis, site: Site, story_id: str) -> None:
    """Leave behind what trimming does that ends a story."""
    redis.hset(site.service._keys.fates, story_id, encode_fate(Fate(FateKind.EXPIRED, (), datetime.now(UTC), "label")))


def split(redis: Redis, site: Site, story_id: str, *children: str) -> None:
    """Leave behind what a recluster does that splits a story."""
    fate = Fate(FateKind.SPLIT, tuple(map(StoryId, children)), datetime.now(UTC), "its last label")
    redis.hset(site.service._keys.fates, story_id, encode_fate(fate))


def make_site_app(redis: Redis, bell: Bell, settings: Settings) -> FastAPI:
    bell.service = assemble(settings, redis, bell)
    return create_app(bell.service, settings)


@contextmanager
def served(app: Callable[..., object]) -> Iterator[str]:
    """Address at which the app is served for as long as the block."""
    # Named TCP, because asyncio otherwise does not know it is and leaves 40 ms between head and body.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started:
                thread.join(0.005)
                assert thread.is_alive()
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@dataclass
class Stage:
    """One port for all tests, before which each test puts its own app."""

    app: FastAPI | None = None

    async def __call__(self, scope, receive, send) -> None:
        await (self.app or FastAPI())(scope, receive, send)

import asyncio
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import takewhile

import httpx
import orjson
import pytest
from fastapi import FastAPI

from dedupe.api.feed import Feed
from dedupe.api.streams import EventStream
from dedupe.event_pages import EVERY_TYPE, Place
from dedupe.events import Events
from dedupe.local.ports import listen
from dedupe.store.keys import TOLD_MS
from dedupe.store.lives import Lives
from tests.serving import served
from tests.telling import KEYS, add, tell

pytest_plugins = ["tests.serving_fixtures"]

STREAM = {"Accept": "text/event-stream"}


def page(http, **params):
    return http.get("/v1/events", params=params).raise_for_status().json()


@contextmanager
def streamed(http, headers=None, **params):
    with http.stream("GET", "/v1/events", params=params, headers={**STREAM, **(headers or {})}, timeout=20) as answer:
        assert answer.status_code == 200, answer.read()
        yield answer, messages(answer.iter_lines())


def messages(lines):
    """The blocks of a stream, as fields; a comment is one without a name."""
    while block := list(takewhile(bool, lines)):
        yield dict(line.partition(": ")[::2] if line[0] != ":" else ("", line) for line in block)


def events_of(told, count):
    found = [next(message for message in told if "data" in message) for _ in range(count)]
    assert [message["id"] for message in found] == [orjson.loads(message["data"])["cursor"] for message in found]
    assert [message["event"] for message in found] == [orjson.loads(message["data"])["type"] for message in found]
    return [orjson.loads(message["data"]) for message in found]


def test_a_stream_tells_what_a_page_tells_and_then_what_happens(http, site):
    add(site, "whale")
    add(site, "harbour")
    told = page(http)["events"]
    with streamed(http) as (answer, stream):
        first = events_of(stream, len(told))
        add(site, "ferry")
        then = events_of(stream, 2)

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert first == told
    assert then == page(http, since=told[-1]["cursor"])["events"]


def test_a_stream_begins_after_the_last_event_that_was_seen(http, site):
    for name in ("ferry", "harbour", "whale"):
        add(site, name)
    told = page(http)["events"]
    seen = {"Last-Event-ID": told[2]["cursor"]}
    with streamed(http, headers=seen, since=told[0]["cursor"]) as (_, stream):
        assert events_of(stream, 2) == told[3:5]


def test_a_stream_tells_only_the_types_asked_for(http, site):
    with streamed(http, since="now", types="article.assigned") as (_, stream):
        add(site, "ferry")
        add(site, "harbour")
        told = events_of(stream, 2)

    assert [event["article"] for event in told] == ["ferry", "harbour"]


def test_a_stream_says_first_where_events_were_missed(http, site):
    add(site, "ferry")
    long_ago = f"{int(time.time() * 1000) - TOLD_MS - 60_000}-0"
    with streamed(http, since=long_ago) as (_, stream):
        messages = [next(stream) for _ in range(3)]

    assert [message.get("event") for message in messages] == [None, "missed", "story.created"]


def test_there_are_only_so_many_streams_and_one_that_ends_makes_room(make_site, eventually):
    site = make_site(max_streams=1)
    with httpx.Client(base_url=site.url, trust_env=False) as http:
        with streamed(http) as (_, stream):
            next(stream)
            refused = http.get("/v1/events", headers=STREAM)
            polled = http.get("/v1/events")

        assert (refused.status_code, refused.json()["limit"], refused.headers["retry-after"]) == (429, 1, "2")
        assert polled.status_code == 200
        eventually(lambda: site.app.state.feed.n_streams == 0)
        with streamed(http) as (_, stream):
            next(stream)


def test_the_head_of_a_stream_is_given_and_nobody_stays(http, site, eventually):
    answer = http.head("/v1/events", headers=STREAM)

    assert (answer.status_code, answer.content) == (200, b"")
    eventually(lambda: site.app.state.feed.n_streams == 0)


class CountedEvents(Events):
    n_reads = 0

    def after(self, cursor, *, limit):
        self.n_reads += 1
        return super().after(cursor, limit=limit)


@pytest.fixture
def counted(redis):
    return CountedEvents(Lives(redis, KEYS), now=lambda: 0)


@contextmanager
def stream_app(feed, **options):
    """A stream of all that happens from now on, by an app that has nothing else."""
    app = FastAPI()

    @app.get("/v1/events")
    def stream() -> EventStream:
        return EventStream(feed, (0, 0), EVERY_TYPE, missed=False, **options)

    with served(app) as url, httpx.Client(base_url=url, trust_env=False) as http:
        yield http


def test_a_quiet_stream_has_a_heartbeat(counted):
    with stream_app(Feed(counted), heartbeat=0.05) as http, streamed(http) as (_, stream):
        assert [next(stream) for _ in range(4)] == [{"retry": "2000"}, {"": ":"}, {"": ":"}, {"": ":"}]


def test_many_streams_tell_the_same(redis, counted, eventually):
    feed = Feed(counted)
    with stream_app(feed) as http, ThreadPoolExecutor(20) as pool:

        def three() -> list[str]:
            with streamed(http) as (_, stream):
                return [event["cursor"] for event in events_of(stream, 3)]

        streams = [pool.submit(three) for _ in range(20)]
        eventually(lambda: feed.n_streams == 20)
        told = [tell(redis, f"{number}-0") for number in range(1, 4)]

        assert [stream.result(timeout=20) for stream in streams] == [told] * 20


def test_the_store_is_read_once_for_all_who_listen(redis, counted):
    async def many() -> tuple[list[Place], int]:
        feed = Feed(counted)
        with feed.listening():
            tell(redis, "1-0")
            await feed.wait((0, 0), seconds=20)
            tell(redis, "2-0")
            await feed.wait((1, 0), seconds=20)
            before = counted.n_reads
            found = [await feed.frames((1, 0)) for _ in range(100)]
            return [frame.place for frames in found for frame in frames], counted.n_reads - before

    assert asyncio.run(many()) == ([(2, 0)] * 100, 0)


def test_a_reader_far_behind_is_told_everything_from_the_store(redis, counted):
    told = [tell(redis, f"{number}-0") for number in range(1, 8)]
    with stream_app(Feed(counted, kept=2)) as http, streamed(http) as (_, stream):
        first = events_of(stream, 7)
        told += [tell(redis, f"{number}-0") for number in range(8, 20)]
        then = events_of(stream, 12)

    assert [event["cursor"] for event in first + then] == told


def test_nobody_reads_the_store_while_nobody_listens(counted, eventually):
    feed = Feed(counted)
    with stream_app(feed) as http:
        with streamed(http) as (_, stream):
            next(stream)
            eventually(lambda: feed.is_reading)
        eventually(lambda: not feed.is_reading)


def test_a_process_with_open_streams_ends_at_once_and_so_do_they(server, redis):
    with listen("127.0.0.1", None) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        command = [sys.executable, "-m", "uvicorn", "dedupe.api.app:create_app", "--factory"]
        options = ["--fd", str(listener.fileno()), "--log-level", "warning", "--timeout-graceful-shutdown", "30"]
        environment = {**os.environ, "DEDUPE_STORE_URL": server.store_url}
        with subprocess.Popen(
            command + options, env=environment, pass_fds=[listener.fileno()], stderr=subprocess.PIPE, text=True
        ) as process:
            with httpx.Client(base_url=url, trust_env=False) as http, streamed(http) as (_, stream):
                next(stream)
                with ThreadPoolExecutor(1) as pool:
                    waiting = pool.submit(page, http, wait=60)
                    began = time.monotonic()
                    process.send_signal(signal.SIGTERM)

                    assert list(stream) == []
                    process.wait(timeout=20)
                    seconds = time.monotonic() - began
                    assert waiting.exception(timeout=20) is None or isinstance(
                        waiting.exception(), httpx.TransportError
                    )
            said = process.stderr.read()

    assert seconds < 10  # of the thirty it would wait for them
    assert said == ""

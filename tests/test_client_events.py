import asyncio
import time
from itertools import islice

import pytest

from dedupe.client import AsyncClient
from dedupe.errors import ServiceError
from dedupe.event_pages import EventPage
from dedupe.store.keys import TOLD_MS
from tests.telling import add

pytest_plugins = ["tests.serving_fixtures"]


def test_the_client_reads_the_events_that_the_service_has(client, site):
    add(site, "ferry")

    page = client.events()

    assert page == site.service.events.page(None, limit=10)
    assert [event.type for event in page.events] == ["story.created", "article.assigned"]


def test_pages_of_some_types_follow_each_other(client, site):
    for name in ("ferry", "harbour", "whale"):
        add(site, name)

    first = client.events(types=["article.assigned"], limit=2)
    second = client.events(first.next_cursor, types=["article.assigned"], limit=2)

    assert [event.article_id for event in first.events + second.events] == ["ferry", "harbour", "whale"]
    assert (first.more, second.more) == (True, False)


def test_who_waits_is_told_when_something_happens(client, site):
    now = client.events("now").next_cursor
    add(site, "ferry")

    assert client.events(now, wait_seconds=30).events == client.events().events


def test_what_is_no_cursor_is_an_error(client):
    with pytest.raises(ServiceError, match="not a cursor"):
        client.events("yesterday")


def followed(client, site, since) -> list[EventPage]:
    pages = []
    for page in islice(client.follow(since, types=["article.assigned"]), 2):
        pages.append(page)
        add(site, "harbour")
    return pages


def articles(pages):
    return [event.article_id for page in pages for event in page.events]


def test_who_follows_is_told_what_was_and_then_what_comes(client, site):
    add(site, "ferry")

    assert articles(followed(client, site, None)) == ["ferry", "harbour"]


def test_who_follows_after_too_long_is_told_first_that_something_may_be_missing(client, site):
    add(site, "ferry")
    long_ago = f"{int(time.time() * 1000) - TOLD_MS - 60_000}-0"

    first, second = followed(client, site, long_ago)

    assert (first.missed, second.missed) == (True, False)


def test_the_asynchronous_client_follows_as_the_other_does(site):
    async def follow() -> list[EventPage]:
        pages = []
        async with AsyncClient(site.url) as client:
            async for page in client.follow(types=["article.assigned"]):
                pages.append(page)
                if len(pages) == 2:
                    break
                await asyncio.to_thread(add, site, "harbour")
        return pages

    add(site, "ferry")

    assert articles(asyncio.run(follow())) == ["ferry", "harbour"]

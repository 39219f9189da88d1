import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from dedupe.local.seeds import read_seeds
from dedupe.store.keys import TOLD_MS
from tests.telling import add

pytest_plugins = ["tests.serving_fixtures"]

STREAM = {"Accept": "text/event-stream"}
TYPES = {"story.created", "article.assigned", "story.updated", "story.split", "story.merged", "story.closed"}


@pytest.fixture
def settled(site):
    site.bell.works = True
    site.service.submit(read_seeds())
    site.service.start_recluster()


def page(http, **params):
    return http.get("/v1/events", params=params).raise_for_status().json()


def test_a_page_tells_what_happened_in_order(http, settled):
    told = page(http)

    events = told["events"]
    assert {event["type"] for event in events} <= TYPES
    assert [event["cursor"] for event in events] == sorted(event["cursor"] for event in events)
    assigned = {event["article"] for event in events if event["type"] == "article.assigned"}
    assert assigned == {article.id for article in read_seeds()}
    assert all(event["at"].endswith("Z") and event["story"] for event in events)
    assert (told["more"], told["missed"], told["next_cursor"]) == (False, False, events[-1]["cursor"])


def test_pages_follow_each_other_without_gap_or_overlap(http, settled):
    everything, found, cursor, more = page(http, limit=1_000)["events"], [], None, True
    while more:
        part = page(http, limit=3, **({} if cursor is None else {"since": cursor}))
        found += part["events"]
        cursor, more = part["next_cursor"], part["more"]

    assert len(everything) > 3
    assert found == everything


def test_only_the_types_asked_for_are_told(http, settled):
    told = page(http, types="story.created,story.split")["events"]

    assert {event["type"] for event in told} == {"story.created", "story.split"}


def test_a_quiet_page_has_a_cursor_after_which_the_next_event_comes(http, site):
    quiet = page(http)
    add(site, "ferry")

    assert (quiet["events"], quiet["more"]) == ([], False)
    assert page(http, since=quiet["next_cursor"])["events"] == page(http)["events"] != []


def test_what_was_told_before_now_is_not_told_after_it(http, site):
    add(site, "ferry")
    now = page(http, since="now")["next_cursor"]
    add(site, "harbour")

    assert {event["article"] for event in page(http, since=now, types="article.assigned")["events"]} == {"harbour"}


def test_a_reader_of_long_ago_is_told_that_events_may_be_missing(http, site):
    add(site, "ferry")
    long_ago = f"{int(time.time() * 1000) - TOLD_MS - 60_000}-0"

    first = page(http, since=long_ago)

    assert first["missed"]
    assert not page(http, since=first["next_cursor"])["missed"]


def test_a_long_poll_ends_when_something_happens(http, site, eventually):
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(page, http, since="now", wait=30, types="article.assigned")
        eventually(lambda: site.app.state.feed.n_listening == 1)
        add(site, "ferry")
        told = waiting.result(timeout=20)

    assert [event["article"] for event in told["events"]] == ["ferry"]


def test_a_long_poll_ends_empty_when_its_time_is_over(http):
    told = page(http, wait=0.3)

    assert told["events"] == []


@pytest.mark.parametrize(
    ("params", "headers", "field"),
    [
        ({"since": "yesterday"}, {}, "since"),
        ({"since": "1-" + "1" * 30}, {}, "since"),
        ({"limit": 0}, {}, "limit"),
        ({"limit": 1_001}, {}, "limit"),
        ({"wait": 61}, {}, "wait"),
        ({"types": "story.danced"}, {}, "types"),
        ({"type": "story.split"}, {}, "type"),
        ({"since": "yesterday"}, STREAM, "since"),
        ({"limit": 5}, STREAM, "limit"),
        ({"wait": 5}, STREAM, "wait"),
        ({}, {**STREAM, "Last-Event-ID": "yesterday"}, "Last-Event-ID"),
    ],
)
def test_what_cannot_be_followed_is_refused_and_named(http, params, headers, field):
    answer = http.get("/v1/events", params=params, headers=headers)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]

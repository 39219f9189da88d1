import pytest

from dedupe.event_pages import place_of
from dedupe.events import MOST_SCANNED, Events
from dedupe.store.keys import SETTLED_MS, TOLD_MS
from dedupe.store.lives import Lives
from tests.telling import CLOSED, KEYS, tell

NOW = 1_780_000_000_000


@pytest.fixture
def clock():
    return [NOW]


@pytest.fixture
def events(redis, clock):
    return Events(Lives(redis, KEYS), now=lambda: clock[-1])


def cursors(page):
    return [event.cursor for event in page.events]


def test_pages_hold_every_event_once_and_in_order(redis, events):
    told = [tell(redis, f"{NOW}-{number}") for number in range(5)]

    first = events.page(None, limit=2)
    second = events.page(first.next_cursor, limit=2)
    third = events.page(second.next_cursor, limit=2)

    assert [cursors(first), cursors(second), cursors(third)] == [told[:2], told[2:4], told[4:]]
    assert [first.more, second.more, third.more] == [True, True, False]


def test_a_page_that_ends_with_the_last_event_says_so(redis, events):
    told = [tell(redis, f"{NOW}-{number}") for number in range(2)]

    page = events.page(None, limit=2)

    assert (cursors(page), page.more, page.next_cursor) == (told, False, told[-1])


def test_only_the_types_asked_for_are_told_and_the_cursor_passes_the_others(redis, events):
    tell(redis, f"{NOW}-0")
    closed = tell(redis, f"{NOW}-1", CLOSED)
    last = tell(redis, f"{NOW}-2")

    page = events.page(None, limit=10, types={CLOSED})

    assert (cursors(page), page.next_cursor, page.more) == ([closed], last, False)


def test_a_rare_type_is_looked_for_in_parts_that_are_pages_without_events(redis, events):
    pipeline = redis.pipeline()
    for number in range(MOST_SCANNED + 1):
        tell_many(pipeline, f"{NOW}-{number}")
    pipeline.execute()
    closed = tell(redis, f"{NOW + 1}-0", CLOSED)

    first = events.page(None, limit=10, types={CLOSED})
    second = events.page(first.next_cursor, limit=10, types={CLOSED})

    assert (cursors(first), first.more) == ([], True)
    assert (cursors(second), second.more) == ([closed], False)


def tell_many(pipeline, cursor):
    pipeline.xadd(KEYS.events, {"event": b'{"type":"story.updated","story_id":"s1"}'}, id=cursor)


def test_where_nothing_follows_the_cursor_moves_on_with_the_time_and_misses_nothing(redis, events, clock):
    old = tell(redis, f"{NOW}-0")
    clock.append(NOW + 10 * SETTLED_MS)

    page = events.page(old, limit=10)
    told = tell(redis, f"{clock[-1]}-0")

    assert place_of(page.next_cursor) == (NOW + 9 * SETTLED_MS, 0)
    assert cursors(events.page(page.next_cursor, limit=10)) == [told]


def test_the_tail_follows_everything_told_and_precedes_what_comes(redis, events):
    assert cursors(events.page(events.tail(), limit=1)) == []

    told = tell(redis, f"{NOW}-0")
    assert events.tail() == told

    told = tell(redis, f"{NOW}-1")
    assert events.tail() == told


def test_a_reader_who_was_away_for_longer_than_events_are_kept_is_told(redis, events, clock):
    read = tell(redis, f"{NOW}-0")
    clock.append(NOW + TOLD_MS)
    kept = tell(redis, f"{clock[-1]}-0")
    redis.xdel(KEYS.events, read)

    in_time = events.page(read, limit=10)
    clock.append(clock[-1] + 1)
    late = events.page(read, limit=10)

    assert (in_time.missed, cursors(in_time)) == (False, [kept])
    assert (late.missed, cursors(late)) == (True, [kept])
    assert events.may_have_missed(read)
    assert not events.page(late.next_cursor, limit=10).missed


def test_nobody_misses_what_is_still_kept_or_did_not_ask_for(redis, events, clock):
    tell(redis, f"{NOW}-0")
    clock.append(NOW + 2 * TOLD_MS)

    assert not events.page(f"{NOW}-0", limit=10).missed
    assert not events.page(None, limit=10).missed


def test_of_a_log_that_is_gone_a_late_reader_is_told_once(events):
    page = events.page(f"{NOW - TOLD_MS - 1}-0", limit=10)

    assert (page.events, page.missed) == ((), True)
    assert not events.page(page.next_cursor, limit=10).missed

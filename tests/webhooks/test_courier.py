import asyncio
import logging
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.event_pages import EVERY_TYPE
from dedupe.events import Events
from dedupe.signing import verify_webhook
from dedupe.store.keys import TOLD_MS
from dedupe.store.lives import Lives
from dedupe.store.webhooks import Webhooks, WebhookState
from dedupe.webhooks.courier import EVENTS_A_DELIVERY, FIRST_RETRY_SECONDS, Courier, retry_seconds
from dedupe.webhooks.sending import Sender
from tests.telling import ASSIGNED, CLOSED, KEYS, UPDATED, tell
from tests.webhooks.receiver import receiving

NOW = 1_780_000_000_000
START = f"{NOW}-0"
SECRET = "sixteen-letters-or-more"


class Clock:
    now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def webhooks(redis, clock):
    return Webhooks(redis, KEYS, clock=clock)


@pytest.fixture
def events(redis, clock):
    return Events(Lives(redis, KEYS), now=clock)


def put(webhooks, url, name="mine", types=EVERY_TYPE, since=START):
    webhooks.put(name, f"{url}/hook", secret=SECRET, types=types, since=since, tail=START)


@asynccontextmanager
async def courier(webhooks, events):
    courier = Courier(webhooks, events, Sender(private=True), chance=lambda: 1.0)
    try:
        yield courier
    finally:
        await courier.close()


def deliver(webhooks, events):
    """Deliver what is due now."""

    async def once() -> None:
        async with courier(webhooks, events) as ours:
            await ours.look()
            await ours.idle()

    asyncio.run(once())


def tell_some(redis, count, *, type_=UPDATED, at=NOW):
    return [tell(redis, f"{at}-{number}", type_) for number in range(1, count + 1)]


def test_events_arrive_in_order_signed_and_only_once(redis, webhooks, events, receiver):
    put(webhooks, receiver.url)
    told = tell_some(redis, 2 * EVENTS_A_DELIVERY + 50)

    deliver(webhooks, events)
    deliver(webhooks, events)

    sizes = [len(received.cursors) for received in receiver.received]
    assert sizes == [EVENTS_A_DELIVERY, EVENTS_A_DELIVERY, 50]
    assert [cursor for received in receiver.received for cursor in received.cursors] == told
    for received in receiver.received:
        header = received.headers["dedupe-signature"]
        assert verify_webhook(received.body, header, SECRET, now=datetime.now(UTC))
        assert orjson.loads(received.body)["id"] == received.headers["dedupe-delivery"]


def test_the_body_of_a_delivery_tells_the_events_as_a_page_does(redis, webhooks, events, receiver):
    put(webhooks, receiver.url)
    tell(redis, f"{NOW}-1", ASSIGNED, "s7")

    deliver(webhooks, events)

    body = orjson.loads(receiver.received[0].body)
    assert (body["webhook"], body["missed"]) == ("mine", False)
    assert body["events"] == [
        {
            "cursor": f"{NOW}-1",
            "at": "2026-05-28T20:26:40Z",
            "type": "article.assigned",
            "story": "s7",
            "article": "a1",
            "n_articles": 2,
        }
    ]


def test_what_failed_is_sent_again_later_the_same_under_the_same_id(redis, webhooks, events, receiver, clock):
    put(webhooks, receiver.url)
    told = tell_some(redis, 3)
    receiver.statuses = [500, 503]

    deliver(webhooks, events)
    deliver(webhooks, events)  # too early
    failing = webhooks.webhook("mine")
    clock.now += int(FIRST_RETRY_SECONDS * 1000)
    deliver(webhooks, events)
    clock.now += int(2 * FIRST_RETRY_SECONDS * 1000)
    deliver(webhooks, events)
    arrived = webhooks.webhook("mine")

    assert [received.cursors for received in receiver.received] == [told, told, told]
    assert len({received.headers["dedupe-delivery"] for received in receiver.received}) == 1
    assert (failing.state, failing.cursor, failing.attempts) == (WebhookState.FAILING, START, 1)
    assert (arrived.state, arrived.cursor, arrived.attempts) == (WebhookState.ACTIVE, told[-1], 0)
    log = [(d.attempt.attempt, d.attempt.status) for d in webhooks.deliveries("mine", limit=10)]
    assert log == [(3, 200), (2, 503), (1, 500)]


def test_only_the_types_asked_for_are_sent_and_the_others_passed_over(redis, webhooks, events, receiver):
    put(webhooks, receiver.url, types={CLOSED})
    tell_some(redis, 3)
    deliver(webhooks, events)
    passed = webhooks.webhook("mine").cursor
    closed = tell(redis, f"{NOW}-4", CLOSED)
    deliver(webhooks, events)

    assert passed == f"{NOW}-3"
    assert [received.cursors for received in receiver.received] == [[closed]]


def test_a_target_that_hangs_holds_up_nobody_else(redis, webhooks, events, receiver, eventually):
    async def run(other) -> None:
        async with courier(webhooks, events) as ours:
            await ours.look()
            await asyncio.to_thread(eventually, lambda: len(other.received) == 1 and len(receiver.received) == 1)
            await asyncio.to_thread(eventually, lambda: webhooks.webhook("good").cursor == told[-1])
            told.append(tell(redis, f"{NOW}-9"))
            await ours.look()
            await asyncio.to_thread(eventually, lambda: len(other.received) == 2)
            receiver.open.set()
            await ours.idle()
            await ours.look()
            await ours.idle()

    receiver.open.clear()
    with receiving() as other:
        put(webhooks, receiver.url, "hanging")
        put(webhooks, other.url, "good")
        told = tell_some(redis, 1)
        asyncio.run(run(other))

    assert [received.cursors for received in other.received] == [told[:1], told[1:]]
    assert [c for received in receiver.received for c in received.cursors] == told


def test_of_many_processes_one_delivers(redis, webhooks, events, receiver):
    async def run() -> None:
        async with courier(webhooks, events) as first, courier(webhooks, events) as second:
            await asyncio.gather(first.look(), second.look())
            await asyncio.gather(first.idle(), second.idle())

    put(webhooks, receiver.url)
    told = tell_some(redis, 3 * EVENTS_A_DELIVERY)
    asyncio.run(run())

    assert [cursor for received in receiver.received for cursor in received.cursors] == told


def test_a_process_that_ends_hands_back_what_it_was_delivering(redis, webhooks, events, receiver, eventually):
    async def run() -> None:
        sender = Sender(private=True)
        running = asyncio.create_task(Courier(webhooks, events, sender).run())
        await asyncio.to_thread(eventually, lambda: len(receiver.received) == 1)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    receiver.open.clear()
    put(webhooks, receiver.url)
    told = tell_some(redis, 1)
    asyncio.run(run())
    receiver.open.set()
    deliver(webhooks, events)

    assert [received.cursors for received in receiver.received] == [told, told]
    assert webhooks.webhook("mine").cursor == told[-1]


def test_a_receiver_whose_events_were_forgotten_is_told(redis, webhooks, events, receiver, clock):
    put(webhooks, receiver.url)
    clock.now += TOLD_MS + 1
    told = tell(redis, f"{clock.now}-0")

    deliver(webhooks, events)

    body = orjson.loads(receiver.received[0].body)
    assert (body["missed"], receiver.received[0].cursors) == (True, [told])


def test_a_forbidden_address_is_a_failure_in_the_log(redis, webhooks, events, receiver):
    async def run() -> None:
        ours = Courier(webhooks, events, Sender(private=False))
        await ours.look()
        await ours.idle()
        await ours.close()

    put(webhooks, receiver.url)
    tell_some(redis, 1)
    asyncio.run(run())

    (delivery,) = webhooks.deliveries("mine", limit=10)
    assert receiver.received == []
    assert (delivery.attempt.status, delivery.next_attempt_at is None) == (None, False)
    assert "127.0.0.1 is not public" in delivery.attempt.error


def test_a_secret_is_in_no_line_of_the_log(redis, webhooks, events, receiver, caplog):
    caplog.set_level(logging.DEBUG)
    put(webhooks, receiver.url)
    tell_some(redis, 1)
    receiver.statuses = [500]

    deliver(webhooks, events)

    assert "webhook=mine" in caplog.text
    assert SECRET not in caplog.text


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_a_wait_grows_to_an_hour_and_chance_takes_half_of_it_at_most(n_failed, chance):
    seconds = retry_seconds(n_failed, chance=chance)

    assert seconds <= retry_seconds(n_failed, chance=1.0) <= 2 * seconds
    assert seconds <= retry_seconds(n_failed + 1, chance=chance) <= 3_600
    assert retry_seconds(0, chance=1.0) == FIRST_RETRY_SECONDS

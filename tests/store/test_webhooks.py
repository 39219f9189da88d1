import pytest

from dedupe.changes import EventType
from dedupe.errors import UnknownId
from dedupe.event_pages import EVERY_TYPE
from dedupe.store.keys import SETTLED_MS
from dedupe.store.webhooks import (
    GIVE_UP_MS,
    LEASE_MS,
    MOST_DELIVERIES,
    MOST_WEBHOOKS,
    Attempt,
    SecretNeeded,
    TooManyWebhooks,
    Webhooks,
    WebhookState,
)
from tests.telling import KEYS

NOW = 1_780_000_000_000
URL, SECRET = "https://example.org/hook", "sixteen-letters-or-more"
FIRST, NEWEST = f"{NOW}-0", f"{NOW}-7"


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


def put(webhooks, name="mine", **changes):
    given = {"url": URL, "secret": SECRET, "types": EVERY_TYPE, "since": None, "tail": FIRST}
    return webhooks.put(name, **given | changes)


def attempt(error=None, **fields):
    given = {"id": "d1", "cursor": NEWEST, "n_events": 7, "attempt": 1, "milliseconds": 5}
    return Attempt(**given | {"status": 500 if error else 200, "error": error} | fields)


def names(claims):
    return [claim.webhook.name for claim in claims]


def test_a_webhook_is_created_then_changed_and_keeps_what_is_left_out(webhooks):
    created = put(webhooks)
    changed = put(webhooks, url="https://example.org/other", secret=None, types={EventType.STORY_SPLIT}, tail=NEWEST)

    webhook = webhooks.webhook("mine")
    assert (created, changed) == (True, False)
    assert (webhook.url, webhook.types, webhook.cursor) == ("https://example.org/other", {EventType.STORY_SPLIT}, FIRST)
    assert webhooks.claim(NEWEST)[0].secret == SECRET


def test_a_cursor_that_is_given_is_where_it_begins(webhooks):
    put(webhooks, since="5-0")
    begun = webhooks.webhook("mine").cursor
    put(webhooks, since="6-0")

    assert [begun, webhooks.webhook("mine").cursor] == ["5-0", "6-0"]


def test_a_new_webhook_needs_a_secret(webhooks):
    with pytest.raises(SecretNeeded):
        put(webhooks, secret=None)

    assert webhooks.all() == []


def test_there_are_only_so_many_and_those_there_are_can_still_be_changed(webhooks):
    for number in range(MOST_WEBHOOKS):
        put(webhooks, f"w{number:03}")

    with pytest.raises(TooManyWebhooks):
        put(webhooks, "one-more")

    assert put(webhooks, "w000") is False
    assert [webhook.name for webhook in webhooks.all()] == [f"w{number:03}" for number in range(MOST_WEBHOOKS)]


def test_a_deleted_webhook_leaves_nothing_behind(webhooks, redis):
    put(webhooks)
    claim = webhooks.claim(NEWEST)[0]
    webhooks.advance(claim, NEWEST, keep=False, attempt=attempt())
    webhooks.delete("mine")

    assert redis.keys() == []
    assert not webhooks.advance(claim, NEWEST, keep=True, attempt=attempt())
    assert redis.keys() == []


@pytest.mark.parametrize("ask", [Webhooks.webhook, Webhooks.delete, lambda self, name: self.deliveries(name, limit=1)])
def test_an_unknown_name_is_named(webhooks, ask):
    with pytest.raises(UnknownId, match="no webhook has the id 'nobody'"):
        ask(webhooks, "nobody")


def test_only_a_webhook_that_has_events_to_come_is_claimed_and_only_once(webhooks):
    put(webhooks, "behind")
    put(webhooks, "level", tail=NEWEST)
    put(webhooks, "ahead", tail=f"{NOW}-10")

    assert names(webhooks.claim(NEWEST)) == ["behind"]
    assert names(webhooks.claim(NEWEST)) == []


def test_cursors_are_compared_as_numbers(webhooks):
    put(webhooks, tail=f"{NOW}-9")

    assert names(webhooks.claim(f"{NOW}-10")) == ["mine"]


def test_a_claim_comes_to_another_when_its_lease_is_over_and_the_first_then_counts_no_more(webhooks, clock):
    put(webhooks)
    first = webhooks.claim(NEWEST)[0]
    clock.now += LEASE_MS
    second = webhooks.claim(NEWEST)[0]

    assert second.token > first.token
    assert not webhooks.advance(first, NEWEST, keep=False, attempt=attempt())
    assert not webhooks.postpone(first, attempt("late"), seconds=1)
    assert (webhooks.webhook("mine").cursor, webhooks.deliveries("mine", limit=10)) == (FIRST, [])
    assert webhooks.advance(second, NEWEST, keep=False, attempt=attempt())


def test_a_change_ends_the_claim_of_a_delivery_to_the_old_address(webhooks):
    put(webhooks)
    claim = webhooks.claim(NEWEST)[0]
    put(webhooks, url="https://example.org/other")

    assert not webhooks.advance(claim, NEWEST, keep=False, attempt=attempt())
    assert webhooks.claim(NEWEST)[0].webhook.url == "https://example.org/other"


def test_what_has_arrived_moves_the_cursor_and_is_in_the_log(webhooks):
    put(webhooks)
    claim = webhooks.claim(NEWEST)[0]
    webhooks.advance(claim, NEWEST, keep=False, attempt=attempt())

    assert webhooks.webhook("mine").cursor == NEWEST
    assert [(d.attempt, d.next_attempt_at) for d in webhooks.deliveries("mine", limit=10)] == [(attempt(), None)]
    assert webhooks.claim(NEWEST) == []
    assert names(webhooks.claim(f"{NOW}-8")) == ["mine"]


def test_a_kept_claim_lasts_another_lease(webhooks, clock):
    put(webhooks)
    claim = webhooks.claim(NEWEST)[0]
    clock.now += LEASE_MS - 1
    webhooks.advance(claim, f"{NOW}-1", keep=True)
    clock.now += LEASE_MS - 1

    assert webhooks.claim(NEWEST) == []
    clock.now += 1
    assert names(webhooks.claim(NEWEST)) == ["mine"]


def test_a_claim_that_is_handed_back_is_another_s_at_once_and_nothing_has_arrived(webhooks):
    put(webhooks)
    webhooks.hand_back(webhooks.claim(NEWEST)[0])

    again = webhooks.claim(NEWEST)[0].webhook
    assert (again.cursor, again.state, again.attempts) == (FIRST, WebhookState.ACTIVE, 0)


def test_a_failure_is_tried_again_after_its_time_and_counted_until_one_arrives(webhooks, clock):
    put(webhooks)
    webhooks.postpone(webhooks.claim(NEWEST)[0], attempt("refused"), seconds=2)
    failing, early = webhooks.webhook("mine"), webhooks.claim(NEWEST)
    clock.now += 2_000
    again = webhooks.claim(NEWEST)[0]
    webhooks.advance(again, NEWEST, keep=False, attempt=attempt(attempt=2))
    arrived = webhooks.webhook("mine")

    assert (failing.state, failing.attempts, failing.error, early) == (WebhookState.FAILING, 1, "refused", [])
    assert failing.next_attempt_at.timestamp() * 1000 == NOW + 2_000
    assert failing.failing_since.timestamp() * 1000 == NOW
    assert again.webhook.attempts == 1
    assert (arrived.state, arrived.attempts, arrived.failing_since, arrived.error) == ("active", 0, None, None)
    assert [d.attempt.attempt for d in webhooks.deliveries("mine", limit=10)] == [2, 1]


def test_a_webhook_that_fails_for_a_day_is_given_up_until_it_is_put_again(webhooks, clock):
    put(webhooks)
    webhooks.postpone(webhooks.claim(NEWEST)[0], attempt("refused"), seconds=GIVE_UP_MS / 1000)
    clock.now += GIVE_UP_MS
    webhooks.postpone(webhooks.claim(NEWEST)[0], attempt("refused"), seconds=1)
    given_up = webhooks.webhook("mine")
    clock.now += 10 * GIVE_UP_MS

    assert (given_up.state, given_up.attempts, given_up.next_attempt_at) == (WebhookState.DISABLED, 2, None)
    assert webhooks.deliveries("mine", limit=1)[0].next_attempt_at is None
    assert webhooks.claim(NEWEST) == []
    assert [webhook.name for webhook in webhooks.all()] == ["mine"]

    put(webhooks, secret=None)
    (claim,) = webhooks.claim(NEWEST)
    assert (claim.webhook.state, claim.webhook.cursor, claim.webhook.attempts) == (WebhookState.ACTIVE, FIRST, 0)


def test_the_cursor_of_an_idle_webhook_moves_on_with_the_time_now_and_then(webhooks, clock):
    put(webhooks)
    clock.now += 2 * SETTLED_MS
    webhooks.claim(FIRST)
    kept = webhooks.webhook("mine").cursor
    clock.now += 1
    webhooks.claim(FIRST)

    assert kept == FIRST
    assert webhooks.webhook("mine").cursor == f"{NOW + SETTLED_MS + 1}-0"


def test_the_log_of_deliveries_stays_short(webhooks):
    put(webhooks)
    for number in range(MOST_DELIVERIES + 5):
        webhooks.advance(webhooks.claim(NEWEST)[0], FIRST, keep=False, attempt=attempt(attempt=number))

    numbers = [delivery.attempt.attempt for delivery in webhooks.deliveries("mine", limit=10_000)]
    assert numbers == list(range(MOST_DELIVERIES + 4, 4, -1))


def test_a_secret_shows_in_no_text_of_a_claim(webhooks):
    put(webhooks)
    (claim,) = webhooks.claim(NEWEST)

    assert SECRET not in f"{claim!r} {claim.webhook!r}"


def test_webhooks_are_the_same_whatever_the_parameters_of_the_sketches(redis, webhooks):
    put(webhooks)

    other = Webhooks(redis, type(KEYS)("test", "11111111"))
    assert other.all() == webhooks.all()

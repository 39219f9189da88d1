"""Webhooks: where events are sent, how far each has got, and what became of its latest deliveries."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson
from redis import Redis

from dedupe.changes import EventType
from dedupe.errors import UnknownId
from dedupe.store.clock import Clock
from dedupe.store.codec import time_of
from dedupe.store.failures import store_failures
from dedupe.store.jobs import WEEK_MS
from dedupe.store.keys import DAY_MS, SETTLED_MS, Keys
from dedupe.store.scripts import load_script

MOST_WEBHOOKS = 100
MOST_DELIVERIES = 200  # kept of each webhook
LEASE_MS = 30_000  # a delivery takes a third of it at most
GIVE_UP_MS = DAY_MS


class WebhookState(StrEnum):
    """How a webhook does: its deliveries arrive, the last did not, or none did for so long that it was given up."""

    ACTIVE = "active"
    FAILING = "failing"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook without its secret. ``cursor`` is that of the last event that has arrived, or was none it asked for.

    ``attempts`` failed one after the other since ``failing_since``, the last with ``error``; the next one comes at
    ``next_attempt_at``.
    """

    name: str
    url: str
    types: Set[EventType]
    cursor: str
    state: WebhookState
    created_at: datetime
    updated_at: datetime
    attempts: int = 0
    failing_since: datetime | None = None
    error: str | None = None
    next_attempt_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to deliver a webhook's events, while ``token`` is the newest; it grows with every claim and change."""

    webhook: Webhook
    token: int
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One delivery that was tried: of ``n_events`` up to ``cursor``. It arrived if ``error`` is None."""

    id: str
    cursor: str
    n_events: int
    attempt: int
    milliseconds: int
    status: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """An attempt as the log has it: when it ended, and when the next one follows where it failed."""

    at: datetime
    attempt: Attempt
    next_attempt_at: datetime | None = None


class TooManyWebhooks(ValueError):
    """There are as many webhooks as there can be."""


class SecretNeeded(ValueError):
    """A new webhook needs a secret."""


class Webhooks:
    """The webhooks of a corpus. They are the same ones whatever the parameters of the sketches."""

    def __init__(self, redis: Redis, keys: Keys, *, clock: Clock | None = None) -> None:
        self._redis: Any = redis  # its types allow for text answers, which are never asked for
        self._keys = keys
        self._put = load_script(redis, "put_webhook", clock)
        self._claim = load_script(redis, "claim_webhooks", clock)
        self._advance = load_script(redis, "advance_webhook", clock)
        self._postpone = load_script(redis, "postpone_webhook", clock)

    def put(
        self, name: str, url: str, *, secret: str | None, types: Set[EventType], since: str | None, tail: str
    ) -> bool:
        """Create a webhook, or change one and let it begin anew, and say whether it was created.

        Without ``secret`` or ``since`` it keeps those it has; a new one begins after ``tail``. Raises
        ``TooManyWebhooks``, and ``SecretNeeded`` for a new one without. Doing it twice is doing it once.
        """
        args = [name, url, secret or "", orjson.dumps(sorted(types)), since or "", tail, MOST_WEBHOOKS]
        with store_failures():
            answer = int(self._put([self._keys.webhooks_due, self._keys.webhook(name)], args))
        if answer == -1:
            raise TooManyWebhooks(f"there are {MOST_WEBHOOKS} webhooks, which is the most there can be")
        if answer == -2:
            raise SecretNeeded("is required of a new webhook")
        return bool(answer)

    def all(self) -> list[Webhook]:
        """Every webhook, by name."""
        with store_failures():
            names = [name.decode() for name in self._redis.zrange(self._keys.webhooks_due, 0, -1)]
        return self._found(sorted(names))

    def webhook(self, name: str) -> Webhook:
        """A webhook as it stands; ``UnknownId`` where there is none of this name."""
        found = self._found([name])
        if not found:
            raise UnknownId("webhook", name)
        return found[0]

    def _found(self, names: Sequence[str]) -> list[Webhook]:
        pipeline = self._redis.pipeline(transaction=True)
        for name in names:
            pipeline.hgetall(self._keys.webhook(name)).zscore(self._keys.webhooks_due, name)
        with store_failures():
            found = pipeline.execute()
        rows = zip(names, found[::2], found[1::2], strict=True)
        return [_webhook(name, _texts(fields), due) for name, fields, due in rows if fields]

    def delete(self, name: str) -> None:
        """Forget a webhook with its secret and its deliveries; ``UnknownId`` where there is none of this name."""
        with store_failures():
            pipeline = self._redis.pipeline(transaction=True)
            pipeline.zrem(self._keys.webhooks_due, name)
            pipeline.delete(self._keys.webhook(name), self._keys.deliveries(name))
            known, _ = pipeline.execute()
        if not known:
            raise UnknownId("webhook", name)

    def deliveries(self, name: str, *, limit: int) -> list[Delivery]:
        """The latest deliveries of a webhook, newest first; ``UnknownId`` where there is none of this name."""
        self.webhook(name)
        with store_failures():
            found = self._redis.xrevrange(self._keys.deliveries(name), count=limit)
        return [_delivery(_texts(fields)) for _, fields in found]

    def claim(self, newest: str, *, limit: int = MOST_WEBHOOKS) -> list[Claim]:
        """Lease the webhooks to the caller that are due and have not got to the event ``newest``.

        One atomic step. What the caller does not end in ``LEASE_MS`` comes to another, so events may arrive twice.
        """
        args = [newest, LEASE_MS, limit, self._keys.webhook_prefix, SETTLED_MS]
        with store_failures():
            found = self._claim([self._keys.webhooks_due], args)
        return [_claim(name.decode(), dict(zip(row[::2], row[1::2], strict=True))) for name, row in found]

    def advance(self, claim: Claim, cursor: str, *, keep: bool, attempt: Attempt | None = None) -> bool:
        """Note that all events up to a cursor have arrived, and ``keep`` the claim for another lease or hand it back.

        Without an attempt there were none it asked for; ``""`` is the cursor it has. False, and nothing noted,
        where the claim is another's by now.
        """
        row = b"" if attempt is None else orjson.dumps(attempt)
        name = claim.webhook.name
        args = [name, claim.token, cursor, LEASE_MS if keep else 0, row, MOST_DELIVERIES, WEEK_MS]
        with store_failures():
            return bool(self._advance(self._keys_of(name), args))

    def hand_back(self, claim: Claim) -> bool:
        """Let another have the claim at once; nothing has arrived."""
        return self.advance(claim, "", keep=False)

    def postpone(self, claim: Claim, attempt: Attempt, *, seconds: float) -> bool:
        """Note that a delivery failed, and hand the claim back until the next is due.

        A webhook that has failed for ``GIVE_UP_MS`` is given up. False where the claim is another's by now.
        """
        name, error = claim.webhook.name, attempt.error or ""
        args = [
            name,
            claim.token,
            int(seconds * 1000),
            GIVE_UP_MS,
            error,
            orjson.dumps(attempt),
            MOST_DELIVERIES,
            WEEK_MS,
        ]
        with store_failures():
            return bool(self._postpone(self._keys_of(name), args))

    def _keys_of(self, name: str) -> list[str]:
        return [self._keys.webhooks_due, self._keys.webhook(name), self._keys.deliveries(name)]


def _texts(fields: Mapping[bytes, bytes]) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in fields.items()}


def _claim(name: str, fields: Mapping[bytes, bytes]) -> Claim:
    row = _texts(fields)
    return Claim(_webhook(name, row, None), int(row["token"]), row["secret"])


def _webhook(name: str, row: Mapping[str, str], due: float | None) -> Webhook:
    state = WebhookState(row["state"])
    failing_since = row.get("failing_since")
    return Webhook(
        name=name,
        url=row["url"],
        types=frozenset(map(EventType, orjson.loads(row["types"]))),
        cursor=row["cursor"],
        state=state,
        created_at=time_of(row["created"]),
        updated_at=time_of(row["updated"]),
        attempts=int(row["attempts"]),
        failing_since=None if failing_since is None else time_of(failing_since),
        error=row.get("error"),
        next_attempt_at=time_of(due) if state is WebhookState.FAILING and due is not None else None,
    )


def _delivery(row: Mapping[str, str]) -> Delivery:
    again = row.get("again")
    return Delivery(time_of(row["at"]), Attempt(**orjson.loads(row["delivery"])), time_of(again) if again else None)

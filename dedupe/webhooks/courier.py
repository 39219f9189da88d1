"""Brings events to webhooks: each in order and at its own pace, again until they arrive, by one process at a time."""

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from hashlib import blake2b
from time import monotonic
from typing import Protocol

import orjson

import dedupe
from dedupe.errors import StoreUnavailable
from dedupe.event_pages import EventPage, row_of
from dedupe.events import Events
from dedupe.files.articles import format_time
from dedupe.signing import HEADER, sign
from dedupe.store.webhooks import Attempt, Claim, Webhooks
from dedupe.webhooks.sending import Outcome

logger = logging.getLogger(__name__)

EVENTS_A_DELIVERY = 100
LOOK_SECONDS = 0.5
TROUBLED_SECONDS = 10.0  # until the next look after what should not happen
FIRST_RETRY_SECONDS = 2.0
LONGEST_RETRY_SECONDS = 3_600.0


class Post(Protocol):
    """Posts bodies."""

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> Outcome:
        """Post a body, and say what became of it."""

    async def close(self) -> None:
        """Close what is open."""


class Courier:
    """Delivers events in the background of a process. Of several processes one delivers to a webhook at a time."""

    def __init__(
        self, webhooks: Webhooks, events: Events, post: Post, *, chance: Callable[[], float] = random.random
    ) -> None:
        self._webhooks = webhooks
        self._events = events
        self._post = post
        self._chance = chance
        self._errands: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Deliver until cancelled; what is under way then is handed back, to be delivered by the next."""
        try:
            while True:
                await asyncio.sleep(LOOK_SECONDS if await self._looked() else TROUBLED_SECONDS)
        finally:
            await self.close()

    async def _looked(self) -> bool:
        try:
            await self.look()
        except StoreUnavailable as error:
            logger.warning("webhooks wait for the store reason=%s", error.reason)
        except Exception:
            # Whatever it is, the other webhooks and the next hours must not suffer from it.
            logger.exception("webhooks cannot be looked at")
            return False
        return True

    async def look(self) -> None:
        """Begin to deliver to every webhook that is due."""
        newest = await asyncio.to_thread(self._events.newest)
        for claim in await asyncio.to_thread(self._webhooks.claim, newest):
            errand = asyncio.create_task(self._deliver(claim), name=f"webhook {claim.webhook.name}")
            self._errands.add(errand)
            errand.add_done_callback(self._ended)

    async def idle(self) -> None:
        """Wait until no delivery is under way."""
        while self._errands:
            await asyncio.wait(self._errands)

    async def close(self) -> None:
        """Hand back what is under way, and close connections."""
        for errand in self._errands:
            errand.cancel()
        await self.idle()
        await self._post.close()

    def _ended(self, errand: asyncio.Task[None]) -> None:
        self._errands.discard(errand)
        error = None if errand.cancelled() else errand.exception()
        if error is not None:
            logger.error("delivery failed task=%r", errand.get_name(), exc_info=error)

    async def _deliver(self, claim: Claim) -> None:
        try:
            while (following := await self._step(claim)) is not None:
                claim = following
        except asyncio.CancelledError:
            await self._hand_back(claim)
            raise
        except StoreUnavailable as error:
            logger.warning("delivery interrupted webhook=%s reason=%s", claim.webhook.name, error.reason)

    async def _hand_back(self, claim: Claim) -> None:
        try:
            await asyncio.to_thread(self._webhooks.hand_back, claim)
        except StoreUnavailable:
            return  # the lease ends by itself

    async def _step(self, claim: Claim) -> Claim | None:
        """Bring one page of events, and say with which claim to go on, if there is more to bring."""
        hook = claim.webhook
        page = await asyncio.to_thread(self._events.page, hook.cursor, limit=EVENTS_A_DELIVERY, types=hook.types)
        attempt = await self._attempt(claim, page) if page.events or page.missed else None
        if attempt is not None and attempt.error is not None:
            seconds = retry_seconds(hook.attempts, chance=self._chance())
            await asyncio.to_thread(self._webhooks.postpone, claim, attempt, seconds=seconds)
            return None
        advance = partial(self._webhooks.advance, claim, page.next_cursor, keep=page.more, attempt=attempt)
        if not await asyncio.to_thread(advance) or not page.more:
            return None
        return replace(claim, webhook=replace(hook, cursor=page.next_cursor, attempts=0))

    async def _attempt(self, claim: Claim, page: EventPage) -> Attempt:
        hook, began, now = claim.webhook, monotonic(), datetime.now(UTC)
        delivery = delivery_id(hook.name, page)
        body = body_of(delivery, hook.name, page, sent_at=now)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"dedupe/{dedupe.__version__}",
            "Dedupe-Webhook": hook.name,
            "Dedupe-Delivery": delivery,
            HEADER: sign(body, claim.secret, at=int(now.timestamp())),
        }
        outcome = await self._post.post(hook.url, body, headers)
        logger.info("delivery webhook=%s id=%s status=%s error=%s", hook.name, delivery, outcome.status, outcome.error)
        return Attempt(
            id=delivery,
            cursor=page.next_cursor,
            n_events=len(page.events),
            attempt=hook.attempts + 1,
            milliseconds=round((monotonic() - began) * 1000),
            status=outcome.status,
            error=outcome.error,
        )


def retry_seconds(n_failed: int, *, chance: float) -> float:
    """How long to wait after one more failure than ``n_failed``: twice as long each time, up to an hour.

    Some of it is by ``chance``, in [0, 1], so that what failed together does not come together again.
    """
    longest = min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2.0 ** min(n_failed, 20))
    return longest * (0.5 + chance / 2)


def delivery_id(name: str, page: EventPage) -> str:
    """Id of a delivery: the same for the same events, however often they are sent."""
    ends = [page.events[0].cursor, page.events[-1].cursor] if page.events else [page.next_cursor]
    return blake2b(" ".join([name, *ends]).encode(), digest_size=12).hexdigest()


def body_of(delivery: str, name: str, page: EventPage, *, sent_at: datetime) -> bytes:
    """Body of a delivery, JSON."""
    return orjson.dumps(
        {
            "id": delivery,
            "webhook": name,
            "sent_at": format_time(sent_at),
            "missed": page.missed,
            "events": [row_of(event) for event in page.events],
        }
    )

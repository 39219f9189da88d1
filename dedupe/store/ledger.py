"""Work that was accepted and is not done: the truth, where a queued message is only a hint."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from redis import Redis

from dedupe.errors import QueueFull
from dedupe.models import Article, ArticleId, ArticleStatus, Submission, Verdict
from dedupe.store.clock import Clock, server_clock
from dedupe.store.codec import (
    decode_article,
    decode_verdict,
    digest_of,
    encode_article,
    encode_verdict,
    time_of,
)
from dedupe.store.failures import store_failures
from dedupe.store.keys import Keys, Shard, idle_ms
from dedupe.store.scripts import load_script

MOST_LEASED = 500  # looked at for the oldest: more than the workers of one shard hold at once
OTHER_TEXT = "the id is taken by an article with another text"


@dataclass(frozen=True, slots=True)
class Record:
    """An accepted article as the ledger holds it."""

    article: Article
    status: ArticleStatus
    received_at: datetime
    attempts: int
    verdict: Verdict | None
    failure: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """What a ledger counted since it began, and what waits in it now."""

    accepted: int
    assigned: int
    failed: int
    duplicates: int
    pending: int
    oldest_pending_seconds: float


class Ledger:
    """Accepted articles, from submission to verdict."""

    def __init__(
        self,
        redis: Redis,
        keys: Keys,
        *,
        window_days: float,
        max_pending: int,
        lease_seconds: float,
        clock: Clock | None = None,
    ) -> None:
        self._redis: Any = redis  # its types allow for text answers, which are never asked for
        self._keys = keys
        self._record_ms = idle_ms(window_days)
        self._max_pending = max_pending
        self._lease_ms = int(lease_seconds * 1000)
        self._now = server_clock(redis) if clock is None else clock
        self._submit = load_script(redis, "submit", clock)
        self._claim = load_script(redis, "claim", clock)
        self._attempt = load_script(redis, "attempt", clock)
        self._commit = load_script(redis, "commit", clock)
        self._bury = load_script(redis, "bury", clock)
        self._requeue = load_script(redis, "requeue", clock)

    def submit(self, shard: Shard, articles: Sequence[Article]) -> list[Submission]:
        """Accept a batch of one shard's articles, all or (``QueueFull``) none.

        One atomic step. The same article again changes nothing, so a caller may repeat a batch it heard no answer to.
        """
        keys = [
            self._keys.pending(shard),
            self._keys.counters(shard),
            *(self._keys.article(a.id) for a in articles),
        ]
        args: list[object] = [self._max_pending, self._record_ms]
        for article in articles:
            args += [article.id, digest_of(article), encode_article(article)]
        with store_failures():
            depth, *codes = self._submit(keys, args)
        if depth == -1:
            raise QueueFull(codes[0], self._max_pending)
        return [_submission(article, code) for article, code in zip(articles, codes, strict=True)]

    def claim(self, shard: Shard, *, limit: int) -> list[ArticleId]:
        """Lease up to ``limit`` due articles of a shard to the caller, oldest first.

        One atomic step. An article leased here comes back to another caller when the lease runs out, so the caller's
        work must be harmless when it is done twice.
        """
        with store_failures():
            ids = self._claim([self._keys.pending(shard)], [limit, self._lease_ms])
        return [ArticleId(member.decode()) for member in ids]

    def attempt(self, shard: Shard, ids: Sequence[ArticleId], *, max_attempts: int) -> list[Article]:
        """The texts of leased articles, each counted as tried once more.

        An article tried ``max_attempts`` times already is given up here instead: something about it ends its workers.
        One that came to no end twice is handed out only alone, the others of its batch go first; what is not handed
        out is due again.
        """
        records = [self._keys.article(article_id) for article_id in ids]
        keys = [self._keys.pending(shard), self._keys.dead(shard), self._keys.counters(shard), *records]
        with store_failures():
            found = self._attempt(keys, [max_attempts, *ids])
        return [decode_article(data) for data in found if data is not None]

    def commit(self, shard: Shard, verdicts: Sequence[Verdict]) -> int:
        """Take finished articles out of the ledger, and say how many this call did.

        Of several callers with one article exactly one finishes it; the others change nothing.
        """
        keys = [self._keys.pending(shard), self._keys.counters(shard)]
        args: list[object] = [self._record_ms]
        for verdict in verdicts:
            keys.append(self._keys.article(verdict.article_id))
            args += [verdict.article_id, encode_verdict(verdict), int(verdict.duplicate_of is not None)]
        with store_failures():
            return int(self._commit(keys, args))

    def bury(self, article_id: ArticleId, reason: str) -> None:
        """Give up an article at once, with the reason; twice is once."""
        with store_failures():
            self._bury(self._life_and_death(article_id), [article_id, reason])

    def requeue(self, article_id: ArticleId) -> bool:
        """Put a dead letter back to work; False when it is none (any more)."""
        with store_failures():
            return bool(self._requeue(self._life_and_death(article_id), [article_id, self._record_ms]))

    def _life_and_death(self, article_id: ArticleId) -> list[str]:
        shard = self._keys.shard_of(article_id)
        names = [self._keys.pending(shard), self._keys.dead(shard), self._keys.counters(shard)]
        return [*names, self._keys.article(article_id)]

    def dead(self) -> list[ArticleId]:
        """Every dead letter, oldest first within a shard."""
        with store_failures():
            members = [self._redis.zrange(self._keys.dead(shard), 0, -1) for shard in self._keys.shards()]
        return [ArticleId(member.decode()) for shard in members for member in shard]

    def trim(self) -> None:
        """Let go of the dead letters whose records have expired."""
        horizon = self._now() - self._record_ms
        with store_failures():
            for shard in self._keys.shards():
                self._redis.zremrangebyscore(self._keys.dead(shard), "-inf", horizon)

    def articles(self, ids: Sequence[ArticleId]) -> dict[ArticleId, Article]:
        """The articles that have these ids; what has expired is left out."""
        with store_failures(), self._redis.pipeline(transaction=False) as pipe:
            for article_id in ids:
                pipe.hget(self._keys.article(article_id), "article")
            found = pipe.execute()
        pairs = zip(ids, found, strict=True)
        return {article_id: decode_article(data) for article_id, data in pairs if data is not None}

    def verdicts(self, ids: Sequence[ArticleId]) -> dict[ArticleId, Verdict]:
        """The verdicts these articles have."""
        with store_failures(), self._redis.pipeline(transaction=False) as pipe:
            for article_id in ids:
                pipe.hget(self._keys.article(article_id), "verdict")
            found = pipe.execute()
        pairs = zip(ids, found, strict=True)
        return {article_id: decode_verdict(data) for article_id, data in pairs if data is not None}

    def records(self, ids: Sequence[ArticleId]) -> list[Record | None]:
        """What the ledger holds of each id, None for one it does not know."""
        with store_failures(), self._redis.pipeline(transaction=False) as pipe:
            for article_id in ids:
                pipe.hgetall(self._keys.article(article_id))
            found = pipe.execute()
        return [_record(fields) if b"article" in fields else None for fields in found]

    def due(self) -> list[Shard]:
        """The shards that have work no worker holds a lease on."""
        now = self._now()
        with store_failures():
            shards = self._keys.shards()
            return [s for s in shards if self._redis.zcount(self._keys.pending(s), "-inf", now)]

    def counts(self) -> Counts:
        """The counters of all shards together."""
        with store_failures():
            return _total(self._shard_counts())

    def _shard_counts(self) -> Iterator[Counts]:
        now = self._now()
        for shard in self._keys.shards():
            counted = {name.decode(): int(n) for name, n in self._redis.hgetall(self._keys.counters(shard)).items()}
            yield Counts(
                accepted=counted.get("accepted", 0),
                assigned=counted.get("assigned", 0),
                failed=counted.get("failed", 0),
                duplicates=counted.get("duplicates", 0),
                pending=self._redis.zcard(self._keys.pending(shard)),
                oldest_pending_seconds=self._oldest(shard, now),
            )

    def _oldest(self, shard: Shard, now: int) -> float:
        """How long ago the oldest pending article was accepted, in seconds.

        The ledger is in order of the time work is due: the oldest is the first that is due, or one under a lease.
        """
        pending = self._keys.pending(shard)
        first = self._redis.zrange(pending, 0, 0)
        leased = self._redis.zrange(pending, now, "+inf", byscore=True, offset=0, num=MOST_LEASED)
        with self._redis.pipeline(transaction=False) as pipe:
            for member in {*first, *leased}:
                pipe.hget(self._keys.article(ArticleId(member.decode())), "received")
            received = [int(time) for time in pipe.execute() if time is not None]
        return max(0.0, (now - min(received)) / 1000) if received else 0.0


def _submission(article: Article, code: int) -> Submission:
    if code == 2:
        return Submission(article.id, None, created=False, problem=OTHER_TEXT)
    return Submission(article.id, ArticleStatus.QUEUED, created=code == 1)


def _record(fields: dict[bytes, bytes]) -> Record:
    attempts = int(fields[b"attempts"])
    verdict = fields.get(b"verdict")
    failure = fields.get(b"failure")
    return Record(
        article=decode_article(fields[b"article"]),
        status=_status(attempts, finished=verdict is not None, failed=failure is not None),
        received_at=time_of(fields[b"received"]),
        attempts=attempts,
        verdict=None if verdict is None else decode_verdict(verdict),
        failure=None if failure is None else failure.decode(),
    )


def _status(attempts: int, *, finished: bool, failed: bool) -> ArticleStatus:
    if finished:
        return ArticleStatus.ASSIGNED
    if failed:
        return ArticleStatus.FAILED
    return ArticleStatus.PROCESSING if attempts else ArticleStatus.QUEUED


def _total(counts: Iterator[Counts]) -> Counts:
    shards = list(counts)
    return Counts(
        accepted=sum(c.accepted for c in shards),
        assigned=sum(c.assigned for c in shards),
        failed=sum(c.failed for c in shards),
        duplicates=sum(c.duplicates for c in shards),
        pending=sum(c.pending for c in shards),
        oldest_pending_seconds=max(c.oldest_pending_seconds for c in shards),
    )

"""Pairs of one text, each half of them in another worker's hands at the same time: which one is called the copy?

twins.py --work URL SHARD       (a worker: says "ready", waits for a line, drains its shard, and ends)
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count, pairwise
from pathlib import Path
from random import Random
from subprocess import PIPE
from typing import IO, cast

from redis import Redis

from dedupe.environment import Settings
from dedupe.models import Article, ArticleId, JobId
from dedupe.service import Service
from dedupe.store.blocks import RoundId
from dedupe.store.keys import Shard
from dedupe.wiring import assemble

WORKERS = (Shard(0), Shard(1))
SUBMITTED_AT_ONCE = 12  # pairs, of which a worker takes one half in several batches
TAKEN_AT_ONCE = 4
N_WORDS = 60


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many pairs were judged rightly, whose twin was first how often, and how often the log changes hands."""

    n_right: int
    n_first_by_worker: tuple[int, int]
    n_turns: int


class _NoBell:
    def drain(self, shard: Shard) -> None:
        """Nobody needs to be woken."""

    def recluster(self, job_id: JobId) -> None:
        """Nobody needs to be woken."""

    def help(self, round_id: RoundId) -> None:
        """Nobody needs to be woken."""


def judged_twins(url: str, n_pairs: int) -> Outcome:
    """Submit pairs, have two worker processes drain one twin of each at once, and compare verdicts with the log."""
    with Redis.from_url(url) as redis, _workers(url) as workers:
        service = _service(redis)
        pairs = list(_pairs(service, n_pairs))
        for begin in range(0, n_pairs, SUBMITTED_AT_ONCE):
            service.submit([article for pair in pairs[begin : begin + SUBMITTED_AT_ONCE] for article in pair])
            for worker in workers:
                worker.tell()
            for worker in workers:
                worker.wait()
        return _outcome(service, pairs)


@dataclass(frozen=True, slots=True)
class _Worker:
    process: "subprocess.Popen[str]"

    def tell(self) -> None:
        """Have it drain its shard."""
        stdin = cast("IO[str]", self.process.stdin)
        stdin.write("drain\n")
        stdin.flush()

    def wait(self) -> None:
        """Wait until it has."""
        if cast("IO[str]", self.process.stdout).readline() != "done\n":
            raise RuntimeError("a worker failed")


@contextmanager
def _workers(url: str) -> Iterator[list[_Worker]]:
    commands = [[sys.executable, str(Path(__file__).resolve()), "--work", url, str(shard)] for shard in WORKERS]
    with ExitStack() as running:
        processes = [subprocess.Popen(command, stdin=PIPE, stdout=PIPE, text=True) for command in commands]  # noqa: S603
        workers = [_Worker(running.enter_context(process)) for process in processes]
        for worker in workers:
            worker.tell()
        for worker in workers:
            worker.wait()
        yield workers


def _outcome(service: Service, pairs: Sequence[tuple[Article, Article]]) -> Outcome:
    log = list(service._log.places())
    number_of = {article_id: number for number, article_id in log}
    in_order = [sorted((twin.id for twin in pair), key=number_of.__getitem__) for pair in pairs]
    views = service.articles([article_id for pair in in_order for article_id in pair])
    verdicts = {view.article.id: view.verdict for view in views if view is not None and view.verdict is not None}
    n_right = sum(
        verdicts[first].duplicate_of is None and verdicts[second].duplicate_of == first for first, second in in_order
    )
    n_first = sum(service._keys.shard_of(first) == WORKERS[0] for first, _ in in_order)
    shards = [service._keys.shard_of(article_id) for _, article_id in log]
    n_turns = sum(before != after for before, after in pairwise(shards))
    return Outcome(n_right, (n_first, len(pairs) - n_first), n_turns)


def _service(redis: Redis) -> Service:
    return assemble(Settings(shards=len(WORKERS), claim_limit=TAKEN_AT_ONCE), redis, _NoBell())


def _pairs(service: Service, n_pairs: int) -> Iterator[tuple[Article, Article]]:
    """Twins in different shards: every other pair of equal texts, the others with a word changed."""
    random = Random(1)  # noqa: S311 - no secrets
    for number in range(n_pairs):
        words = [f"w{random.randrange(1_000_000)}" for _ in range(N_WORDS)]
        changed = words if number % 2 else [*words[:30], "changed", *words[31:]]
        # The ledger hands out in the order of ids: a random one, so that either twin may be first.
        names = [f"{random.randrange(1_000_000):06}-{number}" for _ in WORKERS]
        ids = [
            next(i for i in _ids(name) if service._keys.shard_of(i) == side)
            for name, side in zip(names, WORKERS, strict=True)
        ]
        yield Article(ids[0], " ".join(words)), Article(ids[1], " ".join(changed))


def _ids(name: str) -> Iterator[ArticleId]:
    return (ArticleId(f"{name}-{salt}") for salt in count())


def work(url: str, shard: Shard) -> None:
    """Drain a shard whenever told to."""
    with Redis.from_url(url) as redis:
        service = _service(redis)
        for _ in sys.stdin:
            service.drain(shard)
            print("done", flush=True)


if __name__ == "__main__":
    work(sys.argv[2], Shard(int(sys.argv[3])))

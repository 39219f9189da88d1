"""A month in minutes: whether Redis and the workers stay as small as the window they keep.

    month.py [--days N] [--window-days N] [--per-day N] [--reclusters N] [--json OUT]

The real service on an embedded server, an ingest worker and a recluster worker, each a process of its own. Time is
simulated: every call goes by a clock that this program moves on by a quarter of a day, and what the server itself lets
expire is made as much older, by taking the quarter off every key's time to live. Articles are made up, the same number
each day, a tenth of them copies. Each day is drained, trimmed and (``--reclusters`` times) reclustered as the schedule
does it, and printed as a line. Once the window has filled, and what lives a day longer has gone, nothing may grow any
more: the medians of as many days as a window has are compared, the last of all and the first of those. A single day may
be a little above, because a process breathes.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from statistics import median
from subprocess import PIPE
from typing import IO, Any, cast

from generated import documents
from processes import resident_megabytes
from redis import Redis

from dedupe.celery_app import INGEST_QUEUE
from dedupe.environment import Settings
from dedupe.local.server import embedded_server
from dedupe.models import Article, ArticleId, JobId
from dedupe.service import Service
from dedupe.store.blocks import RoundId
from dedupe.store.keys import DAY_MS, Shard
from dedupe.wiring import assemble, warm_libraries

STEPS_A_DAY = 4
STEP_MS = DAY_MS // STEPS_A_DAY
BEGIN_MS = 1_780_000_000_000
MOST_GROWTH = 0.1
MOST_ABOVE = 0.15

# The server cannot be told another time, so what it lets expire grows older instead.
AGE = """
local cursor, n = '0', 0
repeat
  local page = redis.call('SCAN', cursor, 'COUNT', 1000)
  cursor = page[1]
  for _, key in ipairs(page[2]) do
    local left = redis.call('PTTL', key)
    if left > tonumber(ARGV[1]) then
      redis.call('PEXPIRE', key, left - tonumber(ARGV[1]))
    elseif left >= 0 then
      redis.call('DEL', key)
      n = n + 1
    end
  end
until cursor == '0'
return n
"""


class _NoBell:
    def drain(self, shard: Shard) -> None:
        """Nobody needs to be woken."""

    def recluster(self, job_id: JobId) -> None:
        """Nobody needs to be woken."""

    def help(self, round_id: RoundId) -> None:
        """Nobody needs to be woken."""


@dataclass(frozen=True, slots=True)
class Day:
    """What there is at the end of a day; sizes in megabytes."""

    day: int
    redis: float
    ingest: float
    recluster: float
    entries: int
    window: int
    stories: int
    keys: dict[str, int]


def simulated_service(url: str, window_days: float, clock: list[int]) -> Service:
    """A service that goes by the last time in ``clock``."""
    redis = Redis.from_url(url)
    settings = Settings(window_days=window_days, max_pending=1_000_000)
    return assemble(settings, redis, _NoBell(), clock=lambda: clock[-1])


def work(url: str, window_days: float) -> None:
    """Do what is asked for, line by line: a time, and what to do at it."""
    warm_libraries({INGEST_QUEUE})
    clock = [BEGIN_MS]
    service = simulated_service(url, window_days, clock)
    for line in sys.stdin:
        now, what = line.split()
        clock[:] = [int(now)]
        done = {"drain": lambda: service.drain(Shard(0)), "recluster": lambda: _recluster(service)}[what]()
        service.reconcile()
        window = len(service.follower()._window)
        print(json.dumps({"done": done, "megabytes": resident_megabytes(), "window": window}), flush=True)


def _recluster(service: Service) -> int:
    job = service.start_scheduled_recluster()
    if job is None:
        return 0
    service.recluster(job.id)
    diff = service.job(job.id).diff
    return 0 if diff is None else diff.n_stories


class Worker:
    """A worker process, and what it said last."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.megabytes = 0.0
        self.window = 0

    def do(self, now: int, what: str) -> int:
        """Have something done at a time, and say how much was."""
        stdin, stdout = cast("IO[str]", self._process.stdin), cast("IO[str]", self._process.stdout)
        stdin.write(f"{now} {what}\n")
        stdin.flush()
        said: dict[str, Any] = json.loads(stdout.readline())
        self.megabytes, self.window = said["megabytes"], said["window"]
        return int(said["done"])


def simulate(url: str, *, days: int, window_days: float, per_day: int, reclusters: int) -> Iterator[Day]:
    """Every day as it ended."""
    clock = [BEGIN_MS]
    articles = (Article(ArticleId(f"a{at}"), made.text) for at, made in enumerate(documents(days * per_day)))
    command = [sys.executable, str(Path(__file__).resolve()), "--work", url, str(window_days)]
    with ExitStack() as running, Redis.from_url(url) as redis:
        submitter = simulated_service(url, window_days, clock)
        ingest, recluster = (
            Worker(running.enter_context(subprocess.Popen(command, stdin=PIPE, stdout=PIPE, text=True)))  # noqa: S603
            for _ in range(2)
        )
        for day in range(1, days + 1):
            for step in range(1, STEPS_A_DAY + 1):
                submitter.submit(list(islice(articles, per_day // STEPS_A_DAY)))
                ingest.do(clock[-1], "drain")
                if step * reclusters // STEPS_A_DAY > (step - 1) * reclusters // STEPS_A_DAY:
                    recluster.do(clock[-1], "recluster")
                clock[:] = [clock[-1] + STEP_MS]
                redis.eval(AGE, 0, STEP_MS)
            yield _day(day, redis, submitter, ingest, recluster)


def _day(day: int, redis: Redis, service: Service, ingest: Worker, recluster: Worker) -> Day:
    keys = Counter(_kind(key.decode()) for key in redis.scan_iter(count=1_000))
    return Day(
        day=day,
        redis=int(redis.info("memory")["used_memory"]) / 1e6,
        ingest=ingest.megabytes,
        recluster=recluster.megabytes,
        entries=int(redis.xlen(service._keys.entries)),
        window=ingest.window,
        stories=service.health().stories,
        keys=dict(sorted(keys.items())),
    )


def _kind(key: str) -> str:
    parts = key.rpartition("}:")[2].split(":")
    return "partition" if parts[0] == "gen" else parts[0]


def growth(days: Sequence[Day], *, window_days: float) -> dict[str, tuple[float, float]]:
    """How far the last days of each quantity, and its highest, are above the first with a full window, as shares.

    The ids of stories that ended are kept as long again as the window: it is full after that.
    """
    n = int(window_days)
    full = days[2 * n + 2 :]
    first, last = full[:n], full[-n:]
    return {
        name: (_median(last, name) / _median(first, name) - 1, max(_values(full, name)) / _median(first, name) - 1)
        for name in ("redis", "ingest", "recluster", "entries")
        if any(_values(full, name))
    }


def _median(days: Sequence[Day], name: str) -> float:
    return median(_values(days, name))


def _values(days: Sequence[Day], name: str) -> list[float]:
    return [float(getattr(day, name)) for day in days]


def main() -> int:
    """Run the benchmark; 0 when nothing grows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--window-days", type=float, default=7.0)
    parser.add_argument("--per-day", type=int, default=500)
    parser.add_argument("--reclusters", type=int, default=1, help="a day, at most four; 0 for never")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--work", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work is not None:
        work(arguments.work[0], float(arguments.work[1]))
        return 0
    if arguments.days < 2 * arguments.window_days + 2:
        parser.error("the days must be two windows and two more at least")
    days = []
    print(
        f"{'day':>3}{'Redis MB':>10}{'ingest MB':>11}{'recluster MB':>14}{'entries':>9}{'window':>8}{'stories':>9} keys"
    )
    with tempfile.TemporaryDirectory() as place, embedded_server(Path(place)) as server:
        for day in simulate(
            server.store_url,
            days=arguments.days,
            window_days=arguments.window_days,
            per_day=arguments.per_day,
            reclusters=arguments.reclusters,
        ):
            days.append(day)
            _show(day)
    grown = growth(days, window_days=arguments.window_days)
    shares = ", ".join(f"{name} {share:+.1%} (at most {most:+.1%})" for name, (share, most) in grown.items())
    print(f"growth once the window, and what is kept as long again, are full: {shares}")
    if arguments.json is not None:
        table = {"days": [asdict(day) for day in days], "growth": grown}
        arguments.json.write_text(json.dumps({"month": table}, indent=2) + "\n")
    return 0 if all(share <= MOST_GROWTH and most <= MOST_ABOVE for share, most in grown.values()) else 1


def _show(day: Day) -> None:
    keys = ", ".join(f"{kind} {n}" for kind, n in day.keys.items())
    print(
        f"{day.day:3}{day.redis:10.1f}{day.ingest:11.1f}{day.recluster:14.1f}{day.entries:9}{day.window:8}"
        f"{day.stories:9} {keys}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())

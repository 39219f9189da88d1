"""How many articles a second does the service accept and assign, over HTTP, and how long does one wait?

    python benchmarks/ingest.py FILE... [--articles 20000] [--steady RATE [--seconds 30]] [--workers N] [--json OUT]

A stack of its own is started (``dedupe up``: embedded server, workers, API) on an empty data directory. Four clients
then send batches of 200 articles as NDJSON, one request after another each, as fast as they are answered; printed are
articles a second from the first request to the last 202 (accepted) and to the last that the ledger counts as assigned,
and what each process took of the processor, and held, meanwhile. With --steady so many articles a second are sent
instead, in batches of a tenth of a second, and printed is the time from the 202 of an article to its assignment.

The articles are made of the sentences of the labelled JSON Lines files: see ``recombined.py``. The bodies are made
before anything is measured. Linux only: /proc says what a process takes.
"""

import argparse
import http.client
import json
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock

import numpy as np
import orjson
from labelled import read_collection
from private_stack import PATIENCE_SECONDS, POLL_SECONDS, Stack, Took, running_stack
from recombined import recombined

_CLIENTS, _BATCH = 4, 200
_BATCHES_A_SECOND = 10
_WARMING = 400  # articles sent before anything is measured

Row = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Rates:
    """Articles a second, and microseconds of the processor an article by process; the clients' are of this process."""

    n_articles: int
    accepted_a_second: float
    assigned_a_second: float
    client_seconds: float
    processes: tuple[Took, ...]


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds from the 202 of an article to its assignment."""

    rate: float
    n_articles: int
    p50: float
    p95: float
    p99: float
    longest: float


def send(connection: http.client.HTTPConnection, body: bytes) -> None:
    """Send a batch, again where there is no room for it now."""
    while True:
        connection.request("POST", "/v1/articles:batch", body, {"Content-Type": "application/x-ndjson"})
        answer = connection.getresponse()
        said = answer.read()
        if answer.status == http.HTTPStatus.ACCEPTED:
            return
        if answer.status not in (http.HTTPStatus.TOO_MANY_REQUESTS, http.HTTPStatus.SERVICE_UNAVAILABLE):
            raise SystemExit(f"{answer.status}: {said[:500]!r}")
        time.sleep(float(answer.headers.get("Retry-After", "1")))


def bodies_of(rows: Sequence[Row], *, size: int) -> list[bytes]:
    """NDJSON of the rows, so many in each."""
    return [b"\n".join(map(orjson.dumps, rows[at : at + size])) for at in range(0, len(rows), size)]


def measure_rates(stack: Stack, rows: Sequence[Row]) -> Rates:
    """Send all rows as fast as they are accepted."""
    waiting = iter(bodies_of(rows, size=_BATCH))
    lock = Lock()
    n_before, before = stack.n_assigned(), stack.processes()
    began, own = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(_CLIENTS) as pool:
        done = [pool.submit(_send_all, stack, waiting, lock) for _ in range(_CLIENTS)]
        accepted = max(future.result() for future in done)
        own = time.process_time() - own
    assigned = stack.wait_until_assigned(n_before + len(rows))
    return Rates(
        len(rows),
        len(rows) / (accepted - began),
        len(rows) / (assigned - began),
        own,
        _since(before, stack.processes()),
    )


def _send_all(stack: Stack, bodies: Iterator[bytes], lock: Lock) -> float:
    with closing(stack.connection()) as connection:
        while True:
            with lock:
                body = next(bodies, None)
            if body is None:
                return time.perf_counter()
            send(connection, body)


def _since(before: dict[int, Took], after: dict[int, Took]) -> tuple[Took, ...]:
    taken = [
        Took(own.role, own.processor_seconds - before[pid].processor_seconds, own.peak_megabytes)
        for pid, own in after.items()
        if pid in before
    ]
    return tuple(sorted(taken, key=lambda own: -own.processor_seconds))


def measure_waits(stack: Stack, rows: Sequence[Row], *, rate: float) -> Waits:
    """Send so many rows a second, and see when each is assigned."""
    size = max(1, round(rate / _BATCHES_A_SECOND))
    accepted_at: dict[bytes, float] = {}
    assigned_at: dict[bytes, float] = {}
    with ThreadPoolExecutor(_CLIENTS + 1) as pool:
        watched = pool.submit(_watch, stack, len(rows), accepted_at, assigned_at)
        began = time.perf_counter()
        for number, start in enumerate(range(0, len(rows), size)):
            time.sleep(max(0.0, began + number * size / rate - time.perf_counter()))
            pool.submit(_send_timed, stack, rows[start : start + size], accepted_at)
        watched.result()
    waits = np.array([assigned_at[name] - accepted_at[name] for name in accepted_at])
    p50, p95, p99 = np.percentile(waits, [50, 95, 99]).tolist()
    return Waits(rate, len(rows), p50, p95, p99, float(waits.max()))


def _send_timed(stack: Stack, rows: Sequence[Row], accepted_at: dict[bytes, float]) -> None:
    with closing(stack.connection()) as connection:
        send(connection, bodies_of(rows, size=len(rows))[0])
    now = time.perf_counter()
    accepted_at.update({str(row["id"]).encode(): now for row in rows})


def _watch(stack: Stack, n_rows: int, accepted_at: dict[bytes, float], assigned_at: dict[bytes, float]) -> None:
    deadline = time.perf_counter() + PATIENCE_SECONDS
    while len(assigned_at) < n_rows and time.perf_counter() < deadline:
        accepted = accepted_at.copy().keys() - assigned_at.keys()
        pending, now = stack.pending(), time.perf_counter()
        assigned_at.update(dict.fromkeys(accepted - pending, now))
        time.sleep(POLL_SECONDS)


def main() -> int:
    """Run the benchmark."""
    options = _options()
    collections = [read_collection(path) for path in options.files]
    n_articles = options.articles if options.steady is None else round(options.steady * options.seconds)
    rows = list(recombined(collections, n_articles, seed=options.seed))
    warming = list(recombined(collections, _WARMING, seed=options.seed + 1))
    n_words = sum(len(str(row["text"]).split()) for row in rows) / len(rows)
    print(f"{len(rows)} articles of {n_words:.0f} words")
    with running_stack(workers=options.workers) as stack:
        measure_rates(stack, warming)
        stack.wait_until_idle()
        result: Rates | Waits
        if options.steady is None:
            result = measure_rates(stack, rows)
            _print_rates(result)
        else:
            result = measure_waits(stack, rows, rate=options.steady)
            _print_waits(result)
    if options.json is not None:
        options.json.write_text(json.dumps({"ingest": asdict(result)}, indent=2) + "\n")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--steady", type=float)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def _print_rates(rates: Rates) -> None:
    print(f"accepted {rates.accepted_a_second:8.0f} a second")
    print(f"assigned {rates.assigned_a_second:8.0f} a second")
    print(f"{'process':<12}{'µs an article':>14}{'peak MB':>9}")
    print(f"{'clients':<12}{1e6 * rates.client_seconds / rates.n_articles:14.0f}")
    for own in rates.processes:
        print(f"{own.role:<12}{1e6 * own.processor_seconds / rates.n_articles:14.0f}{own.peak_megabytes:9.0f}")
    total = rates.client_seconds + sum(own.processor_seconds for own in rates.processes)
    print(f"{'together':<12}{1e6 * total / rates.n_articles:14.0f}")


def _print_waits(waits: Waits) -> None:
    print(f"{waits.rate:.0f} articles a second, {waits.n_articles} of them: seconds from 202 to assignment")
    print(f"p50 {waits.p50:.2f}   p95 {waits.p95:.2f}   p99 {waits.p99:.2f}   longest {waits.longest:.2f}")


if __name__ == "__main__":
    sys.exit(main())

"""The index that workers share through Redis, beside datasketch's Redis storage; and twins given to two workers.

    shared_index.py [ARTICLES.jsonl] [--articles N] [--peer-articles N] [--batch N] [--rounds N] [--json OUT]
    shared_index.py --twins 1000

Articles are made up, a tenth of them copies, where no file is given. Each round takes both in turn, on one embedded
server that is emptied before, with the same signatures: ours appends batches to the log, replays each into the index in
memory and asks it for candidates; datasketch calls ``insert()`` and ``query()`` for each article, once with our bands
and once with the usual ones. Printed are medians a document: time, processor time of this process and of the server
together, and bytes in Redis. Ours is also weighed with the terms that stories need, which are in the same entries.

datasketch's storage unpickles what it reads, so the server is a private one that nobody else writes to.
"""

import argparse
import gzip
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any, cast
from urllib.parse import unquote

import numpy as np
from datasketch import MinHash, MinHashLSH
from generated import documents
from redis import Redis
from twins import judged_twins

from dedupe.local.server import embedded_server
from dedupe.models import Article, ArticleId, Sketch
from dedupe.near_duplicates.bounds import Bounds, bounds_of
from dedupe.near_duplicates.index import SignatureIndex
from dedupe.settings import AttachParams, DuplicateParams
from dedupe.sketches import sketch_articles
from dedupe.store.keys import Keys
from dedupe.store.log import Log
from dedupe.text import kernels

LEAST_TIMES = 200.0
MOST_BYTES = 700.0
OURS, WHOLE, PEER, PEER_USUAL = "ours", "ours, whole entries", "datasketch, our bands", "datasketch, 16 x 8"
USUAL_BANDS = (16, 8)

KEYS = Keys("shared_index", "00000000")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a document took: microseconds in all, those of both processors, and bytes in Redis."""

    microseconds: float
    processor_microseconds: float
    redis_bytes: float


def read_articles(path: Path | None, *, limit: int) -> list[Article]:
    """The first articles of a JSON Lines file; made-up ones without a file."""
    if path is None:
        return [Article(ArticleId(f"made-up-{at}"), made.text) for at, made in enumerate(documents(limit))]
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt") as lines:
        rows = [json.loads(line) for _, line in zip(range(limit), lines, strict=False)]
    return [Article(ArticleId(str(row["id"])), row["text"], row.get("title")) for row in rows]


def sketches_of(articles: Sequence[Article]) -> list[Sketch]:
    """Sketches of the articles that are long enough for a signature."""
    sketched = sketch_articles(articles, duplicates=DuplicateParams(), attach=AttachParams())
    return [item.sketch for item in sketched if item.sketch.signature.size]


def without_terms(sketch: Sketch) -> Sketch:
    """The half of a sketch that near-duplicates need."""
    nothing = np.empty(0)
    return replace(
        sketch,
        terms=nothing.astype(np.uint32),
        weights=nothing.astype(np.float32),
        background=nothing.astype(np.uint16),
    )


def through_our_log(redis: Redis, sketches: Sequence[Sketch], *, batch: int) -> None:
    """Append in batches, replay each, and look every article up before it is taken in."""
    params = DuplicateParams()
    log, index, position = Log(redis, KEYS, window_days=30), SignatureIndex(params.sketch), 0
    for begin in range(0, len(sketches), batch):
        log.append(sketches[begin : begin + batch])
        entries = log.after(position, limit=batch)
        position = entries[-1].number
        look_up(index, [entry.sketch for entry in entries], bounds_of(params))


def look_up(index: SignatureIndex, sketches: Sequence[Sketch], bounds: Bounds) -> int:
    """Look up and index a batch, each article against those before it; how many have something before them."""
    ids = [sketch.article_id for sketch in sketches]
    signatures = np.stack([sketch.signature for sketch in sketches])
    text_keys = np.frombuffer(b"".join(sketch.text_key for sketch in sketches), dtype=np.uint64).reshape(-1, 2)
    n_found = begin = 0
    while begin < len(ids):
        begin, same, _ = index.add_until_found(ids, signatures, text_keys, begin=begin, bounds=bounds)
        if begin < len(ids):
            if same is None:
                index.add(ids[begin], signatures[begin], text_keys[begin].tobytes())
            n_found, begin = n_found + 1, begin + 1
    return n_found


def through_datasketch(url: str, sketches: Sequence[Sketch], *, bands: tuple[int, int]) -> None:
    """Insert and look up every article by itself, as its users do."""
    place = {"unix_socket_path": unquote(url.removeprefix("unix://"))}
    storage = {"type": "redis", "basename": b"peer", "redis": place}
    index = MinHashLSH(num_perm=128, params=bands, storage_config=storage)
    for sketch in sketches:
        minhash = MinHash(num_perm=128, seed=1, hashvalues=sketch.signature, scheme="affine32")
        index.query(minhash)
        index.insert(sketch.article_id, minhash)


def cost_of(redis: Redis, work: Callable[[], None], *, n_documents: int) -> Cost:
    """What the work took on an emptied server."""
    cast("Any", redis).execute_command("FLUSHALL", "SYNC")  # what is freed later would be missed
    used, server, own, wall = _used_bytes(redis), _server_seconds(redis), time.process_time(), time.perf_counter()
    work()
    wall = time.perf_counter() - wall
    processors = time.process_time() - own + _server_seconds(redis) - server
    scale = 1e6 / n_documents
    return Cost(wall * scale, processors * scale, (_used_bytes(redis) - used) / n_documents)


def _used_bytes(redis: Redis) -> int:
    return int(redis.info("memory")["used_memory"])


def _server_seconds(redis: Redis) -> float:
    told = redis.info("cpu")
    return float(told["used_cpu_user"]) + float(told["used_cpu_sys"])


def measure(url: str, sketches: Sequence[Sketch], *, n_peer: int, batch: int, rounds: int) -> dict[str, Cost]:
    """Medians of each, taken in turn."""
    halves = [without_terms(sketch) for sketch in sketches]
    few, params = halves[:n_peer], DuplicateParams().sketch
    with Redis.from_url(url) as redis:
        works: dict[str, tuple[int, Callable[[], None]]] = {
            OURS: (len(halves), lambda: through_our_log(redis, halves, batch=batch)),
            PEER: (len(few), lambda: through_datasketch(url, few, bands=(params.bands, params.rows))),
            PEER_USUAL: (len(few), lambda: through_datasketch(url, few, bands=USUAL_BANDS)),
            WHOLE: (len(sketches), lambda: through_our_log(redis, sketches, batch=batch)),
        }
        through_our_log(redis, halves[:batch], batch=batch)  # the server keeps the scripts from now on
        taken: dict[str, list[Cost]] = {name: [] for name in works}
        for _ in range(rounds):
            for name, (n_documents, work) in works.items():
                taken[name].append(cost_of(redis, work, n_documents=n_documents))
    return {name: _median(costs) for name, costs in taken.items()}


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        median(cost.microseconds for cost in costs),
        median(cost.processor_microseconds for cost in costs),
        median(cost.redis_bytes for cost in costs),
    )


def report(costs: dict[str, Cost]) -> dict[str, object]:
    """Print the table, and hand it back as rows."""
    ours = costs[OURS]
    print(f"{'a document':24}{'µs':>10}{'times':>8}{'CPU µs':>10}{'times':>8}{'bytes in Redis':>16}")
    rows: dict[str, object] = {}
    for name, cost in costs.items():
        times = cost.microseconds / ours.microseconds
        processor_times = cost.processor_microseconds / ours.processor_microseconds
        print(
            f"{name:24}{cost.microseconds:10.1f}{times:8.1f}{cost.processor_microseconds:10.1f}"
            f"{processor_times:8.1f}{cost.redis_bytes:16.0f}"
        )
        rows[name] = {
            "us": cost.microseconds,
            "times ours": times,
            "cpu_us": cost.processor_microseconds,
            "cpu times ours": processor_times,
            "redis_bytes": cost.redis_bytes,
        }
    return rows


def main() -> int:
    """Run the benchmark; 0 when ours is fast and small enough, and no twin got the wrong verdict."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path, nargs="?")
    parser.add_argument("--articles", dest="limit", type=int, default=5000)
    parser.add_argument("--peer-articles", type=int, default=200)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--twins", type=int, default=0, metavar="PAIRS", help="give pairs to two workers at once instead"
    )
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place, embedded_server(Path(place)) as server:
        if arguments.twins:
            found, is_good = twins_table(server.store_url, arguments.twins)
        else:
            kernels.load()
            sketches = sketches_of(read_articles(arguments.articles, limit=arguments.limit))
            costs = measure(
                server.store_url,
                sketches,
                n_peer=arguments.peer_articles,
                batch=arguments.batch,
                rounds=arguments.rounds,
            )
            found = report(costs)
            is_good = (
                costs[PEER].microseconds >= LEAST_TIMES * costs[OURS].microseconds
                and costs[OURS].redis_bytes <= MOST_BYTES
            )
    if arguments.json is not None:
        arguments.json.write_text(json.dumps({"shared_index": found}, indent=2) + "\n")
    return 0 if is_good else 1


def twins_table(url: str, n_pairs: int) -> tuple[dict[str, object], bool]:
    """Submit twins to two workers at once, and print how often the later one is the copy."""
    outcome = judged_twins(url, n_pairs)
    found: dict[str, object] = {
        "pairs": n_pairs,
        "the later one is the copy": outcome.n_right,
        "first by worker": list(outcome.n_first_by_worker),
        "workers' turns in the log": outcome.n_turns,
    }
    print(", ".join(f"{name}: {value}" for name, value in found.items()))
    return found, outcome.n_right == n_pairs


if __name__ == "__main__":
    sys.exit(main())

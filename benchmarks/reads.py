"""How long do reads take over HTTP, with many articles stored? The percentiles of each, of one client after another.

    python benchmarks/reads.py --data DIR [--articles 100000] [--asked 300] [--json OUT]

An embedded server is filled with articles of real length and their stories, through the stores and not through the
queue; the API then runs on it in a process of its own, whose processor time a request takes is told beside (Linux). The
texts are made of the sentences of the labelled JSON Lines files of ``DIR``: the articles of a story share half of
theirs. Explanations are of pairs drawn anew each time, a third each of one story, of two of one topic, and of two
topics, so that most of what they read was never read before.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from random import Random

import httpx
import numpy as np
from labelled import read_collection

from dedupe.connections import connect
from dedupe.local.ports import base_url, listen
from dedupe.local.server import ServerAddress, embedded_server
from dedupe.models import Article, ArticleId, Assignment, Facts, JobId, Member, Story, StoryId, Verdict
from dedupe.settings import DuplicateParams, StoryParams, fingerprint
from dedupe.store.keys import Keys, Shard
from dedupe.store.ledger import Ledger
from dedupe.store.partitions import Attached, Partitions
from dedupe.text.normalise import NORMALISER_VERSION

_BATCH = 1_000
_WINDOW_DAYS = 30.0
_MOST_IN_STORY, _MOST_IN_TOPIC = 400, 40
_START_SECONDS = 60.0


Query = tuple[str, dict[str, str]]  # a path and what is asked there


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; the first request is apart, because it loads what the others use."""

    name: str
    n: int
    first_ms: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    processor_ms: float | None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; the exit code is 0 where every request was answered."""
    options = _options(arguments)
    random = Random(options.seed)  # noqa: S311 - texts and samples, no secrets
    with tempfile.TemporaryDirectory() as directory, embedded_server(Path(directory)) as address:
        stories = planned_stories(options.articles, random)
        begin = time.perf_counter()
        fill(address, stories, list(sentences(options.data)), random)
        print(f"{options.articles} articles in {len(stories)} stories written in {time.perf_counter() - begin:.0f} s")
        asked = requests(stories, options.asked, random)
        with api(address, Path(directory)) as served, httpx.Client(base_url=served.url, trust_env=False) as client:
            rows = [measure(client, served.process_id, name, queries) for name, queries in asked]
    if options.json is not None:
        options.json.write_text(json.dumps({"reads": [asdict(row) for row in rows], "articles": options.articles}))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Reads over HTTP with many articles stored.")
    parser.add_argument("--data", type=Path, required=True, help="folder of labelled JSON Lines files")
    parser.add_argument("--articles", type=int, default=100_000, help="stored")
    parser.add_argument(
        "--asked", type=int, default=300, help="pairs to be explained, and three times as many as each other read"
    )
    parser.add_argument("--seed", type=int, default=1, help="of texts, stories and pairs")
    parser.add_argument("--json", type=Path, help="write the results here")
    return parser.parse_args(arguments)


def sentences(folder: Path) -> Iterator[list[str]]:
    """Sentences of each article of the labelled files."""
    for path in sorted(folder.glob("*.jsonl")):
        for article in read_collection(path).articles:
            found = [sentence for sentence in re.split(r"(?<=[.!?])\s+", article.text) if sentence]
            if len(found) > 3:
                yield found


def planned_stories(n_articles: int, random: Random) -> list[Story]:
    """Stories of so many articles, most of them small, in topics of one and more; the next one is each one's rival."""
    sizes: list[int] = []
    while sum(sizes) < n_articles:
        size = min(_MOST_IN_STORY, int(random.paretovariate(1.2)))
        sizes.append(min(size, n_articles - sum(sizes)))
    topics: list[int] = []
    while len(topics) < len(sizes):
        topics += [len(topics)] * min(_MOST_IN_TOPIC, int(random.paretovariate(1.0)))
    begins = np.cumsum([0, *sizes]).tolist()
    ends = list(pairwise(begins))
    return [_story(number, *ends[number], topics[number], len(sizes)) for number in range(len(sizes))]


def _story(number: int, begin: int, end: int, topic: int, n_stories: int) -> Story:
    rival = StoryId(f"s{(number + 1) % n_stories}")
    members = tuple(Member(ArticleId(f"a{at}"), None, 0.9, rival, 0.1) for at in range(begin, end))
    return Story(StoryId(f"s{number}"), f"t{topic}", f"Story {number}", ("one", "two"), members[0].article_id, members)


def fill(address: ServerAddress, stories: Sequence[Story], told: Sequence[Sequence[str]], random: Random) -> None:
    """Write articles, verdicts, attachments and one settled generation."""
    redis = connect(address.store_url)
    keys = Keys("dedupe", fingerprint(DuplicateParams(), StoryParams(), version=NORMALISER_VERSION))
    ledger = Ledger(redis, keys, window_days=_WINDOW_DAYS, max_pending=10**9, lease_seconds=60)
    partitions = Partitions(redis, keys, window_days=_WINDOW_DAYS)
    batch: list[tuple[Article, Story]] = []
    for story in stories:
        batch += [(article, story) for article in _articles(story, told, random)]
        if len(batch) >= _BATCH or story is stories[-1]:
            _write(ledger, partitions, batch)
            batch.clear()
    partitions.fence(1)
    before = partitions.current()
    if partitions.replace(before, stories, position=0, token=1, job_id=JobId("filled")) is None:
        raise RuntimeError("the stories were not published")


def _articles(story: Story, told: Sequence[Sequence[str]], random: Random) -> Iterator[Article]:
    """Articles of a story: sentences of one article that they share, and of another one each."""
    common = random.choice(told)
    for member in story.members:
        shared = random.sample(common, -(-len(common) // 2))
        own = random.choice(told)
        yield Article(member.article_id, " ".join([*shared, *own[: len(own) // 2]]), title=shared[0], lang="en")


def _write(ledger: Ledger, partitions: Partitions, batch: Sequence[tuple[Article, Story]]) -> None:
    ledger.submit(Shard(0), [article for article, _ in batch])
    opened = {story.representative: story for _, story in batch}
    places = [
        Attached(
            article.id,
            Assignment(story.id, settled=False, confidence=0.9),
            opens_story=article.id in opened,
            facts=Facts(source="example.org", lang="en"),
        )
        for article, story in batch
    ]
    partitions.attach(partitions.current(), places, opened)
    ledger.commit(Shard(0), [Verdict(article.id, article.id) for article, _ in batch])


@dataclass(frozen=True, slots=True)
class Served:
    """Where the API answers, and its process."""

    url: str
    process_id: int


@contextmanager
def api(address: ServerAddress, directory: Path) -> Iterator[Served]:
    """The API in a process of its own, for as long as the block."""
    with listen("127.0.0.1", 0) as listener:
        url, port = base_url(listener), str(listener.getsockname()[1])
    environment = {**os.environ, "DEDUPE_STORE_URL": address.store_url, "DEDUPE_DATA": str(directory / "data")}
    command = [sys.executable, "-m", "dedupe", "api", "--host", "127.0.0.1", "--port", port]
    with subprocess.Popen(command, env=environment) as process:  # noqa: S603 - our own program
        try:
            _wait_until_ready(url, process)
            yield Served(url, process.pid)
        finally:
            process.terminate()


def _wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/readyz", trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise RuntimeError("the API did not start")


def requests(stories: Sequence[Story], n_asked: int, random: Random) -> Iterator[tuple[str, list[Query]]]:
    """Names of the reads, and the paths and queries of each."""
    ids = [member.article_id for story in stories for member in story.members]
    rounds = max(2, n_asked // 3)
    yield "GET /healthz", [("/healthz", {})] * rounds
    yield "GET /v1/stories", [("/v1/stories", {})] * rounds
    yield "GET /v1/stories?q=", [("/v1/stories", {"q": f"Story {random.randrange(999)}"}) for _ in range(rounds)]
    yield "GET /v1/stories/{id}", [(f"/v1/stories/{random.choice(stories).id}", {}) for _ in range(rounds)]
    yield "GET /v1/articles/{id}", [(f"/v1/articles/{random.choice(ids)}", {}) for _ in range(rounds)]
    kinds = {"of one story": _of_one_story, "of one topic": _of_one_topic, "of two topics": _of_two_topics}
    everything = []
    for name, draw in kinds.items():
        pairs = [draw(stories, random) for _ in range(rounds)]
        asked = [("/v1/explain", {"a": a, "b": b}) for a, b in pairs]
        everything += [draw(stories, random) for _ in asked]
        yield f"GET /v1/explain, {name}", asked
    random.shuffle(everything)
    yield "GET /v1/explain, all", [("/v1/explain", {"a": a, "b": b}) for a, b in everything]
    named = [(random.choice(ids), random.choice(stories).id) for _ in range(rounds)]
    yield "GET /v1/explain, a story", [("/v1/explain", {"a": a, "b": b}) for a, b in named]


def _of_one_story(stories: Sequence[Story], random: Random) -> tuple[ArticleId, ArticleId]:
    story = _drawn(stories, random, lambda at: len(stories[at].members) > 1)
    first, second = random.sample(stories[story].members, 2)
    return first.article_id, second.article_id


def _of_one_topic(stories: Sequence[Story], random: Random) -> tuple[ArticleId, ArticleId]:
    at = _drawn(stories[:-1], random, lambda at: stories[at].topic == stories[at + 1].topic)
    return random.choice(stories[at].members).article_id, random.choice(stories[at + 1].members).article_id


def _of_two_topics(stories: Sequence[Story], random: Random) -> tuple[ArticleId, ArticleId]:
    one = random.randrange(len(stories))
    other = _drawn(stories, random, lambda at: stories[at].topic != stories[one].topic)
    return random.choice(stories[one].members).article_id, random.choice(stories[other].members).article_id


def _drawn(stories: Sequence[Story], random: Random, is_wanted: Callable[[int], bool]) -> int:
    return next(at for at in iter(lambda: random.randrange(len(stories)), None) if is_wanted(at))


def measure(client: httpx.Client, process_id: int, name: str, asked: Sequence[Query]) -> Row:
    """Percentiles of the time from a request to the last byte of its answer; RuntimeError where one failed."""
    first, *times = [timed(client, query) for query in asked[:1]]
    before = processor_seconds(process_id)
    times += [timed(client, query) for query in asked[1:]]
    after = processor_seconds(process_id)
    percentiles = [float(np.percentile(times, at)) for at in (50, 95, 99)]
    spent = None if before is None or after is None else (after - before) / len(times) * 1e3
    row = Row(name, len(asked), first, *percentiles, spent)
    print(
        f"{row.name:32} {row.n:4}  first {row.first_ms:7.1f} ms  p50 {row.p50_ms:6.1f}  p95 {row.p95_ms:6.1f}  "
        f"p99 {row.p99_ms:6.1f}" + ("" if spent is None else f"  processor {spent:5.1f}"),
        flush=True,
    )
    return row


def timed(client: httpx.Client, query: Query) -> float:
    """Milliseconds that a request takes; RuntimeError where it fails."""
    begin = time.perf_counter()
    answer = client.get(query[0], params=query[1], timeout=60)
    took = (time.perf_counter() - begin) * 1e3
    if not answer.is_success:
        raise RuntimeError(f"{answer.request.url}: {answer.status_code} {answer.text}")
    return took


def processor_seconds(process_id: int) -> float | None:
    """Processor time a process has taken; None where the system does not say so."""
    status = Path(f"/proc/{process_id}/stat")
    if not status.exists():
        return None
    fields = status.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())

"""A topic of thousands over a week, made of real text: does it come apart into its events, and not into dust?

    python benchmarks/big_topic.py --data DIR [--subject crude] [--articles 5000] [--days 7] [--seed 1] [--undated]
                                   [--json OUT] [--floors benchmarks/floors.json]

``DIR`` holds ``basil.jsonl``, ``fnc1_test.jsonl`` and ``reuters21578.jsonl.gz``; `generated_topic` says what is made of
them. Prints the scores against the known events, time and peak memory, and twenty stories, every size as likely as it
has articles, with the event most of their articles tell. Fails (exit code 1) if a quality falls under its floor.
"""

import argparse
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from floors import check
from generated_topic import Shape, Topic, read_background, read_stories
from labelled import read_article, story_by_article

from dedupe.evaluation import ClusterReport, compare_clusterings
from dedupe.models import Article, ArticleId, Json, Story
from dedupe.stories.cluster import cluster_stories

LABELLED = ("basil.jsonl", "fnc1_test.jsonl")
BACKGROUND = "reuters21578.jsonl.gz"

_N_SAMPLED = 20


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of the topic; ``alone`` and ``largest_topic`` are shares of the articles."""

    report: ClusterReport
    alone: float
    largest_topic: float
    seconds: float
    megabytes: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; the exit code says whether every floor was kept."""
    options = _options(arguments)
    shape = Shape(options.articles, options.days, options.seed)
    labelled = read_stories(options.data / name for name in LABELLED)
    rows = Topic(labelled, read_background(options.data / BACKGROUND, options.subject), shape).rows()
    articles = [read_article(row) for row in rows]
    if options.undated:
        articles = [replace(article, published_at=None) for article in articles]
    gold = {row["id"]: row["story"] for row in rows}
    stories, measured = measure(articles, gold)
    _print(measured)
    for line in sampled(stories, articles, gold, seed=options.seed):
        print(line)
    quality = {"BCubed F1": measured.report.bcubed.f1, "not alone": 1 - measured.alone}
    if options.json is not None:
        options.json.write_text(json.dumps({"big topic": _as_json(measured), "quality": quality}))
    return check(quality, options.floors, "big topic")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A topic of thousands against its known events.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled files")
    parser.add_argument("--subject", default="crude", help="the Reuters topic that all events share")
    parser.add_argument("--articles", type=int, default=5000)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--undated", action="store_true", help="without dates")
    parser.add_argument("--json", type=Path, help="write the results here")
    parser.add_argument("--floors", type=Path, help="fail below these qualities")
    return parser.parse_args(arguments)


def measure(articles: Sequence[Article], gold: Mapping[str, str]) -> tuple[list[Story], Measured]:
    """Stories of the articles and how they compare to the events."""
    begin = time.perf_counter()
    stories = cluster_stories(articles)
    seconds = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    topics: Counter[str] = Counter()
    for story in stories:
        topics[story.topic] += len(story.members)
    alone = sum(len(story.members) == 1 for story in stories) / len(articles)
    report = compare_clusterings(gold, story_by_article(stories))
    return stories, Measured(report, alone, max(topics.values()) / len(articles), seconds, peak)


def _print(measured: Measured) -> None:
    report, both = measured.report, measured.report.bcubed
    print(
        f"BCubed P {both.precision:.3f} R {both.recall:.3f} F1 {both.f1:.3f}  {report.n_pred} stories of "
        f"{report.n_gold} events  {measured.alone:.1%} of the articles alone  the largest topic has "
        f"{measured.largest_topic:.1%} of them  {measured.seconds:.1f} s  {measured.megabytes:.0f} MB",
        flush=True,
    )


def sampled(stories: Sequence[Story], articles: Sequence[Article], gold: Mapping[str, str], *, seed: int) -> list[str]:
    """A line a sampled story: its size, days, most frequent event, how much of it that is and of that it is, label."""
    article_of = {article.id: article for article in articles}
    size_of = Counter(gold.values())
    lines = []
    for story in _drawn(stories, Random(seed)):  # noqa: S311 - no secrets
        events = Counter(gold[member.article_id] for member in story.members)
        event, n_told = min(events.items(), key=lambda counted: (-counted[1], counted[0]))
        lines.append(
            f"{len(story.members):5} articles  {_days(story, article_of)}  {event}: {n_told / len(story.members):4.0%} "
            f"of the story, {n_told / size_of[event]:4.0%} of the event  {story.label}"
        )
    return lines


def _drawn(stories: Sequence[Story], random: Random) -> list[Story]:
    """Stories of random articles, the largest first."""
    left = list(stories)
    drawn: list[Story] = []
    while left and len(drawn) < _N_SAMPLED:
        story = random.choices(left, weights=[len(story.members) for story in left])[0]
        left.remove(story)
        drawn.append(story)
    return sorted(drawn, key=lambda story: (-len(story.members), story.id))


def _days(story: Story, article_of: Mapping[ArticleId, Article]) -> str:
    dates = [article_of[member.article_id].published_at for member in story.members]
    known = sorted(date for date in dates if date is not None)
    return f"{known[0]:%a %H}h to {known[-1]:%a %H}h" if known else "no dates"


def _as_json(measured: Measured) -> dict[str, Json]:
    return {
        "bcubed_f1": measured.report.bcubed.f1,
        "stories": measured.report.n_pred,
        "events": measured.report.n_gold,
        "alone": measured.alone,
        "largest_topic": measured.largest_topic,
        "seconds": measured.seconds,
        "megabytes": measured.megabytes,
    }


if __name__ == "__main__":
    sys.exit(main())

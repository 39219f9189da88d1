"""Story clustering against gold: every development set in a folder, the seeds alone and in a crowd.

    python benchmarks/stories.py --data DIR [--json OUT] [--floors benchmarks/floors.json]

``DIR`` holds JSON Lines files whose rows carry ``id``, ``title``, ``text``, ``published_at``, ``lang`` and the gold
``story``; the files of ``DIR/families`` are small collections of their own, reported as one mean. Fails (exit code 1)
if a quality falls under its floor; times and memory are only reported.
"""

import argparse
import json
import sys
import time
import tracemalloc
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from floors import check
from labelled import SEED_GOLD, SEEDS, Collection, read_collection, story_by_article

from dedupe.evaluation import ClusterReport, compare_clusterings, report_as_dict
from dedupe.models import Article, ArticleId, Json, Story
from dedupe.stories.cluster import cluster_stories


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    name: str
    report: ClusterReport
    seconds: float
    peak_megabytes: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; the exit code says whether every floor was kept."""
    options = _options(arguments)
    sets = {path.stem: read_collection(path) for path in sorted(options.data.glob("*.jsonl"))}
    sets = {name: collection for name, collection in sets.items() if collection.gold}
    rows = [_print(measure(name, collection)) for name, collection in sets.items()]
    families = [measure(path.stem, read_collection(path)) for path in sorted(options.data.glob("families/*.jsonl"))]
    quality = {row.name: row.report.bcubed.f1 for row in rows}
    if families:
        quality["families"] = sum(row.report.bcubed.f1 for row in families) / len(families)
        print(f"{'families (mean of ' + str(len(families)) + ')':24} BCubed F1 {quality['families']:.3f}")
    quality |= _seed_qualities(sets)
    if options.json is not None:
        options.json.write_text(
            json.dumps({"stories": [_as_json(row) for row in [*rows, *families]], "quality": quality})
        )
    return check(quality, options.floors, "stories")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Story clustering against gold.")
    parser.add_argument("--data", type=Path, required=True, help="folder of labelled JSON Lines files")
    parser.add_argument("--json", type=Path, help="write the results here")
    parser.add_argument("--floors", type=Path, help="fail below these qualities")
    return parser.parse_args(arguments)


def measure(name: str, collection: Collection) -> Row:
    """Scores of the clustering and its time; memory is measured in a second run, which tracing slows down."""
    begin = time.perf_counter()
    stories = cluster_stories(collection.articles)
    seconds = time.perf_counter() - begin
    tracemalloc.start()
    cluster_stories(collection.articles)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return Row(name, compare_clusterings(collection.gold, story_by_article(stories)), seconds, peak)


def _print(row: Row) -> Row:
    scores, both = row.report, row.report.bcubed
    print(
        f"{row.name:24} BCubed P {both.precision:.3f} R {both.recall:.3f} F1 {both.f1:.3f}  "
        f"pairwise F1 {scores.pairwise.f1:.3f}  ARI {scores.ari:.3f}  AMI {scores.ami:.3f}  NMI {scores.nmi:.3f}  "
        f"{scores.n_pred} of {scores.n_gold} stories  {row.seconds:.1f} s  {row.peak_megabytes:.0f} MB",
        flush=True,
    )
    return row


def _seed_qualities(sets: Mapping[str, Collection]) -> dict[str, float]:
    """BCubed F1 of the seeds' own stories, alone and among the articles of each set and of all."""
    seeds = tuple(Article(ArticleId(path.stem[:3]), path.read_text()) for path in sorted(SEEDS.glob("*.txt")))
    crowds = {"seeds alone": (), **{f"seeds in {name}": one.articles for name, one in sets.items()}}
    if len(sets) > 1:
        crowds["seeds in all"] = tuple(article for one in sets.values() for article in one.articles)
    qualities = {}
    for name, crowd in crowds.items():
        renamed = [replace(article, id=ArticleId(f"crowd {at}")) for at, article in enumerate(crowd)]
        qualities[name] = _seed_quality(cluster_stories([*renamed, *seeds]))
        print(f"{name:24} BCubed F1 {qualities[name]:.3f}", flush=True)
    return qualities


def _seed_quality(stories: Iterable[Story]) -> float:
    """1 if the seeds are in their three stories of one topic and nothing else is; an intruder counts as an error."""
    theirs = [story for story in stories if any(member.article_id in SEED_GOLD for member in story.members)]
    pred = story_by_article(theirs)
    gold = {article: SEED_GOLD.get(article, f"intruder {article}") for article in pred}
    one_topic = len({story.topic for story in theirs}) == 1
    return compare_clusterings(gold, pred).bcubed.f1 if one_topic else 0.0


def _as_json(row: Row) -> dict[str, Json]:
    measured: dict[str, Json] = {"name": row.name, "seconds": row.seconds, "peak_megabytes": row.peak_megabytes}
    return measured | report_as_dict(row.report)


if __name__ == "__main__":
    sys.exit(main())

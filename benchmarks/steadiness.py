"""What must not move stories does not: another order, reprints, and articles about something else.

    python benchmarks/steadiness.py --data DIR [--sets basil,fnc1_test] [--reprints 100] [--unrelated 1000] [--seed 1]
                                    [--json OUT] [--floors benchmarks/floors.json]

For each labelled JSON Lines file of ``DIR``: the same articles in another order, whose stories must be the same; with
reprints of one article, each with a few words gone, which must move no other article; and with unrelated articles, from
``DIR/reuters21578.jsonl.gz``, which may change one in a hundred of the pairs that were together before or are after.
Prints the shares that changed, and fails (exit code 1) if the share that stayed falls under its floor.
"""

import argparse
import gzip
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

from changes import changed_pairs, reprints_of
from floors import check
from labelled import read_article, read_collection, story_by_article

from dedupe.models import Article, ArticleId
from dedupe.stories.cluster import cluster_stories

UNRELATED = "reuters21578.jsonl.gz"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; the exit code says whether every floor was kept."""
    options = _options(arguments)
    random = Random(options.seed)  # noqa: S311 - no secrets
    unrelated = read_unrelated(options.data / UNRELATED, options.unrelated, random)
    wanted = options.sets.split(",") if options.sets else [path.stem for path in sorted(options.data.glob("*.jsonl"))]
    quality: dict[str, float] = {}
    for name in wanted:
        articles = read_collection(options.data / f"{name}.jsonl").articles
        changed = measure(articles, reprints_of(articles, options.reprints, random), unrelated, random)
        print(f"{name:20}", "  ".join(f"{what} {share:.4%}" for what, share in changed.items()), flush=True)
        quality |= {f"{name} {what}": 1 - share for what, share in changed.items()}
    if options.json is not None:
        options.json.write_text(json.dumps({"quality": quality}))
    return check(quality, options.floors, "steadiness")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What must not move stories does not.")
    parser.add_argument("--data", type=Path, required=True, help="folder of labelled JSON Lines files")
    parser.add_argument("--sets", help="names of some of its files, with commas; all without it")
    parser.add_argument("--reprints", type=int, default=100)
    parser.add_argument("--unrelated", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write the results here")
    parser.add_argument("--floors", type=Path, help="fail below these qualities")
    return parser.parse_args(arguments)


def read_unrelated(path: Path, n: int, random: Random) -> list[Article]:
    """Some of the articles of a file, as many as wanted."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        chosen = random.sample(lines.readlines(), n)
    articles = [read_article(json.loads(line)) for line in chosen]
    return [replace(article, id=ArticleId(f"unrelated {at}")) for at, article in enumerate(articles)]


def measure(
    articles: Sequence[Article], reprints: Sequence[Article], unrelated: Sequence[Article], random: Random
) -> dict[str, float]:
    """Share of the pairs that change, by what was done to the articles."""
    before = story_by_article(cluster_stories(articles))
    others = {
        "other order": random.sample(articles, len(articles)),
        f"{len(reprints)} reprints": [*articles, *reprints],
        f"{len(unrelated)} unrelated": [*articles, *unrelated],
    }
    return {what: changed_pairs(before, story_by_article(cluster_stories(other))) for what, other in others.items()}


if __name__ == "__main__":
    sys.exit(main())

"""How time and memory of clustering grow with the number of articles, at a fixed number of articles a day.

    story_growth.py LABELLED.jsonl... [--least N] [--most N] [--per-day N] [--words W] [--folder DIR] [--json OUT]

Makes streams of short dated articles (`generated_stories.py`) of --least articles and ten times as many, up to --most,
and clusters each in a process of its own; imports and compiled loops come before the clock. Printed are wall and
processor time from file to stories, the exponent of the growth of either since the stream before (1: ten times the
articles take ten times as long), peak memory, kilobytes an article, and the BCubed F1 of the stories.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from generated_stories import Shape, write_stream
from growth import exponent
from processes import run_script

_STORY_SIZE = Path(__file__).with_name("story_size.py")
_STEP = 10


def main() -> int:
    """Run the benchmark."""
    options = _options()
    rows: list[dict[str, float | None]] = []
    print(f"{'articles':>10}{'days':>7}{'wall s':>9}{'proc. s':>9}{'exponent':>10}{'proc.':>7}", end="")
    print(f"{'peak MB':>9}{'kB/article':>12}{'BCubed F1':>11}", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) if options.folder is None else options.folder
        shape = Shape(options.words, options.per_day, options.seed)
        for n_articles in sizes(options.least, options.most):
            file = folder / f"{n_articles}x{options.words}.jsonl"
            write_stream(file, options.labelled, shape, n_articles)
            found = run_script(_STORY_SIZE, ["--part", "ours", str(file)], n_threads=os.cpu_count() or 1)
            rows.append(as_row(n_articles, found, rows[-1] if rows else None))
            _print(rows[-1], options.per_day)
    if options.json is not None:
        options.json.write_text(json.dumps({"story growth": rows}, indent=2) + "\n")
    return 0


def sizes(least: int, most: int) -> Iterator[int]:
    """``least``, ten times it and so on, not above ``most``."""
    while least <= most:
        yield least
        least *= _STEP


def as_row(
    n_articles: int, found: Mapping[str, float], before: Mapping[str, float | None] | None
) -> dict[str, float | None]:
    """A run and what follows from it beside the one before."""
    row: dict[str, float | None] = {"n_articles": n_articles, **found}
    row["kilobytes_per_article"] = (found["peak_megabytes"] - found["start_megabytes"]) * 1024 / n_articles
    for kind in ("wall", "processor"):
        row[f"{kind}_exponent"] = None
        if before is not None:
            then = (int(before["n_articles"] or 0), before[f"{kind}_seconds"] or 0.0)
            row[f"{kind}_exponent"] = exponent(then, (n_articles, found[f"{kind}_seconds"]))
    return row


def _print(row: Mapping[str, float | None], per_day: int) -> None:
    wall, processor = (
        "" if row[f"{kind}_exponent"] is None else f"{row[f'{kind}_exponent']:.2f}" for kind in ("wall", "processor")
    )
    print(f"{row['n_articles']:10.0f}{(row['n_articles'] or 0) / per_day:7.0f}{row['wall_seconds']:9.1f}", end="")
    print(f"{row['processor_seconds']:9.1f}{wall:>10}{processor:>7}{row['peak_megabytes']:9.0f}", end="")
    print(f"{row['kilobytes_per_article']:12.1f}{row['bcubed_f1']:11.3f}", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labelled", type=Path, nargs="+", help="JSON Lines with text and story")
    parser.add_argument("--least", type=int, default=10_000)
    parser.add_argument("--most", type=int, default=100_000, help="1000000 takes about half an hour")
    parser.add_argument("--per-day", type=int, default=1_000)
    parser.add_argument("--words", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="keep the files here")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if not 1 <= options.least <= options.most:
        parser.error(f"--least must be in 1..--most, got {options.least} and {options.most}")
    return options


if __name__ == "__main__":
    sys.exit(main())

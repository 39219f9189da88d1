"""How time and memory of ``dedupe duplicates`` grow with the number of articles.

    growth.py [--most N] [--least N] [--seed S] [--folder DIR] [--json OUT]

Writes files of made-up short articles (10,000, 30,000, ... up to --most), a tenth of them edited copies, and runs the
command on each as a process of its own, after once on a single article to know what starting takes. Printed are wall
and processor time, the exponent of the growth of either since the first file (1: twice the articles take twice as
long), of processor time without the start; peak memory, bytes an article above the start; the share of the copies that
was found, and how many others were called copies. --folder keeps the files there.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from generated import documents

_STEPS = (1, 3)


@dataclass(frozen=True, slots=True)
class Run:
    """What the command took on one file; copies are those of which it said that they repeat another article."""

    n_articles: int
    wall_seconds: float
    processor_seconds: float
    peak_megabytes: float
    n_copies: int
    n_copies_found: int
    n_others_found: int


def main() -> int:
    """Run the benchmark."""
    options = _options()
    with tempfile.TemporaryDirectory() as temporary:
        folder = temporary if options.folder is None else options.folder
        start = run(1, folder=Path(folder), seed=options.seed)
        _print_start(start)
        runs: list[Run] = []
        for n_articles in sizes(options.least, options.most):
            runs.append(run(n_articles, folder=Path(folder), seed=options.seed))
            _print_run(runs[0], runs[-1], start)
    if options.json is not None:
        rows = [as_row(runs[0], one, start) for one in runs]
        options.json.write_text(json.dumps({"growth": {"start": asdict(start), "runs": rows}}, indent=2) + "\n")
    return 0


def sizes(least: int, most: int) -> Iterator[int]:
    """``least``, three times it, ten times it and so on, not above ``most``."""
    power = 1
    while True:
        for step in _STEPS:
            if least * power * step > most:
                return
            yield least * power * step
        power *= 10


def run(n_articles: int, *, folder: Path, seed: int) -> Run:
    """Make a file and run the command on it."""
    given, out = folder / f"{n_articles}.jsonl", folder / f"{n_articles}.out.jsonl"
    is_copy = write_articles(given, n_articles, seed=seed)
    command = [sys.executable, "-m", "dedupe", "duplicates", str(given), "-o", str(out), "--quiet"]
    began = time.perf_counter()
    # Not `subprocess.run`: only the one who waits learns what the process took.
    process = subprocess.Popen(command)  # noqa: S603 - our own program
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    found = read_found(out)
    peak = usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    n_right = sum(a and b for a, b in zip(is_copy, found, strict=True))
    return Run(n_articles, seconds, usage.ru_utime + usage.ru_stime, peak, sum(is_copy), n_right, sum(found) - n_right)


def write_articles(path: Path, n_articles: int, *, seed: int) -> bytearray:
    """Write made-up articles; 1 for each that is a copy, 0 for each that is none."""
    is_copy = bytearray()
    with path.open("w", encoding="utf-8") as lines:
        for at, document in enumerate(documents(n_articles, seed=seed)):
            lines.write(json.dumps({"id": f"n{at}", "text": document.text}) + "\n")
            is_copy.append(document.copy_of is not None)
    return is_copy


def read_found(path: Path) -> bytearray:
    """1 for each article that the command said repeats another."""
    with path.open(encoding="utf-8") as lines:
        return bytearray(json.loads(line)["duplicate_of"] is not None for line in lines)


def exponent(first: tuple[int, float], other: tuple[int, float]) -> float | None:
    """The power of the number that the amount grows with, between two measurements; None where they are one."""
    (n_first, amount_first), (n_other, amount_other) = first, other
    if n_first == n_other or min(amount_first, amount_other) <= 0:
        return None
    return math.log(amount_other / amount_first) / math.log(n_other / n_first)


def as_row(first: Run, run: Run, start: Run) -> dict[str, float | None]:
    """A run and what follows from it beside the first one and the start."""
    above = run.peak_megabytes - start.peak_megabytes
    return asdict(run) | {
        "wall_exponent": exponent((first.n_articles, first.wall_seconds), (run.n_articles, run.wall_seconds)),
        "processor_exponent_above_start": exponent(
            (first.n_articles, first.processor_seconds - start.processor_seconds),
            (run.n_articles, run.processor_seconds - start.processor_seconds),
        ),
        "bytes_per_article": above * (1 << 20) / run.n_articles,
    }


def _print_start(start: Run) -> None:
    print(f"{'articles':>10}{'wall s':>9}{'proc. s':>9}{'exponent':>10}{'above start':>13}{'peak MB':>9}", end="")
    print(f"{'B/article':>11}{'copies found':>14}{'others':>8}")
    print(f"{'1':>10}{start.wall_seconds:9.1f}{start.processor_seconds:9.1f}", end="")
    print(f"{'':23}{start.peak_megabytes:9.0f}", flush=True)


def _print_run(first: Run, run: Run, start: Run) -> None:
    row = as_row(first, run, start)
    powers = (row["wall_exponent"], row["processor_exponent_above_start"])
    wall, processor = ("" if power is None else f"{power:.2f}" for power in powers)
    print(f"{run.n_articles:10}{run.wall_seconds:9.1f}{run.processor_seconds:9.1f}{wall:>10}{processor:>13}", end="")
    print(f"{run.peak_megabytes:9.0f}{row['bytes_per_article']:11.0f}", end="")
    print(f"{run.n_copies_found / max(1, run.n_copies):14.4f}{run.n_others_found:8}", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--least", type=int, default=10_000)
    parser.add_argument("--most", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="keep the files here")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if not 1 <= options.least <= options.most:
        parser.error(f"--least must be in 1..--most, got {options.least} and {options.most}")
    return options


if __name__ == "__main__":
    sys.exit(main())

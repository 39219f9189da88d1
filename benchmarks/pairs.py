"""Texts to verified duplicate pairs, ours beside the peers': time, memory and F1 in one interleaved run.

    pairs.py PLANTED.jsonl... [--articles N] [--rounds N] [--only NAME]... [--sweep] [--json OUT]

PLANTED has an object a line with "text" and "dup", equal for copies of one original. Every round runs each contender
once, one after the other, each in a process of its own with one native thread; printed are medians, and how many times
our pairs' processor time a contender takes. What each does, and what is done before its clock starts, says `peers.py`.
A peer is measured at its usual setting (words a shingle, bands, rows, least similarity) and at the best one that
--sweep found: that runs a grid of settings once and prints the F1 of each. Peers come with the extra ``bench``; one
that is not installed is left out.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from peers import CONTENDERS, Setting
from processes import run_script

OURS = "newsdedupe pairs"
PEERS = Path(__file__).with_name("peers.py")


@dataclass(frozen=True, slots=True)
class Row:
    """Medians of one contender at one setting over the rounds; quality is the same in each."""

    name: str
    setting: str
    n_texts: int
    wall_seconds: float
    processor_seconds: float
    start_megabytes: float
    peak_megabytes: float
    pairs: Mapping[str, float]
    groups: Mapping[str, float]


def main() -> int:
    """Run the benchmark; 0 when our pairs are nowhere worse than a peer's."""
    options = _options()
    names = [name for name in options.only or CONTENDERS if CONTENDERS[name].is_installed]
    _print_left_out([name for name in options.only or CONTENDERS if name not in names])
    results = {path.name: compare(path, names, options) for path in options.planted}
    if options.json is not None:
        as_json = {name: [asdict(row) for row in rows] for name, rows in results.items()}
        options.json.write_text(json.dumps({"pairs": as_json}, indent=2) + "\n")
    return 0 if all(is_ours_best(rows) for rows in results.values()) else 1


def compare(path: Path, names: Sequence[str], options: argparse.Namespace) -> list[Row]:
    """Measure all contenders on one file and print the table."""
    contenders = {name: CONTENDERS[name] for name in names}
    runs = [(name, s) for name, one in contenders.items() for s in (one.grid if options.sweep else one.settings)]
    n_rounds = 1 if options.sweep else options.rounds
    rounds = [[_run(path, *run, options.articles) for run in runs] for _ in range(n_rounds)]
    rows = [row_of(*run, answers) for run, answers in zip(runs, zip(*rounds, strict=True), strict=True)]
    _print(path.name, sorted(rows, key=lambda row: -row.pairs["f1"]) if options.sweep else rows)
    return rows


def _run(path: Path, name: str, setting: Setting, n_articles: int) -> dict[str, Any]:
    arguments = [str(path), name, "--articles", str(n_articles), "--setting", str(setting)]
    answer: dict[str, Any] = run_script(PEERS, arguments)
    return answer


def row_of(name: str, setting: Setting, answers: Sequence[Mapping[str, Any]]) -> Row:
    """The medians of what a contender answered in each round."""
    costs = ("wall_seconds", "processor_seconds", "start_megabytes", "peak_megabytes")
    medians = {cost: median(answer[cost] for answer in answers) for cost in costs}
    first = answers[0]
    text = str(setting) if setting.shingle_words else "default"
    return Row(name, text, first["n_texts"], pairs=first["pairs"], groups=first["groups"], **medians)


def is_ours_best(rows: Iterable[Row]) -> bool:
    """Whether no peer has a higher F1 of pairs than ours; true where ours was not measured."""
    rows = list(rows)
    ours = [row.pairs["f1"] for row in rows if row.name == OURS]
    theirs = [row.pairs["f1"] for row in rows if CONTENDERS[row.name].package != CONTENDERS[OURS].package]
    return not ours or ours[0] >= max(theirs, default=0.0)


def _print(name: str, rows: Sequence[Row]) -> None:
    unit = next((row.processor_seconds for row in rows if row.name == OURS), None)
    print(f"{name}: {rows[0].n_texts} articles")
    print(f"  {'':18}{'setting':>16}{'P':>8}{'R':>8}{'F1':>8}{'grouped':>9}", end="")
    print(f"{'wall s':>9}{'proc. s':>9}{'times ours':>12}{'peak MB':>9}{'start MB':>10}")
    for row in rows:
        times = "" if unit is None else f"{row.processor_seconds / unit:.1f}"
        quality = "".join(f"{row.pairs[measure]:8.4f}" for measure in ("precision", "recall", "f1"))
        print(f"  {row.name:18}{row.setting:>16}{quality}{row.groups['f1']:9.4f}", end="")
        print(f"{row.wall_seconds:9.2f}{row.processor_seconds:9.2f}{times:>12}", end="")
        print(f"{row.peak_megabytes:9.0f}{row.start_megabytes:10.0f}", flush=True)


def _print_left_out(names: Iterable[str]) -> None:
    for name in names:
        print(f"{name} is not installed, left out", file=sys.stderr)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("planted", type=Path, nargs="+")
    parser.add_argument("--articles", type=int, default=20_000, help="so many of each file, from its beginning")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", action="append", choices=CONTENDERS, help="this contender; may be repeated")
    parser.add_argument("--sweep", action="store_true", help="find the settings at which the peers do best")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error(f"--rounds must be at least 1, got {options.rounds}")
    return options


if __name__ == "__main__":
    sys.exit(main())

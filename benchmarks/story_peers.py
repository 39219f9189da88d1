"""Stories of every labelled set in a folder, ours beside the peers': BCubed F1, time and memory in one run.

    story_peers.py --data DIR [--only NAME]... [--set NAME]... [--threads N] [--json OUT]

DIR holds JSON Lines files whose rows have "id", "title", "text" and the gold "story"; the files of DIR/families are
small collections of their own, reported as one mean. Every contender has one setting for all sets and works through
each in a process of its own; what it does, and what is done before its clock starts, says `story_recipes.py`. The mean
is that of the sets beside the families; processor seconds are of all of it, memory of the greatest process. Intervals
are of whole gold stories drawn anew. Peers come with the extras ``bench`` and ``embeddings``; one that is not installed
is left out.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from processes import run_script
from story_recipes import OURS, RECIPES, Row, read_rows

from dedupe.evaluation import ClusterIntervals, ClusterReport, Resampling, cluster_intervals, compare_clusterings

SCRIPT = Path(__file__).with_name("story_recipes.py")
FAMILIES = "families"

Paths = tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """How one contender did on one set; of the families the means. The interval is that of the F1."""

    precision: float
    recall: float
    f1: float
    interval: tuple[float, float] | None
    n_articles: int
    wall_seconds: float
    processor_seconds: float
    start_megabytes: float
    peak_megabytes: float


def main() -> int:
    """Run the benchmark; 0 when no peer has a better mean than ours."""
    options = _options()
    sets = {name: paths for name, paths in labelled_sets(options.data).items() if name in (options.set or [name])}
    names = [name for name in options.only or RECIPES if not _is_left_out(name)]
    print(header(sets))
    table = {name: _compared(name, sets, options.threads) for name in names}
    print("\n".join(interval_lines(table)))
    if options.json is not None:
        as_json = {name: {of: asdict(cell) for of, cell in cells.items()} for name, cells in table.items()}
        options.json.write_text(json.dumps({"story_peers": as_json}, indent=2) + "\n", encoding="utf-8")
    return 0 if is_ours_best(table) else 1


def labelled_sets(folder: Path) -> dict[str, Paths]:
    """The files of each set in a folder that have gold stories; all families are one."""
    sets = {path.stem: (path,) for path in sorted(folder.glob("*.jsonl"))}
    sets[FAMILIES] = tuple(sorted(folder.glob(f"{FAMILIES}/*.jsonl")))
    with_gold = {name: tuple(path for path in paths if read_rows(path)) for name, paths in sets.items()}
    return {name: paths for name, paths in with_gold.items() if paths}


def _is_left_out(name: str) -> bool:
    missing = RECIPES[name].missing
    if missing:
        print(f"{name} is left out: {', '.join(missing)} not installed", file=sys.stderr)
    return bool(missing)


def _compared(name: str, sets: Mapping[str, Paths], n_threads: int) -> dict[str, Cell]:
    cells = {}
    for of, paths in sets.items():
        answer = run_script(SCRIPT, [name, *map(str, paths)], n_threads=n_threads)
        cells[of] = cell_of([read_rows(path) for path in paths], answer)
    print(line_of(name, cells), flush=True)
    return cells


def cell_of(files: Sequence[Sequence[Row]], answer: Mapping[str, Any]) -> Cell:
    """The scores of what a contender answered, each file a collection."""
    scored = [_scores(rows, stories) for rows, stories in zip(files, answer["stories"], strict=True)]
    of_f1 = scored[0][1].bcubed.f1
    return Cell(
        precision=fmean(report.bcubed.precision for report, _ in scored),
        recall=fmean(report.bcubed.recall for report, _ in scored),
        f1=fmean(report.bcubed.f1 for report, _ in scored),
        interval=(of_f1.low, of_f1.high) if len(scored) == 1 else None,
        n_articles=sum(map(len, files)),
        wall_seconds=answer["wall_seconds"],
        processor_seconds=answer["processor_seconds"],
        start_megabytes=answer["start_megabytes"],
        peak_megabytes=answer["peak_megabytes"],
    )


def _scores(rows: Sequence[Row], stories: Sequence[str]) -> tuple[ClusterReport, ClusterIntervals]:
    gold = {str(row["id"]): str(row["story"]) for row in rows}
    pred = dict(zip(gold, stories, strict=True))
    return compare_clusterings(gold, pred), cluster_intervals(gold, pred, Resampling())


def mean_f1(cells: Mapping[str, Cell]) -> float:
    """Mean over the sets, or that of the families where there is nothing else."""
    return fmean([cell.f1 for of, cell in cells.items() if of != FAMILIES] or [cells[FAMILIES].f1])


def is_ours_best(table: Mapping[str, Mapping[str, Cell]]) -> bool:
    """Whether no peer's mean is higher than ours; true where ours was not measured."""
    means = {name: mean_f1(cells) for name, cells in table.items()}
    return OURS not in means or means[OURS] >= max(means.values())


def header(sets: Mapping[str, Paths]) -> str:
    """Names of the columns."""
    return f"{'BCubed F1':24}" + "".join(f"{of[:16]:>18}" for of in (*sets, "mean")) + f"{'proc. s':>10}{'peak MB':>9}"


def line_of(name: str, cells: Mapping[str, Cell]) -> str:
    """What a contender reached and took."""
    seconds = sum(cell.processor_seconds for cell in cells.values())
    peak = max(cell.peak_megabytes for cell in cells.values())
    scores = "".join(f"{f1:18.3f}" for f1 in (*(cell.f1 for cell in cells.values()), mean_f1(cells)))
    return f"{name:24}{scores}{seconds:10.1f}{peak:9.0f}"


def interval_lines(table: Mapping[str, Mapping[str, Cell]]) -> Iterator[str]:
    """The interval of each score under its column."""
    yield f"{Resampling().level:.0%} intervals"
    for name, cells in table.items():
        edges = ("" if one.interval is None else "{:.3f} to {:.3f}".format(*one.interval) for one in cells.values())
        yield f"{name:24}" + "".join(f"{interval:>18}" for interval in edges)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of labelled JSON Lines files")
    parser.add_argument("--only", action="append", choices=RECIPES, help="this contender; may be repeated")
    parser.add_argument("--set", action="append", metavar="NAME", help="this set; may be repeated")
    parser.add_argument("--threads", type=int, default=1, help="native threads of each process")
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

"""What a new set would see: parameters chosen on all other sets, scored on the one that was left out.

    python benchmarks/left_out.py --data DIR [--sets basil,energy_chains100] [--json OUT]

``DIR`` is that of `stories.py`. Four parameters that decide most take two or three values each, in all combinations;
all others keep their defaults. For each set the combination is chosen that is best on average over the other sets and
the first six families, the six counting as one set; for each half of the families that which is best over all sets and
the other half. Printed is BCubed F1 on what was left out: with the default, with that choice, and with the best choice
for it alone, which is an oracle and no result. What is equally good goes to what is nearer to the default.
"""

import argparse
import itertools
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, TypeVar

from carry_over import bcubed, read_sets
from labelled import Collection

from dedupe.settings import StoryParams

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

GRID: Mapping[str, tuple[float, ...]] = {
    "topic.smoothing.alpha": (0.5, 0.4, 0.6),
    "topic.cluster_selection_epsilon": (0.35, 0.3, 0.4),
    "event.min_own_share": (0.575, 0.5, 0.65),
    "cohesion.min_similarity": (0.14, 0.1),
}
"""Values of each parameter, the default first."""

HALVES = ("first families", "other families")

Params = TypeVar("Params", bound="DataclassInstance")
Choice = tuple[float, ...]
Scores = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """F1 on a set by the default, by what was chosen without it, and by what is best for it."""

    name: str
    default: float
    chosen: float
    best: float
    choice: Choice


def main() -> int:
    """Run the benchmark."""
    options = _options()
    sets, families = read_sets(options.data, options.sets)
    half = len(families) // 2
    units = {**{name: [one] for name, one in sets.items()}, HALVES[0]: families[:half], HALVES[1]: families[half:]}
    table = {choice: _scores(units, choice) for choice in itertools.product(*GRID.values())}
    rows = [left_out(name, table) for name in units]
    print("\n".join(_lines(rows)))
    if options.json is not None:
        as_json = [{"choice": dict(zip(GRID, choice, strict=True)), **scores} for choice, scores in table.items()]
        options.json.write_text(json.dumps({"left out": as_json}, indent=2) + "\n", encoding="utf-8")
    return 0


def _scores(units: Mapping[str, Sequence[Collection]], choice: Choice) -> Scores:
    params = params_of(choice)
    scores = {name: fmean(bcubed(one, params).f1 for one in unit) for name, unit in units.items() if unit}
    print(*choice, *(f"{name} {score:.3f}" for name, score in scores.items()), file=sys.stderr, flush=True)
    return scores


def params_of(choice: Choice) -> StoryParams:
    """The defaults but for one value of each parameter of the grid."""
    params = StoryParams()
    for path, value in zip(GRID, choice, strict=True):
        params = _with(params, path.split("."), value)
    return params


def _with(params: Params, path: Sequence[str], value: float) -> Params:
    name, *rest = path
    return replace(params, **{name: _with(getattr(params, name), rest, value) if rest else value})


def left_out(name: str, table: Mapping[Choice, Scores]) -> LeftOut:
    """The choice made without a set, and how it does on it."""
    judges = [other for other in next(iter(table.values())) if other != name]
    judges = [other for other in judges if name in HALVES or other != HALVES[1]]
    choice = max(table, key=lambda choice: (fmean(table[choice][judge] for judge in judges), _nearness(choice)))
    default = tuple(values[0] for values in GRID.values())
    best = max(scores[name] for scores in table.values())
    return LeftOut(name, table[default][name], table[choice][name], best, choice)


def _nearness(choice: Choice) -> int:
    return sum(value == values[0] for value, values in zip(choice, GRID.values(), strict=True))


def _lines(rows: Sequence[LeftOut]) -> Iterator[str]:
    yield f"{'BCubed F1 of the set left out':32}{'default':>9}{'chosen':>9}{'best':>9}   chosen: {', '.join(GRID)}"
    for row in rows:
        yield f"{row.name:32}{row.default:9.3f}{row.chosen:9.3f}{row.best:9.3f}   {', '.join(map(str, row.choice))}"
    sets = [row for row in rows if row.name not in HALVES]
    means = (fmean(getattr(row, of) for row in sets) for of in ("default", "chosen", "best"))
    yield f"{'mean of the sets':32}{''.join(f'{mean:9.3f}' for mean in means)}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of labelled JSON Lines files")
    parser.add_argument("--sets", help="names of some of its files, with commas; all without it")
    parser.add_argument("--json", type=Path, help="write all scores here")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

"""A file of long articles to stories, beside scikit-learn's hashing and TF-IDF weighting of the same file.

    story_size.py LABELLED.jsonl... [--articles N] [--words W] [--rounds R] [--folder DIR] [--json OUT]

Makes one file of stories from labelled articles (`generated_stories.py`) and works through it in turns, each time in a
process of its own: ours reads it and clusters the articles (`cluster_stories`); scikit-learn's part reads it and does
no more than `HashingVectorizer` and `TfidfTransformer`. Imports, compiled loops and a first small batch come before the
clock. Printed are the medians, their ratio, the peak memory and the BCubed F1 of the stories. --folder keeps the file.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from statistics import median

from generated_stories import Shape, write_stream
from processes import Cost, measured, run_script

N_WARM = 200
PER_DAY = 1_000


def main() -> int:
    """Run the benchmark, or one part of it in this process."""
    options = _options()
    if options.part is not None:
        print(json.dumps(PARTS[options.part](options.labelled[0])))
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) if options.folder is None else options.folder
        file = folder / f"{options.articles}x{options.words}.jsonl"
        write_stream(file, options.labelled, Shape(options.words, PER_DAY, options.seed), options.articles)
        print(f"{options.articles} articles, {file.stat().st_size / 1e6:.0f} MB", flush=True)
        runs: dict[str, list[Mapping[str, float]]] = {name: [] for name in PARTS}
        for _ in range(options.rounds):
            for name, found in runs.items():
                arguments = ["--part", name, str(file)]
                found.append(run_script(Path(__file__), arguments, n_threads=os.cpu_count() or 1))
    rows = {name: {figure: median(run[figure] for run in found) for figure in found[0]} for name, found in runs.items()}
    _print(rows)
    if options.json is not None:
        options.json.write_text(json.dumps({"story size": rows, "ratio": ratio(rows)}, indent=2) + "\n")
    return 0


def ratio(rows: Mapping[str, Mapping[str, float]]) -> float:
    """How many times as long as scikit-learn ours takes, by the clock on the wall."""
    return rows["ours"]["wall_seconds"] / rows["scikit-learn"]["wall_seconds"]


def ours(path: Path) -> dict[str, float]:
    """Cost and quality of the stories of a file."""
    from dedupe.evaluation import compare_clusterings  # noqa: PLC0415 - only here
    from dedupe.files import read_articles  # noqa: PLC0415
    from dedupe.stories.cluster import cluster_stories  # noqa: PLC0415
    from dedupe.text import kernels  # noqa: PLC0415

    kernels.load()
    cluster_stories(article for article, _ in zip(read_articles([str(path)]), range(N_WARM), strict=False))
    stories, cost = measured(lambda: cluster_stories(read_articles([str(path)])))
    gold = _gold(path)
    pred = {member.article_id: story.id for story in stories for member in story.members}
    return _figures(cost) | {"n_stories": len(stories), "bcubed_f1": compare_clusterings(gold, pred).bcubed.f1}


def scikit_learn(path: Path) -> dict[str, float]:
    """Cost of hashing and weighting the texts of a file."""
    from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer  # noqa: PLC0415 - only here

    def work() -> object:
        with path.open("rb") as lines:
            texts = [json.loads(line)["text"] for line in lines]
        hashed = HashingVectorizer(norm=None, alternate_sign=False).transform(texts)
        return TfidfTransformer().fit_transform(hashed)

    HashingVectorizer().transform(["a first text"])
    return _figures(measured(work)[1])


PARTS: dict[str, Callable[[Path], dict[str, float]]] = {"ours": ours, "scikit-learn": scikit_learn}


def _figures(cost: Cost) -> dict[str, float]:
    return asdict(cost)


def _gold(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8") as lines:
        rows = map(json.loads, lines)
        return {row["id"]: row["story"] for row in rows}


def _print(rows: Mapping[str, Mapping[str, float]]) -> None:
    print(f"{'':14}{'wall s':>9}{'processor s':>13}{'peak MB':>9}")
    for name, row in rows.items():
        print(f"{name:14}{row['wall_seconds']:9.1f}{row['processor_seconds']:13.1f}{row['peak_megabytes']:9.0f}")
    print(f"ours / scikit-learn {ratio(rows):.2f}   {rows['ours']['n_stories']:.0f} stories", end="")
    print(f"   BCubed F1 {rows['ours']['bcubed_f1']:.3f}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labelled", type=Path, nargs="+", help="JSON Lines with text and story")
    parser.add_argument("--articles", type=int, default=37_000)
    parser.add_argument("--words", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="keep the file here")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

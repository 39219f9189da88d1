"""Score the duplicate finder on planted copies, whose groups are known.

    planted.py PLANTED.jsonl [--json OUT] [--shingle-words N] [--jaccard J] [--containment C]

PLANTED has an object a line with "id", "text", "dup" (equal for copies of one original) and "kind". Printed are
precision, recall and F1 over the pairs inside groups and over all verified pairs, the recall of each kind against its
original, and the share of template pairs, which are no copies, that were joined.
"""

import argparse
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path

from floors import check

from dedupe.models import Article, ArticleId
from dedupe.near_duplicates.find import find_near_duplicates, verdicts
from dedupe.settings import DuplicateParams, SketchParams

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1 of found pairs, and what each took."""

    precision: float
    recall: float
    f1: float
    template_share: float
    seconds: float


def score(found: set[Pair], gold: set[Pair], templates: set[str], seconds: float) -> Score:
    """Compare found pairs with true ones."""
    n_right = len(found & gold)
    precision, recall = n_right / max(1, len(found)), n_right / max(1, len(gold))
    joined = sum(a in templates and b in templates for a, b in found)
    n_templates = max(1, len(templates) * (len(templates) - 1) // 2)
    f1 = 2 * precision * recall / max(1e-12, precision + recall)
    return Score(precision, recall, f1, joined / n_templates, seconds)


def pairs_inside(groups: Mapping[str, str]) -> set[Pair]:
    """Pairs of ids with an equal group, each in sorted order."""
    members: dict[str, list[str]] = {}
    for member, group in groups.items():
        members.setdefault(group, []).append(member)
    return {pair for ids in members.values() for pair in combinations(sorted(ids), 2)}


def recall_by_kind(rows: Iterable[Mapping[str, str]], found: set[Pair]) -> dict[str, float]:
    """Share of each kind's copies that were found with their original."""
    rows = list(rows)
    originals = {row["dup"]: row["id"] for row in rows if row["kind"] == "orig"}
    there = Counter(row["kind"] for row in rows if row["kind"] not in ("orig", "template"))
    right = Counter(row["kind"] for row in rows if _pair(row["id"], originals.get(row["dup"], "")) in found)
    return {kind: right[kind] / n for kind, n in sorted(there.items())}


def main() -> int:
    """Run the benchmark; 0 when it ran."""
    arguments = _arguments()
    rows = [json.loads(line) for line in arguments.planted.read_text().splitlines()]
    articles = [Article(ArticleId(row["id"]), row["text"]) for row in rows]
    params = DuplicateParams(
        sketch=SketchParams(shingle_words=arguments.shingle_words),
        jaccard=arguments.jaccard,
        containment=arguments.containment,
    )
    gold = pairs_inside({row["id"]: row["dup"] for row in rows})
    templates = {row["id"] for row in rows if row["kind"] == "template"}

    began = time.perf_counter()
    grouped = pairs_inside({v.article_id: v.group for v in verdicts(articles, params)})
    between = time.perf_counter()
    verified = {_pair(p.a, p.b) for p in find_near_duplicates(articles, params)}
    ended = time.perf_counter()

    scores = {
        "groups": score(grouped, gold, templates, between - began),
        "pairs": score(verified, gold, templates, ended - between),
    }
    kinds = recall_by_kind(rows, grouped)
    _print(len(rows), scores, kinds)
    if arguments.json is not None:
        result = {"planted": {"n_articles": len(rows), "recall_by_kind": kinds, "params": asdict(params)}}
        result["planted"].update({name: asdict(value) for name, value in scores.items()})
        arguments.json.write_text(json.dumps(result, indent=2) + "\n")
    quality = {f"{name} F1": value.f1 for name, value in scores.items()}
    quality |= {f"{name} without templates": 1 - value.template_share for name, value in scores.items()}
    quality |= {f"recall {kind}": share for kind, share in kinds.items()}
    return check(quality, arguments.floors, arguments.section)


def _arguments() -> argparse.Namespace:
    defaults = DuplicateParams()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("planted", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--floors", type=Path, help="fail below these qualities")
    parser.add_argument("--section", default="planted", help="which of the floors")
    parser.add_argument("--shingle-words", type=int, default=defaults.sketch.shingle_words)
    parser.add_argument("--jaccard", type=float, default=defaults.jaccard)
    parser.add_argument("--containment", type=float, default=defaults.containment)
    return parser.parse_args()


def _pair(a: str, b: str) -> Pair:
    return (a, b) if a < b else (b, a)


def _print(n_articles: int, scores: Mapping[str, Score], kinds: Mapping[str, float]) -> None:
    print(f"{n_articles} articles, peak {peak_megabytes():.0f} MB")
    print(f"{'':8}{'P':>8}{'R':>8}{'F1':>8}{'template':>10}{'seconds':>9}")
    for name, s in scores.items():
        print(f"{name:8}{s.precision:8.4f}{s.recall:8.4f}{s.f1:8.4f}{s.template_share:10.4f}{s.seconds:9.2f}")
    print("  ".join(f"{kind} {share:.3f}" for kind, share in kinds.items()))


def peak_megabytes() -> float:
    """Peak memory of this process; the system counts in bytes on macOS and in kilobytes on Linux."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


if __name__ == "__main__":
    sys.exit(main())

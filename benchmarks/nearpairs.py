"""Recall of the duplicate finder against all pairs of a collection, which were compared exhaustively.

    nearpairs.py ARTICLES.jsonl PAIRS.tsv [--templates apart|join] [--json OUT] [--floors FLOORS] [--examples N]

PAIRS has a header and a pair a line: two ids, their Jaccard similarity and their containment on shingles of five words.
Printed are the recall of pairs by Jaccard similarity and by containment, why the missed ones were missed (never
compared, too little in common, in one place as a quotation is, siblings that fill one template), and how many pairs
were found beyond those listed. With --templates join, as in ``dedupe duplicates``, siblings and short notes of one form
are copies too: what is missed of Jaccard .5 then, the index missed.
"""

import argparse
import csv
import gzip
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from floors import check

from dedupe.models import Article, ArticleId, DuplicatePair
from dedupe.near_duplicates.find import find_near_duplicates, prepare
from dedupe.near_duplicates.verify import Candidate, compare
from dedupe.settings import DuplicateParams

_STRATA = ("jaccard >= .5", "jaccard .3 to .5", "containment >= .6")


@dataclass(frozen=True, slots=True)
class Listed:
    """A pair of the list, its ids in sorted order."""

    ids: tuple[str, str]
    stratum: str


def main() -> int:
    """Run the benchmark; 0 when every floor is reached."""
    arguments = _arguments()
    is_joined = arguments.templates == "join"
    params = DuplicateParams().joining_templates() if is_joined else DuplicateParams()
    articles = read_articles(arguments.articles)
    listed = read_pairs(arguments.pairs)
    began = time.perf_counter()
    found = {_sorted(p.a, p.b): p for p in find_near_duplicates(articles, params)}
    seconds = time.perf_counter() - began
    prepared = {candidate.article_id: candidate for candidate, _ in prepare(articles, params.sketch)}
    reasons = {pair: _reason(pair, found, prepared, params) for pair in listed}
    recalls = _report(len(articles), reasons, found, seconds)
    if arguments.examples:
        _print_examples(reasons, found, {a.id: a for a in articles}, arguments.examples)
    if arguments.json is not None:
        arguments.json.write_text(json.dumps({"nearpairs": {"recall": recalls, "seconds": seconds}}, indent=2) + "\n")
    return check(recalls, arguments.floors, "nearpairs of templates" if is_joined else "nearpairs")


def read_articles(path: Path) -> list[Article]:
    """Articles of a JSON Lines file, gzipped or not."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        rows = [json.loads(line) for line in lines]
    return [Article(ArticleId(row["id"]), row.get("text") or "", row.get("title")) for row in rows]


def read_pairs(path: Path) -> list[Listed]:
    """Pairs of the list, each in the first stratum it belongs to."""
    with path.open() as lines:
        rows = list(csv.reader(lines, delimiter="\t"))[1:]
    return [Listed(_sorted(row[0], row[1]), _stratum(float(row[2]))) for row in rows]


def _stratum(jaccard: float) -> str:
    return _STRATA[0] if jaccard >= 0.5 else _STRATA[1] if jaccard >= 0.3 else _STRATA[2]


def _reason(
    pair: Listed,
    found: Mapping[tuple[str, str], DuplicatePair],
    prepared: Mapping[ArticleId, Candidate],
    params: DuplicateParams,
) -> str:
    if pair.ids in found:
        return "found"
    a, b = (prepared[ArticleId(name)] for name in pair.ids)
    if compare(a, b, params) is not None:
        return "never compared"
    if compare(a, b, replace(params, sibling_gap=1.0)) is not None:
        return "siblings"
    scattered = replace(params, sibling_gap=1.0, scatter=replace(params.scatter, most_lost=1.0))
    return "in one place" if compare(a, b, scattered) is not None else "too little in common"


def _report(
    n_articles: int,
    reasons: Mapping[Listed, str],
    found: Mapping[tuple[str, str], DuplicatePair],
    seconds: float,
) -> dict[str, float]:
    beyond = Counter(str(p.kind) for ids, p in found.items() if ids not in {pair.ids for pair in reasons})
    print(f"{n_articles} articles, {seconds:.1f} s, {len(found)} pairs found, beyond the list {dict(beyond)}")
    recalls = {}
    for stratum in _STRATA:
        counts = Counter(reason for pair, reason in reasons.items() if pair.stratum == stratum)
        n_pairs = counts.total()
        n_copies = n_pairs - counts["siblings"]
        recalls[stratum] = counts["found"] / max(1, n_pairs)
        recalls[f"{stratum} but siblings"] = counts["found"] / max(1, n_copies)
        print(f"{stratum:18} {n_pairs:5} pairs  recall {recalls[stratum]:.4f}", end="")
        print(f"  siblings apart {recalls[f'{stratum} but siblings']:.4f}  {dict(counts)}")
    return recalls


def _print_examples(
    reasons: Mapping[Listed, str],
    found: Mapping[tuple[str, str], DuplicatePair],
    articles: Mapping[ArticleId, Article],
    n_examples: int,
) -> None:
    listed = {pair.ids for pair in reasons}
    for reason in ("siblings", "too little in common", "never compared"):
        _print_pairs(reason, [pair.ids for pair, why in reasons.items() if why == reason], articles, n_examples)
    _print_pairs("beyond the list", [ids for ids in found if ids not in listed], articles, n_examples)


def _print_pairs(
    title: str, pairs: Iterable[tuple[str, str]], articles: Mapping[ArticleId, Article], n_examples: int
) -> None:
    pairs = list(pairs)
    for ids in pairs[:: max(1, len(pairs) // n_examples)][:n_examples]:
        print(f"\n{title}: {' '.join(ids)}")
        for name in ids:
            article = articles[ArticleId(name)]
            print("   ", " ".join(f"{article.title or ''} {article.text}".split())[:300])


def _sorted(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a < b else (b, a)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--floors", type=Path, help="fail below these recalls")
    parser.add_argument("--templates", choices=["apart", "join"], default="apart", help="whether siblings are copies")
    parser.add_argument("--examples", type=int, default=0, help="print so many pairs of each kind of miss")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

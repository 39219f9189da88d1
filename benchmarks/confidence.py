"""Whether confidence is a probability: of the articles about which it says .9, nine in ten are in their right story.

    confidence.py --data DIR [--fit] [--json OUT]

DIR is that of `stories.py`. An article is in its *right* story if more than half of that story's articles are of its
gold story and more than half of its gold story's articles are there; it is in good *company* if no gold story has more
articles in its story than its own. Printed are, for all sets together (each counts as much, all families as one) and
for each: articles by confidence, the mean of each tenth, how many are right; the Brier score; and the expected
calibration error (mean distance of confidence and share right, tenth by tenth).

--fit finds new constants for ``dedupe/stories/calibration.py`` and prints how well those of all other sets do on each.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean

import numpy as np
from labelled import Collection, read_collection
from numpy.typing import NDArray

from dedupe.models import Story
from dedupe.stories.calibration import FITTED, Calibration, probability_right
from dedupe.stories.cluster import cluster_stories

FAMILIES = "families"
N_BINS = 10

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judged:
    """One article: what was said of it, and whether it was so."""

    confidence: float
    has_siblings: bool
    is_right: bool
    in_company: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """The articles of one tenth of confidence, from ``low`` up; shares and means are weighted."""

    low: float
    n_articles: int
    share: float
    confidence: float
    right: float
    company: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far confidence is a probability on some articles."""

    bins: tuple[Bin, ...]
    right: float
    brier: float
    calibration_error: float


def main() -> int:
    """Print the tables."""
    options = _options()
    sets = {path.stem: judged_in(path) for path in sorted(options.data.glob("*.jsonl"))}
    families = [one for path in sorted(options.data.glob(f"{FAMILIES}/*.jsonl")) for one in judged_in(path)]
    sets = {name: judged for name, judged in {**sets, FAMILIES: families}.items() if judged}
    tables = {"all": reliability_of_all(sets)} | {name: reliability_of_all({name: one}) for name, one in sets.items()}
    print("\n".join(line for name, table in tables.items() for line in lines_of(name, table)))
    if options.fit:
        print("\n".join(fit_lines(sets)))
    if options.json is not None:
        as_json = {name: asdict(table) for name, table in tables.items()}
        options.json.write_text(json.dumps({"confidence": as_json}, indent=2) + "\n", encoding="utf-8")
    return 0


def judged_in(path: Path) -> list[Judged]:
    """The articles of a labelled file that have gold, each against its own gold story."""
    collection = read_collection(path)
    return judge(collection, cluster_stories(collection.articles)) if collection.gold else []


def judge(collection: Collection, stories: Iterable[Story]) -> list[Judged]:
    """Whether each article is where it belongs."""
    stories = list(stories)
    n_stories = Counter(story.topic for story in stories)
    gold_sizes = Counter(collection.gold.values())
    return [
        one for story in stories for one in _judged_members(story, collection.gold, gold_sizes, n_stories[story.topic])
    ]


def _judged_members(
    story: Story, gold: Mapping[str, str], gold_sizes: Mapping[str, int], n_siblings: int
) -> Iterator[Judged]:
    together = Counter(gold[member.article_id] for member in story.members if member.article_id in gold)
    for member in story.members:
        if member.article_id in gold:
            own = gold[member.article_id]
            yield Judged(
                confidence=member.confidence,
                has_siblings=n_siblings > 1,
                is_right=2 * together[own] > max(together.total(), gold_sizes[own]),
                in_company=together[own] == max(together.values()),
            )


def reliability_of_all(sets: Mapping[str, Sequence[Judged]]) -> Reliability:
    """The reliability over several sets, each of which counts as much as the others."""
    judged = [one for articles in sets.values() for one in articles]
    return reliability(judged, np.array([one.confidence for one in judged]), _weights(sets))


def _weights(sets: Mapping[str, Sequence[Judged]]) -> Values:
    return np.concatenate([np.full(len(articles), 1 / len(articles) / len(sets)) for articles in sets.values()])


def reliability(judged: Sequence[Judged], confidence: Values, weights: Values) -> Reliability:
    """The reliability of any confidence in the articles; weights add up to 1."""
    right, company = (np.array([getattr(one, of) for one in judged], dtype=float) for of in ("is_right", "in_company"))
    tenth = np.minimum((confidence * N_BINS).astype(np.int64), N_BINS - 1)
    bins = []
    for number in np.unique(tenth):
        held = tenth == number
        means = (float(np.average(values[held], weights=weights[held])) for values in (confidence, right, company))
        bins.append(Bin(float(number) / N_BINS, int(held.sum()), float(weights[held].sum()), *means))
    return Reliability(
        bins=tuple(bins),
        right=float(np.average(right, weights=weights)),
        brier=float(np.average((confidence - right) ** 2, weights=weights)),
        calibration_error=sum(one.share * abs(one.confidence - one.right) for one in bins),
    )


def lines_of(name: str, table: Reliability) -> Iterator[str]:
    """The table as text."""
    n_articles = sum(one.n_articles for one in table.bins)
    yield f"{name}: {n_articles} articles, {_quality(table)}"
    yield f"{'confidence':>12}{'articles':>10}{'mean':>8}{'right':>8}{'company':>9}"
    for one in table.bins:
        yield f"{one.low:12.1f}{one.n_articles:10}{one.confidence:8.3f}{one.right:8.3f}{one.company:9.3f}"


def _quality(table: Reliability) -> str:
    return f"{table.right:.3f} right, Brier {table.brier:.4f}, calibration error {table.calibration_error:.4f}"


def fit_lines(sets: Mapping[str, Sequence[Judged]]) -> Iterator[str]:
    """The constants fitted on all sets, and the reliability on each set of those fitted on the others."""
    held_out = []
    for name, articles in sets.items():
        others = fitted({other: sets[other] for other in sets if other != name})
        confidence = probability_right(similarities(articles), _siblings(articles), others)
        held_out.append(confidence)
        mean = fmean(confidence)
        table = reliability(articles, confidence, np.full(len(articles), 1 / len(articles)))
        yield f"held out {name}: mean {mean:.3f}, {_quality(table)}"
    judged = [one for articles in sets.values() for one in articles]
    yield from lines_of("each set by the others", reliability(judged, np.concatenate(held_out), _weights(sets)))
    yield f"{fitted(sets)}"


def fitted(sets: Mapping[str, Sequence[Judged]]) -> Calibration:
    """The logistic regression of being right on similarity and siblings."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - slow to import

    judged = [one for articles in sets.values() for one in articles]
    features = np.column_stack([similarities(judged), _siblings(judged)])
    weights = _weights(sets) * len(judged)
    model = LogisticRegression(C=1e6, max_iter=1000)  # next to no shrinking
    model.fit(features, [one.is_right for one in judged], sample_weight=weights)
    constant, (per_similarity, siblings) = model.intercept_[0], model.coef_[0]
    return Calibration(*(round(float(value), 2) for value in (constant, per_similarity, siblings)))


def similarities(judged: Sequence[Judged]) -> Values:
    """The similarities that the confidences were made of."""
    confidence = np.array([one.confidence for one in judged])
    if not ((confidence > 0) & (confidence < 1)).all():
        raise SystemExit("confidence is 0 or 1 somewhere: it was not made with the constants of calibration.py")
    log_odds = np.log(confidence / (1 - confidence))
    return (log_odds - FITTED.constant - FITTED.siblings * _siblings(judged)) / FITTED.per_similarity


def _siblings(judged: Sequence[Judged]) -> NDArray[np.bool_]:
    return np.array([one.has_siblings for one in judged], dtype=np.bool_)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of labelled JSON Lines files")
    parser.add_argument("--fit", action="store_true", help="find new constants, once confidence is made with the old")
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

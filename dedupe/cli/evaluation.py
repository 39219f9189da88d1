"""``dedupe evaluate``: stories or duplicates against gold labels."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import click
import orjson

from dedupe.cli.output import ExitCode, print_text, say
from dedupe.errors import BadInput
from dedupe.evaluation.bootstrap import cluster_intervals, pair_intervals
from dedupe.evaluation.clusters import compare_clusterings
from dedupe.evaluation.pairs import compare_pairs, pairs_within
from dedupe.evaluation.report import (
    ClusterIntervals,
    ClusterReport,
    Interval,
    PairIntervals,
    PairReport,
    Resampling,
    Score,
    ScoreIntervals,
    report_as_dict,
)
from dedupe.files.labels import Labels, read_labels
from dedupe.files.places import STDIN, FileFormat, input_files
from dedupe.models import Json


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Scores of what both sides speak of, and their intervals where those were asked for."""

    stories: ClusterReport | None
    duplicates: PairReport | None
    story_intervals: ClusterIntervals | None = None
    duplicate_intervals: PairIntervals | None = None


@click.command()
@click.argument("gold", type=click.Path(exists=True, allow_dash=True))
@click.argument("pred", type=click.Path(exists=True, allow_dash=True))
@click.option("--min-b3", type=click.FloatRange(0, 1), help="Exit with 1 when the BCubed F1 of the stories is below.")
@click.option(
    "--bootstrap", type=click.IntRange(min=1), metavar="N", help="95 % intervals of all scores, of N samples."
)
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=0, help="Of the samples; 0 if not given.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
def evaluate(*, gold: str, pred: str, min_b3: float | None, bootstrap: int | None, seed: int, as_json: bool) -> None:
    """Score PRED, the output of cluster or duplicates, against GOLD.

    GOLD has the stories of articles under "story", and their duplicate groups under "dup" or "group", or pairs under
    "a" and "b" or "id1" and "id2". Every article of GOLD must be in PRED, unless either has pairs. Either can be - for
    JSON Lines on standard input.

    The samples of --bootstrap are of whole gold stories, or duplicate groups, drawn with replacement.
    """
    if gold == pred == STDIN:
        raise click.UsageError("GOLD and PRED cannot both be standard input")
    wanted, found = labels_at(gold), labels_at(pred)
    resampling = None if bootstrap is None else Resampling(bootstrap, seed=seed)
    evaluation = compare_labels(wanted, found, resampling, place=pred)
    stories = evaluation.stories
    if stories is None and evaluation.duplicates is None:
        raise click.UsageError(f"nothing to compare: GOLD has {_kinds(wanted)}, PRED has {_kinds(found)}")
    if stories is None and min_b3 is not None:
        raise click.UsageError("--min-b3 needs stories in GOLD and in PRED")
    print_text(_json(evaluation) if as_json else "\n".join(_table(evaluation)))
    if stories is not None and min_b3 is not None and stories.bcubed.f1 < min_b3:
        say(f"BCubed F1 {stories.bcubed.f1:.4f} is below {min_b3}")
        raise click.exceptions.Exit(ExitCode.CHECK_FAILED)


def labels_at(path: str) -> Labels:
    """Labels of a file; a path that stands for no file is a usage error."""
    try:
        input_files([path], otherwise=FileFormat.JSON_LINES)
    except BadInput as error:
        raise click.UsageError(str(error)) from None
    return read_labels(path)


def compare_labels(gold: Labels, pred: Labels, resampling: Resampling | None, *, place: str) -> Evaluation:
    """Scores of stories and of duplicate pairs. Raises ``BadInput`` where PRED misses articles of GOLD."""
    stories = duplicates = story_intervals = duplicate_intervals = None
    if gold.story_of and pred.story_of:
        _require_all(gold.story_of, pred.story_of, place=place)
        stories = compare_clusterings(gold.story_of, pred.story_of)
        if resampling is not None:
            story_intervals = cluster_intervals(gold.story_of, pred.story_of, resampling)
    pairs = duplicate_pairs(gold, pred, place=place)
    if pairs is not None:
        duplicates = compare_pairs(*pairs)
        duplicate_intervals = None if resampling is None else pair_intervals(*pairs, resampling)
    return Evaluation(stories, duplicates, story_intervals, duplicate_intervals)


Pairs = list[tuple[str, str]]


def duplicate_pairs(gold: Labels, pred: Labels, *, place: str) -> tuple[Pairs, Pairs] | None:
    """Duplicate pairs of gold and of the prediction; None where one side says nothing of duplicates.

    Pairs of articles that gold groups do not know cannot be judged and are left out.
    """
    wanted = _pairs(gold) if gold.pairs or gold.group_of else None
    found = _pairs(pred)
    if wanted is None or found is None:
        return None
    if gold.group_of and pred.group_of:
        _require_all(gold.group_of, pred.group_of, place=place)
    if gold.group_of and gold.pairs is None:
        found = [pair for pair in found if pair[0] in gold.group_of and pair[1] in gold.group_of]
    return wanted, found


def _pairs(labels: Labels) -> Pairs | None:
    if labels.pairs is not None:
        return list(labels.pairs)
    return pairs_within(labels.group_of) if labels.group_of else None


def _require_all(gold: Iterable[str], pred: Iterable[str], *, place: str) -> None:
    """A partial prediction must not score well in silence."""
    known = set(pred)
    missing = [article for article in gold if article not in known]
    if missing:
        named = ", ".join(missing[:5]) + (", ..." if len(missing) > 5 else "")
        raise BadInput(place, None, "id", f"{len(missing)} articles of GOLD are missing: {named}")


def _kinds(labels: Labels) -> str:
    kinds = [
        kind
        for kind, there in (
            ("stories", bool(labels.story_of)),
            ("duplicate groups", bool(labels.group_of)),
            ("pairs", bool(labels.pairs)),
        )
        if there
    ]
    return " and ".join(kinds) or "no labels"


def _json(evaluation: Evaluation) -> str:
    report = _reported(evaluation.stories, evaluation.story_intervals)
    if evaluation.duplicates is not None:
        report |= {"duplicates": _reported(evaluation.duplicates, evaluation.duplicate_intervals)}
    return orjson.dumps(report).decode()


def _reported(
    report: ClusterReport | PairReport | None, intervals: ClusterIntervals | PairIntervals | None
) -> dict[str, Json]:
    said: dict[str, Json] = {} if report is None else report_as_dict(report)
    return said if intervals is None else said | {"intervals": report_as_dict(intervals)}


def _table(evaluation: Evaluation) -> Iterator[str]:
    stories, duplicates = evaluation.stories, evaluation.duplicates
    if stories is not None:
        yield f"{stories.n_articles} articles, {stories.n_gold} stories in gold, {stories.n_pred} predicted"
        yield _HEADER
        yield _score_line("BCubed", stories.bcubed)
        yield _score_line("pairwise", stories.pairwise)
        yield f"ARI {stories.ari:.4f}   AMI {stories.ami:.4f}   NMI {stories.nmi:.4f}"
    if stories is not None and evaluation.story_intervals is not None:
        yield from _story_interval_lines(stories, evaluation.story_intervals)
    if duplicates is not None:
        counts = f"{duplicates.n_gold} in gold, {duplicates.n_pred} predicted, {duplicates.n_shared} in both"
        yield f"duplicate pairs: {counts}"
        yield _HEADER
        yield _score_line("pairs", duplicates.score)
    if duplicates is not None and evaluation.duplicate_intervals is not None:
        yield _interval_header(evaluation.duplicate_intervals.resampling, "groups of gold pairs")
        yield from _score_interval_lines("pairs", duplicates.score, evaluation.duplicate_intervals.score)


_HEADER = f"{'':10}{'precision':>10}{'recall':>10}{'F1':>10}"


def _score_line(name: str, score: Score) -> str:
    return f"{name:10}{score.precision:10.4f}{score.recall:10.4f}{score.f1:10.4f}"


def _story_interval_lines(stories: ClusterReport, intervals: ClusterIntervals) -> Iterator[str]:
    yield _interval_header(intervals.resampling, "gold stories")
    yield from _score_interval_lines("BCubed", stories.bcubed, intervals.bcubed)
    yield from _score_interval_lines("pairwise", stories.pairwise, intervals.pairwise)
    yield _interval_line("ARI", stories.ari, intervals.ari)
    yield _interval_line("AMI", stories.ami, intervals.ami)
    yield _interval_line("NMI", stories.nmi, intervals.nmi)
    yield _interval_line("homogeneity", stories.homogeneity, intervals.homogeneity)
    yield _interval_line("completeness", stories.completeness, intervals.completeness)
    yield _interval_line("V-measure", stories.v_measure, intervals.v_measure)


def _interval_header(resampling: Resampling, drawn: str) -> str:
    title = f"{resampling.level:.0%} intervals, {resampling.n} samples of {drawn}"
    return f"{title}\n{'':20}{'score':>10}{'low':>10}{'high':>10}"


def _score_interval_lines(name: str, score: Score, intervals: ScoreIntervals) -> Iterator[str]:
    yield _interval_line(f"{name} precision", score.precision, intervals.precision)
    yield _interval_line(f"{name} recall", score.recall, intervals.recall)
    yield _interval_line(f"{name} F1", score.f1, intervals.f1)


def _interval_line(name: str, score: float, interval: Interval) -> str:
    return f"{name:20}{score:10.4f}{interval.low:10.4f}{interval.high:10.4f}"

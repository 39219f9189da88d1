"""``dedupe evaluate``: stories or duplicates against gold labels."""

from collections.abc import Iterable

import click
import orjson

from dedupe.cli.output import ExitCode, print_text, say
from dedupe.errors import BadInput
from dedupe.evaluation.clusters import compare_clusterings
from dedupe.evaluation.pairs import compare_pairs, pairs_within
from dedupe.evaluation.report import ClusterReport, PairReport, Score, report_as_dict
from dedupe.files.labels import Labels, read_labels
from dedupe.files.places import STDIN, FileFormat, input_files
from dedupe.models import Json


@click.command()
@click.argument("gold", type=click.Path(exists=True, allow_dash=True))
@click.argument("pred", type=click.Path(exists=True, allow_dash=True))
@click.option("--min-b3", type=click.FloatRange(0, 1), help="Exit with 1 when the BCubed F1 of the stories is below.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
def evaluate(*, gold: str, pred: str, min_b3: float | None, as_json: bool) -> None:
    """Score PRED, the output of cluster or duplicates, against GOLD.

    GOLD has the stories of articles under "story", and their duplicate groups under "dup" or "group", or pairs under
    "a" and "b" or "id1" and "id2". Every article of GOLD must be in PRED, unless either has pairs. Either can be - for
    JSON Lines on standard input.
    """
    if gold == pred == STDIN:
        raise click.UsageError("GOLD and PRED cannot both be standard input")
    wanted, found = labels_at(gold), labels_at(pred)
    stories = compare_stories(wanted, found, place=pred)
    duplicates = compare_duplicates(wanted, found, place=pred)
    if stories is None and duplicates is None:
        raise click.UsageError(f"nothing to compare: GOLD has {_kinds(wanted)}, PRED has {_kinds(found)}")
    if stories is None and min_b3 is not None:
        raise click.UsageError("--min-b3 needs stories in GOLD and in PRED")
    print_text(_json(stories, duplicates) if as_json else _table(stories, duplicates))
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


def compare_stories(gold: Labels, pred: Labels, *, place: str) -> ClusterReport | None:
    """Scores of the stories; None where one side has none. Raises ``BadInput`` where PRED misses articles."""
    if not gold.story_of or not pred.story_of:
        return None
    _require_all(gold.story_of, pred.story_of, place=place)
    return compare_clusterings(gold.story_of, pred.story_of)


def compare_duplicates(gold: Labels, pred: Labels, *, place: str) -> PairReport | None:
    """Scores of the duplicate pairs; None where one side says nothing of duplicates.

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
    return compare_pairs(wanted, found)


def _pairs(labels: Labels) -> list[tuple[str, str]] | None:
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


def _json(stories: ClusterReport | None, duplicates: PairReport | None) -> str:
    report: dict[str, Json] = {} if stories is None else report_as_dict(stories)
    if duplicates is not None:
        report |= {"duplicates": report_as_dict(duplicates)}
    return orjson.dumps(report).decode()


def _table(stories: ClusterReport | None, duplicates: PairReport | None) -> str:
    lines: list[str] = []
    if stories is not None:
        lines += [
            f"{stories.n_articles} articles, {stories.n_gold} stories in gold, {stories.n_pred} predicted",
            _HEADER,
            _score_line("BCubed", stories.bcubed),
            _score_line("pairwise", stories.pairwise),
            f"ARI {stories.ari:.4f}   AMI {stories.ami:.4f}   NMI {stories.nmi:.4f}",
        ]
    if duplicates is not None:
        counts = f"{duplicates.n_gold} in gold, {duplicates.n_pred} predicted, {duplicates.n_shared} in both"
        lines += [f"duplicate pairs: {counts}", _HEADER, _score_line("pairs", duplicates.score)]
    return "\n".join(lines)


_HEADER = f"{'':10}{'precision':>10}{'recall':>10}{'F1':>10}"


def _score_line(name: str, score: Score) -> str:
    return f"{name:10}{score.precision:10.4f}{score.recall:10.4f}{score.f1:10.4f}"

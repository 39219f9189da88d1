"""``dedupe duplicates``: its options, and what speaks against them."""

from dataclasses import dataclass, replace
from typing import Literal

import click

from dedupe.cli.reading import Reading, checked_output, output_option, reading_options
from dedupe.cli.resuming import Wish
from dedupe.models import DuplicateKind
from dedupe.settings import DuplicateParams

_USUAL = DuplicateParams()


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for; ``out`` is None for stdout."""

    files: tuple[str, ...]
    against: tuple[str, ...]
    out: str | None
    reading: Reading
    params: DuplicateParams
    pairs: bool
    keep: Literal["first", "longest", "earliest"]
    wish: Wish


def _kinds(_context: click.Context, _parameter: click.Parameter, value: str) -> tuple[DuplicateKind, ...]:
    wanted = {name.strip() for name in value.split(",") if name.strip()}
    unknown = sorted(wanted.difference(DuplicateKind))
    if unknown or not wanted:
        raise click.BadParameter(f"must name some of {', '.join(DuplicateKind)}, got {', '.join(unknown) or value!r}")
    return tuple(kind for kind in DuplicateKind if kind in wanted)


@click.command()
@reading_options
@output_option
@click.option("--pairs", is_flag=True, help="One line a verified pair instead of one an article.")
@click.option(
    "--kinds",
    callback=_kinds,
    default=",".join(DuplicateKind),
    show_default=True,
    help="Which kinds of duplicates count, a comma between them.",
)
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1, min_open=True),
    default=_USUAL.jaccard,
    show_default=True,
    help="Jaccard similarity from which a pair is near, without boilerplate and page furniture; short texts may need "
    "more, and long ones that were edited throughout .07 less. Containment is not changed.",
)
@click.option(
    "--containment",
    type=click.FloatRange(0, 1, min_open=True),
    default=_USUAL.containment,
    show_default=True,
    help="Share of an article in another from which it is contained; short texts may need more.",
)
@click.option(
    "--templates",
    type=click.Choice(["apart", "join"]),
    default="apart",
    show_default=True,
    help="Whether articles that fill one template, alike but for their names, dates and figures, are copies. To join "
    "them is for the training of language models, where the form counts as well.",
)
@click.option(
    "--keep",
    type=click.Choice(["first", "longest", "earliest"]),
    default="first",
    show_default=True,
    help="Which article of a group is the canonical one: the first of the input, the one with the most words, or the "
    "one published first, those without a time last. A tie goes to the first of the input.",
)
@click.option(
    "--against",
    type=click.Path(exists=True, allow_dash=True),
    metavar="CORPUS",
    multiple=True,
    help="Articles that were there before those of FILE, and stay canonical; no lines for them. May be repeated.",
)
@click.option("--resume", is_flag=True, help="Go on with an OUT that was interrupted.")
@click.option("--restart", is_flag=True, help="Start over where OUT was interrupted.")
def duplicates(  # noqa: PLR0917 - click gives them by name
    files: tuple[str, ...],
    on_error: Literal["stop", "skip"],
    max_article_chars: int,
    quiet: bool,
    out: str | None,
    pairs: bool,
    kinds: tuple[DuplicateKind, ...],
    threshold: float,
    containment: float,
    templates: Literal["apart", "join"],
    keep: Literal["first", "longest", "earliest"],
    against: tuple[str, ...],
    resume: bool,
    restart: bool,
) -> None:
    """Say which articles repeat which, one JSON line an article, in input order.

    FILE is .jsonl, .json, .csv, .tsv, .parquet, .txt (an article a file), a folder of these, any of them gzipped,
    or - for JSON Lines on standard input. All but .json may be larger than memory. Lines are written as they are
    decided; with --keep longest or earliest, when all are.

    With --against every line says for each other article it names whether that is one of the "corpus" or of the
    "files" (group_in, duplicate_of_in, container_in, a_in): the two may use the same ids.

    When it is interrupted, OUT holds whole lines, and the same command with --resume goes on after them. While
    OUT.unfinished is there, OUT is not overwritten unless --restart says so.
    """
    if pairs and keep != "first":
        raise click.UsageError("--keep chooses the canonical articles of groups, and --pairs prints no groups")
    request = Request(
        files=files,
        against=against,
        out=checked_output(out, (*files, *against)),
        reading=Reading(on_error, max_article_chars, quiet),
        params=_params(kinds, threshold, containment, templates),
        pairs=pairs,
        keep=keep,
        wish=Wish(resume, restart),
    )
    from dedupe.cli.finding import find  # noqa: PLC0415 - slow

    find(request)


def _params(
    kinds: tuple[DuplicateKind, ...], threshold: float, containment: float, templates: Literal["apart", "join"]
) -> DuplicateParams:
    for option, is_changed, kind in (
        ("--threshold", threshold != _USUAL.jaccard, DuplicateKind.NEAR),
        ("--containment", containment != _USUAL.containment, DuplicateKind.CONTAINED),
    ):
        if is_changed and kind not in kinds:
            raise click.UsageError(f"{option} is about the kind {kind.value!r}, which --kinds leaves out")
    try:
        params = replace(_USUAL, kinds=kinds, jaccard=threshold, containment=containment)
    except ValueError as fault:  # not a number is in no range, and in any for click
        raise click.UsageError(str(fault)) from None
    return params.joining_templates() if templates == "join" else params

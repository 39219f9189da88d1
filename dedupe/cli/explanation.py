"""``dedupe explain``: why two articles of files are in one story, or not."""

import sys
from collections.abc import Iterable, Sequence
from typing import Literal

import click

from dedupe.cli.output import print_rows, print_text, progress
from dedupe.cli.reading import Reading, finish, read_files, row_options
from dedupe.errors import UnknownId
from dedupe.models import Article, Story

_NAMED = 5


@click.command()
@click.argument("a")
@click.argument("b")
@click.argument("more", nargs=-1, metavar="", type=click.Path(exists=True, allow_dash=True))
@click.option(
    "--in", "first", metavar="FILE...", required=True, multiple=True, type=click.Path(exists=True, allow_dash=True),
    help="The articles that A and B are among.",
)  # fmt: skip
@row_options
@click.option("--json", "as_json", is_flag=True, help="One JSON object, also on a terminal.")
def explain(
    *,
    a: str,
    b: str,
    more: tuple[str, ...],
    first: tuple[str, ...],
    on_error: Literal["stop", "skip"],
    max_article_chars: int,
    quiet: bool,
    as_json: bool,
) -> None:
    """Say why the articles A and B are in one story, or not, among all articles of FILE.

    A and B are ids, or what only one id begins with; B may be the id of a story, and then stands for its article
    nearest to A, or asks why A is alone there. A and B come first. FILE is .jsonl, .json, .csv, .tsv, .parquet, .txt
    (an article a file), a folder of these, any of them gzipped, or - for JSON Lines on standard input.

    Offsets of passages count characters of the article's title or text as it was given.
    """
    found = read_files((*first, *more), Reading(on_error, max_article_chars, quiet))
    with progress(f"clustering {len(found.articles)} articles", quiet=quiet):
        from dedupe.cli.explanation_text import explanation_text  # noqa: PLC0415 - slow
        from dedupe.stories.cluster import cluster_stories  # noqa: PLC0415
        from dedupe.stories.explain import explain as explained  # noqa: PLC0415
        from dedupe.stories.explained import explanation_as_dict  # noqa: PLC0415

        stories = cluster_stories(found.articles)
        names = _named(a, found.articles, ()), _named(b, found.articles, stories)
        try:
            explanation = explained(*names, found.articles, stories)
        except (UnknownId, ValueError) as fault:
            raise click.UsageError(str(fault)) from None
    if as_json or not sys.stdout.isatty():
        print_rows([explanation_as_dict(explanation)], None, columns=())
    else:
        print_text(explanation_text(explanation, stories))
    finish(found.tally, f"{len(stories)} stories", quiet=quiet)


def _named(name: str, articles: Iterable[Article], stories: Sequence[Story]) -> str:
    """The id that is meant: the name itself, or the one that begins with it."""
    ids = [article.id for article in articles]
    if name in ids or any(story.id == name for story in stories):
        return name
    meant = [article_id for article_id in ids if article_id.startswith(name)]
    if len(meant) == 1:
        return meant[0]
    if not meant:
        kinds = "article or story" if stories else "article"
        raise click.UsageError(f"no {kinds} has the id {name!r}, nor has an article an id that begins with it")
    some = ", ".join(meant[:_NAMED]) + (", ..." if len(meant) > _NAMED else "")
    raise click.UsageError(f"{len(meant)} ids begin with {name!r}: {some}")

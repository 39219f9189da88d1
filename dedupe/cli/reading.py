"""How commands take FILE... and give OUT: their shared options, and reading with every bad row named."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

import click

from dedupe.cli.output import ExitCode, note, progress, say
from dedupe.errors import BadInput
from dedupe.files.limits import DEFAULT_LIMITS, Limits
from dedupe.files.odometer import Odometer
from dedupe.files.places import STDIN, input_files
from dedupe.files.read import Repeat, read_items
from dedupe.files.write import output_format
from dedupe.models import Article

_ARTICLES_BETWEEN_UPDATES = 1_000

_Command = TypeVar("_Command", bound=Callable[..., None])


@dataclass(frozen=True, slots=True)
class Reading:
    """How files are read: what happens at a bad row, and how much is said."""

    on_error: Literal["stop", "skip"]
    max_article_chars: int
    quiet: bool


@dataclass(slots=True)
class Tally:
    """What has come out of files so far."""

    n_articles: int = 0
    n_bad: int = 0
    n_repeats: int = 0


@dataclass(frozen=True, slots=True)
class ReadArticles:
    """What the files held: each article once, in input order."""

    articles: list[Article]
    tally: Tally


def reading_options(command: _Command) -> _Command:
    """Give a command FILE... and the options that say how files are read."""
    decorate = click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True))
    return row_options(decorate(command))


def row_options(command: _Command) -> _Command:
    """Give a command the options that say how files are read."""
    for decorate in (
        click.option(
            "--on-error",
            type=click.Choice(["skip", "stop"]),
            default="skip",
            show_default=True,
            help="At a bad row: report it and go on, or stop. Either way the exit code is 3.",
        ),
        click.option(
            "--max-article-chars",
            type=click.IntRange(min=1),
            default=DEFAULT_LIMITS.max_article_chars,
            show_default=True,
            help="Refuse articles longer than this.",
        ),
        click.option("-q", "--quiet", is_flag=True, help="No progress and no summary; bad rows are still named."),
    ):
        command = decorate(command)
    return command


def output_option(command: _Command) -> _Command:
    """Give a command ``-o OUT``."""
    decorate = click.option(
        "-o", "--output", "out", type=click.Path(dir_okay=False, writable=True, allow_dash=True), metavar="OUT",
        help="Write to a file (.jsonl, .json, .csv, .tsv, or .gz of these) instead of JSON Lines to stdout.",
    )  # fmt: skip
    return decorate(command)


def checked_output(out: str | None, files: Sequence[str]) -> str | None:
    """Find fault with OUT before any work is done; None stands for stdout."""
    if out is None or out in {STDIN, "/dev/stdout"}:
        return None
    try:
        output_format(out)
        inputs = input_files(files)
    except BadInput as error:
        raise click.UsageError(str(error)) from None
    folder = os.path.dirname(out) or "."
    if not os.access(folder, os.W_OK):
        raise click.UsageError(f"{out}: the folder {folder!r} does not exist or cannot be written to")
    if any(file.path != STDIN and _is_same(file.path, out) for file in inputs):
        raise click.UsageError(f"{out}: is also among the files to read")
    return out


def _is_same(path: str, out: str) -> bool:
    return os.path.exists(out) and os.path.exists(path) and os.path.samefile(path, out)


def read_files(files: Sequence[str], reading: Reading) -> ReadArticles:
    """Read every article; name each bad row on stderr, or raise the first."""
    tally = Tally()
    articles: list[Article] = []
    with progress("reading", quiet=reading.quiet) as update:
        for article in articles_of(files, reading, tally):
            articles.append(article)
            if len(articles) % _ARTICLES_BETWEEN_UPDATES == 0:
                update(f"reading: {len(articles)} articles")
    return ReadArticles(articles, tally)


def articles_of(
    files: Sequence[str], reading: Reading, tally: Tally, *, odometer: Odometer | None = None
) -> Iterator[Article]:
    """Articles as they are read, each once, in input order; each bad row is named on stderr, or the first raised.

    A path that stands for no file is a usage error at once.
    """
    try:
        items = read_items(files, limits=Limits(max_article_chars=reading.max_article_chars), odometer=odometer)
    except BadInput as error:
        raise click.UsageError(str(error)) from None
    return _counted(items, reading, tally)


def _counted(items: Iterator[Article | BadInput | Repeat], reading: Reading, tally: Tally) -> Iterator[Article]:
    for item in items:
        if isinstance(item, Article):
            tally.n_articles += 1
            yield item
        elif isinstance(item, Repeat):
            tally.n_repeats += 1
        elif reading.on_error == "stop":
            raise item
        else:
            say(str(item))
            tally.n_bad += 1


def finish(tally: Tally, result: str, *, quiet: bool) -> None:
    """Sum up on stderr, and exit with 3 where rows were bad."""
    note(f"{tally.n_articles} articles, {result}", quiet=quiet)
    if tally.n_repeats and not quiet:
        say(f"rows that repeat the id and text of an earlier row and count once: {tally.n_repeats}")
    if tally.n_bad:
        if not quiet:
            say(f"bad rows skipped: {tally.n_bad}")
        raise click.exceptions.Exit(ExitCode.BAD_INPUT)

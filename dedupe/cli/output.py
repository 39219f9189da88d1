"""What a command says: data on stdout or in a file, everything else on stderr, an exit code at the end."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import IntEnum
from typing import BinaryIO

import click

from dedupe.models import Json


class ExitCode(IntEnum):
    """How a command ended."""

    DONE = 0
    CHECK_FAILED = 1
    USAGE = 2
    BAD_INPUT = 3
    INTERRUPTED = 130


def say(text: str) -> None:
    """Write a line to stderr."""
    click.echo(text, err=True)


def note(text: str, *, quiet: bool) -> None:
    """Write a summary to stderr where a person is watching and has not asked for quiet."""
    if not quiet and is_watched():
        say(text)


def is_watched() -> bool:
    """Whether a person sees stderr; it is None where it was closed."""
    return sys.stderr is not None and sys.stderr.isatty()


@contextmanager
def progress(text: str, *, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Show a spinner on stderr while the block runs, only on a terminal; call what is yielded to change its text.

    Lines said meanwhile appear above it. Colours follow NO_COLOR and TERM.
    """
    if quiet or not is_watched():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - half the start-up time of --help

    with Console(stderr=True).status(text) as status:
        yield status.update


def print_rows(rows: Iterable[Mapping[str, Json]], out: str | None, *, columns: Sequence[str]) -> None:
    """Write rows to a file by its extension, or as JSON Lines to stdout."""
    from dedupe.files.write import write_rows  # noqa: PLC0415 - not for --help

    if out is None:
        with stdout_stream() as stdout:
            write_rows(rows, stdout)
        return
    try:
        write_rows(rows, out, columns=columns)
    except OSError as error:
        raise click.ClickException(f"cannot write to {out}: {error.strerror}") from None


def print_text(text: str) -> None:
    """Write text and a line end to stdout."""
    with stdout_stream() as stdout:
        stdout.write(f"{text}\n".encode())


@contextmanager
def stdout_stream() -> Iterator[BinaryIO]:
    """Standard output for bytes; when its reader (``head``) has seen enough, the command ends without a word."""
    if sys.stdout is None:
        raise click.ClickException("cannot write to stdout: it is closed")
    try:
        yield sys.stdout.buffer
        sys.stdout.flush()
    except OSError as error:
        # Python flushes stdout once more on its way out and would report the same error then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise click.exceptions.Exit(ExitCode.DONE) from None
        raise click.ClickException(f"cannot write to stdout: {error.strerror}") from None

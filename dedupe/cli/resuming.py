"""Whether a command writes its output anew or goes on where an earlier run of the same command stopped."""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import click

from dedupe.cli.output import ExitCode, say
from dedupe.files.unfinished import differences, has_note, note_path, noted_run
from dedupe.files.written import can_go_on, cut_torn_line
from dedupe.models import Json


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line says of an output that may be there: go on with it, or start over."""

    resume: bool
    restart: bool


def goes_on(out: str | None, run: Mapping[str, Json], wish: Wish, *, obstacle: str | None) -> bool:
    """Whether to go on with an output, which then ends with a whole line.

    An unfinished output is never overwritten unasked. ``run`` says what has to be the same; ``obstacle`` says why
    this run cannot be resumed, if it cannot. Whatever speaks against the wish is a usage error.
    """
    if wish.resume and wish.restart:
        raise click.UsageError("--resume and --restart are two different wishes")
    if out is None:
        if wish.resume or wish.restart:
            raise click.UsageError("--resume and --restart are about the file that -o OUT names")
        return False
    if wish.resume:
        return _resumed(out, run, obstacle)
    if has_note(out) and _holds_something(out) and not wish.restart:
        raise click.UsageError(
            f"{out} is not finished: {note_path(out)} says of which run it is. --resume goes on with it, "
            "--restart starts over."
        )
    return False


@contextmanager
def writing_alone(out: str | None) -> Iterator[None]:
    """Keep other runs from writing the same output meanwhile; a usage error where one does."""
    if out is None or (os.path.exists(out) and not os.path.isfile(out)):
        yield
        return
    was_there = os.path.exists(out)
    with open(out, "ab") as stream:
        with suppress(OSError):  # a file system without locks
            _lock(stream.fileno(), out)
        try:
            yield
        finally:
            if not was_there and not has_note(out) and not _holds_something(out):
                os.remove(out)


def _lock(descriptor: int, out: str) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise click.UsageError(f"{out} is being written by another run") from None


def _resumed(out: str, run: Mapping[str, Json], obstacle: str | None) -> bool:
    if obstacle is not None:
        raise click.UsageError(f"--resume: {obstacle}")
    if not has_note(out):
        if _holds_something(out):
            say(f"{out} is finished; without --resume it is written anew")
            raise click.exceptions.Exit(ExitCode.DONE)
        return False
    differs = differences(_noted(out), run)
    if differs:
        raise click.UsageError(
            f"{out} was begun by another run: {'; '.join(differs)}. Run what was run then to go on, or --restart."
        )
    if not os.path.exists(out):
        return False
    cut_torn_line(out)
    return True


def _holds_something(out: str) -> bool:
    return os.path.exists(out) and os.path.getsize(out) > 0


def _noted(out: str) -> dict[str, Json]:
    try:
        return noted_run(out)
    except ValueError as fault:
        raise click.UsageError(f"{fault}; --restart starts over") from None


def obstacle_of(out: str) -> str | None:
    """Why an output cannot be gone on with once it is interrupted; None where it can."""
    if not os.path.isfile(out) and os.path.exists(out):
        return f"{out} is no file"
    if not can_go_on(out):
        return f"{out} cannot be gone on with: only .jsonl, .csv and .tsv can, without .gz"
    return None

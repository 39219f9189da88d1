"""What the commands that speak to a service share: where it is, and how rows are shown."""

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

import click

from dedupe.cli.output import ExitCode, print_rows, say
from dedupe.client import Client
from dedupe.environment import read_settings
from dedupe.errors import ServiceUnavailable
from dedupe.local import find_running
from dedupe.local.ports import USUAL_PORT
from dedupe.models import Json

Command = TypeVar("Command", bound=Callable[..., None])
PATIENCE_SECONDS = 2.0  # a person waits; a program has the client


def service_options(command: Command) -> Command:
    """Give a command ``--url`` and ``--json``."""
    for decorate in (
        click.option(
            "--url",
            envvar="DEDUPE_URL",
            metavar="URL",
            help="Address of the service; default: DEDUPE_URL, the stack on the data directory, or port 8080 here.",
        ),
        click.option("--json", "as_json", is_flag=True, help="JSON Lines, also on a terminal."),
    ):
        command = decorate(command)
    return command


def service_url(url: str | None) -> str:
    """Where the service is: as given, or the stack that runs on the data directory, or the usual port here."""
    if url is not None:
        return url
    running = find_running(read_settings().data)
    if running is not None and running.api_url is not None:
        return running.api_url
    return f"http://127.0.0.1:{USUAL_PORT}"


@contextmanager
def service_client(url: str | None, *, patience_seconds: float = PATIENCE_SECONDS) -> Iterator[Client]:
    """Client of the service; what it cannot do ends the command with the reason and what to do about it."""
    try:
        client = Client(service_url(url), read_settings().api_key, patience_seconds=patience_seconds)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--url") from None
    try:
        with client:
            yield client
    except ServiceUnavailable as error:
        say(f"Error: {error}\nIs the service running? Start it with `dedupe up`, or name another with --url.")
        raise click.exceptions.Exit(ExitCode.CHECK_FAILED) from None
    except TimeoutError as error:
        say(f"Error: {error}")
        raise click.exceptions.Exit(ExitCode.CHECK_FAILED) from None


_PROSE = frozenset({"label", "what", "failure", "advice", "found"})
_FRACTION = re.compile(r"(?<=^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d+(?=Z$)")  # of a second: on a terminal nobody needs it
_WIDEST_WHOLE = 24


def show(rows: Iterable[Mapping[str, Json]], *, columns: Sequence[str], as_json: bool) -> None:
    """Show rows: a table of ``columns`` on a terminal, all of each as JSON Lines otherwise."""
    if as_json or not sys.stdout.isatty():
        print_rows(rows, None, columns=columns)
        return
    from rich.console import Console  # noqa: PLC0415 - only on a terminal
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    cells = [[cell(row[column]) for column in columns] for row in rows]
    filled = [at for at in range(len(columns)) if not cells or any(line[at] for line in cells)]
    table = Table(box=None, header_style="bold")
    for at in filled:
        # What one copies must be whole, in one piece where it fits: the columns of prose give way to ids.
        widest = max([len(columns[at]), *(len(line[at]) for line in cells)])
        whole = columns[at] not in _PROSE and widest <= _WIDEST_WHOLE
        table.add_column(columns[at], overflow="fold", min_width=widest if whole else len(columns[at]), no_wrap=whole)
    for line in cells:
        table.add_row(*(Text(line[at]) for at in filled))
    Console().print(table)


def cell(value: Json) -> str:
    """Value as one cell of a table, without what would act on the terminal."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(map(cell, value))
    text = _FRACTION.sub("", value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "".join(character for character in text if character.isprintable())

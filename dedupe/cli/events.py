"""The command that prints what changed, and goes on printing where it is to follow."""

from collections.abc import Iterator
from itertools import chain

import click
import orjson

from dedupe.changes import Event
from dedupe.cli.output import ExitCode, print_text, say
from dedupe.cli.service import service_client, service_options, show
from dedupe.client import Client
from dedupe.errors import ServiceError
from dedupe.event_pages import EventPage, event_types, row_of

__all__ = ["events"]

FOLLOW_PATIENCE_SECONDS = 120.0
COLUMNS = ("cursor", "at", "type", "story", "article")


@click.command()
@service_options
@click.option(
    "--since", metavar="CURSOR", help="Only what follows; a line's cursor, or now. Default: all that is kept."
)
@click.option("--types", metavar="TYPE,...", help="Only events of these types, such as story.merged.")
@click.option("--follow", is_flag=True, help="Go on with what happens, a JSON line an event, until Ctrl-C.")
def events(*, url: str | None, as_json: bool, since: str | None, types: str | None, follow: bool) -> None:
    """Print what changed: articles that got a story; stories that began, grew, merged, were split or closed.

    A line's cursor is where to go on: --since CURSOR prints what follows it.
    """
    wanted = _wanted(types)
    try:
        with service_client(url) as client:
            if not follow:
                rows = map(row_of, chain.from_iterable(_kept(client, since, wanted)))
                show(rows, columns=COLUMNS, as_json=as_json)
                return
            client.version()  # a service that restarts is waited for; one that was never there is said at once
        with service_client(url, patience_seconds=FOLLOW_PATIENCE_SECONDS) as client:
            for page in client.follow(since, types=wanted):
                _print(page)
    except ServiceError as error:
        say(f"Error: {error}")
        raise click.exceptions.Exit(ExitCode.USAGE if error.status == 422 else ExitCode.CHECK_FAILED) from None


def _wanted(types: str | None) -> list[str]:
    try:
        return [] if types is None else sorted(event_types(types))
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--types") from None


def _kept(client: Client, since: str | None, types: list[str]) -> Iterator[tuple[Event, ...]]:
    more = True
    while more:
        page = client.events(since, types=types)
        _warn(page)
        yield page.events
        since, more = page.next_cursor, page.more


def _print(page: EventPage) -> None:
    _warn(page)
    if page.events:
        print_text("\n".join(orjson.dumps(row_of(event)).decode() for event in page.events))


def _warn(page: EventPage) -> None:
    if page.missed:
        say("events after this cursor may have been forgotten before they were read")

"""The commands that say which articles are of one story, and which are not: constraints list, add, remove."""

import click

from dedupe.cli.output import ExitCode, say
from dedupe.cli.service import service_client, service_options, show
from dedupe.errors import ServiceError, UnknownId
from dedupe.files.articles import format_time
from dedupe.models import ArticleId, Json
from dedupe.stories.constraints import Link, LinkSet

COLUMNS = ("id", "kind", "a", "b", "by", "note", "at")
_Pairs = tuple[tuple[str, str], ...]


@click.group()
def constraints() -> None:
    """Say which articles are of one story, and which are not; every recluster keeps it."""


@constraints.command("list")
@service_options
def list_(*, url: str | None, as_json: bool) -> None:
    """List all constraints."""
    with service_client(url) as client:
        _show(client.constraints(), as_json=as_json)


@constraints.command()
@service_options
@click.option("--must-link", nargs=2, multiple=True, metavar="A B", help="Two articles of one story.")
@click.option("--cannot-link", nargs=2, multiple=True, metavar="A B", help="Two articles of no story together.")
@click.option("--by", help="Who says it.")
@click.option("--note", help="Why.")
def add(
    *, url: str | None, as_json: bool, must_link: _Pairs, cannot_link: _Pairs, by: str | None, note: str | None
) -> None:
    """Add constraints; the stories are settled again by themselves."""
    if not (must_link or cannot_link):
        raise click.UsageError("say what to add: --must-link A B, or --cannot-link A B")
    try:
        with service_client(url) as client:
            said = client.add_constraints(must_link, cannot_link, by=by, note=note)
    except ServiceError as error:
        say(f"Error: {error.detail}")
        raise click.exceptions.Exit(ExitCode.USAGE if error.status == 422 else ExitCode.CHECK_FAILED) from None
    _show(said, as_json=as_json)
    for article_id in said.unknown:
        say(f"no article has the id {article_id!r} so far")


@constraints.command()
@click.argument("ids", nargs=-1, required=True)
@service_options
def remove(*, ids: tuple[str, ...], url: str | None, as_json: bool) -> None:
    """Remove constraints; the stories are settled again by themselves."""
    removed: list[Link] = []
    unknown = False
    with service_client(url) as client:
        for constraint_id in ids:
            try:
                removed += client.remove_constraint(constraint_id).links
            except UnknownId as error:
                say(str(error))
                unknown = True
    show([_row(link) for link in removed], columns=COLUMNS, as_json=as_json)
    if unknown:
        raise click.exceptions.Exit(ExitCode.CHECK_FAILED)


def _show(said: LinkSet, *, as_json: bool) -> None:
    show([_row(link, said.unknown) for link in said.links], columns=COLUMNS, as_json=as_json)


def _row(link: Link, unknown: tuple[ArticleId, ...] = ()) -> dict[str, Json]:
    missing: list[Json] = [i for i in (link.a, link.b) if i in unknown]
    at = None if link.at is None else format_time(link.at)
    row: dict[str, Json] = {"id": link.id, "kind": link.kind.value, "a": link.a, "b": link.b}
    return {**row, "by": link.by, "note": link.note, "at": at, "unknown": missing}

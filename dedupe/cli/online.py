"""The commands that speak to a running service: all but those that read stories."""

import sys
from collections.abc import Callable, Sequence
from typing import Literal

import click

from dedupe.cli.doctor import doctor
from dedupe.cli.online_rows import (
    DEAD_LETTER_COLUMNS,
    HEALTH_COLUMNS,
    JOB_COLUMNS,
    STATUS_COLUMNS,
    dead_letter_row,
    health_row,
    job_row,
    short_job_row,
    status_row,
)
from dedupe.cli.output import ExitCode, progress, say
from dedupe.cli.reading import Reading, reading_options
from dedupe.cli.service import service_client, service_options, show
from dedupe.cli.submission import SUMMARY_COLUMNS, Submitting
from dedupe.errors import JobConflict, UnknownId
from dedupe.models import ArticleView, Job, JobState

__all__ = ["dead_letters", "doctor", "recluster", "status", "submit"]

SUBMIT_PATIENCE_SECONDS = 120.0


@click.command()
@reading_options
@service_options
@click.option("--wait", is_flag=True, help="Wait until each article is assigned or failed.")
@click.option(
    "--timeout",
    "timeout_seconds",
    type=click.FloatRange(min=0),
    default=3_600.0,
    show_default=True,
    help="Seconds to wait at most.",
)
def submit(
    *,
    files: tuple[str, ...],
    on_error: Literal["stop", "skip"],
    max_article_chars: int,
    quiet: bool,
    url: str | None,
    as_json: bool,
    wait: bool,
    timeout_seconds: float,
) -> None:
    """Send articles to the service; to send them again changes nothing.

    FILE is .jsonl, .json, .csv, .tsv, .parquet, .txt (an article a file), a folder of these, any of them gzipped,
    or - for JSON Lines on standard input.
    """
    work = Submitting(Reading(on_error, max_article_chars, quiet))
    # A service that is away for a while is waited for; one that was never there is said at once.
    with service_client(url) as client:
        client.version()
    with (
        service_client(url, patience_seconds=SUBMIT_PATIENCE_SECONDS) as client,
        progress("submitting", quiet=quiet) as update,
    ):
        work.send(client, files, update=update)
        if wait:
            work.wait(client, timeout_seconds=timeout_seconds, update=update)
    if as_json:
        show([work.summary()], columns=SUMMARY_COLUMNS, as_json=True)
    elif not quiet:
        say(work.sentence())
    raise click.exceptions.Exit(work.exit_code())


@click.command()
@click.argument("ids", nargs=-1)
@service_options
def status(*, ids: tuple[str, ...], url: str | None, as_json: bool) -> None:
    """Say where articles stand: queued, processing, assigned or failed; without IDS, the service as a whole."""
    with service_client(url) as client:
        if not ids:
            show([health_row(client.health())], columns=HEALTH_COLUMNS, as_json=as_json)
            return
        found, unknown = _partly(ids, client.article)
    show(map(status_row, found), columns=STATUS_COLUMNS, as_json=as_json)
    if unknown:
        raise click.exceptions.Exit(ExitCode.CHECK_FAILED)


def _partly(ids: Sequence[str], read: Callable[[str], ArticleView]) -> tuple[list[ArticleView], bool]:
    found, unknown = [], False
    for article_id in ids:
        try:
            found.append(read(article_id))
        except UnknownId as error:
            say(str(error))
            unknown = True
    return found, unknown


@click.command()
@service_options
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option("--wait/--no-wait", default=True, show_default=True, help="Wait for the end and show what changed.")
@click.option(
    "--timeout",
    "timeout_seconds",
    type=click.FloatRange(min=0),
    default=3_600.0,
    show_default=True,
    help="Seconds to wait at most.",
)
def recluster(*, url: str | None, as_json: bool, dry_run: bool, wait: bool, timeout_seconds: float) -> None:
    """Cluster the whole window again; prints what changed, and the churn: the share of articles that moved."""
    with service_client(url) as client, progress("reclustering", quiet=False):
        try:
            job = client.recluster(dry_run=dry_run, wait=wait, timeout_seconds=timeout_seconds)
        except JobConflict as error:
            raise click.ClickException(f"{error}; it has to end first") from None
    _show_job(job, as_json=as_json)
    if wait and job.state is not JobState.SUCCEEDED:
        raise click.exceptions.Exit(ExitCode.CHECK_FAILED)


def _show_job(job: Job, *, as_json: bool) -> None:
    if as_json or not sys.stdout.isatty():
        show([job_row(job)], columns=JOB_COLUMNS, as_json=True)
        return
    show([short_job_row(job)], columns=JOB_COLUMNS, as_json=False)
    if job.error is not None:
        say(f"job {job.id} {job.state}: {job.error}")


@click.command("dead-letters")
@service_options
@click.option("--requeue", is_flag=True, help="Put them all back to work.")
def dead_letters(*, url: str | None, as_json: bool, requeue: bool) -> None:
    """List the articles that were given up, each with the reason."""
    with service_client(url) as client:
        if requeue:
            requeued = client.requeue_dead_letters()
            show([{"id": article_id} for article_id in requeued], columns=("id",), as_json=as_json)
            say(f"put back to work: {len(requeued)}")
            return
        rows = [dead_letter_row(view) for view in client.dead_letters()]
    show(rows, columns=DEAD_LETTER_COLUMNS, as_json=as_json)

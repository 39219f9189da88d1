"""The commands that find something in files and need no server: ``duplicates``, ``cluster``."""

from dataclasses import replace
from typing import Literal

import click

from dedupe.cli.output import print_rows, progress
from dedupe.cli.reading import Reading, checked_output, finish, output_option, read_files, reading_options
from dedupe.files.results import (
    PAIR_COLUMNS,
    STORY_COLUMNS,
    VERDICT_COLUMNS,
    row_of_pair,
    row_of_verdict,
    rows_of_stories,
)
from dedupe.settings import DuplicateParams


@click.command()
@reading_options
@output_option
@click.option("--pairs", is_flag=True, help="One line a verified pair instead of one an article.")
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1, min_open=True),
    help="Jaccard similarity from which a pair is a near-duplicate.",
)
def duplicates(
    *,
    files: tuple[str, ...],
    on_error: Literal["stop", "skip"],
    max_article_chars: int,
    quiet: bool,
    out: str | None,
    pairs: bool,
    threshold: float | None,
) -> None:
    """Say which articles repeat which, one JSON line an article, in input order.

    FILE is .jsonl, .json, .csv, .tsv, .parquet, .txt (an article a file), a folder of these, any of them gzipped,
    or - for JSON Lines on standard input.
    """
    out = checked_output(out, files)
    found = read_files(files, Reading(on_error, max_article_chars, quiet))
    params = None if threshold is None else replace(DuplicateParams(), jaccard=threshold)
    with progress(f"comparing {len(found.articles)} articles", quiet=quiet):
        from dedupe.near_duplicates.find import find_near_duplicates, verdicts  # noqa: PLC0415 - slow

        if pairs:
            rows = [row_of_pair(pair) for pair in find_near_duplicates(found.articles, params)]
        else:
            rows = [row_of_verdict(verdict) for verdict in verdicts(found.articles, params)]
    print_rows(rows, out, columns=PAIR_COLUMNS if pairs else VERDICT_COLUMNS)
    n_copies = len(rows) if pairs else sum(row["duplicate_of"] is not None for row in rows)
    finish(found, f"{n_copies} {'pairs' if pairs else 'duplicates'}", quiet=quiet)


@click.command()
@reading_options
@output_option
def cluster(
    *,
    files: tuple[str, ...],
    on_error: Literal["stop", "skip"],
    max_article_chars: int,
    quiet: bool,
    out: str | None,
) -> None:
    """Say which articles tell the same story, one JSON line an article, in input order.

    FILE is .jsonl, .json, .csv, .tsv, .parquet, .txt (an article a file), a folder of these, any of them gzipped,
    or - for JSON Lines on standard input.
    """
    out = checked_output(out, files)
    found = read_files(files, Reading(on_error, max_article_chars, quiet))
    with progress(f"clustering {len(found.articles)} articles", quiet=quiet):
        from dedupe.stories.cluster import cluster_stories  # noqa: PLC0415 - slow

        stories = cluster_stories(found.articles)
    rows = rows_of_stories(stories, order=[article.id for article in found.articles])
    print_rows(rows, out, columns=STORY_COLUMNS)
    finish(found, f"{len(stories)} stories", quiet=quiet)

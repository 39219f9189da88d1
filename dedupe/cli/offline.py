"""``dedupe cluster``: which articles of files tell the same story."""

from typing import Literal

import click

from dedupe.cli.output import print_rows, progress
from dedupe.cli.reading import Reading, checked_output, finish, output_option, read_files, reading_options
from dedupe.files.results import STORY_COLUMNS, rows_of_stories


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
    finish(found.tally, f"{len(stories)} stories", quiet=quiet)

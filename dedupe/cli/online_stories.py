"""The commands that read the stories of a running service: stories, story."""

import sys
from datetime import datetime

import click

from dedupe.cli.online_rows import (
    HISTORY_COLUMNS,
    MEMBER_COLUMNS,
    STORY_COLUMNS,
    WHOLE_STORY_COLUMNS,
    history_row,
    member_rows,
    short_history_row,
    story_row,
    whole_story_row,
)
from dedupe.cli.output import say
from dedupe.cli.service import service_client, service_options, show
from dedupe.files.dates import parse_time
from dedupe.story_query import StorySort


class Time(click.ParamType[datetime]):
    """A time, or a date, as RFC 3339 has it."""

    name = "time"

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Time from RFC 3339."""
        try:
            return value if isinstance(value, datetime) else parse_time(value)
        except ValueError:
            self.fail(f"{value!r} is no RFC 3339 time such as 2021-05-18T09:30:00Z, and no date", param, ctx)


@click.command()
@service_options
@click.option("--q", metavar="WORDS", help="Only with words of label or keywords that begin with these.")
@click.option("--source", help="Only with this one among its own sources.")
@click.option("--lang", help="Only with articles in this language.")
@click.option("--from", "published_from", type=Time(), metavar="TIME", help="Only with an article published since.")
@click.option("--to", "published_to", type=Time(), metavar="TIME", help="Only with an article published until then.")
@click.option("--since", type=Time(), metavar="TIME", help="Only stories that changed since, RFC 3339.")
@click.option("--min-articles", type=click.IntRange(min=1), default=1, help="Only with as many articles.")
@click.option("--min-sources", type=click.IntRange(min=0), default=0, help="Only with as many sources of their own.")
@click.option(
    "--sort",
    type=click.Choice([sort.value for sort in StorySort]),
    default=StorySort.UPDATED.value,
    show_default=True,
    help="The largest or latest first.",
)
def stories(
    *,
    url: str | None,
    as_json: bool,
    q: str | None,
    source: str | None,
    lang: str | None,
    published_from: datetime | None,
    published_to: datetime | None,
    since: datetime | None,
    min_articles: int,
    min_sources: int,
    sort: str,
) -> None:
    """List the stories that pass the filters, the latest change first."""
    with service_client(url) as client:
        found = client.stories(
            since,
            q=q,
            source=source,
            lang=lang,
            published_from=published_from,
            published_to=published_to,
            min_articles=min_articles,
            min_sources=min_sources,
            sort=StorySort(sort),
        )
    show(map(story_row, found), columns=STORY_COLUMNS, as_json=as_json)


@click.command()
@click.argument("story_id", metavar="ID")
@service_options
@click.option("--history", is_flag=True, help="What happened to it instead, oldest first.")
def story(*, story_id: str, url: str | None, as_json: bool, history: bool) -> None:
    """Show a story with its articles; of one that was merged the story it is part of now."""
    if history:
        with service_client(url) as client:
            entries = client.history(story_id)
        rows = history_row if as_json or not sys.stdout.isatty() else short_history_row
        show(map(rows, entries), columns=HISTORY_COLUMNS, as_json=as_json)
        return
    with service_client(url) as client:
        view = client.story(story_id)
    if view.story.id != story_id:
        say(f"the story {story_id!r} was merged into {view.story.id!r}")
    if as_json or not sys.stdout.isatty():
        show([whole_story_row(view)], columns=STORY_COLUMNS, as_json=True)
        return
    show([story_row(view)], columns=WHOLE_STORY_COLUMNS, as_json=False)
    show(member_rows(view), columns=MEMBER_COLUMNS, as_json=False)

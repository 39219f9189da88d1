"""The demo: the five seeds through a real stack, from the API to the workers and back as three stories."""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.text import Text

from dedupe.client import Client
from dedupe.errors import StackError
from dedupe.local.console import console_on
from dedupe.local.directory import DataDirectory, RunningStack, is_held
from dedupe.local.seeds import SEED_STORIES, read_seeds
from dedupe.local.stack import StackOptions, serve
from dedupe.local.story_list import story_list
from dedupe.models import Article, ArticleId, ArticleStatus, JobState, Story

_PREFIX = "dedupe-demo-"
_ASSIGN_SECONDS = 120.0
_TAKING_THE_LOCK_SECONDS = 2.0


def run_demo(options: StackOptions, *, once: bool, owner: int | None = None) -> bool:
    """Whether the seeds became their three stories, after printing what they became.

    The stack is the demo's own, on a fresh data directory. It then serves until it is to stop, or, with ``once``,
    stops by itself. Raises ``KeyboardInterrupt`` where it is to stop before there are stories.
    """
    console, progress, articles = Console(), Console(stderr=True), read_seeds()
    outcomes: list[Outcome] = []

    def announce(stack: RunningStack) -> None:
        progress.print(f"Ready at {stack.api_url}; sending {len(articles)} articles.", highlight=False)

    def talk(api_url: str) -> bool:
        outcomes.append(submit_and_cluster(api_url, articles))
        console.print(report(outcomes[0], articles))
        if not once:
            console.print(f"\nServing at {api_url}  (Ctrl-C stops it)", highlight=False)
        return not once

    progress.print("Starting server, workers and API ...", highlight=False)
    with demo_directory() as path:
        own = replace(options, data=path, store_url=None, broker_url=None, environment=_plain(os.environ))
        serve(own, show=console_on(sys.stderr).show, announce=announce, talk=talk, owner=owner)
    if not outcomes:
        raise KeyboardInterrupt
    return is_expected(outcomes[0].stories)


def _plain(environment: Mapping[str, str]) -> dict[str, str]:
    # The demo shows the defaults, whatever this user's own service is set to.
    return {name: value for name, value in environment.items() if not name.startswith("DEDUPE_")}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the stack made of the articles, and how long it took from the first request to the last answer."""

    stories: tuple[Story, ...]
    seconds: float


def submit_and_cluster(api_url: str, articles: Sequence[Article]) -> Outcome:
    """Stories the running stack finds in the articles: submitted, assigned one by one, then reclustered.

    Raises ``StackError`` where an article is refused or given up, or the recluster does not succeed.
    """
    started = time.monotonic()
    with Client(api_url) as client:
        refused = [s for s in client.submit(articles) if s.problem is not None]
        if refused:
            raise StackError(f"article {refused[0].article_id} was refused: {refused[0].problem}")
        _wait_until_assigned(client, [article.id for article in articles])
        job = client.recluster(wait=True)
        if job.state is not JobState.SUCCEEDED:
            raise StackError(f"the recluster {job.state}: {job.error}")
        stories = tuple(view.story for view in client.stories())
    return Outcome(stories, time.monotonic() - started)


def _wait_until_assigned(client: Client, ids: Sequence[ArticleId]) -> None:
    try:
        views = client.wait(ids, timeout_seconds=_ASSIGN_SECONDS)
    except TimeoutError as error:
        raise StackError(f"the workers do not keep up: {error}") from None
    for view in views:
        if view.status is not ArticleStatus.ASSIGNED:
            raise StackError(f"article {view.article.id} was not assigned: {view.failure}")


def is_expected(stories: Iterable[Story]) -> bool:
    """Whether the stories are the three that the seeds tell."""
    return frozenset(frozenset(m.article_id for m in story.members) for story in stories) == SEED_STORIES


def report(outcome: Outcome, articles: Sequence[Article]) -> RenderableType:
    """Stories, the time they took, and a warning where they are not the expected ones."""
    counts = f"{len(articles)} articles, {len(outcome.stories)} stories"
    summary = f"\n{counts}, {outcome.seconds:.1f} s from submitting to reading them."
    lines = [story_list(outcome.stories, articles), Text(summary)]
    if not is_expected(outcome.stories):
        lines.append(Text("These are not the three stories the seeds tell.", style="bold red"))
    return Group(*lines)


@contextmanager
def demo_directory() -> Iterator[Path]:
    """Fresh data directory that goes when the block ends; what killed demos left behind goes now."""
    root = Path(tempfile.gettempdir())
    for stale in root.glob(f"{_PREFIX}*"):
        if is_abandoned(DataDirectory(stale)):
            shutil.rmtree(stale, ignore_errors=True)
    path = Path(tempfile.mkdtemp(prefix=_PREFIX))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def is_abandoned(directory: DataDirectory) -> bool:
    """Whether a stack ran there and no process of it is left."""
    try:
        age_seconds = time.time() - directory.stack_lock.stat().st_mtime
    except OSError:
        return False
    # A demo that is starting has made its lock file and not locked it yet.
    return age_seconds > _TAKING_THE_LOCK_SECONDS and not (
        is_held(directory.stack_lock) or is_held(directory.processes_lock)
    )

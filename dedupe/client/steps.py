"""What the client does, as generators of calls and pauses, so that both clients are the same one.

A generator yields a ``Call`` and is sent the answer's members, or yields a ``Pause`` and is sent nothing.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias, TypeVar
from uuid import uuid4

import orjson

from dedupe.client import calls, views
from dedupe.client.calls import Call
from dedupe.errors import UnknownId
from dedupe.files import mapping_from_article
from dedupe.models import (
    Article,
    ArticleId,
    ArticleStatus,
    ArticleView,
    Job,
    JobId,
    JobState,
    Json,
    StoryView,
    Submission,
)
from dedupe.story_query import StoryQuery

BATCH_ARTICLES = 200
BATCH_BYTES = 8_000_000
LOOKUP_ARTICLES = 200
FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 1.0
FINAL_STATUSES = frozenset({ArticleStatus.ASSIGNED, ArticleStatus.FAILED})
FINAL_STATES = frozenset({JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED, JobState.LOST})


@dataclass(frozen=True, slots=True)
class Pause:
    """Do nothing for so long."""

    seconds: float


T = TypeVar("T")
Answer: TypeAlias = Mapping[str, Json]
Steps: TypeAlias = Generator[Call | Pause, Answer, T]
Clock: TypeAlias = Callable[[], float]


def one(call: Call, parse: Callable[[Answer], T]) -> Steps[T]:
    """One call, and what its answer says."""
    return parse((yield call))


def batches(articles: Iterable[Article]) -> Iterator[list[Article]]:
    """Batches of articles, in order, as they are sent."""
    iterator = iter(articles)
    while batch := list(islice(iterator, BATCH_ARTICLES)):
        yield batch


def submit(articles: Sequence[Article]) -> Steps[list[Submission]]:
    """Answers for the articles of a batch, in order; more than one request where they are large."""
    answers: dict[int, Submission] = {}
    lines: dict[int, bytes] = {}
    for index, article in enumerate(articles):
        line = _line(article)
        if line is None:
            answers[index] = Submission(article.id, None, created=False, problem="must be JSON and valid Unicode")
            continue
        if lines and sum(map(len, lines.values())) + len(line) > BATCH_BYTES:
            answers.update((yield from _send(lines, articles)))
            lines.clear()
        lines[index] = line
    if lines:
        answers.update((yield from _send(lines, articles)))
    return [answers[index] for index in range(len(articles))]


def _send(lines: Mapping[int, bytes], articles: Sequence[Article]) -> Steps[dict[int, Submission]]:
    answer = yield calls.submit_batch(list(lines.values()))
    results: Any = answer["results"]
    pairs = zip(lines, results, strict=True)
    return {index: views.submission(row, article_id=articles[index].id) for index, row in pairs}


def _line(article: Article) -> bytes | None:
    try:
        return orjson.dumps(mapping_from_article(article))
    except TypeError:  # orjson's own error is one
        return None


def look_up(ids: Sequence[ArticleId]) -> Steps[list[ArticleView]]:
    """Articles in order; ``UnknownId`` for the first that is unknown."""
    answer = yield calls.look_up(ids)
    rows: Any = answer["articles"]
    return [_known(article_id, row) for article_id, row in zip(ids, rows, strict=True)]


def _known(article_id: ArticleId, row: Answer | None) -> ArticleView:
    if row is None:
        raise UnknownId("article", article_id)
    return views.article_view(row)


def wait(ids: Iterable[ArticleId], *, timeout_seconds: float, clock: Clock) -> Steps[list[ArticleView]]:
    """Articles in the order of ``ids``, each assigned or failed; ``TimeoutError`` says how many are left."""
    wanted = list(ids)
    distinct, until = list(dict.fromkeys(wanted)), clock() + timeout_seconds
    finished: dict[ArticleId, ArticleView] = {}
    # Work is done about in the order of submission: what comes later need not be asked for yet.
    for start in range(0, len(distinct), LOOKUP_ARTICLES):
        left = distinct[start : start + LOOKUP_ARTICLES]
        pause = FIRST_PAUSE_SECONDS
        while True:
            found = yield from look_up(left)
            finished.update((view.article.id, view) for view in found if view.status in FINAL_STATUSES)
            left, before = [article_id for article_id in left if article_id not in finished], left
            if not left:
                break
            if clock() >= until:
                raise TimeoutError(f"{len(distinct) - len(finished)} articles are not finished, {left[0]!r} among them")
            pause = FIRST_PAUSE_SECONDS if len(left) < len(before) else min(2 * pause, LONGEST_PAUSE_SECONDS)
            yield Pause(min(pause, max(0.0, until - clock())))
    return [finished[article_id] for article_id in wanted]


def stories(query: StoryQuery) -> Steps[list[StoryView]]:
    """All pages of the stories that answer a query; one that moved between two pages comes once."""
    found: dict[str, StoryView] = {}
    cursor: str | None = None
    while True:
        answer: Any = yield calls.read_stories(query, cursor=cursor)
        for row in answer["stories"]:
            view = views.story_view(row)
            found.setdefault(view.story.id, view)
        cursor = answer["next_cursor"]
        if cursor is None:
            return list(found.values())


def recluster(*, dry_run: bool, wait: bool, timeout_seconds: float, clock: Clock) -> Steps[Job]:
    """A recluster job: as it began, or (``wait``) as it ended; ``TimeoutError`` where it has not by then."""
    until = clock() + timeout_seconds
    job = yield from one(calls.start_recluster(dry_run=dry_run, key=uuid4().hex), views.job)
    return (yield from end_of_job(job.id, until=until, clock=clock)) if wait else job


def end_of_job(job_id: JobId, *, until: float, clock: Clock) -> Steps[Job]:
    """A job as it ended; ``TimeoutError`` where it has not by ``until``."""
    pause = FIRST_PAUSE_SECONDS
    while True:
        job = yield from one(calls.read_job(job_id), views.job)
        if job.state in FINAL_STATES:
            return job
        if clock() >= until:
            raise TimeoutError(f"job {job_id} is {job.state}: {job.phase}, {job.progress:.0%}")
        yield Pause(pause)
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


def dead_letters() -> Steps[list[ArticleView]]:
    """The articles that were given up, oldest first."""
    answer: Any = yield calls.read_dead_letters()
    return [views.article_view(row) for row in answer["articles"]]


def requeue_dead_letters() -> Steps[list[ArticleId]]:
    """The ids that were put back to work."""
    answer: Any = yield calls.requeue_dead_letters()
    return [ArticleId(article_id) for article_id in answer["requeued"]]

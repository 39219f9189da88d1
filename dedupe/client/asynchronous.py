"""The client for programs of asyncio."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from types import TracebackType
from typing import TypeAlias, TypeVar, Unpack

import httpx
from tenacity import AsyncRetrying

from dedupe.changes import HistoryEntry
from dedupe.client import calls, steps, views
from dedupe.client.calls import Call, TryAgain
from dedupe.client.connection import (
    FOLLOW_WAIT_SECONDS,
    PATIENCE_SECONDS,
    connection_options,
    no_answer,
    read_response,
    request_options,
    retry_options,
)
from dedupe.client.reasons import explanation
from dedupe.event_pages import EventPage, page_of
from dedupe.models import Article, ArticleId, ArticleView, Health, Job, JobId, Json, StoryId, StoryView, Submission
from dedupe.stories.constraints import LinkSet
from dedupe.stories.explained import Explanation
from dedupe.story_query import StoryFilters, StoryQuery

T = TypeVar("T")
Pair: TypeAlias = tuple[str, str]


class AsyncClient:
    """An asynchronous client of the service at ``url``; an ``async with`` that closes its connections.

    Every call is repeated for up to ``patience_seconds`` while the service does not answer, is full or restarts:
    ids make that harmless. After that it raises ``ServiceUnavailable``, ``QueueFull`` or ``ServiceError``.
    """

    def __init__(
        self,
        url: str,
        api_key: str | None = None,
        timeout_seconds: float = 30.0,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._url = url
        self._patience_seconds = patience_seconds
        self._timeout_seconds = timeout_seconds
        self._http = httpx.AsyncClient(**connection_options(url, api_key=api_key, timeout_seconds=timeout_seconds))

    async def __aenter__(self) -> "AsyncClient":
        """Use the client in an ``async with`` block."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def submit(self, articles: Iterable[Article]) -> list[Submission]:
        """Answers for the articles, in order; one that is refused has a ``problem``."""
        return [answer async for answer in self.submit_each(articles)]

    async def submit_each(self, articles: Iterable[Article]) -> AsyncIterator[Submission]:
        """Yield the answers of one batch after the other, for more articles than fit in memory."""
        for batch in steps.batches(articles):
            for answer in await self._run(steps.submit(batch)):
                yield answer

    async def article(self, article_id: str) -> ArticleView:
        """An article as it stands; ``UnknownId`` where the service does not know it."""
        return await self._run(steps.one(calls.read_article(ArticleId(article_id)), views.article_view))

    async def wait(self, ids: Iterable[ArticleId], timeout_seconds: float = 60.0) -> list[ArticleView]:
        """The articles in order, each assigned or failed; ``TimeoutError`` says how many are left."""
        return await self._run(steps.wait(ids, timeout_seconds=timeout_seconds, clock=time.monotonic))

    async def stories(self, since: datetime | None = None, **filters: Unpack[StoryFilters]) -> list[StoryView]:
        """All stories, or those that changed since and pass the filters; see `StoryQuery` for what each asks."""
        return await self._run(steps.stories(StoryQuery(updated_since=since, **filters)))

    async def story(self, story_id: str) -> StoryView:
        """A story, of a merged one the story it is part of now; ``UnknownId``, ``StoryExpired`` where none is."""
        return await self._run(steps.one(calls.read_story(StoryId(story_id)), views.story_view))

    async def history(self, story_id: str) -> list[HistoryEntry]:
        """What happened to a story, oldest first; also to one that was merged, split or closed."""
        return await self._run(steps.one(calls.read_history(StoryId(story_id)), views.history))

    async def related(self, story_id: str) -> list[StoryView]:
        """The other stories of a story's topic, the largest first."""
        return await self._run(steps.one(calls.read_related(StoryId(story_id)), views.story_views))

    async def topic(self, topic_id: str) -> list[StoryView]:
        """The stories of a topic, the largest first; ``UnknownId`` where there is none."""
        return await self._run(steps.one(calls.read_topic(topic_id), views.story_views))

    async def events(
        self, since: str | None = None, *, types: Iterable[str] = (), limit: int = 1_000, wait_seconds: float = 0.0
    ) -> EventPage:
        """Up to ``limit`` events after a cursor, in order; without one all, with ``now`` what is to come.

        Where there is none, ``wait_seconds`` pass at most, half of the client's timeout at the longest. The next page
        begins after ``next_cursor``; ``ServiceError`` for what is no cursor.
        """
        wait_seconds = min(wait_seconds, self._timeout_seconds / 2)
        call = calls.read_events(since=since, types=types, limit=limit, wait_seconds=wait_seconds)
        return await self._run(steps.one(call, page_of))

    async def follow(self, since: str | None = None, *, types: Iterable[str] = ()) -> AsyncIterator[EventPage]:
        """Yield pages of events without end, each with the next ones; in between nothing but waiting.

        To go on later, keep ``next_cursor`` of the last page that was dealt with, and begin after that.
        """
        types = tuple(types)
        while True:
            page = await self.events(since, types=types, wait_seconds=FOLLOW_WAIT_SECONDS)
            if page.events or page.missed:
                yield page
            since = page.next_cursor

    async def explain(self, a: str, b: str) -> Explanation:
        """Why two articles are in one story, or not; ``b`` may be a story, then its article nearest to a."""
        return await self._run(steps.one(calls.explain(a, b), explanation))

    async def recluster(self, dry_run: bool = False, wait: bool = True, timeout_seconds: float = 3_600.0) -> Job:
        """A recluster job, as it ended (or began, without ``wait``); ``JobConflict`` names one that is under way."""
        options = {"dry_run": dry_run, "wait": wait}
        return await self._run(steps.recluster(**options, timeout_seconds=timeout_seconds, clock=time.monotonic))

    async def job(self, job_id: str) -> Job:
        """A job as it stands; ``UnknownId`` where the service does not know it."""
        return await self._run(steps.one(calls.read_job(JobId(job_id)), views.job))

    async def cancel_job(self, job_id: str) -> Job:
        """A job after it was asked to end."""
        return await self._run(steps.one(calls.cancel_job(JobId(job_id)), views.job))

    async def constraints(self) -> LinkSet:
        """What people said of articles: which are of one story, and which are not."""
        return await self._run(steps.one(calls.read_constraints(), views.constraints))

    async def add_constraints(
        self, must_link: Iterable[Pair] = (), cannot_link: Iterable[Pair] = (), **words: Unpack[calls.Words]
    ) -> LinkSet:
        """These constraints, after they were added to those there are; a recluster that keeps them is queued.

        ``ServiceError`` says which pair contradicts the others.
        """
        said = calls.Said([*must_link], [*cannot_link], **words)
        return await self._run(steps.one(calls.add_constraints(said), views.constraints))

    async def replace_constraints(
        self, must_link: Iterable[Pair] = (), cannot_link: Iterable[Pair] = (), **words: Unpack[calls.Words]
    ) -> LinkSet:
        """These constraints, after they took the place of all there were; else as `add_constraints`."""
        said = calls.Said([*must_link], [*cannot_link], **words)
        return await self._run(steps.one(calls.replace_constraints(said), views.constraints))

    async def remove_constraint(self, constraint_id: str) -> LinkSet:
        """The constraint, after it was removed; ``UnknownId`` where there is none of this id."""
        return await self._run(steps.one(calls.remove_constraint(constraint_id), views.constraints))

    async def dead_letters(self) -> list[ArticleView]:
        """The articles that were given up, oldest first, each with the reason."""
        return await self._run(steps.dead_letters())

    async def requeue_dead_letters(self) -> list[ArticleId]:
        """The ids of the given up articles that were put back to work."""
        return await self._run(steps.requeue_dead_letters())

    async def health(self) -> Health:
        """What the service holds and what waits."""
        return await self._run(steps.one(calls.read_health(), views.health))

    async def version(self) -> str:
        """The version of the service."""
        return await self._run(steps.one(calls.read_liveness(), lambda answer: str(answer["version"])))

    async def _run(self, todo: steps.Steps[T]) -> T:
        try:
            step = next(todo)
            while True:
                if isinstance(step, Call):
                    step = todo.send(await self._answer(step))
                else:
                    await asyncio.sleep(step.seconds)
                    step = todo.send({})
        except StopIteration as end:
            result: T = end.value
            return result

    async def _answer(self, call: Call) -> dict[str, Json]:
        try:
            retrying = AsyncRetrying(**retry_options(call, patience_seconds=self._patience_seconds))
            return await retrying(self._once, call)
        except TryAgain as last:
            raise last.error from None

    async def _once(self, call: Call) -> dict[str, Json]:
        try:
            return read_response(await self._http.request(**request_options(call)))
        except httpx.TransportError as error:
            raise no_answer(self._url, error) from error

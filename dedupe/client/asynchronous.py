"""The client for programs of asyncio."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from types import TracebackType
from typing import TypeVar

import httpx
from tenacity import AsyncRetrying

from dedupe.client import calls, steps, views
from dedupe.client.calls import Call, TryAgain
from dedupe.client.connection import (
    PATIENCE_SECONDS,
    connection_options,
    no_answer,
    read_response,
    request_options,
    retry_options,
)
from dedupe.models import Article, ArticleId, ArticleView, Health, Job, JobId, Json, StoryId, StoryView, Submission

T = TypeVar("T")


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

    async def stories(self, since: datetime | None = None) -> list[StoryView]:
        """All stories, or those that changed since; the latest change first."""
        return await self._run(steps.stories(since=since))

    async def story(self, story_id: str) -> StoryView:
        """A story; ``UnknownId`` where the service does not know it."""
        return await self._run(steps.one(calls.read_story(StoryId(story_id)), views.story_view))

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

"""Endpoints that read articles, and the cheap poll that waits for their stories."""

import asyncio
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from dedupe.api.answers import known_tags, tag_of, tagged
from dedupe.api.bodies import BodyOf, json_of
from dedupe.api.described import NOT_MODIFIED, body_problems, problems, takes
from dedupe.api.inside import ServiceOf
from dedupe.api.problems import Kind, ProblemError, invalid
from dedupe.api.schemas.articles import ArticleOut, AssignmentOut, LookupOut, RequeuedOut
from dedupe.api.schemas.inputs import AssignmentParameters, IdInPath, LookupIn
from dedupe.api.schemas.validation import validated
from dedupe.models import ArticleId, ArticleStatus, ArticleView

router = APIRouter(tags=["articles"])

FINAL = frozenset({ArticleStatus.ASSIGNED, ArticleStatus.FAILED})
POLL_SECONDS = "1"
_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 1.0


# Routes are tried in order, and an id may hold slashes: what has a further segment comes first.
@router.get(
    "/articles/{article_id:path}/assignment",
    response_model=AssignmentOut,
    responses=NOT_MODIFIED | problems(Kind.NOT_FOUND, Kind.INVALID),
)
async def read_assignment(
    request: Request,
    article_id: IdInPath,
    query: Annotated[AssignmentParameters, Query()],
    service: ServiceOf,
) -> Response:
    """Say where an article stands, without its text: cheap to poll, with an ETag.

    ``wait`` seconds pass at most until it is assigned or failed; with If-None-Match, until it is different.
    304 where it is not. While it is not final, Retry-After says when to ask again.
    """
    known = known_tags(request)

    def is_worth_telling(view: ArticleView, tag: str) -> bool:
        return tag not in known if known else view.status in FINAL

    view, body = await _wait(
        request, lambda: service.article(ArticleId(article_id)), is_worth_telling, seconds=query.wait
    )
    return tagged(request, body, headers=_until_final(view))


def _until_final(view: ArticleView) -> dict[str, str]:
    return {} if view.status in FINAL else {"Retry-After": POLL_SECONDS}


async def _wait(
    request: Request,
    read: Callable[[], ArticleView],
    is_worth_telling: Callable[[ArticleView, str], bool],
    *,
    seconds: float,
) -> tuple[ArticleView, bytes]:
    loop = asyncio.get_running_loop()
    deadline, pause = loop.time() + seconds, _FIRST_PAUSE_SECONDS
    while True:
        view = await run_in_threadpool(read)
        body = AssignmentOut.from_view(view).model_dump_json().encode()
        left = deadline - loop.time()
        if left <= 0 or is_worth_telling(view, tag_of(body)) or await request.is_disconnected():
            return view, body
        await asyncio.sleep(min(pause, left))
        pause = min(pause * 1.5, _LONGEST_PAUSE_SECONDS)


@router.get("/articles/{article_id:path}", response_model=ArticleOut, responses=NOT_MODIFIED | problems(Kind.NOT_FOUND))
def read_article(request: Request, article_id: IdInPath, service: ServiceOf) -> Response:
    """Read an article as it stands: what was sent, its status, its story, what it repeats; with an ETag.

    While it is not final, Retry-After says when to ask again.
    """
    view = service.article(ArticleId(article_id))
    return tagged(request, ArticleOut.from_view(view).model_dump_json().encode(), headers=_until_final(view))


@router.post("/articles:lookup", openapi_extra=takes(LookupIn), responses=body_problems())
def look_up(body: BodyOf, service: ServiceOf) -> LookupOut:
    """Read many articles by their ids, in order; null for an unknown one."""
    ids = validated(LookupIn, json_of(body)).ids
    views = service.articles([ArticleId(article_id) for article_id in map(_known_form, ids)])
    return LookupOut(articles=[None if view is None else ArticleOut.from_view(view) for view in views])


def _known_form(article_id: str) -> str:
    # A lone surrogate can be in JSON and in no key of the store.
    try:
        article_id.encode()
    except UnicodeEncodeError:
        raise ProblemError(invalid("ids", "must not hold lone surrogates")) from None
    return article_id


@router.get("/dead-letters", response_model=LookupOut)
def read_dead_letters(service: ServiceOf) -> LookupOut:
    """Read the articles that were given up, oldest first, each with the reason."""
    return LookupOut(articles=[ArticleOut.from_view(view) for view in service.dead_letters()])


@router.post("/dead-letters:requeue")
def requeue_dead_letters(service: ServiceOf) -> RequeuedOut:
    """Put every article that was given up back to work."""
    return RequeuedOut(requeued=list(service.requeue_dead()))

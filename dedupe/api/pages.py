"""Endpoints for people with a browser: the stories at ``/``, the documentation at ``/docs``."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from dedupe.api.inside import ServiceOf
from dedupe.api.problems import Kind, ProblemError, invalid
from dedupe.api.schemas.inputs import IdInPath
from dedupe.errors import StoryMerged
from dedupe.models import Article, ArticleId, StoryId, StoryView
from dedupe.web.page import CONTENT_SECURITY_POLICY, KindOfProblem, docs_page, stories_page, story_page
from dedupe.web.shown import MEMBERS_SHOWN, shown_history, shown_story, story_page_path

router = APIRouter(include_in_schema=False)

STORIES_A_PAGE = 20
MEMBERS_OF_ONE = 200
RELATED_OF_ONE = 50
HISTORY_OF_ONE = 100
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@router.get("/")
def read_page(service: ServiceOf, cursor: Annotated[str | None, Query(max_length=120)] = None) -> Response:
    """Show the stories with their members, and what waits."""
    health = service.health()
    try:
        page = service.stories(limit=STORIES_A_PAGE, cursor=cursor)
    except ValueError as error:
        raise ProblemError(invalid("cursor", str(error))) from None
    around = service.surroundings(page.stories)
    articles = _articles(service, page.stories, limit=MEMBERS_SHOWN)
    shown = [shown_story(view, articles, around[view.story.id]) for view in page.stories]
    return _html(stories_page(shown, health, page=page, is_first=cursor is None))


def _articles(service: ServiceOf, views: Sequence[StoryView], *, limit: int) -> dict[ArticleId, Article]:
    ids = [member.article_id for view in views for member in view.story.members[:limit]]
    return {view.article.id: view.article for view in service.articles(ids) if view is not None}


def _html(text: str) -> Response:
    return Response(text, media_type="text/html", headers=_HEADERS)


@router.get("/stories/{story_id:path}")
def read_story_page(story_id: IdInPath, service: ServiceOf) -> Response:
    """Show a story with its articles, its related stories and its history."""
    try:
        view = service.story(StoryId(story_id))
    except StoryMerged as merged:
        return RedirectResponse(story_page_path(merged.into), status_code=308, headers=_HEADERS)
    service.stories(limit=1)  # brings the labels of the stories around it up to date
    articles = _articles(service, [view], limit=MEMBERS_OF_ONE)
    around = service.surroundings([view])[view.story.id]
    whole = {"unfolded": MEMBERS_OF_ONE, "shown": MEMBERS_OF_ONE, "n_related": RELATED_OF_ONE}
    history = shown_history(service.history(view.story.id)[-HISTORY_OF_ONE:])
    return _html(story_page(shown_story(view, articles, around, **whole), history))


@router.get("/docs")
def read_docs(request: Request) -> Response:
    """Show every endpoint and every kind of problem."""
    kinds = [KindOfProblem(kind.slug, kind.status, kind.title, kind.advice) for kind in Kind]
    return _html(docs_page(request.app.openapi(), kinds))

"""Endpoints for people with a browser: the stories at ``/``, the documentation at ``/docs``."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from dedupe.api.inside import ServiceOf
from dedupe.api.problems import Kind, ProblemError, invalid
from dedupe.models import ArticleId
from dedupe.web.page import CONTENT_SECURITY_POLICY, KindOfProblem, docs_page, stories_page
from dedupe.web.shown import MEMBERS_SHOWN, shown_stories

router = APIRouter(include_in_schema=False)

STORIES_A_PAGE = 20
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
    ids: list[ArticleId] = [m.article_id for view in page.stories for m in view.story.members[:MEMBERS_SHOWN]]
    articles = {view.article.id: view.article for view in service.articles(ids) if view is not None}
    html = stories_page(shown_stories(page.stories, articles), health, page=page, is_first=cursor is None)
    return Response(html, media_type="text/html", headers=_HEADERS)


@router.get("/docs")
def read_docs(request: Request) -> Response:
    """Show every endpoint and every kind of problem."""
    kinds = [KindOfProblem(kind.slug, kind.status, kind.title, kind.advice) for kind in Kind]
    return Response(docs_page(request.app.openapi(), kinds), media_type="text/html", headers=_HEADERS)

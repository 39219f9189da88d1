"""Endpoints that read stories."""

from typing import Annotated

from fastapi import APIRouter, Query

from dedupe.api.inside import ServiceOf
from dedupe.api.problems import ProblemError, invalid
from dedupe.api.schemas.articles import ArticleOut, ArticlesOut
from dedupe.api.schemas.inputs import IdInPath, PageParameters, StoriesParameters
from dedupe.api.schemas.stories import StoriesOut, StoryOut
from dedupe.models import StoryId

router = APIRouter(tags=["stories"])


@router.get("/stories")
def read_stories(query: Annotated[StoriesParameters, Query()], service: ServiceOf) -> StoriesOut:
    """Read a page of stories, the latest change first."""
    if query.since is not None and query.updated_since is not None:
        raise ProblemError(invalid("since", "is another name of updated_since; give one of them"))
    since = query.since if query.updated_since is None else query.updated_since
    try:
        page = service.stories(since=since, limit=query.limit, cursor=query.cursor)
    except ValueError as error:
        raise ProblemError(invalid("cursor", str(error))) from None
    stories = [StoryOut.from_view(view) for view in page.stories]
    return StoriesOut(stories=stories, next_cursor=page.next_cursor, total=page.total)


@router.get("/stories/{story_id:path}/articles")
def read_story_articles(
    story_id: IdInPath, query: Annotated[PageParameters, Query()], service: ServiceOf
) -> ArticlesOut:
    """Read a page of a story's articles, with their texts, in the story's order."""
    members = service.story(StoryId(story_id)).story.members
    start = _start(query.cursor)
    end = start + query.limit
    views = service.articles([member.article_id for member in members[start:end]])
    return ArticlesOut(
        articles=[ArticleOut.from_view(view) for view in views if view is not None],
        next_cursor=str(end) if end < len(members) else None,
        total=len(members),
    )


def _start(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit()):
        raise ProblemError(invalid("cursor", f"not a cursor of this service: {cursor!r}"))
    return int(cursor)


@router.get("/stories/{story_id:path}")
def read_story(story_id: IdInPath, service: ServiceOf) -> StoryOut:
    """Read a story with its members."""
    return StoryOut.from_view(service.story(StoryId(story_id)))

"""Endpoints that read stories, their histories and their topics."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request, Response

from dedupe.api.answers import plain_json, tagged
from dedupe.api.described import MOVED, NOT_MODIFIED, problems
from dedupe.api.inside import ServiceOf
from dedupe.api.problems import Kind, ProblemError, invalid
from dedupe.api.schemas.articles import ArticleOut, ArticlesOut
from dedupe.api.schemas.inputs import IdInPath, PageParameters, StoriesParameters
from dedupe.api.schemas.stories import HistoryOut, RelatedOut, StoriesOut, StoryOut, TopicOut, story_json
from dedupe.models import StoryId
from dedupe.story_query import StoryQuery

router = APIRouter(tags=["stories"])

OF_A_STORY = MOVED | problems(Kind.NOT_FOUND, Kind.GONE)


@router.get("/stories", response_model=StoriesOut, responses=problems(Kind.INVALID))
def read_stories(query: Annotated[StoriesParameters, Query()], service: ServiceOf) -> Response:
    """Read a page of the stories that answer the query."""
    if query.since is not None and query.updated_since is not None:
        raise ProblemError(invalid("since", "is another name of updated_since; give one of them"))
    try:
        page = service.stories(_asked(query), limit=query.limit, cursor=query.cursor)
    except ValueError as error:
        raise ProblemError(invalid("cursor", str(error))) from None
    stories = [story_json(view) for view in page.stories]
    return plain_json({"stories": stories, "next_cursor": page.next_cursor, "total": page.total})


def _asked(query: StoriesParameters) -> StoryQuery:
    return StoryQuery(
        q=query.q,
        source=query.source,
        lang=query.lang,
        published_from=query.from_,
        published_to=query.to,
        updated_since=query.since if query.updated_since is None else query.updated_since,
        min_articles=query.min_articles,
        min_sources=query.min_sources,
        sort=query.sort,
    )


@router.get("/stories/{story_id:path}/articles", responses=OF_A_STORY | problems(Kind.INVALID))
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


@router.get("/stories/{story_id:path}/history", responses=problems(Kind.NOT_FOUND))
def read_history(story_id: IdInPath, service: ServiceOf) -> HistoryOut:
    """Read what happened to a story, oldest first; also to one that was merged, split or closed."""
    return HistoryOut.from_entries(story_id, service.history(StoryId(story_id)))


@router.get("/stories/{story_id:path}/related", response_model=RelatedOut, responses=OF_A_STORY)
def read_related(story_id: IdInPath, service: ServiceOf) -> Response:
    """Read the other stories of a story's topic, the largest first."""
    return plain_json({"stories": [story_json(view) for view in service.related(StoryId(story_id))]})


@router.get("/stories/{story_id:path}", response_model=StoryOut, responses=OF_A_STORY | NOT_MODIFIED)
def read_story(request: Request, story_id: IdInPath, service: ServiceOf) -> Response:
    """Read a story with its members; of one that was split its children, of one that was merged the survivor."""
    return tagged(request, orjson.dumps(story_json(service.story(StoryId(story_id)))))


@router.get("/topics/{topic_id:path}", response_model=TopicOut, responses=problems(Kind.NOT_FOUND))
def read_topic(topic_id: IdInPath, service: ServiceOf) -> Response:
    """Read a topic: the stories that are each other's related stories, the largest first."""
    views = service.topic(topic_id)
    n_articles = sum(len(view.story.members) for view in views)
    return plain_json({"id": topic_id, "n_articles": n_articles, "stories": [story_json(view) for view in views]})

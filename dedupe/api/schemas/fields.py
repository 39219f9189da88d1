"""What several answers share: times, shares, links and problems."""

from typing import Annotated
from urllib.parse import quote

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer

from dedupe.files.articles import format_time

Time = Annotated[AwareDatetime, PlainSerializer(format_time, return_type=str, when_used="json")]
Similarity = Annotated[float, Field(ge=0, le=1)]


def article_path(article_id: str) -> str:
    """Where an article is found."""
    return f"/v1/articles/{quote(article_id, safe='')}"


def story_path(story_id: str) -> str:
    """Where a story is found."""
    return f"/v1/stories/{quote(story_id, safe='')}"


class ProblemOut(BaseModel):
    """A problem as RFC 9457 has it, with the id of the request."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str

"""What comes in: bodies, queries, and ids in paths."""

from typing import Annotated, Literal
from urllib.parse import unquote

from fastapi import Path
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from dedupe.files.dates import parse_time
from dedupe.story_query import StorySort

MAX_LOOKUP = 500
MAX_WAIT_SECONDS = 60

# The gate left %2F and %25 as they were sent, so that a slash inside an id is not one of the path.
IdInPath = Annotated[str, Path(description="any id, percent-encoded"), AfterValidator(unquote)]


def _given_time(value: object) -> object:
    try:
        return parse_time(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("must be an RFC 3339 time such as 2021-05-18T09:30:00Z, or a date") from None


GivenTime = Annotated[AwareDatetime, BeforeValidator(_given_time)]


class ArticleIn(BaseModel):
    """One article; further keys are kept and handed back. Field names of common feeds and vendors are understood."""

    model_config = ConfigDict(extra="allow")

    id: str | None = Field(None, max_length=200, description="left out: made from source, url and text")
    title: str | None = Field(None, description="title or text is required")
    text: str | None = None
    published_at: str | None = Field(None, description="RFC 3339; a date alone is midnight UTC")
    source: str | None = None
    url: str | None = None
    lang: str | None = None


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class JobIn(_In):
    """The body of ``POST /v1/jobs``; a dry run only says what would change."""

    type: Literal["recluster"]
    dry_run: bool = False


class LookupIn(_In):
    """The body of ``POST /v1/articles:lookup``."""

    ids: list[str] = Field(max_length=MAX_LOOKUP)


class _Parameters(BaseModel):
    # A parameter that is not known is refused: one that is ignored would look as if it worked.
    model_config = ConfigDict(extra="forbid")


class AssignmentParameters(_Parameters):
    """The query of an assignment: how long to wait for it."""

    wait: float = Field(0, ge=0, le=MAX_WAIT_SECONDS, allow_inf_nan=False)


class PageParameters(_Parameters):
    """The query of a page of anything."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, min_length=1, max_length=120)


class StoriesParameters(PageParameters):
    """The query of a page of stories; ``since`` is ``updated_since``."""

    q: str | None = Field(None, min_length=1, max_length=200, description="begins of words of label and keywords")
    source: str | None = Field(None, min_length=1, max_length=200, description="one of its own sources")
    lang: str | None = Field(None, min_length=1, max_length=40, description="a language of its articles")
    from_: GivenTime | None = Field(None, alias="from", description="with an article published at this time or later")
    to: GivenTime | None = Field(None, description="with an article published at this time or before")
    updated_since: GivenTime | None = None
    since: GivenTime | None = None
    min_articles: int = Field(1, ge=1, le=2**31)
    min_sources: int = Field(0, ge=0, le=2**31)
    sort: StorySort = StorySort.UPDATED

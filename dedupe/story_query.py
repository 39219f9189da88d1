"""What stories can be asked for: the same words in the API, the client and the command line."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypedDict


class StorySort(StrEnum):
    """What stories are sorted by, the largest or latest first."""

    UPDATED = "updated"
    CREATED = "created"
    ARTICLES = "articles"
    SOURCES = "sources"


@dataclass(frozen=True, slots=True)
class StoryQuery:
    """Which stories are asked for, and in which order; what is None does not matter.

    Every word of ``q`` begins a word of the label or of the keywords, in any case. ``published_from`` and
    ``published_to`` bound a time in which an article of the story was published (or, undated, came in).
    """

    q: str | None = None
    source: str | None = None
    lang: str | None = None
    published_from: datetime | None = None
    published_to: datetime | None = None
    updated_since: datetime | None = None
    min_articles: int = 1
    min_sources: int = 0
    sort: StorySort | Literal["updated", "created", "articles", "sources"] = StorySort.UPDATED


class StoryFilters(TypedDict, total=False):
    """The members of a `StoryQuery` as keyword arguments, but for the time since when stories changed."""

    q: str | None
    source: str | None
    lang: str | None
    published_from: datetime | None
    published_to: datetime | None
    min_articles: int
    min_sources: int
    sort: StorySort | Literal["updated", "created", "articles", "sources"]

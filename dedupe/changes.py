"""What happens to stories, and how it is told: values, frozen and without behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from dedupe.models import ArticleId, Json, StoryId


class StoryChange(StrEnum):
    """What happens to a story."""

    BORN = "born"
    GREW = "grew"
    MERGED = "merged"
    SPLIT = "split"
    RENAMED = "renamed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of a story's history. ``stories`` are the others that took part.

    Those are the parents of one that was born, what one absorbed or (for one that ended) was merged into, and the parts
    of one that was split. ``n_articles`` is there where it grew, ``before`` and ``after`` where its label changed.
    """

    at: datetime
    change: StoryChange
    stories: tuple[StoryId, ...] = ()
    article_id: ArticleId | None = None
    n_articles: int | None = None
    before: str | None = None
    after: str | None = None


class EventType(StrEnum):
    """What the log of changes tells."""

    ARTICLE_ASSIGNED = "article.assigned"
    STORY_CREATED = "story.created"
    STORY_UPDATED = "story.updated"
    STORY_MERGED = "story.merged"
    STORY_SPLIT = "story.split"
    STORY_CLOSED = "story.closed"


@dataclass(frozen=True, slots=True)
class Event:
    """One change; ``cursor`` is its place in the order of all. ``details`` are what its type tells besides the ids."""

    cursor: str
    at: datetime
    type: EventType
    story_id: StoryId
    article_id: ArticleId | None = None
    details: Mapping[str, Json] = field(default_factory=dict)


class FateKind(StrEnum):
    """How a story ended: in another one, in several, or with its last article out of the window."""

    MERGED = "merged"
    SPLIT = "split"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a story that is no more; ``into`` is one story, several, or none. ``label`` is the last it had."""

    kind: FateKind
    into: tuple[StoryId, ...]
    at: datetime
    label: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing to tell when a new generation becomes current: a line of a history, an event, a fate, or several."""

    story_id: StoryId
    entry: HistoryEntry | None = None
    event: EventType | None = None
    article_id: ArticleId | None = None
    details: Mapping[str, Json] = field(default_factory=dict)
    fate: Fate | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A story as the generation before a recluster has it.

    ``created_at`` and ``updated_at`` are in milliseconds since 1970. ``named_at`` is how many articles it had when it
    got its label, which is that of its ``representative``.
    """

    label: str
    keywords: tuple[str, ...]
    representative: ArticleId
    members: frozenset[ArticleId]
    created_at: int
    updated_at: int
    named_at: int

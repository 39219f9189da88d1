"""Stories as they go out: with their numbers, their histories, their topics."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, Field

from dedupe.api.schemas.fields import Similarity, Time, story_path
from dedupe.changes import HistoryEntry, StoryChange
from dedupe.files.articles import format_time
from dedupe.models import Member, StoryState, StoryView


class MemberOut(BaseModel):
    """An article's place in a story; ``margin`` is how much nearer it is to it than to the ``rival``, null alone."""

    id: str
    duplicate_of: str | None
    confidence: Similarity
    rival: str | None = None
    margin: float | None = None


class StoryOut(BaseModel):
    """A story; ``keywords`` set it apart within its topic, ``representative`` is its most typical article.

    Of ``n_articles``, ``n_copies`` repeat another; ``sources`` are those of the others. One that was split has no
    members, only ``children``; one that lives on has those that parted from it.
    """

    id: str
    state: StoryState
    settled: bool = Field(description="false while articles are attached that no recluster has looked at")
    topic: str | None
    label: str
    keywords: list[str]
    representative: str | None
    n_articles: int
    n_copies: int
    n_sources: int
    sources: list[str]
    langs: list[str]
    first_published_at: Time | None
    last_published_at: Time | None
    members: list[MemberOut]
    children: list[str]
    created_at: Time
    updated_at: Time
    links: dict[str, str]


_LINKS = {"self": "", "articles": "/articles", "history": "/history", "related": "/related"}


def story_json(view: StoryView) -> dict[str, object]:
    """A story as `StoryOut` has it, for orjson: a page can hold ten thousand members, too many for models."""
    story, path = view.story, story_path(view.story.id)
    return {
        "id": story.id,
        "state": view.state,
        "settled": view.settled,
        "topic": story.topic or None,
        "label": story.label,
        "keywords": story.keywords,
        "representative": story.representative or None,
        "n_articles": len(story.members),
        "n_copies": view.n_copies,
        "n_sources": len(view.sources),
        "sources": view.sources,
        "langs": view.langs,
        "first_published_at": _time(view.first_published_at),
        "last_published_at": _time(view.last_published_at),
        "members": [_member_json(member) for member in story.members],
        "children": view.children,
        "created_at": _time(view.created_at),
        "updated_at": _time(view.updated_at),
        "links": {name: path + tail for name, tail in _LINKS.items()},
    }


def _member_json(member: Member) -> dict[str, object]:
    return {
        "id": member.article_id,
        "duplicate_of": member.duplicate_of,
        "confidence": member.confidence,
        "rival": member.rival,
        "margin": member.margin,
    }


def _time(time: datetime | None) -> str | None:
    return None if time is None else format_time(time)


class HistoryEntryOut(BaseModel):
    """One thing that happened to a story; what it does not tell is null."""

    at: Time
    change: StoryChange
    stories: list[str] = Field(description="the others that took part: parents, absorbed ones, parts")
    article: str | None = None
    n_articles: int | None = None
    before: str | None = Field(None, description="the label it had")
    after: str | None = Field(None, description="the label it got")


class HistoryOut(BaseModel):
    """What happened to a story, oldest first."""

    id: str
    history: list[HistoryEntryOut]

    @classmethod
    def from_entries(cls, story_id: str, entries: Sequence[HistoryEntry]) -> "HistoryOut":
        """Shape of a history."""
        rows = [
            HistoryEntryOut(
                at=entry.at,
                change=entry.change,
                stories=list(entry.stories),
                article=entry.article_id,
                n_articles=entry.n_articles,
                before=entry.before,
                after=entry.after,
            )
            for entry in entries
        ]
        return cls(id=story_id, history=rows)


class RelatedOut(BaseModel):
    """The other stories of a story's topic, the largest first."""

    stories: list[StoryOut]


class TopicOut(BaseModel):
    """What related stories share, and those stories, the largest first."""

    id: str
    n_articles: int
    stories: list[StoryOut]


class StoriesOut(BaseModel):
    """A page of stories in the order asked for; ``next_cursor`` is null on the last."""

    stories: list[StoryOut]
    next_cursor: str | None
    total: int

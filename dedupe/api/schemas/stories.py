"""Stories as they go out."""

from typing import Literal

from pydantic import BaseModel

from dedupe.api.schemas.fields import Similarity, Time, story_path
from dedupe.models import StoryView


class MemberOut(BaseModel):
    """An article's place in a story."""

    id: str
    duplicate_of: str | None
    confidence: Similarity


class StoryOut(BaseModel):
    """A story; ``keywords`` set it apart within its topic, ``representative`` is its most typical article."""

    id: str
    state: Literal["provisional", "settled"]
    topic: str
    label: str
    keywords: list[str]
    representative: str
    members: list[MemberOut]
    created_at: Time
    updated_at: Time
    links: dict[str, str]

    @classmethod
    def from_view(cls, view: StoryView) -> "StoryOut":
        """Shape of a story."""
        story, path = view.story, story_path(view.story.id)
        return cls(
            id=story.id,
            state="settled" if view.settled else "provisional",
            topic=story.topic,
            label=story.label,
            keywords=list(story.keywords),
            representative=story.representative,
            members=[
                MemberOut(id=m.article_id, duplicate_of=m.duplicate_of, confidence=m.confidence) for m in story.members
            ],
            created_at=view.created_at,
            updated_at=view.updated_at,
            links={"self": path, "articles": f"{path}/articles"},
        )


class StoriesOut(BaseModel):
    """A page of stories, the latest change first; ``next_cursor`` is null on the last."""

    stories: list[StoryOut]
    next_cursor: str | None
    total: int

"""Explanations as they go out, and the query that asks for one."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from dedupe.api.schemas.fields import Similarity
from dedupe.stories.constraints import Link, LinkKind


class ExplainParameters(BaseModel):
    """The query of an explanation."""

    model_config = ConfigDict(extra="forbid")

    a: str = Field(min_length=1, max_length=200, description="id of an article")
    b: str = Field(
        min_length=1,
        max_length=200,
        description="id of another article, or of a story, which stands for its article nearest to a",
    )


class _Out(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TermOut(_Out):
    """A word, what it counts, how rare it is, and the share of the articles around that hold it too."""

    term: str
    weight: float
    rarity: float
    elsewhere: Similarity


class SpanOut(_Out):
    """A stretch of an article: characters ``start`` to ``end`` of its title or its text, as they were sent."""

    field: Literal["title", "text"]
    start: int
    end: int
    text: str


class PassageOut(_Out):
    """A stretch of each article in which the same telling words stand close together."""

    a: SpanOut
    b: SpanOut
    terms: list[str]
    weight: float


class StretchOut(_Out):
    """A stretch of an article and the one of its copy in its place."""

    a: SpanOut
    b: SpanOut


class EditOut(StretchOut):
    """What was edited between two stretches that are the same."""

    kind: Literal["added", "cut", "changed"]


class DuplicateReasonsOut(_Out):
    """How one article repeats the other."""

    kind: Literal["exact", "near", "contained"]
    jaccard: Similarity
    containment: Similarity
    container: str | None
    aligned: list[StretchOut]
    edits: list[EditOut]


class RivalOut(_Out):
    """The nearest other story, its nearest article, and how similar that and the nearest of the own story are."""

    story: str
    label: str
    article: str
    similarity: Similarity
    own_similarity: Similarity


class StoriesOfTwoOut(_Out):
    """The story of each side."""

    a: str
    b: str


class TermsOfTwoOut(_Out):
    """Terms that only one side tells."""

    a: list[TermOut]
    b: list[TermOut]


class RivalsOfTwoOut(_Out):
    """The nearest other story of each side, null where none is near."""

    a: RivalOut | None
    b: RivalOut | None


class ConstraintOut(_Out):
    """What a person said of the two articles (by way of others too), which counts for more than their texts."""

    id: str
    kind: LinkKind
    a: str
    b: str
    by: str | None
    note: str | None

    @classmethod
    def from_link(cls, link: Link | None) -> "ConstraintOut | None":
        """Shape of a link."""
        if link is None:
            return None
        return cls(id=link.id, kind=link.kind, a=link.a, b=link.b, by=link.by, note=link.note)


class ExplanationOut(_Out):
    """Why two articles are in one story, or not; ``alone`` where the article is the only one of its story.

    The weights of all shared terms add up to the similarity. ``margin`` is how far that is above the ``threshold`` at
    which the two by themselves would change sides; articles of one story under it are held together by those that
    ``through`` names.
    """

    a: str
    b: str
    same_story: bool
    same_topic: bool
    alone: bool
    story: StoriesOfTwoOut
    similarity: Similarity
    threshold: Similarity
    margin: float
    through: list[str]
    shared_terms: list[TermOut]
    background: list[str]
    telling_apart: TermsOfTwoOut
    passages: list[PassageOut]
    rival: RivalsOfTwoOut
    days_apart: float | None
    duplicate: DuplicateReasonsOut | None
    constraint: ConstraintOut | None

"""Articles and submissions as they go out."""

from typing import Literal

from pydantic import BaseModel, Field, JsonValue

from dedupe.api.schemas.fields import ProblemOut, Similarity, Time, article_path
from dedupe.files.articles import mapping_from_article
from dedupe.models import ArticleStatus, ArticleView, Assignment, DuplicateKind, Verdict


class SubmissionOut(BaseModel):
    """The answer to one accepted or known article."""

    id: str
    status: ArticleStatus
    created: bool = Field(description="false where the same article was known already")
    links: dict[str, str]

    @classmethod
    def from_status(cls, article_id: str, status: ArticleStatus, *, created: bool) -> "SubmissionOut":
        """Answer with its links."""
        path = article_path(article_id)
        links = {"self": path, "assignment": f"{path}/assignment"}
        return cls(id=article_id, status=status, created=created, links=links)


class ItemOut(BaseModel):
    """The answer to one item of a batch: a status, or the problem it has."""

    index: int
    id: str | None = None
    status: ArticleStatus | None = None
    created: bool = False
    problem: ProblemOut | None = None


class BatchOut(BaseModel):
    """One result an item, in order."""

    results: list[ItemOut]


class AssignedStory(BaseModel):
    """The story an article belongs to: provisional until a recluster has settled it.

    ``rival`` is the nearest other story, ``margin`` how much nearer the article is to its own; null where none is near.
    """

    id: str
    state: Literal["provisional", "settled"]
    confidence: Similarity
    rival: str | None = None
    margin: float | None = None

    @classmethod
    def from_assignment(cls, assignment: Assignment) -> "AssignedStory":
        """Shape of an assignment."""
        state: Literal["provisional", "settled"] = "settled" if assignment.settled else "provisional"
        return cls(
            id=assignment.story_id,
            state=state,
            confidence=assignment.confidence,
            rival=assignment.rival,
            margin=assignment.margin,
        )


class DuplicateOut(BaseModel):
    """What an article repeats: ``group`` is the canonical article of all that repeat one another.

    ``of`` is that article, or a copy of it that the two have in common. ``container`` is the one of the two that
    contains the other, null unless ``kind`` is contained.
    """

    group: str
    of: str
    kind: DuplicateKind
    jaccard: Similarity
    containment: Similarity
    container: str | None = None

    @classmethod
    def from_verdict(cls, verdict: Verdict | None) -> "DuplicateOut | None":
        """Shape of a verdict; None for an article that repeats nothing."""
        if verdict is None or verdict.duplicate_of is None or verdict.kind is None:
            return None
        return cls(
            group=verdict.group,
            of=verdict.duplicate_of,
            kind=verdict.kind,
            jaccard=verdict.jaccard,
            containment=verdict.containment,
            container=verdict.container,
        )


class AssignmentOut(BaseModel):
    """Where an article stands, without its text."""

    id: str
    status: ArticleStatus
    story: AssignedStory | None
    duplicate: DuplicateOut | None
    failure: str | None = Field(description="why the article was given up")

    @classmethod
    def from_view(cls, view: ArticleView) -> "AssignmentOut":
        """Shape of an article without its text."""
        story = None if view.assignment is None else AssignedStory.from_assignment(view.assignment)
        duplicate = DuplicateOut.from_verdict(view.verdict)
        return cls(id=view.article.id, status=view.status, story=story, duplicate=duplicate, failure=view.failure)


class ArticleOut(AssignmentOut):
    """An accepted article as it stands; ``article`` is what was sent, under our names."""

    article: dict[str, JsonValue]
    received_at: Time
    attempts: int

    @classmethod
    def from_view(cls, view: ArticleView) -> "ArticleOut":
        """Shape of an article."""
        return cls(
            **dict(AssignmentOut.from_view(view)),
            article=mapping_from_article(view.article),
            received_at=view.received_at,
            attempts=view.attempts,
        )


class LookupOut(BaseModel):
    """The articles that were asked for, in order; null for an unknown one."""

    articles: list[ArticleOut | None]


class ArticlesOut(BaseModel):
    """A page of articles; ``next_cursor`` is null on the last."""

    articles: list[ArticleOut]
    next_cursor: str | None
    total: int


class RequeuedOut(BaseModel):
    """The dead letters that were put back to work."""

    requeued: list[str]

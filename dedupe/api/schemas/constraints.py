"""Constraints: what people say of articles, as it comes in and goes out."""

from collections.abc import Iterator
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from dedupe.api.schemas.fields import Time
from dedupe.api.schemas.inputs import GivenTime
from dedupe.models import MAX_ID_LENGTH, ArticleId
from dedupe.store.constraints import MOST_CONSTRAINTS
from dedupe.stories.constraints import Link, LinkKind, LinkSet


def _printable(article_id: str) -> str:
    if not article_id.isprintable():
        raise ValueError("must not hold control characters")
    return article_id


GivenId = Annotated[str, Field(min_length=1, max_length=MAX_ID_LENGTH), AfterValidator(_printable)]
Words = Annotated[str, Field(max_length=500)]
PairIn = Annotated[list[GivenId], Field(min_length=2, max_length=2, description="two ids of articles")]


class LinkIn(BaseModel):
    """Two articles; who says it, why and since when is remembered. ``id`` is as it was read, or left out."""

    model_config = ConfigDict(extra="forbid", strict=True)

    a: GivenId
    b: GivenId
    by: Words | None = None
    note: Words | None = None
    at: Annotated[GivenTime, Field(strict=False)] | None = None
    id: str | None = None

    def to_link(self, kind: LinkKind) -> Link:
        """Link of this kind; ``ValueError`` for an article with itself, or the id of another link."""
        link = Link(kind, ArticleId(self.a), ArticleId(self.b), self.by, self.note, self.at)
        if self.id is not None and self.id != link.id:
            raise ValueError(f"{self.a!r} and {self.b!r} have the id {link.id!r} as {kind}, got {self.id!r}")
        return link


GivenLink: TypeAlias = PairIn | LinkIn


class ConstraintsIn(BaseModel):
    """Pairs of articles, each as two ids or with more of it; ``by`` and ``note`` are of those that have none."""

    model_config = ConfigDict(extra="forbid", strict=True)

    must_link: list[GivenLink] = Field(default=[], max_length=MOST_CONSTRAINTS, description="are in one story")
    cannot_link: list[GivenLink] = Field(
        default=[], max_length=MOST_CONSTRAINTS, description="are in no story together"
    )
    by: Words | None = Field(None, description="who says it")
    note: Words | None = Field(None, description="why")

    def to_links(self) -> Iterator[Link]:
        """Yield the links; ``ValueError`` as `LinkIn.to_link`."""
        for kind, given in ((LinkKind.MUST, self.must_link), (LinkKind.CANNOT, self.cannot_link)):
            for item in given:
                yield self._whole(item).to_link(kind)

    def _whole(self, item: GivenLink) -> LinkIn:
        if isinstance(item, list):
            return LinkIn(a=item[0], b=item[1], by=self.by, note=self.note)
        by, note = (self.by if item.by is None else item.by), (self.note if item.note is None else item.note)
        return item.model_copy(update={"by": by, "note": note})


class LinkOut(BaseModel):
    """A constraint on two articles, the smaller id first."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    a: str
    b: str
    by: str | None
    note: str | None
    at: Time


class ConstraintsOut(BaseModel):
    """Constraints, by their ids; ``version`` is that of all.

    ``unknown`` are those of their articles that the service does not hold: they may still come, or have left.
    """

    version: int
    must_link: list[LinkOut]
    cannot_link: list[LinkOut]
    unknown: list[str]

    @classmethod
    def from_links(cls, said: LinkSet) -> "ConstraintsOut":
        """Shape of constraints."""
        of_kind = {
            kind: [LinkOut.model_validate(link) for link in said.links if link.kind is kind] for kind in LinkKind
        }
        return cls(
            version=said.version,
            must_link=of_kind[LinkKind.MUST],
            cannot_link=of_kind[LinkKind.CANNOT],
            unknown=list(said.unknown),
        )

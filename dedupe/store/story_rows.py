"""Stored stories to views of them, and to what a recluster has to know of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dedupe.changes import Record
from dedupe.models import ArticleId, Assignment, Facts, Member, Story, StoryId, StoryView
from dedupe.store.codec import decode_story, time_of


def decode_record(data: bytes, names: bytes, updated: int) -> Record:
    """A story of the generation before a recluster."""
    row = decode_story(data)
    return Record(
        label=row["label"],
        keywords=tuple(row["keywords"]),
        representative=ArticleId(row["representative"]),
        members=frozenset(ArticleId(name) for name in names.decode().split("\n")),
        created_at=row["created"],
        updated_at=updated,
        named_at=row["named_at"],
    )


@dataclass(frozen=True, slots=True)
class StoryRow:
    """A story as it is stored: the JSON of it, the names of its articles, and when (ms) it changed last."""

    id: StoryId
    data: bytes
    names: bytes
    updated: float

    def article_ids(self) -> list[ArticleId]:
        """Its articles, in their order."""
        return [ArticleId(name) for name in self.names.decode().split("\n")]


def story_view(
    stored: StoryRow, assignments: Mapping[ArticleId, Assignment], facts: Mapping[ArticleId, Facts]
) -> StoryView:
    """A story as it stands, without what only time and its history say: its state and its children."""
    row = decode_story(stored.data)
    ids = [i for i in stored.article_ids() if i in assignments]
    known = [facts[i] for i in ids]
    published = [own.published_at for own in known if own.published_at is not None]
    return StoryView(
        Story(
            id=stored.id,
            topic=row["topic"],
            label=row["label"],
            keywords=tuple(row["keywords"]),
            representative=_representative(ArticleId(row["representative"]), ids),
            members=tuple(_member(i, assignments[i], facts[i]) for i in ids),
        ),
        # A story that a recluster decided stays settled only while nothing was attached to it since.
        settled=row["settled"] and all(assignments[i].settled for i in ids),
        created_at=time_of(row["created"]),
        updated_at=time_of(stored.updated),
        n_copies=sum(own.duplicate_of is not None for own in known),
        sources=tuple(sorted({own.source for own in known if own.source and own.duplicate_of is None})),
        langs=tuple(sorted({own.lang for own in known if own.lang})),
        first_published_at=min(published, default=None),
        last_published_at=max(published, default=None),
    )


def _representative(named: ArticleId, ids: Sequence[ArticleId]) -> ArticleId:
    """The representative, or the first article where that has left the window."""
    return named if named in ids or not ids else ids[0]


def _member(article_id: ArticleId, assignment: Assignment, facts: Facts) -> Member:
    return Member(article_id, facts.duplicate_of, assignment.confidence, assignment.rival, assignment.margin)

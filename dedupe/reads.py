"""What is read back: articles, stories and health, each view of one generation."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime

from dedupe.errors import UnknownId
from dedupe.models import (
    ArticleId,
    ArticleStatus,
    ArticleView,
    Assignment,
    Health,
    StoryId,
    StoryPage,
    StoryView,
)
from dedupe.store.ledger import Ledger, Record
from dedupe.store.partitions import Partitions, with_copies


class Reads:
    """The views of one corpus; reading changes nothing."""

    def __init__(self, ledger: Ledger, partitions: Partitions) -> None:
        self._ledger = ledger
        self._partitions = partitions

    def articles(self, ids: Sequence[ArticleId]) -> list[ArticleView | None]:
        """Each article as it stands, None for an id the ledger does not know."""
        records = self._ledger.records(ids)
        assignments = self._partitions.assignments(self._partitions.current(), ids)
        return [
            None if record is None else _article_view(record, assignments.get(record.article.id)) for record in records
        ]

    def article(self, article_id: ArticleId) -> ArticleView:
        """An article as it stands; ``UnknownId`` when the ledger does not know it."""
        view = self.articles([article_id])[0]
        if view is None:
            raise UnknownId("article", article_id)
        return view

    def stories(self, *, since: datetime | None = None, limit: int = 50, cursor: str | None = None) -> StoryPage:
        """A page of stories, the latest change first.

        Raises ``ValueError`` for a cursor that this method did not give.
        """
        offset = _offset(cursor)
        generation = self._partitions.current()
        ids, total = self._partitions.recent(generation, since=since, offset=offset, limit=limit)
        views = self._with_copies(self._partitions.stories(generation, ids))
        following = _cursor(offset + limit) if offset + limit < total else None
        return StoryPage(tuple(views), following, total)

    def story(self, story_id: StoryId) -> StoryView:
        """A story as it stands; ``UnknownId`` when the current generation has none of this id."""
        views = self._with_copies(self._partitions.stories(self._partitions.current(), [story_id]))
        if not views:
            raise UnknownId("story", story_id)
        return views[0]

    def _with_copies(self, views: Sequence[StoryView]) -> list[StoryView]:
        ids = [member.article_id for view in views for member in view.story.members]
        duplicate_of = {i: verdict.duplicate_of for i, verdict in self._ledger.verdicts(ids).items()}
        return [with_copies(view, duplicate_of) for view in views]

    def health(self) -> Health:
        """What the ledger and the current generation say; ``StoreUnavailable`` when the store does not answer."""
        counts = self._ledger.counts()
        generation = self._partitions.current()
        return Health(
            store=True,
            generation=generation.number,
            accepted=counts.accepted,
            assigned=counts.assigned,
            failed=counts.failed,
            pending=counts.pending,
            oldest_pending_seconds=counts.oldest_pending_seconds,
            stories=self._partitions.n_stories(generation),
        )

    def dead_letters(self) -> list[ArticleView]:
        """The articles that were given up, oldest first, each with the reason."""
        return [view for view in self.articles(self._ledger.dead()) if view is not None]


def _article_view(record: Record, assignment: Assignment | None) -> ArticleView:
    finished = record.status is ArticleStatus.ASSIGNED
    return ArticleView(
        article=record.article,
        status=record.status,
        received_at=record.received_at,
        attempts=record.attempts,
        verdict=record.verdict,
        # A story that is written before the ledger's commit is not announced before it.
        assignment=assignment if finished else None,
        failure=record.failure,
    )


def _cursor(offset: int) -> str:
    return urlsafe_b64encode(str(offset).encode()).decode().rstrip("=")


def _offset(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        offset = int(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        offset = -1
    if not 0 <= offset < 2**53:
        raise ValueError(f"not a cursor of this service: {cursor!r}")
    return offset

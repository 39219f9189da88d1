"""What is read back: articles, stories and health, each view of one generation."""

from collections.abc import Sequence
from dataclasses import replace

from dedupe.changes import Fate, FateKind, HistoryEntry, StoryChange
from dedupe.errors import StoreUnavailable, StoryExpired, StoryMerged, UnknownId
from dedupe.models import (
    ArticleId,
    ArticleStatus,
    ArticleView,
    Assignment,
    Health,
    Story,
    StoryId,
    StoryPage,
    StoryState,
    StoryView,
)
from dedupe.store.codec import time_of
from dedupe.store.ledger import Ledger, Record
from dedupe.store.lives import Lives
from dedupe.store.partitions import Partitions
from dedupe.stories.lifecycle import state_of
from dedupe.story_query import StoryQuery
from dedupe.story_table import StoryTable, Surroundings

EVERY_STORY = StoryQuery()
_MOST_MERGES = 1_000  # followed from one id; a story cannot have been merged more often in the time ids are kept


class Reads:
    """The views of one corpus; reading changes nothing."""

    def __init__(self, ledger: Ledger, partitions: Partitions, lives: Lives) -> None:
        self._ledger = ledger
        self._partitions = partitions
        self._lives = lives
        self._table = StoryTable(partitions, lives)

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

    def stories(self, query: StoryQuery = EVERY_STORY, *, limit: int = 50, cursor: str | None = None) -> StoryPage:
        """A page of the stories that answer a query.

        Raises ``ValueError`` for a cursor that this method did not give for the same order.
        """
        views, following, total = self._table.page(query, limit=limit, cursor=cursor)
        return StoryPage(tuple(self._alive(views)), following, total)

    def story(self, story_id: StoryId) -> StoryView:
        """A story as it stands; of one that was split what is left: its label, and its children.

        Raises ``StoryMerged`` with the story that an ended one is part of now, ``StoryExpired`` where it has left the
        window, ``UnknownId`` where there never was one, or long ago.
        """
        views = self._partitions.stories(self._partitions.current(), [story_id])
        return self._alive(views)[0] if views else self._ended(story_id)

    def _alive(self, views: Sequence[StoryView]) -> list[StoryView]:
        now = time_of(self._partitions.now())
        histories = self._lives.histories([view.story.id for view in views])
        return [
            replace(
                view,
                state=state_of(len(view.story.members), view.updated_at, now),
                children=_children(view.story.id, histories.get(view.story.id, ())),
            )
            for view in views
        ]

    def _ended(self, story_id: StoryId) -> StoryView:
        fate = self._fate(story_id)
        if fate.kind is FateKind.EXPIRED:
            raise StoryExpired(story_id)
        if fate.kind is FateKind.MERGED:
            raise StoryMerged(story_id, self._survivor(fate.into[0]))
        history = self._lives.histories([story_id]).get(story_id, ())
        return StoryView(
            Story(story_id, "", fate.label, (), ArticleId(""), ()),
            settled=True,
            created_at=history[0].at if history else fate.at,
            updated_at=fate.at,
            state=StoryState.CLOSED,
            children=fate.into,
        )

    def _fate(self, story_id: StoryId) -> Fate:
        """What became of a story that is not there; ``UnknownId`` where nothing is known of it."""
        fate = self._lives.fate(story_id)
        if fate is None:
            raise UnknownId("story", story_id)
        if isinstance(fate, Fate):
            return fate
        article_id, at = fate
        place = self._partitions.assignments(self._partitions.current(), [article_id]).get(article_id)
        if place is not None:
            return Fate(FateKind.MERGED, (place.story_id,), at)
        if self._lives.has_left(article_id):
            return Fate(FateKind.EXPIRED, (), at)
        raise StoreUnavailable(f"the story {story_id!r} is being settled; ask again")

    def _survivor(self, story_id: StoryId) -> StoryId:
        """The story that merges lead to from this one; ``StoryExpired`` where that has left the window."""
        generation = self._partitions.current()
        for _ in range(_MOST_MERGES):
            if self._partitions.stories(generation, [story_id]):
                break
            fate = self._fate(story_id)
            if fate.kind is FateKind.EXPIRED:
                raise StoryExpired(story_id)
            if fate.kind is FateKind.SPLIT:
                break
            story_id = fate.into[0]
        return story_id

    def history(self, story_id: StoryId) -> tuple[HistoryEntry, ...]:
        """What happened to a story, also one that ended, oldest first; ``UnknownId`` where there never was one."""
        found = self._lives.histories([story_id]).get(story_id)
        if found is None:
            self._fate(story_id)
            return ()
        return found

    def related(self, story_id: StoryId) -> list[StoryView]:
        """The other stories of a story's topic, the largest first, none of one that ended; raises as `story` does."""
        topic = self.story(story_id).story.topic
        return [view for view in self.topic(topic) if view.story.id != story_id] if topic else []

    def surroundings(self, views: Sequence[StoryView]) -> dict[StoryId, Surroundings]:
        """For each story the labels of those around it, as a page shows them."""
        generation = self._partitions.current()
        topics = {view.story.topic for view in views}
        of_topic = {topic: self._partitions.stories_of_topic(generation, topic) for topic in topics}
        return {view.story.id: self._table.surroundings(view, of_topic[view.story.topic]) for view in views}

    def topic(self, topic: str) -> list[StoryView]:
        """The stories of a topic, the largest first; ``UnknownId`` where the current generation has none."""
        generation = self._partitions.current()
        views = self._partitions.stories(generation, self._partitions.stories_of_topic(generation, topic))
        if not views:
            raise UnknownId("topic", topic)
        return sorted(self._alive(views), key=lambda view: (-len(view.story.members), view.story.id))

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


def _children(story_id: StoryId, history: Sequence[HistoryEntry]) -> tuple[StoryId, ...]:
    """The stories that parted from one that lives on."""
    parted = (entry.stories for entry in history if entry.change is StoryChange.SPLIT)
    return tuple(dict.fromkeys(child for children in parted for child in children if child != story_id))

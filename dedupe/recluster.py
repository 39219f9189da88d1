"""The recluster job: the window, clustered again as a whole, becomes the next generation."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from threading import Event

from dedupe.changes import Record
from dedupe.errors import Overtaken, StoreUnavailable
from dedupe.models import Article, ArticleId, Assignment, ReclusterDiff, Story, StoryId
from dedupe.shared_search import SharedSearch
from dedupe.store.blocks import Blocks, RoundId
from dedupe.store.codec import time_of
from dedupe.store.constraints import StoredConstraints
from dedupe.store.jobs import Grip, Jobs
from dedupe.store.ledger import Ledger
from dedupe.store.log import Log
from dedupe.store.partitions import Generation, Partitions
from dedupe.stories.constraints import Constraints
from dedupe.stories.lifecycle import named, tell, weights_of
from dedupe.stories.neighbours import Searcher
from dedupe.stories.reconcile import Previous, Reconciled, reconcile

CHUNK = 1_000
PULSE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Recluster:
    """The steps of a recluster, over the stores of one corpus."""

    ledger: Ledger
    log: Log
    partitions: Partitions
    jobs: Jobs
    constraints: StoredConstraints
    blocks: Blocks
    ring: Callable[[RoundId], None]
    cluster: Callable[[Sequence[Article], Constraints, Searcher], list[Story]]

    def run(self, grip: Grip, *, dry_run: bool, catch_up: Callable[[], None]) -> ReclusterDiff:
        """Cluster the window, keep story ids, and make the result current; a dry run stops at the diff.

        ``catch_up`` brings this process's window level before the switch, so that little is left to do after it.
        Raises ``Overtaken`` when the job is no longer the caller's; nothing of it is current then.
        """
        with self._signs_of_life(grip):
            self.partitions.fence(grip.token)
            self._report(grip, "reading", 0.0)
            before = self._before()
            head, places = self.log.head(), list(self.log.places())
            articles = self._articles([article_id for _, article_id in places])
            version, said = self.constraints.in_force()
            self._report(grip, "clustering", 0.2)
            stories = self.cluster(articles, said, SharedSearch(self.blocks, self.ring, partial(self._go_on, grip)))
            self._report(grip, "reconciling", 0.8)
            reconciled = before.reconciled(stories, places)
            if not dry_run:
                self._report(grip, "publishing", 0.9)
                catch_up()
                # Where all have left the log, none that came before is to be waited for.
                position = places[-1][0] if places else head
                self._publish(grip, before, reconciled, places, position=position, constraints=version)
        return reconciled.diff

    def _before(self) -> "_Before":
        """The stories as they are; read before the log is: whatever has a story by now is in the log already."""
        read_at = self.partitions.now()
        generation = self.partitions.current()
        return _Before(
            generation, read_at, self.partitions.assignments(generation), self.partitions.records(generation)
        )

    def _publish(
        self,
        grip: Grip,
        before: "_Before",
        reconciled: Reconciled,
        places: Sequence[tuple[int, ArticleId]],
        *,
        position: int,
        constraints: int,
    ) -> None:
        at = time_of(self.partitions.now())
        published = self.partitions.replace(
            before.generation,
            reconciled.stories,
            tell(reconciled.diff, reconciled.stories, before.records, at=at, provisional=before.provisional()),
            before.records,
            position=position,
            token=grip.token,
            job_id=grip.job_id,
            constraints=constraints,
            since_ms=before.read_at,
        )
        if published is None:
            raise Overtaken
        with suppress(StoreUnavailable):  # nothing that is published hangs on it
            self._let_go(published, places)

    def _let_go(self, published: Generation, places: Sequence[tuple[int, ArticleId]]) -> None:
        """Take out of the new partition what left the log while it was clustered."""
        first = next((number for number, _ in self.log.places(chunk=1)), None)
        left = [article_id for number, article_id in places if first is None or number < first]
        self.log.trim(published.number, left=left)

    @contextmanager
    def _signs_of_life(self, grip: Grip) -> Iterator[None]:
        """Have another thread say every few seconds that this one is at work."""
        done = Event()

        def pulse() -> None:
            while not done.wait(PULSE_SECONDS):
                with suppress(StoreUnavailable):  # the next one may get through
                    self.jobs.pulse(grip)

        with ThreadPoolExecutor(1, "pulse") as pool:
            pool.submit(pulse)
            try:
                yield
            finally:
                done.set()

    def _go_on(self, grip: Grip) -> None:
        if not self.jobs.pulse(grip):
            raise Overtaken

    def _report(self, grip: Grip, phase: str, progress: float) -> None:
        if not self.jobs.advance(grip, phase, progress):
            raise Overtaken

    def _articles(self, ids: Sequence[ArticleId]) -> list[Article]:
        """The articles that are still there, in the order given."""
        found: dict[ArticleId, Article] = {}
        for start in range(0, len(ids), CHUNK):
            found.update(self.ledger.articles(ids[start : start + CHUNK]))
        return [found[i] for i in ids if i in found]


@dataclass(frozen=True, slots=True)
class _Before:
    """The stories that a recluster replaces, as they were read at a time (ms)."""

    generation: Generation
    read_at: int
    assignments: Mapping[ArticleId, Assignment]
    records: Mapping[StoryId, Record]

    def provisional(self) -> frozenset[ArticleId]:
        """The articles whose place no recluster had looked at."""
        return frozenset(i for i, assignment in self.assignments.items() if not assignment.settled)

    def reconciled(self, stories: Sequence[Story], places: Sequence[tuple[int, ArticleId]]) -> Reconciled:
        """New stories under the ids and the labels they keep."""
        number_of = {article_id: number for number, article_id in places}
        weight: dict[ArticleId, int] = {}
        for record in self.records.values():
            confidence = {i: self.assignments[i].confidence for i in record.members if i in self.assignments}
            weight |= weights_of(sorted(record.members), confidence, number_of=number_of)
        previous = Previous(
            story_of={i: assignment.story_id for i, assignment in self.assignments.items()},
            weight=weight,
            age={story_id: -record.created_at for story_id, record in self.records.items()},
            representatives={story_id: record.representative for story_id, record in self.records.items()},
        )
        found = reconcile(previous, stories, taken=self.records.keys(), salt=str(self.generation.number))
        return replace(found, stories=tuple(named(story, self.records.get(story.id)) for story in found.stories))

"""The recluster job: the window, clustered again as a whole, becomes the next generation."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event

from dedupe.errors import Overtaken, StoreUnavailable
from dedupe.models import Article, ArticleId, ReclusterDiff, Story, StoryId
from dedupe.store.jobs import Grip, Jobs
from dedupe.store.ledger import Ledger
from dedupe.store.log import Log
from dedupe.store.partitions import Generation, Partitions
from dedupe.stories.reconcile import Reconciled, reconcile

CHUNK = 1_000
PULSE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Recluster:
    """The steps of a recluster, over the stores of one corpus."""

    ledger: Ledger
    log: Log
    partitions: Partitions
    jobs: Jobs
    cluster: Callable[[Sequence[Article]], list[Story]]

    def run(self, grip: Grip, *, dry_run: bool, catch_up: Callable[[], None]) -> ReclusterDiff:
        """Cluster the window, keep story ids, and make the result current; a dry run stops at the diff.

        ``catch_up`` brings this process's window level before the switch, so that little is left to do after it.
        Raises ``Overtaken`` when the job is no longer the caller's; nothing of it is current then.
        """
        with self._signs_of_life(grip):
            self.partitions.fence(grip.token)
            self._report(grip, "reading", 0.0)
            before = self.partitions.current()
            # Before the log is read: whatever has a story by now is in the log already.
            previous = {i: a.story_id for i, a in self.partitions.assignments(before).items()}
            places = list(self.log.places())
            articles = self._articles([article_id for _, article_id in places])
            self._report(grip, "clustering", 0.2)
            stories = self.cluster(articles)
            self._report(grip, "reconciling", 0.8)
            reconciled = self._reconcile(before, previous, stories)
            if not dry_run:
                self._report(grip, "publishing", 0.9)
                catch_up()
                self._publish(grip, before, reconciled.stories, places)
        return reconciled.diff

    def _publish(
        self, grip: Grip, before: Generation, stories: Sequence[Story], places: Sequence[tuple[int, ArticleId]]
    ) -> None:
        position = places[-1][0] if places else 0
        published = self.partitions.replace(before, stories, position=position, token=grip.token, job_id=grip.job_id)
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

    def _report(self, grip: Grip, phase: str, progress: float) -> None:
        if not self.jobs.advance(grip, phase, progress):
            raise Overtaken

    def _articles(self, ids: Sequence[ArticleId]) -> list[Article]:
        """The articles that are still there, in the order given."""
        found: dict[ArticleId, Article] = {}
        for start in range(0, len(ids), CHUNK):
            found.update(self.ledger.articles(ids[start : start + CHUNK]))
        return [found[i] for i in ids if i in found]

    def _reconcile(
        self, before: Generation, previous: Mapping[ArticleId, StoryId], stories: Sequence[Story]
    ) -> Reconciled:
        age = {story_id: -created for story_id, created in self.partitions.created(before).items()}
        return reconcile(previous, stories, age=age, taken=age.keys())

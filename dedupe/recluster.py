"""The recluster job: the window, clustered again as a whole, becomes the next generation."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event

from dedupe.errors import DedupeError
from dedupe.follower import Follower
from dedupe.models import Article, ArticleId, ReclusterDiff, Story
from dedupe.store.jobs import Grip, Jobs
from dedupe.store.ledger import Ledger
from dedupe.store.log import Log
from dedupe.store.partitions import Generation, Partitions
from dedupe.stories.reconcile import Reconciled, reconcile

CHUNK = 1_000
PULSE_SECONDS = 10.0


class Overtaken(DedupeError):
    """Another recluster, or a cancellation, came first; nothing of this one was made current."""

    def __str__(self) -> str:
        return "another recluster or a cancellation came first"


@dataclass(frozen=True, slots=True)
class Recluster:
    """The steps of a recluster, over the stores of one corpus."""

    ledger: Ledger
    log: Log
    partitions: Partitions
    jobs: Jobs
    cluster: Callable[[Sequence[Article]], list[Story]]

    def run(self, grip: Grip, *, dry_run: bool, follower: Callable[[], Follower]) -> ReclusterDiff:
        """Cluster the window, keep story ids, publish, and attach on top what arrived meanwhile.

        A dry run stops at the diff. Raises ``Overtaken`` when the job is no longer the caller's.
        """
        self._report(grip, "reading", 0.0)
        before = self.partitions.current()
        position, articles = self._window()
        self._report(grip, "clustering", 0.2)
        stories = self._cluster(grip, articles)
        self._report(grip, "reconciling", 0.8)
        reconciled = self._reconcile(before, stories)
        if not dry_run:
            self._report(grip, "publishing", 0.9)
            published = self.partitions.replace(before, reconciled.stories, position=position, token=grip.token)
            if published is None:
                raise Overtaken
            follower().catch_up()
        return reconciled.diff

    def _cluster(self, grip: Grip, articles: Sequence[Article]) -> list[Story]:
        """Cluster in this thread while another gives the signs of life."""
        done = Event()

        def pulse() -> None:
            while not done.wait(PULSE_SECONDS):
                self.jobs.advance(grip, "clustering", 0.2)

        with ThreadPoolExecutor(1, "pulse") as pool:
            pool.submit(pulse)
            try:
                return self.cluster(articles)
            finally:
                done.set()

    def _report(self, grip: Grip, phase: str, progress: float) -> None:
        if not self.jobs.advance(grip, phase, progress):
            raise Overtaken

    def _window(self) -> tuple[int, list[Article]]:
        """The log's position and the articles up to it that are still there, in log order."""
        places = list(self.log.places())
        ids = [article_id for _, article_id in places]
        articles: dict[ArticleId, Article] = {}
        for start in range(0, len(ids), CHUNK):
            articles.update(self.ledger.articles(ids[start : start + CHUNK]))
        return places[-1][0] if places else 0, [articles[i] for i in ids if i in articles]

    def _reconcile(self, before: Generation, stories: Sequence[Story]) -> Reconciled:
        previous = {i: a.story_id for i, a in self.partitions.assignments(before).items()}
        age = {story_id: -created for story_id, created in self.partitions.created(before).items()}
        return reconcile(previous, stories, age=age, taken=age.keys())

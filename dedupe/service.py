"""What the service does, without how: submit and drain; reads and recluster jobs are in files of their own."""

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from threading import Lock, RLock
from time import monotonic
from typing import TYPE_CHECKING

from dedupe.doorbell import Doorbell
from dedupe.errors import DedupeError
from dedupe.events import Events
from dedupe.measures import Measures
from dedupe.models import (
    Article,
    ArticleId,
    StoryId,
    StoryView,
    Submission,
)
from dedupe.reads import Reads
from dedupe.recluster_jobs import ReclusterJobs
from dedupe.store.blocks import Blocks
from dedupe.store.constraints import StoredConstraints
from dedupe.store.idempotency import KeyedRequests
from dedupe.store.jobs import Jobs
from dedupe.store.keys import Keys, Shard
from dedupe.store.ledger import Ledger
from dedupe.store.lives import Lives
from dedupe.store.log import Log
from dedupe.store.partitions import Partitions
from dedupe.store.server import Server
from dedupe.store.webhooks import Webhooks
from dedupe.text import kernels

if TYPE_CHECKING:  # what only workers use takes a second to load, and the API does without
    from dedupe.follower import Follower
    from dedupe.reasons import Reasons
    from dedupe.recluster import Recluster
    from dedupe.sketches import Sketched
    from dedupe.stories.explained import Explanation

logger = logging.getLogger(__name__)

DRAIN_SECONDS = 60.0  # a task that goes on for longer rings again and ends, so that a stop never waits long
RECONCILE_SECONDS = 30.0
WORTH_COMPILED_LOOPS = 5_000  # entries that are replayed about as much faster as the loops take to load


class Service(Reads, ReclusterJobs):
    """The use cases of one corpus, the reads among them. Every face calls these; nothing below knows of faces."""

    def __init__(
        self,
        *,
        keys: Keys,
        ledger: Ledger,
        log: Log,
        partitions: Partitions,
        lives: Lives,
        jobs: Jobs,
        server: Server,
        blocks: Blocks,
        constraints: StoredConstraints,
        keyed_requests: KeyedRequests,
        events: Events,
        webhooks: Webhooks,
        doorbell: Doorbell,
        new_follower: "Callable[[], Follower]",
        sketch: "Callable[[Sequence[Article]], list[Sketched]]",
        new_recluster: "Callable[[], Recluster]",
        new_reasons: "Callable[[Callable[[StoryId], StoryView]], Reasons]",
        max_batch: int,
        max_article_chars: int,
        claim_limit: int,
        max_attempts: int,
        recluster_seconds: float,
    ) -> None:
        Reads.__init__(self, ledger, partitions, lives)
        ReclusterJobs.__init__(
            self,
            ledger=ledger,
            log=log,
            partitions=partitions,
            jobs=jobs,
            blocks=blocks,
            constraints=constraints,
            doorbell=doorbell,
            new_recluster=new_recluster,
            recluster_seconds=recluster_seconds,
            catch_up=self._level,
        )
        self.keyed_requests = keyed_requests
        self.events = events
        self.webhooks = webhooks
        self._keys = keys
        self._server = server
        self._new_follower = new_follower
        self._follower: Follower | None = None
        self._alone = RLock()  # a worker of threads has one window for all of them
        self._reconciled_at = monotonic()
        self._sketch = sketch
        self._new_reasons = new_reasons
        self._reasons: Reasons | None = None
        self._asking = Lock()
        self._max_batch = max_batch
        self._max_article_chars = max_article_chars
        self._claim_limit = claim_limit
        self._max_attempts = max_attempts

    # ------------------------------------------------------------------ writing

    def submit(self, articles: Sequence[Article]) -> list[Submission]:
        """Accept a batch of articles, and answer for each in order; ``QueueFull`` when there is no room for it.

        An article the ledger knows is not accepted twice. One that breaks a limit has a ``problem``; the others go on.
        """
        if len(articles) > self._max_batch:
            raise ValueError(f"a batch has at most {self._max_batch} articles, got {len(articles)}")
        answers: dict[int, Submission] = {}
        by_shard: dict[Shard, list[int]] = defaultdict(list)
        for index, article in enumerate(articles):
            problem = self._problem(article)
            if problem is not None:
                answers[index] = Submission(article.id, None, created=False, problem=problem)
            else:
                by_shard[self._keys.shard_of(article.id)].append(index)
        for shard, indices in by_shard.items():
            submissions = self._ledger.submit(shard, [articles[i] for i in indices])
            answers.update(zip(indices, submissions, strict=True))
            if any(submission.created for submission in submissions):
                self._doorbell.drain(shard)
        return [answers[index] for index in range(len(articles))]

    def _problem(self, article: Article) -> str | None:
        size = len(article.text) + len(article.title or "")
        if size > self._max_article_chars:
            return f"title and text must have at most {self._max_article_chars} characters, got {size}"
        if not (article.text.strip() or (article.title or "").strip()):
            return "needs a title or a text"
        return None

    def drain(self, shard: Shard) -> int:
        """Work off what is due in a shard, and say how many articles this call finished.

        Running it twice, at once, or not at all changes nothing but the time at which the work is done.
        """
        finished, end = 0, monotonic() + DRAIN_SECONDS
        while ids := self._ledger.claim(shard, limit=self._claim_limit):
            articles = self._ledger.attempt(shard, ids, max_attempts=self._max_attempts)
            finished += self._process(shard, articles)
            if monotonic() > self._reconciled_at + RECONCILE_SECONDS:
                self.reconcile()  # its own messages wait behind the drains of a long backlog
            if monotonic() > end:
                self._doorbell.drain(shard)
                break
        return finished

    def _process(self, shard: Shard, articles: Sequence[Article]) -> int:
        sketched = self._sketch_each(articles)
        if not sketched:
            return 0
        with self._alone:
            follower = self.follower()
            follower.expect(sketched)
            appended = self._log.append([item.sketch for item in sketched])
            follower.catch_up(appended.entries)
            decided = follower.decided([item.sketch.article_id for item in sketched])
        finished = self._ledger.commit(shard, decided)
        logger.info("drained shard=%d articles=%d finished=%d", shard, len(articles), finished)
        return finished

    def _sketch_each(self, articles: Sequence[Article]) -> "list[Sketched]":
        """Sketches of a batch; an article that cannot be sketched is given up and named, and the others go on."""
        try:
            return self._sketch(articles)
        except (ValueError, ArithmeticError, LookupError, DedupeError):
            return [item for article in articles for item in self._sketch_one(article)]

    def _sketch_one(self, article: Article) -> "list[Sketched]":
        try:
            return self._sketch([article])
        except (ValueError, ArithmeticError, LookupError, DedupeError) as error:
            logger.exception("gave up article=%s", article.id)
            self._ledger.bury(article.id, f"cannot be sketched: {type(error).__name__}: {error}")
            return []

    def follower(self) -> "Follower":
        """This process's window, made when it is first asked for."""
        if self._follower is None:
            self._follower = self._new_follower()
        return self._follower

    def _level(self) -> None:
        with self._alone:
            self.follower().catch_up()

    def warm(self) -> None:
        """Replay the window, so that the first article does not wait for it, and ring for what waits already."""
        began = monotonic()
        if self._log.n_entries() >= WORTH_COMPILED_LOOPS:
            kernels.load()
        self._catch_up()
        loops = "compiled" if kernels.are_used() else "plain"
        logger.info("warm loops=%s replay_seconds=%.2f", loops, monotonic() - began)
        self._ring_for_due()

    def _ring_for_due(self) -> None:
        for shard in self._ledger.due():
            self._doorbell.drain(shard)

    def requeue_dead(self) -> list[ArticleId]:
        """Put every dead letter back to work, and name those that were."""
        requeued = [article_id for article_id in self._ledger.dead() if self._ledger.requeue(article_id)]
        for shard in {self._keys.shard_of(article_id) for article_id in requeued}:
            self._doorbell.drain(shard)
        return requeued

    def reconcile(self) -> None:
        """Put right what a lost message or a killed worker left behind; doing it more often changes nothing.

        What has left the window goes, what is due is rung for again, articles without a story get one, and a job whose
        worker is gone ends.
        """
        self._reconciled_at = monotonic()
        self._trim()
        self._ring_for_due()
        self._catch_up()
        self.reconcile_job()

    def _trim(self) -> None:
        self._ledger.trim()
        while self._log.trim(self._partitions.current().number) != 0:
            pass

    def explain(self, a: str, b: str) -> "Explanation":
        """Why two articles are in one story, or not, or why an article is in the story ``b``; see `Reasons.explain`."""
        with self._asking:
            if self._reasons is None:
                self._reasons = self._new_reasons(self.story)
        return self._reasons.explain(a, b)

    def measures(self) -> Measures:
        """What there is to observe of the corpus and its store."""
        counts, generation, last = self._ledger.counts(), self._partitions.current(), self._jobs.last_run()
        return Measures(
            accepted=counts.accepted,
            assigned=counts.assigned,
            duplicates=counts.duplicates,
            failed=counts.failed,
            pending=counts.pending,
            oldest_pending_seconds=counts.oldest_pending_seconds,
            window_articles=self._log.n_entries(),
            stories=self._partitions.n_stories(generation),
            generation=generation.number,
            recluster_age_seconds=None if last is None else last.seconds_ago,
            recluster_seconds=None if last is None else last.took_seconds,
            recluster_churn=None if last is None else last.churn,
            store_memory_bytes=self._server.memory_bytes(),
        )

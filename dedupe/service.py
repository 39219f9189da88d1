"""What the service does, without how: submit, drain, recluster; the reads are in ``reads``."""

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Lock, RLock
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from dedupe.constraints import ConstraintBook
from dedupe.errors import DedupeError, JobConflict, Overtaken
from dedupe.events import Events
from dedupe.models import (
    Article,
    ArticleId,
    Job,
    JobId,
    JobState,
    Measures,
    StoryId,
    StoryView,
    Submission,
)
from dedupe.reads import Reads
from dedupe.store.blocks import Blocks, RoundId
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
SILENT_JOB_SECONDS = 120.0
RECONCILE_SECONDS = 30.0
SOONEST_SECONDS = 5.0  # between two scheduled reclusters, however small the window
REST = 20  # times as long as a recluster took does the next scheduled one wait
WORTH_COMPILED_LOOPS = 5_000  # entries that are replayed about as much faster as the loops take to load


class Doorbell(Protocol):
    """Wakes workers; a ring may get lost or come twice, and changes nothing but the time work starts."""

    def drain(self, shard: Shard) -> None:
        """Say that a shard has work."""

    def recluster(self, job_id: JobId) -> None:
        """Say that a job is queued."""

    def help(self, round_id: RoundId) -> None:
        """Say that a job has work for others."""


class Service(Reads):
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
        super().__init__(ledger, partitions, lives)
        self.keyed_requests = keyed_requests
        self.events = events
        self.webhooks = webhooks
        self.constraints = ConstraintBook(constraints, on_change=self._keep_constraints)
        self._keys = keys
        self._log = log
        self._jobs = jobs
        self._server = server
        self._blocks = blocks
        self._doorbell = doorbell
        self._new_follower = new_follower
        self._follower: Follower | None = None
        self._alone = RLock()  # a worker of threads has one window for all of them
        self._reconciled_at = monotonic()
        self._sketch = sketch
        self._new_recluster = new_recluster
        self._new_reasons = new_reasons
        self._reasons: Reasons | None = None
        self._asking = Lock()
        self._max_batch = max_batch
        self._max_article_chars = max_article_chars
        self._claim_limit = claim_limit
        self._max_attempts = max_attempts
        self._recluster_seconds = recluster_seconds

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

    def _catch_up(self) -> None:
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
        job_id = self._jobs.current()
        if job_id is not None:
            self._end_silent_job(job_id)
            if self._jobs.job(job_id).state is JobState.QUEUED:
                self._doorbell.recluster(job_id)

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

    # ------------------------------------------------------------------ reclustering

    def start_recluster(self, *, dry_run: bool = False) -> Job:
        """Queue a recluster of the window; ``JobConflict`` when one is queued or running."""
        job_id = self._jobs.create(dry_run=dry_run)
        self._doorbell.recluster(job_id)
        return self._jobs.job(job_id)

    def start_scheduled_recluster(self) -> Job | None:
        """Queue a recluster where something has changed since the last, none is under way, and the time has come.

        It has when nothing is waiting and the last one was long ago for what it took, so that a small window settles in
        seconds and a large one costs a twentieth of a worker; and in any case after ``recluster_seconds``.
        """
        if self._jobs.current() is not None or (self._has_all_arrived() and self._keeps_constraints()):
            return None
        return self.start_recluster() if self._has_rested() else None

    def _has_all_arrived(self) -> bool:
        return self._log.head() == self._partitions.current().position

    def _keeps_constraints(self) -> bool:
        # Before anything has arrived there is nothing to keep them.
        return self._log.head() == 0 or self._partitions.current().constraints == self.constraints.version()

    def _keep_constraints(self) -> None:
        """Queue a recluster for constraints that changed; one that is under way sees to it when it ends."""
        if not self._keeps_constraints():
            with suppress(JobConflict):
                self.start_recluster()

    def _has_rested(self) -> bool:
        last = self._jobs.last_run()
        is_busy = self._ledger.counts().pending > 0
        if last is None:
            if is_busy:
                self._jobs.rest_from_now()
            return not is_busy
        if last.seconds_ago >= self._recluster_seconds:
            return True
        return not is_busy and last.seconds_ago >= max(SOONEST_SECONDS, REST * last.took_seconds)

    def recluster(self, job_id: JobId) -> None:
        """Run a queued job to its end; a job that is not queued any more is left alone."""
        grip = self._jobs.begin(job_id)
        if grip is None:
            return
        dry_run = self._jobs.job(job_id).dry_run
        try:
            diff = self._new_recluster().run(grip, dry_run=dry_run, catch_up=self._catch_up)
        except Overtaken as overtaken:
            self._jobs.fail(grip, str(overtaken))
            logger.info("stopped job=%s reason=%s", job_id, overtaken)
            return
        except Exception as error:
            self._jobs.fail(grip, f"{type(error).__name__}: {error}")
            raise
        self._jobs.succeed(grip, diff)
        logger.info("reclustered job=%s stories=%d churn=%.4f", job_id, diff.n_stories, diff.churn)
        if not dry_run:
            self._catch_up()
        self._keep_constraints()

    def help(self, round_id: RoundId) -> int:
        """Compute what is due of a job's work in blocks, and say how many blocks; none where it is over."""
        from dedupe.shared_search import help_with  # noqa: PLC0415 - loads SciPy, which the API does without

        return help_with(self._blocks, round_id)

    def job(self, job_id: JobId) -> Job:
        """A job as it stands; ``UnknownId`` when there is none."""
        return self._jobs.job(job_id)

    def cancel_job(self, job_id: JobId) -> Job:
        """A job after it was asked to end; one that had ended, or published its result, stays as it was."""
        job = self._jobs.job(job_id)
        if job.finished_at is None and not self._has_published(job_id):
            self._jobs.cancel(job_id)
        return self._jobs.job(job_id)

    def _has_published(self, job_id: JobId) -> bool:
        """Whether a job's result is current; if not, it never will be from now on."""
        return self._partitions.fence(self._jobs.new_token()) == job_id

    def _end_silent_job(self, job_id: JobId) -> None:
        if self._jobs.silent_seconds(job_id) < SILENT_JOB_SECONDS:
            return
        if self._has_published(job_id):
            self._jobs.succeeded_silently(job_id)
        else:
            self._jobs.give_up(job_id, f"its worker gave no sign of life for {SILENT_JOB_SECONDS:g} seconds")

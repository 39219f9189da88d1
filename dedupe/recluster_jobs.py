"""Recluster jobs: queued, run, helped with, cancelled, given up; and when the next one is due."""

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from dedupe.constraints import ConstraintBook
from dedupe.doorbell import Doorbell
from dedupe.errors import JobConflict, Overtaken
from dedupe.models import Job, JobId, JobState
from dedupe.store.blocks import Blocks, RoundId
from dedupe.store.constraints import StoredConstraints
from dedupe.store.jobs import Jobs
from dedupe.store.ledger import Ledger
from dedupe.store.log import Log
from dedupe.store.partitions import Partitions

if TYPE_CHECKING:  # what only workers use takes a second to load, and the API does without
    from dedupe.recluster import Recluster

logger = logging.getLogger(__name__)

SILENT_JOB_SECONDS = 120.0
SOONEST_SECONDS = 5.0  # between two scheduled reclusters, however small the window
REST = 5  # times as long as a recluster took does the next scheduled one wait


class ReclusterJobs:
    """The recluster jobs of one corpus, one at a time; ``catch_up`` brings this process's window level with the log."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        log: Log,
        partitions: Partitions,
        jobs: Jobs,
        blocks: Blocks,
        constraints: StoredConstraints,
        doorbell: Doorbell,
        new_recluster: "Callable[[], Recluster]",
        recluster_seconds: float,
        catch_up: Callable[[], None],
    ) -> None:
        self.constraints = ConstraintBook(constraints, on_change=self._keep_constraints)
        self._ledger = ledger
        self._log = log
        self._partitions = partitions
        self._jobs = jobs
        self._blocks = blocks
        self._doorbell = doorbell
        self._new_recluster = new_recluster
        self._recluster_seconds = recluster_seconds
        self._catch_up = catch_up

    def start_recluster(self, *, dry_run: bool = False) -> Job:
        """Queue a recluster of the window; ``JobConflict`` when one is queued or running."""
        job_id = self._jobs.create(dry_run=dry_run)
        self._doorbell.recluster(job_id)
        return self._jobs.job(job_id)

    def start_scheduled_recluster(self) -> Job | None:
        """Queue a recluster where something has changed since the last, none is under way, and the time has come.

        It has when nothing is waiting and the last one was long ago for what it took, so that a small window settles in
        seconds and a large one costs a sixth of a worker; and in any case after ``recluster_seconds``.
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

    def reconcile_job(self) -> None:
        """End a job whose worker is gone, and ring again for one that is queued."""
        job_id = self._jobs.current()
        if job_id is not None:
            self._end_if_silent(job_id)
            if self._jobs.job(job_id).state is JobState.QUEUED:
                self._doorbell.recluster(job_id)

    def _end_if_silent(self, job_id: JobId) -> None:
        if self._jobs.silent_seconds(job_id) < SILENT_JOB_SECONDS:
            return
        if self._has_published(job_id):
            self._jobs.succeeded_silently(job_id)
        else:
            self._jobs.give_up(job_id, f"its worker gave no sign of life for {SILENT_JOB_SECONDS:g} seconds")

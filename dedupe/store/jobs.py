"""Jobs: one recluster at a time, each ended once, in a state that is true."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from redis import Redis

from dedupe.errors import JobConflict, UnknownId
from dedupe.models import Job, JobId, JobState, ReclusterDiff
from dedupe.store.clock import Clock, server_clock
from dedupe.store.codec import decode_diff, encode_diff, time_of
from dedupe.store.failures import store_failures
from dedupe.store.keys import Keys
from dedupe.store.scripts import load_script

WEEK_MS = 7 * 86_400_000


@dataclass(frozen=True, slots=True)
class Grip:
    """The right to run a job: ``token`` grows with every job begun, and a newer one wins."""

    job_id: JobId
    token: int


@dataclass(frozen=True, slots=True)
class LastRun:
    """When a job ended and how long it took; ``churn`` is that of the last one that succeeded."""

    seconds_ago: float
    took_seconds: float
    churn: float | None


class Jobs:
    """The recluster jobs of a corpus."""

    def __init__(self, redis: Redis, keys: Keys, *, clock: Clock | None = None) -> None:
        self._redis: Any = redis  # its types allow for text answers, which are never asked for
        self._keys = keys
        self._now = server_clock(redis) if clock is None else clock
        self._create = load_script(redis, "create_job", clock)
        self._begin = load_script(redis, "begin_job", clock)
        self._advance = load_script(redis, "advance_job", clock)
        self._finish = load_script(redis, "finish_job", clock)

    def create(self, *, dry_run: bool) -> JobId:
        """Queue a job; ``JobConflict`` names the one that is queued or running already."""
        job_id = JobId("j" + uuid4().hex[:16])
        with store_failures():
            current = self._create([self._keys.current_job, self._keys.job(job_id)], [job_id, int(dry_run)]).decode()
        if current != job_id:
            raise JobConflict(current)
        return job_id

    def begin(self, job_id: JobId) -> Grip | None:
        """Take a queued job to run it; None when it is not queued (any more)."""
        keys = [self._keys.current_job, self._keys.fence, self._keys.job(job_id)]
        with store_failures():
            token = int(self._begin(keys, [job_id, uuid4().hex]))
        return Grip(job_id, token) if token else None

    def advance(self, grip: Grip, phase: str, progress: float) -> bool:
        """Report how far a job is, which is also its sign of life; False when it is the caller's no longer."""
        with store_failures():
            return bool(self._advance([self._keys.job(grip.job_id)], [grip.token, phase, progress]))

    def pulse(self, grip: Grip) -> bool:
        """Give a sign of life and say nothing else; False when the job is the caller's no longer."""
        return self.advance(grip, "", 0.0)

    def succeed(self, grip: Grip, diff: ReclusterDiff) -> bool:
        """End a job well; False when it had ended before."""
        return self._end(grip.job_id, JobState.SUCCEEDED, token=str(grip.token), diff=encode_diff(diff))

    def fail(self, grip: Grip, error: str) -> bool:
        """End a job badly, with the reason; False when it had ended before."""
        return self._end(grip.job_id, JobState.FAILED, token=str(grip.token), error=error)

    def cancel(self, job_id: JobId) -> bool:
        """End a job on request; False when it had ended before."""
        return self._end(job_id, JobState.CANCELLED)

    def give_up(self, job_id: JobId, error: str) -> bool:
        """End a job whose worker is gone as lost; False when it had ended before."""
        return self._end(job_id, JobState.LOST, error=error)

    def succeeded_silently(self, job_id: JobId) -> bool:
        """End a job well whose worker is gone after it published; what it changed is not known any more."""
        return self._end(job_id, JobState.SUCCEEDED)

    def _end(self, job_id: JobId, state: JobState, *, token: str = "", error: str = "", diff: bytes = b"") -> bool:
        keys = [self._keys.current_job, self._keys.job(job_id), self._keys.last_job]
        with store_failures():
            return bool(self._finish(keys, [job_id, state.value, token, error, diff, WEEK_MS]))

    def last_run(self) -> LastRun | None:
        """The last job that was no dry run, None where none ever ended."""
        with store_failures():
            finished, took, churn = self._redis.hmget(self._keys.last_job, "finished", "took", "churn")
        if finished is None:
            return None
        seconds_ago = max(0.0, (self._now() - float(finished)) / 1000)
        return LastRun(seconds_ago, float(took) / 1000, None if churn is None else float(churn))

    def rest_from_now(self) -> None:
        """Count the time of rest from now on, where no job ever ran."""
        with store_failures(), self._redis.pipeline(transaction=True) as pipe:
            pipe.hsetnx(self._keys.last_job, "finished", self._now())
            pipe.hsetnx(self._keys.last_job, "took", 0)
            pipe.execute()

    def new_token(self) -> int:
        """A fencing token newer than every job's."""
        with store_failures():
            return int(self._redis.incr(self._keys.fence))

    def silent_seconds(self, job_id: JobId) -> float:
        """How long ago a running job gave its last sign of life; 0 for one that is not running."""
        with store_failures():
            state, heartbeat = self._redis.hmget(self._keys.job(job_id), "state", "heartbeat")
        if state != JobState.RUNNING.value.encode():
            return 0.0
        return max(0.0, (self._now() - float(heartbeat)) / 1000)

    def current(self) -> JobId | None:
        """The job that is queued or running."""
        with store_failures():
            job_id = self._redis.get(self._keys.current_job)
        return None if job_id is None else JobId(job_id.decode())

    def job(self, job_id: JobId) -> Job:
        """A job as it stands; ``UnknownId`` when there is none of this id."""
        with store_failures():
            found = self._redis.hgetall(self._keys.job(job_id))
        if not found:
            raise UnknownId("job", job_id)
        return _job(job_id, {name.decode(): value for name, value in found.items()})


def _job(job_id: JobId, fields: dict[str, bytes]) -> Job:
    started, finished = fields.get("started"), fields.get("finished")
    diff, error = fields.get("diff"), fields.get("error")
    return Job(
        id=job_id,
        state=JobState(fields["state"].decode()),
        dry_run=fields["dry_run"] == b"1",
        created_at=time_of(fields["created"]),
        started_at=None if started is None else time_of(started),
        finished_at=None if finished is None else time_of(finished),
        phase=fields.get("phase", b"queued").decode(),
        progress=float(fields.get("progress", 0)),
        diff=decode_diff(diff) if diff else None,
        error=error.decode() if error else None,
    )

import pytest

from dedupe.errors import JobConflict, UnknownId
from dedupe.models import JobId, JobState, ReclusterDiff, StoryId
from dedupe.store.jobs import Jobs
from dedupe.store.keys import Keys

KEYS = Keys("test", "00000000")
DIFF = ReclusterDiff(5, 3, (), (StoryId("s1"),), {StoryId("s2"): StoryId("s1")}, {}, (), 0.25)


@pytest.fixture
def jobs(redis):
    return Jobs(redis, KEYS)


def test_a_job_is_queued_then_running_then_succeeded_with_its_diff(jobs):
    job_id = jobs.create(dry_run=True)
    queued = jobs.job(job_id)
    grip = jobs.begin(job_id)
    jobs.advance(grip, "clustering", 0.5)
    running = jobs.job(job_id)
    jobs.succeed(grip, DIFF)
    ended = jobs.job(job_id)

    assert [job.state for job in (queued, running, ended)] == [JobState.QUEUED, JobState.RUNNING, JobState.SUCCEEDED]
    assert (running.phase, running.progress, running.dry_run) == ("clustering", 0.5, True)
    assert ended.diff == DIFF
    assert ended.created_at <= ended.started_at <= ended.finished_at


def test_a_second_job_is_refused_and_pointed_to_the_first(jobs):
    first = jobs.create(dry_run=False)

    with pytest.raises(JobConflict) as refusal:
        jobs.create(dry_run=False)

    assert refusal.value.job_id == first


def test_after_a_job_has_ended_another_can_begin(jobs):
    grip = jobs.begin(jobs.create(dry_run=False))
    jobs.fail(grip, "no reason")

    second = jobs.begin(jobs.create(dry_run=False))

    assert second.token > grip.token
    assert jobs.job(grip.job_id).error == "no reason"


def test_a_job_begins_once(jobs):
    job_id = jobs.create(dry_run=False)

    assert jobs.begin(job_id) is not None
    assert jobs.begin(job_id) is None


def test_a_job_ends_once(jobs):
    grip = jobs.begin(jobs.create(dry_run=False))
    jobs.cancel(grip.job_id)

    assert jobs.succeed(grip, DIFF) is False
    assert jobs.advance(grip, "publishing", 0.9) is False
    assert jobs.job(grip.job_id).state is JobState.CANCELLED


def test_a_running_job_without_a_sign_of_life_is_silent_and_can_be_given_up(jobs, eventually):
    grip = jobs.begin(jobs.create(dry_run=False))

    eventually(lambda: jobs.silent_seconds(grip.job_id) > 0.5)
    jobs.pulse(grip)
    after_a_pulse = jobs.silent_seconds(grip.job_id)
    jobs.give_up(grip.job_id, "no sign of life")

    assert after_a_pulse < 0.5
    assert jobs.job(grip.job_id).state is JobState.LOST
    assert jobs.current() is None


def test_a_queued_job_is_never_silent(jobs):
    assert jobs.silent_seconds(jobs.create(dry_run=False)) == 0.0


def test_a_sign_of_life_keeps_phase_and_progress(jobs):
    grip = jobs.begin(jobs.create(dry_run=False))
    jobs.advance(grip, "clustering", 0.5)
    jobs.pulse(grip)

    assert (jobs.job(grip.job_id).phase, jobs.job(grip.job_id).progress) == ("clustering", 0.5)


def test_beginning_again_after_a_lost_answer_gives_the_same_token(jobs):
    job_id = jobs.create(dry_run=False)
    keys = [KEYS.current_job, KEYS.fence, KEYS.job(job_id)]

    answers = [jobs._begin(keys=keys, args=[job_id, word]) for word in ("mine", "mine", "another's")]

    assert answers == [1, 1, 0]


def test_only_an_ended_job_expires(redis, jobs):
    job_id = jobs.create(dry_run=False)
    before = redis.ttl(KEYS.job(job_id))
    jobs.cancel(job_id)

    assert (before, redis.ttl(KEYS.job(job_id)) > 0) == (-1, True)


def test_an_unknown_job_is_named(jobs):
    with pytest.raises(UnknownId, match="no job has the id 'none'"):
        jobs.job(JobId("none"))

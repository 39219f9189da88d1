import pytest

from dedupe.errors import JobConflict, UnknownId
from dedupe.models import JobId, JobState, ReclusterDiff, StoryId
from dedupe.store.jobs import Jobs
from dedupe.store.keys import Keys

DIFF = ReclusterDiff(5, 3, (), (StoryId("s1"),), {StoryId("s2"): StoryId("s1")}, {}, (), 0.25)


@pytest.fixture
def jobs(redis):
    return Jobs(redis, Keys("test", "00000000"))


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


def test_a_running_job_without_a_sign_of_life_is_lost(jobs, eventually):
    grip = jobs.begin(jobs.create(dry_run=False))

    assert jobs.give_up_silent(grip.job_id, silent_seconds=60) is False
    eventually(lambda: jobs.give_up_silent(grip.job_id, silent_seconds=0.01))

    assert jobs.job(grip.job_id).state is JobState.LOST
    assert jobs.current() is None


def test_a_queued_job_is_never_lost(jobs):
    job_id = jobs.create(dry_run=False)

    assert jobs.give_up_silent(job_id, silent_seconds=0) is False
    assert jobs.job(job_id).state is JobState.QUEUED


def test_an_unknown_job_is_named(jobs):
    with pytest.raises(UnknownId, match="no job has the id 'none'"):
        jobs.job(JobId("none"))

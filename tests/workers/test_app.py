import os
import re
import subprocess
import sys
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

from dedupe.celery_app import build_celery
from dedupe.environment import Settings
from dedupe.files.read import read_articles
from dedupe.local.programs import pool_options
from dedupe.models import Article, JobState
from dedupe.wiring import build_service
from tests.worker import partition_of

SEEDS = [a for a in read_articles([str(p) for p in sorted(Path("seeds").glob("*.txt"))]) if isinstance(a, Article)]


@pytest.fixture
def environment(server, redis):
    return {**os.environ, "DEDUPE_STORE_URL": server.store_url, "DEDUPE_BROKER_URL": server.broker_url}


@contextmanager
def worker_process(environment, *, level="WARNING", stderr=subprocess.DEVNULL):
    """A Celery worker started as any Celery user would."""
    options = ["-Q", "ingest,recluster", *pool_options(2), "-l", level, "--without-mingle", "--without-gossip"]
    command = [sys.executable, "-m", "celery", "-A", "workers.app", "worker", *options]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=stderr) as process:
        yield process
        process.terminate()


@pytest.fixture
def worker(environment):
    with worker_process(environment) as process:
        yield process


@pytest.fixture
def service(server, redis):
    return build_service(Settings(store_url=server.store_url, broker_url=server.broker_url))


def test_the_seeds_come_through_celery_as_three_stories(worker, service, eventually, environment):
    service.submit(SEEDS)
    eventually(lambda: service.health().assigned == 5)
    job = service.start_recluster()
    eventually(lambda: service.job(job.id).finished_at is not None)
    ping = subprocess.run(
        [sys.executable, "-m", "celery", "-A", "workers.app", "inspect", "ping"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert service.job(job.id).state is JobState.SUCCEEDED
    members = {m.article_id: v.story.id for v in service.stories().stories for m in v.story.members}
    assert sorted(sorted(i[:3] for i in story) for story in partition_of(members)) == [
        ["000", "001"],
        ["002", "004"],
        ["003"],
    ]
    assert "pong" in ping.stdout


def test_work_accepted_while_no_worker_ran_is_done_when_one_starts(service, eventually, request):
    service.submit(SEEDS)
    assert service.health().pending == 5

    request.getfixturevalue("worker")

    eventually(lambda: service.health().assigned == 5)


def test_a_worker_has_its_loops_compiled_before_it_takes_work(service, environment, eventually, tmp_path):
    service.submit(SEEDS)
    output = tmp_path / "output"

    with output.open("w") as written, worker_process(environment, level="INFO", stderr=written):
        eventually(lambda: service.health().assigned == 5)

    loops = "compiled" if find_spec("numba") else "plain"
    told = re.findall(rf"/(\w+(?:-\d+)?)\] (warm loops={loops}|drained)", output.read_text())
    at_work = [process for process, what in told if what == "drained"]
    assert at_work
    assert all(told.index((process, f"warm loops={loops}")) < told.index((process, "drained")) for process in at_work)


def test_nothing_but_json_is_written_or_accepted():
    conf = build_celery(Settings(store_url="redis://127.0.0.1:1/0")).conf

    written = {conf.task_serializer, conf.result_serializer, conf.event_serializer}
    accepted = {*conf.accept_content, *conf.result_accept_content}
    assert written == accepted == {"json"}


def test_the_scheduler_keeps_no_state_on_disk():
    conf = build_celery(Settings(store_url="redis://127.0.0.1:1/0")).conf

    assert conf.beat_scheduler == "celery.beat:Scheduler"
    assert set(conf.beat_schedule) == {"reconcile", "recluster"}


def test_a_recluster_is_scheduled_unless_it_is_turned_off():
    conf = build_celery(Settings(store_url="redis://127.0.0.1:1/0", recluster_minutes=0)).conf

    assert set(conf.beat_schedule) == {"reconcile"}

"""The stack with the real API and real Celery workers, from the command line."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil

from dedupe.local.directory import find_running
from dedupe.local.seeds import SEED_STORIES
from tests.semaphores import needs_semaphores

ROOT = Path(__file__).parents[2]
SECONDS = 60.0


def plain_environment(**more: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DEDUPE_")}
    return {**inherited, "PYTHONPATH": str(ROOT), **more}


def test_the_demo_prints_the_three_stories_of_the_seeds_and_leaves_nothing_behind(tmp_path):
    # No home, and a place of its own for temporary files.
    environment = plain_environment(HOME=str(tmp_path / "nothing"), TMPDIR=str(tmp_path), COLUMNS="120")

    demo = subprocess.run(
        [sys.executable, "-m", "dedupe", "demo", "--once"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )

    assert demo.returncode == 0, demo.stderr
    stories = demo.stdout.split("Story ")[1:]
    shown = {frozenset(word for word in story.split() if word[:3].isdigit() and "_" in word) for story in stories}
    assert shown == SEED_STORIES
    assert list(tmp_path.iterdir()) == []


@needs_semaphores
def test_a_killed_supervisor_takes_real_workers_and_their_children_with_it(tmp_path):
    supervisor = subprocess.Popen(
        [sys.executable, "-m", "dedupe", "up", "--data", str(tmp_path), "--workers", "2"],
        env=plain_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        # Reaper, server, API, two workers and their three children.
        wait_until(lambda: len(psutil.Process(supervisor.pid).children(recursive=True)) >= 8)
        processes = psutil.Process(supervisor.pid).children(recursive=True)
    finally:
        supervisor.kill()
        supervisor.wait()

    wait_until(lambda: not any(is_alive(process) for process in processes))
    assert find_running(tmp_path) is None


def wait_until(condition) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False

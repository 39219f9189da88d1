"""Whole stacks, started and killed: real supervisor, real server, stand-ins for API and workers."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from redis import Redis

from dedupe.local.directory import DataDirectory, find_running, is_held

STUB = Path(__file__).with_name("stub_stack.py")
ROOT = Path(__file__).parents[2]
SECONDS = 30.0


class Stack:
    """A stub stack in a process of its own, and the lines it printed."""

    def __init__(self, data: Path, *arguments: str) -> None:
        self.data = data
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, str(STUB), str(data), *arguments],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def read_until(self, beginning: str) -> str:
        """The first line that begins so."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if line.startswith(beginning):
                return line.rstrip()
        raise AssertionError(f"no line {beginning!r} in {self.lines}")

    def processes(self) -> list[psutil.Process]:
        """The supervisor's descendants, their children too."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self) -> int:
        self.process.terminate()
        assert self.process.stdout is not None
        self.lines.extend(line.rstrip() for line in self.process.stdout)
        return self.process.wait(SECONDS)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


@pytest.fixture
def start() -> Iterator[Callable[..., Stack]]:
    stacks: list[Stack] = []

    def start(data: Path, *arguments: str) -> Stack:
        stacks.append(Stack(data, *arguments))
        return stacks[-1]

    yield start
    for stack in stacks:
        stack.close()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def none_alive(processes: list[psutil.Process]) -> Callable[[], bool]:
    return lambda: not any(is_alive(process) for process in processes)


def test_a_stack_in_a_path_with_a_space_is_found_while_it_runs(start, tmp_path):
    stack = start(tmp_path / "my data")

    _, pid, url = stack.read_until("ready").split()
    running = find_running(tmp_path / "my data")

    assert running is not None
    assert (str(running.pid), running.api_url) == (pid, url)
    assert Redis.from_url(running.store_url).ping()
    assert urllib.request.urlopen(f"{url}/readyz").status == 200


def test_api_then_workers_then_server_stop_and_nothing_is_left(start, tmp_path):
    stack = start(tmp_path)
    stack.read_until("ready")
    processes = stack.processes()

    status = stack.stop()

    assert status == 0
    assert [line for line in stack.lines if "stop" in line] == [
        "api: stopping",
        "api: stopped",
        "worker: stopping",
        "worker: stopped",
        "server: stopped",
    ]
    assert none_alive(processes)()
    assert find_running(tmp_path) is None


def test_a_killed_supervisor_leaves_no_process_and_the_next_start_is_clean(start, tmp_path):
    first = start(tmp_path)
    first.read_until("ready")
    processes = first.processes()
    running = find_running(tmp_path)
    assert running is not None
    Redis.from_url(running.store_url).set("kept", "yes")

    first.process.kill()
    second = start(tmp_path)
    second.read_until("ready")
    again = find_running(tmp_path)

    assert len(processes) >= 5  # reaper, server, API, worker and the worker's child
    wait_until(none_alive(processes))
    assert again is not None
    assert Redis.from_url(again.store_url).get("kept") == b"yes"


def test_a_killed_supervisor_leaves_no_process_even_when_nobody_starts_again(start, tmp_path):
    stack = start(tmp_path)
    stack.read_until("ready")
    processes = stack.processes()

    stack.process.kill()

    wait_until(none_alive(processes))
    assert find_running(tmp_path) is None
    assert not is_held(DataDirectory(tmp_path).processes_lock)


def test_a_killed_server_comes_back_with_what_it_kept(start, tmp_path):
    stack = start(tmp_path)
    stack.read_until("ready")
    running = find_running(tmp_path)
    assert running is not None
    Redis.from_url(running.store_url).set("kept", "yes")
    server = next(p for p in stack.processes() if "server" in p.name())

    server.send_signal(signal.SIGKILL)
    stack.read_until("server: was ended by signal 9")

    def answers() -> bool:
        try:
            return Redis.from_url(running.store_url).get("kept") == b"yes"
        except OSError:
            return False
        except Exception as error:  # the driver has errors of its own for every stage of a start
            return "redis" not in type(error).__module__

    wait_until(answers)


def test_a_second_stack_on_the_same_data_refuses_and_says_where_the_first_one_is(start, tmp_path):
    first = start(tmp_path)
    url = first.read_until("ready").split()[-1]

    second = start(tmp_path)
    second.read_until("dedupe.errors.StackError")

    assert f"at {url}" in second.lines[-1]
    assert second.process.wait(SECONDS) != 0
    assert first.process.poll() is None


def test_a_stack_ends_when_its_owner_is_killed(start, tmp_path):
    # Like make: a process that starts the stack in its own place and is then killed without a word.
    code = (
        "import os, subprocess, sys, time\n"
        "subprocess.Popen([sys.executable, *sys.argv[1:], str(os.getpid())])\n"
        "time.sleep(600)\n"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", code, str(STUB), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
    )
    wait_until(lambda: (running := find_running(tmp_path)) is not None and running.api_url is not None)
    processes = psutil.Process(owner.pid).children(recursive=True)

    owner.kill()
    owner.wait()

    wait_until(none_alive(processes))
    assert len(processes) >= 6
    assert find_running(tmp_path) is None


def test_a_path_too_long_for_a_socket_works_and_leaves_nothing_behind(start, tmp_path):
    data = tmp_path / ("long-" * 20)
    stack = start(data)
    stack.read_until("ready")
    running = find_running(data)

    assert running is not None
    assert Redis.from_url(running.store_url).ping()
    socket = Path(running.store_url.removeprefix("unix://"))
    assert socket.parent.stat().st_mode & 0o077 == 0

    assert stack.stop() == 0
    assert not socket.parent.exists()

"""A stack of a benchmark's own, and what its processes take of the processor. Linux only: /proc says it."""

import http.client
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dedupe.connections import connect
from dedupe.environment import Settings
from dedupe.local.directory import find_running
from dedupe.store.keys import Keys, Shard

POLL_SECONDS = 0.01
_START_SECONDS, PATIENCE_SECONDS = 300.0, 600.0
_IDLE_SECONDS, _IDLE_SHARE = 2.0, 0.1
_TICKS = os.sysconf("SC_CLK_TCK")
_ROLES = {
    "uvicorn": "API",
    "-Q ingest": "worker",
    "-Q recluster": "recluster",
    "celery": "scheduler",
    "unixsocket": "server",
}


@dataclass(frozen=True, slots=True)
class Took:
    """What a process of the stack took of the processor, and the most it held."""

    role: str
    processor_seconds: float
    peak_megabytes: float


class Stack:
    """A stack that runs: where it answers, what its ledger counts, and what its processes take."""

    def __init__(self, process: int, url: str, store_url: str) -> None:
        self._process = process
        self._place = urlsplit(url).netloc
        self._redis: Any = connect(store_url)
        self._keys = Keys(Settings().namespace, "", n_shards=1)

    def close(self) -> None:
        """Let go of the store."""
        self._redis.close()

    def connection(self) -> http.client.HTTPConnection:
        """A connection to the API."""
        return http.client.HTTPConnection(self._place, timeout=PATIENCE_SECONDS)

    def n_assigned(self) -> int:
        """How many articles the ledger counts as assigned."""
        return int(self._redis.hget(self._keys.counters(Shard(0)), "assigned") or 0)

    def pending(self) -> set[bytes]:
        """The articles that wait."""
        return set(self._redis.zrange(self._keys.pending(Shard(0)), 0, -1))

    def wait_until_assigned(self, n_articles: int) -> float:
        """When (by the process's clock) so many articles were assigned."""
        deadline = time.perf_counter() + PATIENCE_SECONDS
        while self.n_assigned() < n_articles:
            if time.perf_counter() > deadline:
                raise SystemExit(f"only {self.n_assigned()} of {n_articles} articles were assigned")
            time.sleep(POLL_SECONDS)
        return time.perf_counter()

    def wait_until_idle(self) -> None:
        """Wait until no process has anything more to load."""
        deadline, before = time.perf_counter() + PATIENCE_SECONDS, -1.0
        while time.perf_counter() < deadline:
            taken = sum(own.processor_seconds for own in self.processes().values())
            if taken - before < _IDLE_SHARE * _IDLE_SECONDS:
                return
            before = taken
            time.sleep(_IDLE_SECONDS)

    def processes(self) -> dict[int, Took]:
        """What each process has taken so far."""
        parents = {pid: int(stat[1]) for pid, stat in _stats()}
        own = {pid for pid in parents if self._process in _ancestors(pid, parents)}
        taken = ((pid, _took(pid)) for pid in sorted(own))
        return {pid: took for pid, took in taken if took is not None}


def _stats() -> Iterator[tuple[int, list[str]]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                yield int(entry.name), (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:  # it has ended
                continue


def _ancestors(pid: int, parents: dict[int, int]) -> set[int]:
    found: set[int] = set()
    while pid in parents and pid not in found:
        found.add(pid)
        pid = parents[pid]
    return found


def _took(pid: int) -> Took | None:
    folder = Path("/proc") / str(pid)
    try:
        command = (folder / "cmdline").read_text().replace("\0", " ")
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
    except OSError:
        return None
    role = next((role for sign, role in _ROLES.items() if sign in command), "supervisor")
    return Took(role, (int(fields[11]) + int(fields[12])) / _TICKS, int(status.get("VmHWM", "0 kB").split()[0]) / 1024)


@contextmanager
def running_stack(*, workers: int | None) -> Iterator[Stack]:
    """A stack on a data directory of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "dedupe", "up", "--data", folder]
        command += [] if workers is None else ["--workers", str(workers)]
        own = {name: value for name, value in os.environ.items() if not name.startswith("DEDUPE_")}
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=own)  # noqa: S603 - our own program
        try:
            stack = _stack_on(Path(folder), process)
            yield stack
            stack.close()
        finally:
            process.terminate()
            process.wait()


def _stack_on(folder: Path, process: "subprocess.Popen[bytes]") -> Stack:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        running = find_running(folder)
        if running is not None and running.api_url is not None:
            return Stack(process.pid, running.api_url, running.store_url)
        time.sleep(POLL_SECONDS)
    raise SystemExit("the stack did not start")

"""Work that is measured in a process of its own, so that its peak memory is its own."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

Result = TypeVar("Result")

_STATUS = Path("/proc/self/status")
_THREADS = ("RAYON_NUM_THREADS", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a piece of work took; ``start_megabytes`` is what the process held, at most, before it."""

    wall_seconds: float
    processor_seconds: float
    start_megabytes: float
    peak_megabytes: float


def measured(work: Callable[[], Result]) -> tuple[Result, Cost]:
    """The result of the work and its cost in this process, its threads and the children it has waited for."""
    before = peak_megabytes()
    wall, processor = time.perf_counter(), _processor_seconds()
    result = work()
    wall, processor = time.perf_counter() - wall, _processor_seconds() - processor
    return result, Cost(wall, processor, before, peak_megabytes())


def _processor_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def peak_megabytes() -> float:
    """The most memory this program has held."""
    # On Linux getrusage counts what the parent held at the fork too, so it is asked only elsewhere.
    kilobytes = _status("VmHWM")
    if kilobytes is not None:
        return kilobytes / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def resident_megabytes() -> float:
    """The memory this program holds now; where the system does not say so, the most it has held."""
    kilobytes = _status("VmRSS")
    return peak_megabytes() if kilobytes is None else kilobytes / 1024


def _status(name: str) -> int | None:
    if not _STATUS.exists():
        return None
    lines = (line.split() for line in _STATUS.read_text().splitlines())
    return next((int(words[1]) for words in lines if words[0] == f"{name}:"), None)


def run_script(script: Path, arguments: Sequence[str], *, n_threads: int = 1) -> Any:  # noqa: ANN401 - JSON
    """The JSON value in the last line that a Python script prints, run with a number of native threads."""
    environment = os.environ | dict.fromkeys(_THREADS, str(n_threads)) | {"TQDM_DISABLE": "1"}
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(script), *arguments], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])

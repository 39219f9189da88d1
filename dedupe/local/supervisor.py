"""Keep the processes of a stack alive, show what they print, and end them in order.

One thread and one loop: every child is started by the main thread, so its leash holds.
"""

import contextlib
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from dedupe.errors import StackError
from dedupe.local.process import Child, Program
from dedupe.local.signals import StopSignals

Show = Callable[[str, str], None]

_REAPER = Path(__file__).with_name("reaper.py")
_TURN_SECONDS = 0.1


class StopRequested(Exception):
    """The stack was asked to stop; not an error."""


@dataclass(frozen=True, slots=True)
class Patience:
    """When a program that ended is started again, and when it is given up.

    A life under ``quick_seconds`` is a quick death. ``limit`` of them in a row are too many; the wait before
    a new start doubles with each, from ``first_seconds`` to ``most_seconds``.
    """

    first_seconds: float = 0.2
    most_seconds: float = 10.0
    quick_seconds: float = 10.0
    limit: int = 5

    def wait_seconds(self, quick_deaths: int) -> float:
        """Seconds to wait before the next start."""
        return float(min(self.most_seconds, self.first_seconds * 2 ** max(0, quick_deaths - 1)))


class Supervisor:
    """The running programs of a stack, oldest first; used as a block, it leaves none behind.

    ``show`` is called with a program's name and a line it printed; ``inherit`` are descriptors that every
    process gets, such as a lock that is to last as long as any of them.
    """

    def __init__(
        self,
        *,
        show: Show,
        signals: StopSignals,
        inherit: Sequence[int] = (),
        patience: Patience | None = None,
    ) -> None:
        self._show = show
        self._signals = signals
        self._inherit = inherit
        self._patience = Patience() if patience is None else patience
        self._children: dict[str, Child] = {}
        self._quick_deaths: dict[str, int] = {}
        self._starts: dict[str, tuple[float, Program]] = {}
        self._selector = selectors.DefaultSelector()

    def __enter__(self) -> Self:
        self._reaper = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-S", str(_REAPER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return self

    def __exit__(self, *_exception: object) -> None:
        for child in list(self._children.values()):
            self._let_go(child)
        self._tell_reaper("done")
        if self._reaper.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._reaper.stdin.close()
        self._reaper.wait()
        self._selector.close()

    def _tell_reaper(self, line: str) -> None:
        if self._reaper.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._reaper.stdin.write(line.encode() + b"\n")
                self._reaper.stdin.flush()

    def start_later(self, program: Program, *, seconds: float) -> None:
        """Start a program once that time is over; it goes on as the others do."""
        self._starts[program.name] = (time.monotonic() + seconds, program)

    def start(self, program: Program) -> None:
        """Start a program; from now on it is started again whenever it ends."""
        child = Child(program, inherit=self._inherit)
        self._tell_reaper(f"+{child.group} {program.name}")
        self._children[program.name] = child
        self._selector.register(child.output, selectors.EVENT_READ, child)

    def wait_until(self, condition: Callable[[], bool], *, seconds: float | None, waiting_for: str) -> None:
        """Tend the programs until the condition holds.

        Raises ``StackError`` when that takes longer than ``seconds`` or a program is given up, and
        ``StopRequested`` when the stack is to stop.
        """
        deadline = None if seconds is None else time.monotonic() + seconds
        pause = 0.005
        while not condition():
            if self._signals.requested:
                raise StopRequested
            if deadline is not None and time.monotonic() > deadline:
                raise StackError(f"gave up waiting for {waiting_for} after {seconds:.0f} s")
            self._tend(pause)
            pause = min(_TURN_SECONDS, pause * 1.5)

    def _tend(self, pause_seconds: float) -> None:
        self._show_output(pause_seconds)
        for child in list(self._children.values()):
            if child.exit_status() is not None:
                self._bury(child)
        for name, (due, program) in list(self._starts.items()):
            if time.monotonic() >= due:
                del self._starts[name]
                self.start(program)

    def _show_output(self, pause_seconds: float) -> None:
        for key, _events in self._selector.select(pause_seconds):
            child: Child = key.data
            for line in child.read_lines():
                self._show(child.program.name, line)
            # A closed output is always readable; without this the loop would spin until the process is gone.
            if child.output_ended:
                self._selector.unregister(child.output)

    def _bury(self, child: Child) -> None:
        name, status = child.program.name, child.exit_status()
        for line in child.read_lines():
            self._show(name, line)
        quick = time.monotonic() - child.started_at < self._patience.quick_seconds
        self._let_go(child)
        deaths = self._quick_deaths[name] = self._quick_deaths.get(name, 0) + 1 if quick else 0
        if deaths >= self._patience.limit:
            last_words = "\n".join(f"  {line}" for line in child.tail)
            raise StackError(f"{name} keeps failing ({describe(status)}); it last said:\n{last_words}")
        wait = self._patience.wait_seconds(deaths)
        self._show(name, f"{describe(status)}; starting again in {wait:.1f} s")
        self.start_later(child.program, seconds=wait)

    def _let_go(self, child: Child) -> None:
        with contextlib.suppress(KeyError):
            self._selector.unregister(child.output)
        child.close()
        self._tell_reaper(f"-{child.group} {child.program.name}")
        self._children.pop(child.program.name, None)

    def stop(self, *stages: Sequence[str]) -> None:
        """End the named programs, one stage after the other, the programs of a stage together.

        A program over its time, and everything once the stop is urgent, is killed.
        """
        self._starts.clear()
        for stage in stages:
            ending = [child for name, child in self._children.items() if name in stage]
            for child in ending:
                child.ask_to_stop()
            self._await_end(ending)

    def _await_end(self, ending: Sequence[Child]) -> None:
        asked_at = time.monotonic()
        while any(child.exit_status() is None for child in ending) and not self._signals.urgent:
            self._show_output(0.02)
            for child in ending:
                if time.monotonic() - asked_at > child.program.stop_seconds:
                    child.kill()
        for child in ending:
            for line in child.read_lines():
                self._show(child.program.name, line)
            self._let_go(child)
            self._show(child.program.name, describe_stop(child.exit_status()))


def describe_stop(status: int | None) -> str:
    """Say how a process that was asked to stop did."""
    return "stopped" if status in {0, -signal.SIGTERM} else f"stopped; {describe(status)}"


def describe(status: int | None) -> str:
    """Say how a process ended."""
    if status is None:
        return "still runs"
    return f"ended with exit status {status}" if status >= 0 else f"was ended by signal {-status}"

"""One process of a stack: in a process group of its own, tied to its parent, its output read as lines."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_LEASH = Path(__file__).with_name("leash.py")


@dataclass(frozen=True, slots=True)
class Program:
    """What to run, where, when, and how long it may take to stop.

    Printed lines with a ``quiet`` text in them are not shown; ``inherit`` are descriptors that it gets.
    """

    name: str
    command: tuple[str, ...]
    directory: Path
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    stop_seconds: float = 10.0
    quiet: tuple[str, ...] = ()
    delay_seconds: float = 0.0
    inherit: tuple[int, ...] = ()


def leashed(command: Sequence[str]) -> list[str]:
    """Wrap a command so that it ends with this process, where the system can promise that."""
    if sys.platform != "linux":
        return list(command)
    return [sys.executable, "-I", "-S", str(_LEASH), str(os.getpid()), *command]


class Child:
    """A started program. Start it in the main thread: the leash ends it with the thread that made it."""

    def __init__(self, program: Program, *, inherit: Sequence[int] = ()) -> None:
        self.program = program
        self.started_at = time.monotonic()
        self.tail: deque[str] = deque(maxlen=20)
        self.output_ended = False
        self._rest = b""
        self._process = subprocess.Popen(  # noqa: S603
            leashed(program.command),
            cwd=program.directory,
            env=program.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=0,
            pass_fds=(*inherit, *program.inherit),
        )
        os.set_blocking(self.output, False)

    @property
    def group(self) -> int:
        """The id of the process and of its group."""
        return self._process.pid

    @property
    def output(self) -> int:
        """The descriptor its output comes from."""
        assert self._process.stdout is not None  # noqa: S101
        return self._process.stdout.fileno()

    def read_lines(self) -> list[str]:
        """Whole lines it has printed since the last call, without the quiet ones."""
        *whole, self._rest = (self._rest + self._read()).split(b"\n")
        if self.output_ended:
            whole, self._rest = [*whole, self._rest], b""
        lines = [line.decode(errors="replace").rstrip() for line in whole]
        shown = [line for line in lines if line and not any(text in line for text in self.program.quiet)]
        self.tail.extend(shown)
        return shown

    def _read(self) -> bytes:
        pieces = []
        # Not without end: a child that never stops printing must not hold up the others.
        for _ in range(16):
            try:
                piece = os.read(self.output, 65_536)
            except BlockingIOError:
                break
            if not piece:
                self.output_ended = True
                break
            pieces.append(piece)
        return b"".join(pieces)

    def exit_status(self) -> int | None:
        """None while it runs; otherwise its exit status, negative for the signal that ended it."""
        return self._process.poll()

    def ask_to_stop(self) -> None:
        """SIGTERM to the process alone: it ends its own children in its own order."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL to the whole group, whether the process itself still lives or not."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.group, signal.SIGKILL)

    def end(self, *, seconds: float) -> None:
        """Stop it within ``seconds``, by force where asking does not do; nothing of its group is left."""
        self.ask_to_stop()
        deadline = time.monotonic() + seconds
        while self.exit_status() is None and time.monotonic() < deadline:
            self.read_lines()
            time.sleep(0.01)
        self.close()

    def close(self) -> None:
        """Kill what is left of the group and let go of the process."""
        self.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

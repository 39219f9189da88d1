"""What a stack's processes print, as one stream: a prefix a process, colours on a terminal only."""

import contextlib
import os
from dataclasses import dataclass
from typing import TextIO

_COLOURS = {"server": 35, "api": 36, "worker": 32, "recluster": 33, "scheduler": 34}
_WIDTH = max(map(len, _COLOURS))


@dataclass(frozen=True, slots=True)
class Console:
    """Prints lines with the name of the process they came from."""

    stream: TextIO
    coloured: bool

    def show(self, name: str, line: str) -> None:
        """Print one line; a reader that went away is no reason to stop."""
        # A pipe closed by its reader, as by `| head`.
        with contextlib.suppress(OSError, ValueError):
            print(prefixed(name, line, coloured=self.coloured), file=self.stream, flush=True)


def console_on(stream: TextIO) -> Console:
    """Console that colours where the stream is a terminal and NO_COLOR is not set."""
    return Console(stream, coloured=stream.isatty() and not os.environ.get("NO_COLOR"))


def prefixed(name: str, line: str, *, coloured: bool) -> str:
    """Line as ``name | line``, the bars under each other."""
    label = f"{name:<{_WIDTH}} |"
    return f"\x1b[{_COLOURS.get(name, 37)}m{label}\x1b[0m {line}" if coloured else f"{label} {line}"

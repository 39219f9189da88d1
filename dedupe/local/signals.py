"""When a stack is to stop: Ctrl-C, a polite kill, a closed terminal, or the end of its owner."""

import os
import signal
import time
from types import FrameType
from typing import Self

# make and some terminals deliver one Ctrl-C twice; nobody presses it twice this quickly.
_ONE_PRESS_SECONDS = 0.4
_NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopSignals:
    """While the block lasts: what asked to stop (``requested``), and whether it was asked again (``urgent``).

    ``owner`` is the pid of a parent; its end, however it came, is a request too.
    """

    def __init__(self, *, owner: int | None = None) -> None:
        self.urgent = False
        self._owner = owner
        self._first_at: float | None = None

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._note) for number in _NUMBERS}
        return self

    def __exit__(self, *_exception: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._first_at is None:
            self._first_at = now
        elif now - self._first_at > _ONE_PRESS_SECONDS:
            self.urgent = True

    @property
    def requested(self) -> bool:
        """Whether the stack is to stop."""
        return self._first_at is not None or (self._owner is not None and os.getppid() != self._owner)

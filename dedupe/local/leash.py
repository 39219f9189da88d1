"""Run a command that ends when its parent does: ``python -I -S leash.py PARENT_PID COMMAND...`` (Linux).

A launcher rather than a ``preexec_fn``: Python between fork and exec can deadlock where there are threads.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(argv: list[str]) -> None:
    """Become the command; it gets SIGTERM when the process ``argv[0]`` that started it is gone."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    # The parent may have died before the call above; nobody would tell us then.
    if os.getppid() == int(argv[0]):
        os.execvp(argv[1], argv[1:])  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1:])

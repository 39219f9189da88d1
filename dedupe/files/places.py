"""What the FILE arguments of a command stand for: files, folders of them, and standard input."""

import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from dedupe.errors import BadInput

STDIN = "-"


class FileFormat(StrEnum):
    """How a file holds its rows."""

    JSON_LINES = "jsonl"
    JSON = "json"
    CSV = "csv"
    TSV = "tsv"
    TEXT = "txt"
    PARQUET = "parquet"


_BY_EXTENSION = {f".{file_format}": file_format for file_format in FileFormat} | {".ndjson": FileFormat.JSON_LINES}
KNOWN_EXTENSIONS = ".jsonl, .ndjson, .json, .csv, .tsv, .txt and .parquet, each also with .gz"


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file to read; ``path`` is as the user would recognise it, ``-`` for standard input."""

    path: str
    format: FileFormat

    @property
    def stem(self) -> str:
        """The file's name without its extensions."""
        name = Path(self.path).name
        return name[: len(name) - len(_extensions(name))]


def input_files(paths: Sequence[str], *, otherwise: FileFormat | None = None) -> list[InputFile]:
    """List the files that the arguments name, in their order; the files of a folder by name.

    A folder stands for the files in it (not in folders below it) that have an extension readers know.
    Left out are hidden files and those called ``gold``, which hold labels and no articles. A pipe
    (``<(...)``) is JSON Lines, like standard input, which can be named once. A file of another extension
    is in the format ``otherwise``, if there is one. Raises ``BadInput`` for an argument that stands for nothing.
    """
    if list(paths).count(STDIN) > 1:
        raise BadInput(STDIN, None, None, "standard input can be read only once")
    return [file for path in paths for file in _files_at(path, otherwise)]


def _files_at(path: str, otherwise: FileFormat | None) -> list[InputFile]:
    if path == STDIN or is_pipe(path):
        return [InputFile(path, FileFormat.JSON_LINES)]
    if not os.path.isdir(path):
        return [InputFile(path, format_of(path) if otherwise is None or _extensions(path) else otherwise)]
    files = [InputFile(os.path.join(path, name), format_of(name)) for name in sorted(_article_files(path))]
    if not files:
        raise BadInput(path, None, None, f"no files to read in this folder; readers know {KNOWN_EXTENSIONS}")
    return files


def is_pipe(path: str) -> bool:
    """Whether a path is there but is neither a file nor a folder: a pipe or a device, which has no extension."""
    return os.path.exists(path) and not stat.S_ISREG(os.stat(path).st_mode) and not os.path.isdir(path)


def _article_files(folder: str) -> Iterable[str]:
    for name in os.listdir(folder):
        stem = name.partition(".")[0]
        if stem not in ("", "gold") and _extensions(name) and os.path.isfile(os.path.join(folder, name)):
            yield name


def format_of(path: str) -> FileFormat:
    """Return the format a file's extension names; ``BadInput`` says which extensions there are."""
    extension = _extensions(path)
    if not extension:
        raise BadInput(path, None, None, f"unknown kind of file; readers know {KNOWN_EXTENSIONS}")
    return _BY_EXTENSION[_without_gz(extension).lower()]


def _extensions(name: str) -> str:
    """Cut the known extension from the end of a name, ``.gz`` included; empty where there is none."""
    bare = _without_gz(name)
    extension = os.path.splitext(bare)[1]
    return extension + name[len(bare) :] if extension.lower() in _BY_EXTENSION else ""


def _without_gz(name: str) -> str:
    return name[:-3] if name.lower().endswith(".gz") else name

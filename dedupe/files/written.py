"""Rows that an unfinished run has left in its output, read back to go on after them."""

import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import orjson

from dedupe.files.places import FileFormat
from dedupe.files.write import DELIMITERS, output_format
from dedupe.models import Json

_NUMBERS = ("jaccard", "containment")
_STEP = 1 << 16


class ForeignRows(ValueError):
    """The output is not what the run that it is said to be of would have written."""


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last rows of a file that share a ``value``: the byte they begin at, and how many rows are before them."""

    begin: int
    n_before: int
    value: Json


def can_go_on(path: str) -> bool:
    """Whether rows can be written after those of a file: not inside an array, nor behind the end of a zip."""
    return output_format(path) is not FileFormat.JSON and not path.lower().endswith(".gz")


def cut_torn_line(path: str) -> None:
    """Shorten a file to its whole lines."""
    with open(path, "r+b") as stream:
        stream.truncate(_end_of_last_line(stream))


def _end_of_last_line(stream: BinaryIO) -> int:
    begin = stream.seek(0, os.SEEK_END)
    while begin > 0:
        end, begin = begin, max(0, begin - _STEP)
        stream.seek(begin)
        found = stream.read(end - begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
    return 0


def written_rows(path: str, *, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, Json]]]:
    """Yield each row with the byte it begins at; raises ``ForeignRows`` at a line that is no row with these columns."""
    delimiter = DELIMITERS.get(output_format(path))
    begin = 0
    with open(path, "rb") as stream:
        for number, line in enumerate(stream, start=1):
            row = _row(line, columns) if delimiter is None else _record(line, columns, delimiter=delimiter)
            is_header = delimiter is not None and number == 1
            if row is None or tuple(row) != tuple(columns) or (is_header and list(row.values()) != list(columns)):
                raise ForeignRows(f"{path}:{number}: is no line of this run")
            if not is_header:
                yield begin, row
            begin += len(line)


def _row(line: bytes, columns: Sequence[str]) -> dict[str, Json] | None:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return row if isinstance(row, dict) and tuple(row) == tuple(columns) else None


def _record(line: bytes, columns: Sequence[str], *, delimiter: str) -> dict[str, Json] | None:
    try:
        cells = next(csv.reader([line.decode().rstrip("\n")], delimiter=delimiter, strict=True), [])
        if len(cells) != len(columns):
            return None
        return {name: _value(name, cell) for name, cell in zip(columns, cells, strict=True)}
    except (ValueError, csv.Error):
        return None


def _value(name: str, cell: str) -> Json:
    if name in _NUMBERS and cell != name:
        return float(cell)
    return cell or None


def last_run(rows: Iterator[tuple[int, Mapping[str, Json]]], *, key: str) -> LastRun | None:
    """Rows at the end that share the last row's value of a key; None without rows."""
    last: LastRun | None = None
    for n_before, (begin, row) in enumerate(rows):
        if last is None or row[key] != last.value:
            last = LastRun(begin, n_before, row[key])
    return last

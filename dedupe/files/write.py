"""Rows out: JSON Lines, a JSON array, CSV or TSV, by the extension of the file."""

import csv
import gzip
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import BinaryIO, cast

import orjson

from dedupe.errors import BadInput
from dedupe.files.places import FileFormat, format_of, is_pipe
from dedupe.models import Json

_WRITABLE = (FileFormat.JSON_LINES, FileFormat.JSON, FileFormat.CSV, FileFormat.TSV)


def output_format(path: str) -> FileFormat:
    """Return the format a file will be written in; ``BadInput`` where its extension names none."""
    found = FileFormat.JSON_LINES if is_pipe(path) else format_of(path)
    if found not in _WRITABLE:
        raise BadInput(path, None, None, f"cannot write .{found}; use .jsonl, .json, .csv or .tsv, or .gz of these")
    return found


def write_rows(rows: Iterable[Mapping[str, Json]], out: str | BinaryIO, *, columns: Sequence[str] | None = None) -> int:
    """Write rows to a file by its extension, or as JSON Lines to a stream; how many there were.

    Each row goes out whole, so that what an interruption leaves can be read. A table has the given columns,
    or those of its first row; its cells hold null as nothing and lists and objects as JSON.
    """
    if not isinstance(out, str):
        return _write_json_lines(rows, out)
    file_format = output_format(out)
    with _opened(out) as stream:
        match file_format:
            case FileFormat.JSON_LINES:
                return _write_json_lines(rows, stream)
            case FileFormat.JSON:
                return _write_json_array(rows, stream)
            case _:
                delimiter = "," if file_format is FileFormat.CSV else "\t"
                return _write_table(rows, stream, delimiter=delimiter, columns=columns)


@contextmanager
def _opened(path: str) -> Iterator[BinaryIO]:
    with ExitStack() as stack:
        stream: BinaryIO = stack.enter_context(open(path, "wb"))
        if path.lower().endswith(".gz"):
            # No name and no time in the header: the same rows are the same bytes.
            zipped = gzip.GzipFile(filename="", mode="wb", fileobj=stream, mtime=0)
            stream = cast("BinaryIO", stack.enter_context(zipped))
        yield stream


def _write_json_lines(rows: Iterable[Mapping[str, Json]], stream: BinaryIO) -> int:
    n_rows = 0
    for row in rows:
        stream.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
        n_rows += 1
    return n_rows


def _write_json_array(rows: Iterable[Mapping[str, Json]], stream: BinaryIO) -> int:
    n_rows = 0
    stream.write(b"[")
    try:
        for row in rows:
            stream.write((b",\n" if n_rows else b"\n") + orjson.dumps(row))
            n_rows += 1
    finally:
        stream.write(b"\n]\n")
    return n_rows


def _write_table(
    rows: Iterable[Mapping[str, Json]], stream: BinaryIO, *, delimiter: str, columns: Sequence[str] | None
) -> int:
    n_rows = 0
    for row in rows:
        if n_rows == 0:
            columns = list(row) if columns is None else columns
            _write_record(columns, stream, delimiter=delimiter)
        _write_record([_cell(row.get(name)) for name in columns or ()], stream, delimiter=delimiter)
        n_rows += 1
    if n_rows == 0 and columns is not None:
        _write_record(columns, stream, delimiter=delimiter)
    return n_rows


def _write_record(cells: Sequence[str], stream: BinaryIO, *, delimiter: str) -> None:
    record = io.StringIO(newline="")
    csv.writer(record, delimiter=delimiter, lineterminator="\n").writerow(cells)
    stream.write(record.getvalue().encode())


def _cell(value: Json) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value).decode()

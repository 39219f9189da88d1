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
DELIMITERS: Mapping[FileFormat, str] = {FileFormat.CSV: ",", FileFormat.TSV: "\t"}


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
    with row_writer(out, columns=columns) as writer:
        for row in rows:
            writer.write(row)
    return writer.n_rows


class RowWriter:
    """Rows into a stream as JSON Lines; the other formats are below."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.n_rows = 0

    def write(self, row: Mapping[str, Json]) -> None:
        """Write one row, whole."""
        self._stream.write(self._encoded(row))
        self.n_rows += 1

    def flush(self) -> None:
        """Have what was written outlive this process."""
        self._stream.flush()

    def end(self) -> None:
        """Write what follows the last row."""

    def _encoded(self, row: Mapping[str, Json]) -> bytes:
        return orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


class _ArrayWriter(RowWriter):
    def __init__(self, stream: BinaryIO) -> None:
        super().__init__(stream)
        stream.write(b"[")

    def end(self) -> None:
        self._stream.write(b"\n]\n")

    def _encoded(self, row: Mapping[str, Json]) -> bytes:
        return (b",\n" if self.n_rows else b"\n") + orjson.dumps(row)


class _TableWriter(RowWriter):
    def __init__(
        self, stream: BinaryIO, *, file_format: FileFormat, columns: Sequence[str] | None, has_header: bool
    ) -> None:
        super().__init__(stream)
        self._delimiter = DELIMITERS[file_format]
        self._columns = columns
        self._header_due = not has_header

    def end(self) -> None:
        self._stream.write(self._header(self._columns or ()))

    def _encoded(self, row: Mapping[str, Json]) -> bytes:
        self._columns = list(row) if self._columns is None else self._columns
        return self._header(self._columns) + self._record([_cell(row.get(name)) for name in self._columns])

    def _header(self, columns: Sequence[str]) -> bytes:
        is_due, self._header_due = self._header_due, False
        return self._record(columns) if is_due and columns else b""

    def _record(self, cells: Sequence[str]) -> bytes:
        record = io.StringIO(newline="")
        csv.writer(record, delimiter=self._delimiter, lineterminator="\n").writerow(cells)
        return record.getvalue().encode()


@contextmanager
def row_writer(
    out: str | BinaryIO, *, columns: Sequence[str] | None = None, appending: bool = False
) -> Iterator[RowWriter]:
    """Write rows one by one, as ``write_rows`` does, while the block lasts.

    ``appending`` goes on after the rows that a file of JSON Lines or a table without ``.gz`` holds already.
    """
    if not isinstance(out, str):
        yield RowWriter(out)
        return
    file_format = output_format(out)
    with _opened(out, appending=appending) as stream:
        has_header = appending and stream.tell() > 0
        writer = _writer(file_format, stream, columns=columns, has_header=has_header)
        try:
            yield writer
        finally:
            writer.end()


def _writer(file_format: FileFormat, stream: BinaryIO, *, columns: Sequence[str] | None, has_header: bool) -> RowWriter:
    match file_format:
        case FileFormat.JSON_LINES:
            return RowWriter(stream)
        case FileFormat.JSON:
            return _ArrayWriter(stream)
        case _:
            return _TableWriter(stream, file_format=file_format, columns=columns, has_header=has_header)


@contextmanager
def _opened(path: str, *, appending: bool) -> Iterator[BinaryIO]:
    with ExitStack() as stack:
        stream: BinaryIO = stack.enter_context(open(path, "ab" if appending else "wb"))
        if path.lower().endswith(".gz"):
            # No name and no time in the header: the same rows are the same bytes.
            zipped = gzip.GzipFile(filename="", mode="wb", fileobj=stream, mtime=0)
            stream = cast("BinaryIO", stack.enter_context(zipped))
        yield stream


def _cell(value: Json) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value).decode()

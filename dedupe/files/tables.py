"""CSV and TSV with a header: one row a record, a record may span lines."""

import csv
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

from dedupe.errors import BadInput
from dedupe.files.limits import Limits
from dedupe.files.row import Row
from dedupe.files.streams import numbered_lines


def read_table(
    stream: BinaryIO,
    *,
    source: str,
    delimiter: str,
    limits: Limits,
    header_fault: Callable[[Sequence[str]], str | None],
) -> Iterator[Row | BadInput]:
    """Yield the records under the header, each with the line it begins on; empty cells are None.

    ``header_fault`` says what is wrong with the column names, and then nothing below them is read. TSV is
    quoted as CSV is. A record the quoting rules do not allow is reported, and reading goes on with the next
    line.
    """
    # The module's own limit (131,072) would refuse a long article; it is one number for the whole process.
    csv.field_size_limit(limits.max_line_bytes)
    lines = _TextLines(stream, source=source, limits=limits)
    records = _records(csv.reader(lines, delimiter=delimiter, strict=True), lines, source=source)
    header = next(records, None)
    fault = _fault_of(header, source=source, header_fault=header_fault)
    if fault is not None or header is None or isinstance(header, BadInput):
        yield fault or BadInput(source, 1, None, "must begin with a header")
        return
    columns = header[1]
    for record in records:
        yield record if isinstance(record, BadInput) else _row(record, columns, source=source)


class _TextLines:
    """Lines for the csv module; bytes that are no UTF-8 pass as surrogates, for the reader to name the field.

    A class and not a generator, because a generator is over once it has raised and a file is not.
    """

    def __init__(self, stream: BinaryIO, *, source: str, limits: Limits) -> None:
        self._lines = numbered_lines(stream, max_bytes=limits.max_line_bytes)
        self._source = source
        self._max_bytes = limits.max_line_bytes
        self.number = 0

    def __iter__(self) -> "_TextLines":
        return self

    def __next__(self) -> str:
        self.number, data = next(self._lines)
        if data is None:
            rule = f"the line must not exceed {self._max_bytes} bytes (max_line_bytes)"
            raise BadInput(self._source, self.number, None, rule)
        return data.decode("utf-8", "surrogateescape")


def _records(
    reader: Iterator[list[str]], lines: _TextLines, *, source: str
) -> Iterator[tuple[int, list[str]] | BadInput]:
    """Yield records that are not blank, with the line each begins on."""
    while True:
        line = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except BadInput as fault:
            yield fault
        except csv.Error as error:
            yield BadInput(source, line, None, f"must be valid CSV: {error}")
        else:
            if cells:
                yield line, cells


def _fault_of(
    header: tuple[int, list[str]] | BadInput | None,
    *,
    source: str,
    header_fault: Callable[[Sequence[str]], str | None],
) -> BadInput | None:
    if header is None or isinstance(header, BadInput):
        return header
    line, columns = header
    twice = next((name for name in columns if columns.count(name) > 1), None)
    rule = header_fault(columns) if twice is None else f"the header must not name a column twice: {twice!r}"
    return None if rule is None else BadInput(source, line, None, rule)


def _row(record: tuple[int, list[str]], columns: list[str], *, source: str) -> Row | BadInput:
    line, cells = record
    if len(cells) != len(columns):
        rule = f"must have as many fields as the header: {len(columns)}, got {len(cells)}"
        return BadInput(source, line, None, rule)
    return Row(source, line, {name: cell or None for name, cell in zip(columns, cells, strict=True)})

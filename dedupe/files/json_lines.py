"""JSON Lines: one object a line."""

from collections.abc import Iterator
from typing import BinaryIO

from dedupe.errors import BadInput
from dedupe.files.json_values import parse_json
from dedupe.files.limits import Limits
from dedupe.files.row import Row, row_from_json
from dedupe.files.streams import numbered_lines


def read_json_lines(stream: BinaryIO, *, source: str, limits: Limits) -> Iterator[Row | BadInput]:
    """Yield the object of each line that is not blank, or what is wrong with the line."""
    for line, data in numbered_lines(stream, max_bytes=limits.max_line_bytes):
        if data is None:
            rule = f"the line must not exceed {limits.max_line_bytes} bytes (max_line_bytes)"
            yield BadInput(source, line, None, rule)
        elif not data.isspace():
            yield _row(data, source=source, line=line)


def _row(data: bytes, *, source: str, line: int) -> Row | BadInput:
    try:
        value = parse_json(data, place="line")
    except ValueError as fault:
        return BadInput(source, line, None, str(fault))
    return row_from_json(value, source=source, line=line)

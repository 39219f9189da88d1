"""A row before anyone has looked at what it means."""

from collections.abc import Mapping
from dataclasses import dataclass

from dedupe.errors import BadInput
from dedupe.files.articles import json_type


@dataclass(frozen=True, slots=True)
class Row:
    """Keys and values as a file holds them; ``line`` counts from 1, None where the whole file is the row."""

    source: str
    line: int | None
    values: Mapping[str, object]


def row_from_json(value: object, *, source: str, line: int | None) -> Row | BadInput:
    """Row of a JSON value, which must be an object."""
    if isinstance(value, dict):
        return Row(source, line, value)
    return BadInput(source, line, None, f"must be a JSON object, got {json_type(value)}")

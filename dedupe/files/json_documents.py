"""A JSON file: an array of objects, or one object."""

import json
import re
from collections.abc import Iterator
from typing import BinaryIO

from dedupe.errors import BadInput
from dedupe.files.field_names import names_an_article
from dedupe.files.json_values import STRICT_DECODER, decode_utf8, parse_json
from dedupe.files.row import Row, row_from_json

# Perigon, NewsCatcher and News API articles, Aylien stories, Event Registry articles.results
_WRAPPERS = ("articles", "stories", "results")

_SPACE = re.compile(r"[ \t\r\n]*")


def read_json_document(stream: BinaryIO, *, source: str) -> Iterator[Row | BadInput]:
    """Yield the objects of the file's array, each with the line it begins on, or the one object.

    An object that is no article but wraps a list of them, as the answers of APIs do, stands for that list.
    Objects before a fault are read; at the fault the file is given up, because what follows cannot be told.
    """
    data = stream.read()
    try:
        text = decode_utf8(data, place="file")
        if text.lstrip().startswith("["):
            yield from _rows_of_array(text, source=source)
        else:
            yield from _rows_of_value(parse_json(data, place="file"), source=source)
    except json.JSONDecodeError as error:
        yield BadInput(source, error.lineno, None, f"must be valid JSON: {error.msg} at column {error.colno}")
    except RecursionError:
        yield BadInput(source, None, None, "must be valid JSON: nested too deeply")
    except ValueError as fault:
        yield BadInput(source, None, None, _with_advice(str(fault)))


def _rows_of_value(value: object, *, source: str) -> Iterator[Row | BadInput]:
    items = _wrapped_items(value)
    if items is None:
        yield row_from_json(value, source=source, line=None)
        return
    for number, item in enumerate(items, start=1):
        yield row_from_json(item, source=f"{source}, item {number}", line=None)


def _wrapped_items(value: object) -> list[object] | None:
    """Return what an API's answer or a feed holds in a list under one of the usual names, if it is no article."""
    if not isinstance(value, dict) or names_an_article([name for name in value if value[name]]):
        return None
    for name in _WRAPPERS:
        inner = value.get(name)
        if isinstance(inner, list):
            return inner
        if isinstance(inner, dict):
            return _wrapped_items(inner)
    return None


def _with_advice(fault: str) -> str:
    return f"{fault}; is it JSON Lines? then name it .jsonl" if "Extra data" in fault else fault


def _rows_of_array(text: str, *, source: str) -> Iterator[Row | BadInput]:
    position, line = _after_space(text, text.index("[") + 1), 1
    counted = 0
    more = text[position : position + 1] != "]"
    while more:
        line, counted = line + text.count("\n", counted, position), position
        value, end = STRICT_DECODER.raw_decode(text, position)
        yield row_from_json(value, source=source, line=line)
        position = _after_space(text, end)
        more = text[position : position + 1] == ","
        position = _after_space(text, position + 1) if more else position
    if text[position : position + 1] != "]":
        raise json.JSONDecodeError("Expecting ',' or ']'", text, position)
    end = _after_space(text, position + 1)
    if end != len(text):
        raise json.JSONDecodeError("Extra data", text, end)


def _after_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return position if found is None else found.end()

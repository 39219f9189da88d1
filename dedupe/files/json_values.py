"""JSON of strangers: strict, with an error that tells a person where to look."""

import json
from typing import NoReturn

import orjson


def parse_json(data: bytes, *, place: str) -> object:
    """Value in UTF-8 bytes; ``place`` names what offsets count in ("line", "file").

    Lone surrogates pass, so that whoever reads the value can name the field. Raises ``ValueError`` with a
    sentence for everything else that JSON does not allow, NaN and Infinity included.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        # The slower parser finds the same fault and says it better; it lets lone surrogates through.
        return _parse_slowly(decode_utf8(data, place=place).rstrip())


def decode_utf8(data: bytes, *, place: str) -> str:
    """Bytes as text, or ``ValueError`` that names the first byte that is no UTF-8 and its offset from 0."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        byte, offset = data[error.start], error.start
        raise ValueError(f"must be UTF-8, got the byte 0x{byte:02x} at offset {offset} of the {place}") from None


def _parse_slowly(text: str) -> object:
    try:
        return STRICT_DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise ValueError(json_fault(error)) from None
    except RecursionError:
        raise ValueError("must be valid JSON: nested too deeply") from None


def json_fault(error: json.JSONDecodeError) -> str:
    """State what is wrong and in which column, as a rule."""
    where = f"column {error.colno}" if error.lineno == 1 else f"line {error.lineno}, column {error.colno}"
    return f"must be valid JSON: {error.msg} at {where}"


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"must be valid JSON: {name} is not JSON")


STRICT_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)

"""Plain text: a file is an article, its name without extensions the id."""

from typing import BinaryIO

from dedupe.errors import BadInput
from dedupe.files.json_values import decode_utf8
from dedupe.files.limits import Limits
from dedupe.files.row import Row


def read_plain_text(stream: BinaryIO, *, source: str, stem: str, limits: Limits) -> Row | BadInput:
    """Read the file as a row with ``id`` and ``text``."""
    # UTF-8 needs at most four bytes a character: more than this is over the limit, however it decodes.
    data = stream.read(4 * limits.max_article_chars + 1)
    if len(data) > 4 * limits.max_article_chars:
        rule = f"must not exceed {limits.max_article_chars} characters (max_article_chars)"
        return BadInput(source, None, "text", rule)
    try:
        text = decode_utf8(data, place="file")
    except ValueError as fault:
        return BadInput(source, None, "text", str(fault))
    if not text.strip():
        return BadInput(source, None, "text", "the file must not be empty")
    return Row(source, None, {"id": stem, "text": text})

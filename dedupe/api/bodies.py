"""Bodies of requests: measured while they are read, unzipped within the same limit, and only then parsed."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from dedupe.api.problems import Kind, Problem, ProblemError
from dedupe.files.json_values import parse_json
from dedupe.models import Json

NDJSON_TYPES = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"})
_GZIP = 16 + zlib.MAX_WBITS
_MARK = b"\xef\xbb\xbf"  # some editors begin UTF-8 with it


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a request, unzipped; ``media_type`` is in lower case and without parameters."""

    data: bytes
    media_type: str


async def read_body(request: Request) -> Body:
    """Body of the request; a problem when it is too large, in no encoding we know, or not sent as JSON.

    A form or plain text is refused because any web page can make a browser send those here, unasked.
    """
    limit = request.app.state.settings.max_body_bytes
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in NDJSON_TYPES and not is_json(media_type):
        raise _problem(Kind.UNSUPPORTED, f"the content type must be application/json, got {media_type or 'none'!r}")
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        raise _problem(Kind.UNSUPPORTED, f"the content encoding must be gzip or identity, got {encoding!r}")
    data = await _within(request, limit)
    if encoding == "gzip":
        data = await run_in_threadpool(unzip, data, limit=limit)
    return Body(data, media_type)


BodyOf = Annotated[Body, Depends(read_body)]


def is_json(media_type: str) -> bool:
    """Whether a media type is JSON's or built on it."""
    return media_type == "application/json" or (media_type.startswith("application/") and media_type.endswith("+json"))


async def _within(request: Request, limit: int) -> bytes:
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit:
        raise _too_large(limit)
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        chunks.append(chunk)
    return b"".join(chunks)


def unzip(data: bytes, *, limit: int) -> bytes:
    """Bytes of a gzip body; a problem when it is damaged, or would pass ``limit`` bytes."""
    reader = zlib.decompressobj(_GZIP)
    try:
        plain = reader.decompress(data, limit + 1)
    except zlib.error as error:
        raise _problem(Kind.MALFORMED, f"the body is damaged gzip: {error}") from None
    if len(plain) > limit:
        raise _too_large(limit)
    if not reader.eof or reader.unused_data:
        raise _problem(Kind.MALFORMED, "the body must be one complete gzip member")
    return plain


def _too_large(limit: int) -> ProblemError:
    detail = f"the body must not exceed {limit} bytes (max_body_bytes)"
    return ProblemError(Problem(Kind.TOO_LARGE, detail, {"limit": limit, "limit_name": "max_body_bytes"}))


def _problem(kind: Kind, detail: str) -> ProblemError:
    return ProblemError(Problem(kind, detail))


def json_of(body: Body) -> object:
    """Value of a JSON body; a problem when it is not JSON."""
    try:
        return parse_json(body.data.removeprefix(_MARK), place="body")
    except ValueError as fault:
        raise _problem(Kind.MALFORMED, f"the body {fault}") from None


def items_of(body: Body, *, limit: int) -> list[object]:
    """Items of a batch, at most ``limit``; a line that is not JSON is a ``ValueError`` in its place."""
    items = list(_lines(body.data)) if body.media_type in NDJSON_TYPES else json_of(body)
    if not isinstance(items, list):
        raise _problem(Kind.MALFORMED, "the body must be a JSON array, or newline-delimited JSON sent as such")
    if len(items) > limit:
        facts: dict[str, Json] = {"limit": limit, "limit_name": "max_batch", "items": len(items)}
        detail = f"a batch must not exceed {limit} articles (max_batch), got {len(items)}"
        raise ProblemError(Problem(Kind.TOO_LARGE, detail, facts))
    return items


def _lines(data: bytes) -> Iterator[object]:
    for line in data.removeprefix(_MARK).split(b"\n"):
        if line and not line.isspace():
            try:
                yield parse_json(line, place="line")
            except ValueError as fault:
                yield fault

"""Answers that a client may have already: with an ETag, and 304 where the client says that it has."""

from collections.abc import Mapping
from hashlib import blake2b
from types import MappingProxyType

import orjson
from fastapi import Request, Response

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


def tag_of(body: bytes) -> str:
    """ETag of a body: equal for equal bytes alone."""
    return f'"{blake2b(body, digest_size=8).hexdigest()}"'


def known_tags(request: Request) -> frozenset[str]:
    """ETags of the answers that the client has."""
    header = request.headers.get("if-none-match", "")
    return frozenset(tag.strip().removeprefix("W/") for tag in header.split(",") if tag.strip())


def tagged(request: Request, body: bytes, *, headers: Mapping[str, str] = _NO_HEADERS) -> Response:
    """Response with this JSON and its ETag, or 304 without it where the client has it."""
    tag, known = tag_of(body), known_tags(request)
    headers = {"ETag": tag, "Cache-Control": "no-cache", **headers}
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def plain_json(value: object) -> Response:
    """Response with this value, which orjson can write."""
    return Response(orjson.dumps(value), media_type="application/json")

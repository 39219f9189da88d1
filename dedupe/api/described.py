"""What the OpenAPI description says of an endpoint besides its shapes: the problems it has, and true examples."""

from collections import defaultdict
from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias

import orjson
from fastapi import FastAPI
from pydantic import BaseModel

from dedupe.api.gate import OPEN_PATHS
from dedupe.api.problems import MEDIA_TYPE, Kind
from dedupe.api.schemas.fields import ProblemOut

Responses: TypeAlias = dict[int | str, dict[str, Any]]

_PROBLEM = {"$ref": "#/components/schemas/ProblemOut"}
_LATER = {"Retry-After": {"description": "seconds", "schema": {"type": "integer"}}}
_ETAG = {"ETag": {"description": "for If-None-Match", "schema": {"type": "string"}}}
_KEY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "a new one for each request: the same request with the same key gets the first answer again, "
    "for 24 hours, with Idempotency-Replayed: true, and nothing is done twice",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$"},
}


@cache
def examples() -> dict[str, Any]:
    """Requests and answers of a service that holds a few articles, by operation; and a problem of each kind."""
    found: dict[str, Any] = orjson.loads(files(__name__.rpartition(".")[0]).joinpath("examples.json").read_bytes())
    return found


def problems(*kinds: Kind) -> Responses:
    """Responses of an endpoint that has problems of these kinds."""
    by_status: dict[int, list[Kind]] = defaultdict(list)
    for kind in kinds:
        by_status[kind.status].append(kind)
    return {status: _problem(of_status) for status, of_status in by_status.items()}


def _problem(kinds: list[Kind]) -> dict[str, Any]:
    known = examples()["problems"]
    shown = {kind.slug: {"summary": kind.title, "value": known[kind.slug]} for kind in kinds if kind.slug in known}
    response: dict[str, Any] = {
        "description": "; ".join(f"{kind.title}. {kind.advice}" for kind in kinds),
        "content": {MEDIA_TYPE: {"schema": _PROBLEM, "examples": shown}},
    }
    is_passing = any(kind in PASSING for kind in kinds)
    return {**response, "headers": _LATER} if is_passing else response


PASSING = frozenset({Kind.QUEUE_FULL, Kind.STORE_UNAVAILABLE, Kind.REQUEST_UNDER_WAY, Kind.JOB_UNDER_WAY})
CLOSED = problems(Kind.KEY_NEEDED, Kind.NOT_EXPOSED)
COMMON = CLOSED | problems(Kind.STORE_UNAVAILABLE)
NOT_MODIFIED: Responses = {200: {"headers": _ETAG}, 304: {"description": "As If-None-Match says.", "headers": _ETAG}}
MOVED: Responses = {
    308: {
        "description": "The story was merged; Location is the same place under the one it is part of now.",
        "headers": {"Location": {"schema": {"type": "string"}}},
    }
}


def body_problems(*kinds: Kind) -> Responses:
    """Responses of an endpoint that takes a body, and has these other problems."""
    return problems(Kind.MALFORMED, Kind.TOO_LARGE, Kind.UNSUPPORTED, Kind.INVALID, *kinds)


def located(*statuses: int) -> Responses:
    """Responses whose Location header says where what was made is found."""
    return {status: {"headers": {"Location": {"schema": {"type": "string"}}}} for status in statuses}


def takes(model: type[BaseModel]) -> dict[str, Any]:
    """Request body of a JSON endpoint."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def repeatable(operation: Mapping[str, Any]) -> dict[str, Any]:
    """Operation that a client may send again under the same key."""
    return {**operation, "parameters": [_KEY_PARAMETER]}


class DescribedApp(FastAPI):
    """An app whose description is whole: examples, problems as they are, and the key where one is asked for."""

    def openapi(self) -> dict[str, Any]:
        """Description of the app, made once."""
        if self.openapi_schema is None:
            description = deepcopy(super().openapi())  # it shares what other apps' descriptions are made of
            description["components"]["schemas"]["ProblemOut"] = ProblemOut.model_json_schema()
            for name in ("HTTPValidationError", "ValidationError"):
                description["components"]["schemas"].pop(name, None)
            for operation in (o for path in description["paths"].values() for o in path.values()):
                description["components"]["schemas"].update(_shapes_inside(operation))
                _complete(operation)
            if self.state.settings.api_key is not None:
                _ask_for_key(description)
            self.openapi_schema = description
        return self.openapi_schema


def _shapes_inside(operation: dict[str, Any]) -> dict[str, Any]:
    """Take the shapes that the shape of a body refers to out of it."""
    shapes: dict[str, Any] = {}
    for content in operation.get("requestBody", {}).get("content", {}).values():
        shapes |= content["schema"].pop("$defs", {})
    return shapes


def _complete(operation: dict[str, Any]) -> None:
    # FastAPI says this of every endpoint with a parameter, in a shape that ours does not have.
    if "application/json" in operation["responses"].get("422", {}).get("content", {}):
        del operation["responses"]["422"]
    example = examples()["operations"].get(operation["operationId"], {})
    if "request" in example:
        operation["requestBody"]["content"]["application/json"]["example"] = example["request"]
    for status, value in example.get("responses", {}).items():
        content = operation["responses"].get(status, {}).get("content", {})
        content.setdefault("application/json", {})["example"] = value


def _ask_for_key(description: dict[str, Any]) -> None:
    scheme = {"type": "http", "scheme": "bearer", "description": "the service's key (DEDUPE_API_KEY)"}
    description["components"]["securitySchemes"] = {"key": scheme}
    for path, operations in description["paths"].items():
        for operation in operations.values():
            operation["security"] = [] if path in OPEN_PATHS else [{"key": []}]

"""From exceptions to problems: the one place that knows which is which."""

import logging
from collections.abc import Callable, Sequence
from typing import cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from dedupe.api.problems import RETRY_SECONDS, Kind, Problem, ProblemError, clean, invalid, problem_response
from dedupe.api.schemas.fields import story_path
from dedupe.errors import (
    BadInput,
    InvalidArticle,
    JobConflict,
    QueueFull,
    StoreUnavailable,
    StoryExpired,
    StoryMerged,
    UnknownId,
)
from dedupe.models import Json

logger = logging.getLogger(__name__)

_RETRY = {"Retry-After": str(RETRY_SECONDS)}


def install_handlers(app: FastAPI) -> None:
    """Make the app state every error it knows as a problem."""
    table: dict[type[Exception], Callable[..., Problem]] = {
        ProblemError: lambda error: error.problem,
        UnknownId: _unknown,
        StoryExpired: _expired,
        QueueFull: _queue_full,
        StoreUnavailable: store_unavailable,
        JobConflict: _job_conflict,
        BadInput: lambda error: invalid(error.field, error.rule),
        InvalidArticle: lambda error: invalid(error.field or None, error.rule),
        RequestValidationError: _validation,
        HTTPException: _http,
    }
    for exception, to_problem in table.items():
        app.add_exception_handler(exception, _handler(to_problem))
    app.add_exception_handler(StoryMerged, _to_survivor)


def _handler(to_problem: Callable[..., Problem]) -> Callable[[Request, Exception], Response]:
    def handle(request: Request, error: Exception) -> Response:
        return problem_response(to_problem(error), request_id=request.state.request_id)

    return handle


def _to_survivor(request: Request, error: Exception) -> Response:
    """Redirect from a merged story to the same place under the one it is part of now."""
    path = story_path(cast("StoryMerged", error).into)
    prefix, is_story, rest = request.scope["path"].partition("/v1/stories/")
    if prefix or not is_story:
        return RedirectResponse(path, status_code=308)
    tail = rest.partition("/")[2]
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(path + (f"/{tail}" if tail else "") + query, status_code=308)


def _unknown(error: UnknownId) -> Problem:
    return Problem(Kind.NOT_FOUND, str(error), {"kind": error.kind, "id": clean(error.id)})


def _expired(error: StoryExpired) -> Problem:
    return Problem(Kind.GONE, str(error), {"kind": "story", "id": clean(error.story_id)})


def _queue_full(error: QueueFull) -> Problem:
    return Problem(Kind.QUEUE_FULL, str(error), {"depth": error.depth, "limit": error.limit}, _RETRY)


def store_unavailable(error: StoreUnavailable) -> Problem:
    """Problem of a store that does not answer; the log has the reason."""
    # The driver's words may name hosts and paths: they are for the log, not for strangers.
    logger.warning("store unavailable reason=%s", error.reason)
    return Problem(Kind.STORE_UNAVAILABLE, "the store does not answer; try again in a moment", headers=_RETRY)


def _job_conflict(error: JobConflict) -> Problem:
    headers = {"Location": f"/v1/jobs/{error.job_id}", **_RETRY}
    return Problem(Kind.JOB_UNDER_WAY, str(error), {"job": error.job_id}, headers)


def _validation(error: RequestValidationError) -> Problem:
    found = list(dict.fromkeys((_field_of(p["loc"][1:]), str(p["msg"])) for p in error.errors()))
    errors = [{"field": clean(name), "rule": clean(rule)} for name, rule in found]
    detail = "; ".join(f"field {name!r}: {rule}" if name else rule for name, rule in found)
    return Problem(Kind.INVALID, detail, {"errors": cast("Json", errors)})


def _field_of(place: Sequence[str | int]) -> str:
    """Name of a field, without the names of the models that were tried there."""
    return ".".join(str(part) for part in place if isinstance(part, int) or part.replace("-", "_").islower())


def _http(error: HTTPException) -> Problem:
    kind = next((kind for kind in Kind if kind.status == error.status_code), Kind.INVALID)
    return Problem(kind, str(error.detail), headers=error.headers or {}, status=error.status_code)

"""Errors as a client sees them: application/problem+json (RFC 9457), one kind for each thing a client would do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

import orjson
from starlette.responses import Response

from dedupe.models import Json

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 2


class Kind(Enum):
    """Every kind of problem: its status, its title, and what to do about it, which the documentation shows."""

    MALFORMED = (400, "Malformed body", "Send valid JSON, or newline-delimited JSON, in UTF-8.")
    KEY_NEEDED = (401, "Key needed", "Send the service's key: Authorization: Bearer KEY.")
    NOT_EXPOSED = (
        403,
        "Not open to other machines",
        "Without a key the service answers only its own machine, under its own name: set DEDUPE_API_KEY.",
    )
    NOT_FOUND = (404, "Not found", "Check the id and the path; what left the window is not found any more.")
    METHOD_NOT_ALLOWED = (405, "Method not allowed", "The Allow header names the methods there are.")
    ID_TAKEN = (409, "Id taken", "An article with another text has this id; send this one under its own.")
    JOB_UNDER_WAY = (409, "Job under way", "Follow or cancel the job that the Location header names.")
    REQUEST_UNDER_WAY = (409, "Request under way", "Send the same again after Retry-After seconds for its answer.")
    GONE = (410, "Gone", "The story is closed: all its articles have left the window.")
    CHANGED_MEANWHILE = (412, "Changed meanwhile", "Read it again: its ETag is that of the version to be changed.")
    TOO_LARGE = (413, "Too large", "Send less at once; the problem names the limit.")
    UNSUPPORTED = (415, "Unsupported media type", "Send application/json or application/x-ndjson, plain or gzip.")
    INVALID = (422, "Invalid request", "Each entry of errors names a field and the rule it breaks.")
    KEY_REUSED = (422, "Key of another request", "Make a new Idempotency-Key for each request that is not the same.")
    TOO_MANY_STREAMS = (429, "Too many streams", "Read pages, or open a stream again after Retry-After seconds.")
    QUEUE_FULL = (429, "Queue full", "Nothing was accepted. Send the same again after Retry-After seconds.")
    INTERNAL = (500, "Internal error", "Report it with its request_id, under which the log has the reason.")
    STORE_UNAVAILABLE = (503, "Store unavailable", "Send the same again after Retry-After seconds.")

    def __init__(self, status: int, title: str, advice: str) -> None:
        self.status = status
        self.title = title
        self.advice = advice

    @property
    def slug(self) -> str:
        """Name of the kind in the problem's type, and of its place in the documentation."""
        return self.name.lower().replace("_", "-")


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong: ``detail`` is for a person, ``facts`` are further members of the problem."""

    kind: Kind
    detail: str
    facts: Mapping[str, Json] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int | None = None

    def to_json(self) -> dict[str, Json]:
        """Members of the problem, without the id of the request."""
        return {
            "type": f"/docs#{self.kind.slug}",
            "title": self.kind.title,
            "status": self.kind.status if self.status is None else self.status,
            "detail": clean(self.detail),
            **self.facts,
        }


class ProblemError(Exception):
    """Ends a request with a problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def invalid(field_name: str | None, rule: str, **facts: Json) -> Problem:
    """Problem of a field that breaks a rule; None where the whole value does."""
    detail = rule if field_name is None else f"field {field_name!r}: {rule}"
    return Problem(Kind.INVALID, detail, {"errors": [{"field": clean(field_name or ""), "rule": clean(rule)}], **facts})


def problem_response(problem: Problem, *, request_id: str) -> Response:
    """Response that states the problem."""
    body = problem.to_json()
    return Response(
        orjson.dumps({**body, "request_id": request_id}),
        status_code=int(str(body["status"])),
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", **problem.headers},
    )


def clean(text: str) -> str:
    """Text that any JSON reader takes: what a stranger sent may hold lone surrogates."""
    return text.encode("utf-8", "backslashreplace").decode()

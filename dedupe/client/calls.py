"""Every request the client makes, and what becomes of an answer, without a connection."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

import orjson

from dedupe.errors import DedupeError, JobConflict, QueueFull, ServiceError, UnknownId
from dedupe.models import ArticleId, JobId, Json, StoryId

JSON = "application/json"
NDJSON = "application/x-ndjson"
PASSING_STATUSES = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Call:
    """One request; a ``repeatable`` one may be sent again although the first may have arrived."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    media_type: str = JSON
    repeatable: bool = True


class TryAgain(Exception):
    """The same call may do better later; ``error`` is what to raise when it is not tried again."""

    def __init__(self, error: DedupeError, *, after_seconds: float | None, arrived: bool) -> None:
        super().__init__(error, after_seconds, arrived)
        self.error = error
        self.after_seconds = after_seconds
        self.arrived = arrived


def quoted(id_: str) -> str:
    """Id as one segment of a path; a segment of dots alone would be taken for a way up."""
    return quote(id_, safe="") if id_.strip(".") else id_.replace(".", "%2E")


def submit_batch(lines: Sequence[bytes]) -> Call:
    """Submit articles, each as JSON."""
    return Call("POST", "/v1/articles:batch", body=b"\n".join(lines), media_type=NDJSON)


def look_up(ids: Sequence[ArticleId]) -> Call:
    """Read many articles."""
    return Call("POST", "/v1/articles:lookup", body=orjson.dumps({"ids": ids}))


def read_article(article_id: ArticleId) -> Call:
    """Read an article."""
    return Call("GET", f"/v1/articles/{quoted(article_id)}")


def read_stories(*, since: datetime | None, cursor: str | None) -> Call:
    """Read a page of stories."""
    params = {"limit": "200"}
    if since is not None:
        params["updated_since"] = since.isoformat()
    if cursor is not None:
        params["cursor"] = cursor
    return Call("GET", "/v1/stories", params)


def read_story(story_id: StoryId) -> Call:
    """Read a story."""
    return Call("GET", f"/v1/stories/{quoted(story_id)}")


def start_recluster(*, dry_run: bool) -> Call:
    """Start a recluster; sent again it would meet the job of the first time and call it a conflict."""
    return Call("POST", "/v1/jobs", body=orjson.dumps({"type": "recluster", "dry_run": dry_run}), repeatable=False)


def read_job(job_id: JobId) -> Call:
    """Read a job."""
    return Call("GET", f"/v1/jobs/{quoted(job_id)}")


def cancel_job(job_id: JobId) -> Call:
    """Ask a job to end."""
    return Call("DELETE", f"/v1/jobs/{quoted(job_id)}")


def read_dead_letters() -> Call:
    """Read the articles that were given up."""
    return Call("GET", "/v1/dead-letters")


def requeue_dead_letters() -> Call:
    """Put the articles that were given up back to work."""
    return Call("POST", "/v1/dead-letters:requeue")


def read_health() -> Call:
    """Read the health of the service."""
    return Call("GET", "/readyz")


def read_liveness() -> Call:
    """Read whether the process answers, and its version."""
    return Call("GET", "/healthz")


def read_answer(status: int, headers: Mapping[str, str], content: bytes) -> dict[str, Json]:
    """Members of a good answer.

    Raises ``TryAgain`` for what may pass, and the error the problem stands for otherwise.
    """
    body = _members(content)
    if 200 <= status < 300 and body is not None:
        return body
    error = _error(status, {} if body is None else body, content)
    if status in PASSING_STATUSES:
        raise TryAgain(error, after_seconds=_seconds(headers.get("retry-after")), arrived=status != 429)
    raise error


def _members(content: bytes) -> dict[str, Json] | None:
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    return body if isinstance(body, dict) else None


def _error(status: int, problem: Mapping[str, Any], content: bytes) -> DedupeError:
    if status == 404 and "kind" in problem:
        return UnknownId(problem["kind"], problem["id"])
    if status == 409 and "job" in problem:
        return JobConflict(problem["job"])
    if status == 429 and "depth" in problem:
        return QueueFull(problem["depth"], problem["limit"])
    title = problem.get("title", "not an answer of this service")
    return ServiceError(status, title, problem.get("detail") or content[:200].decode("utf-8", "replace"))


def _seconds(retry_after: str | None) -> float | None:
    return float(retry_after) if retry_after is not None and retry_after.isdigit() else None

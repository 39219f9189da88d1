"""Every request the client makes, and what becomes of an answer, without a connection."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, TypedDict
from urllib.parse import quote

import orjson

from dedupe.errors import DedupeError, JobConflict, QueueFull, ServiceError, StoryExpired, UnknownId
from dedupe.models import ArticleId, JobId, Json, StoryId
from dedupe.story_query import StoryQuery, StorySort

JSON = "application/json"
NDJSON = "application/x-ndjson"
UNDER_WAY = "/docs#request-under-way"
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
    key: str | None = None  # the service answers a second request with it as it did the first


class Words(TypedDict, total=False):
    """Who says it, and why."""

    by: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """Pairs of articles that are in one story, and pairs that are not; who says it, and why."""

    must_link: Sequence[tuple[str, str]]
    cannot_link: Sequence[tuple[str, str]]
    by: str | None = None
    note: str | None = None


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


def read_stories(query: StoryQuery, *, cursor: str | None) -> Call:
    """Read a page of the stories that answer a query."""
    asked: dict[str, str | int | datetime | None] = {
        "q": query.q,
        "source": query.source,
        "lang": query.lang,
        "from": query.published_from,
        "to": query.published_to,
        "updated_since": query.updated_since,
        "min_articles": query.min_articles,
        "min_sources": query.min_sources,
        "sort": StorySort(query.sort).value,
        "cursor": cursor,
        "limit": 200,
    }
    return Call("GET", "/v1/stories", {name: _written(value) for name, value in asked.items() if value is not None})


def _written(value: str | int | datetime) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def read_story(story_id: StoryId) -> Call:
    """Read a story."""
    return Call("GET", f"/v1/stories/{quoted(story_id)}")


def read_events(*, since: str | None, types: Iterable[str], limit: int, wait_seconds: float) -> Call:
    """Read a page of events."""
    given = {"since": since, "types": ",".join(types) or None}
    params = {name: value for name, value in given.items() if value is not None}
    return Call("GET", "/v1/events", {**params, "limit": str(limit), "wait": f"{wait_seconds:g}"})


def read_history(story_id: StoryId) -> Call:
    """Read what happened to a story."""
    return Call("GET", f"/v1/stories/{quoted(story_id)}/history")


def read_related(story_id: StoryId) -> Call:
    """Read the other stories of a story's topic."""
    return Call("GET", f"/v1/stories/{quoted(story_id)}/related")


def read_topic(topic_id: str) -> Call:
    """Read the stories of a topic."""
    return Call("GET", f"/v1/topics/{quoted(topic_id)}")


def explain(a: str, b: str) -> Call:
    """Read why two articles, or an article and a story, are together or not."""
    return Call("GET", "/v1/explain", {"a": a, "b": b})


def start_recluster(*, dry_run: bool, key: str) -> Call:
    """Start a recluster; without its key it would meet the job of the first time, and call it a conflict."""
    return Call("POST", "/v1/jobs", body=orjson.dumps({"type": "recluster", "dry_run": dry_run}), key=key)


def read_job(job_id: JobId) -> Call:
    """Read a job."""
    return Call("GET", f"/v1/jobs/{quoted(job_id)}")


def cancel_job(job_id: JobId) -> Call:
    """Ask a job to end."""
    return Call("DELETE", f"/v1/jobs/{quoted(job_id)}")


def read_constraints() -> Call:
    """Read all constraints."""
    return Call("GET", "/v1/constraints")


def add_constraints(said: Said) -> Call:
    """Have these constraints too; to say them again changes nothing."""
    return Call("POST", "/v1/constraints", body=_written_down(said))


def replace_constraints(said: Said) -> Call:
    """Have these constraints and no others."""
    return Call("PUT", "/v1/constraints", body=_written_down(said))


def _written_down(said: Said) -> bytes:
    return orjson.dumps({name: value for name, value in asdict(said).items() if value is not None})


def remove_constraint(link_id: str) -> Call:
    """Have a constraint no more; the second time there is none."""
    return Call("DELETE", f"/v1/constraints/{quoted(link_id)}", repeatable=False)


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
    if status in PASSING_STATUSES or (body or {}).get("type") == UNDER_WAY:
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
    if status == 410 and "id" in problem:
        return StoryExpired(problem["id"])
    if status == 409 and "job" in problem:
        return JobConflict(problem["job"])
    if status == 429 and "depth" in problem:
        return QueueFull(problem["depth"], problem["limit"])
    title = problem.get("title", "not an answer of this service")
    return ServiceError(status, title, problem.get("detail") or content[:200].decode("utf-8", "replace"))


def _seconds(retry_after: str | None) -> float | None:
    return float(retry_after) if retry_after is not None and retry_after.isdigit() else None

"""Values to the bytes that are stored, and back. JSON throughout; times are milliseconds since 1970."""

from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

import orjson

from dedupe.models import (
    Article,
    ArticleId,
    Assignment,
    DuplicateKind,
    ReclusterDiff,
    Story,
    StoryId,
    Verdict,
)

_STORY_FIELDS = ("id", "topic", "label", "keywords", "representative")


def time_of(milliseconds: bytes | str | float) -> datetime:
    """The time, in UTC, that a stored number of milliseconds stands for."""
    return datetime.fromtimestamp(float(milliseconds) / 1000, UTC)


def encode_article(article: Article) -> bytes:
    """An article as JSON."""
    return orjson.dumps(article)


def digest_of(article: Article) -> str:
    """Sixteen hex digits that are equal for the same title and text: what a known id is compared by."""
    content = orjson.dumps([article.title, article.text])
    return blake2b(content, digest_size=8).hexdigest()


def decode_article(data: bytes) -> Article:
    """The article that was stored."""
    row = orjson.loads(data)
    published_at = row.pop("published_at")
    return Article(**row, published_at=None if published_at is None else datetime.fromisoformat(published_at))


def encode_verdict(verdict: Verdict) -> bytes:
    """A verdict as JSON."""
    return orjson.dumps(verdict)


def decode_verdict(data: bytes) -> Verdict:
    """The verdict that was stored."""
    row = orjson.loads(data)
    kind = row.pop("kind")
    return Verdict(**row, kind=None if kind is None else DuplicateKind(kind))


def encode_assignment(assignment: Assignment) -> bytes:
    """An assignment as JSON."""
    return orjson.dumps([assignment.story_id, assignment.settled, round(assignment.confidence, 4)])


def decode_assignment(data: bytes) -> Assignment:
    """The assignment that was stored."""
    story_id, settled, confidence = orjson.loads(data)
    return Assignment(StoryId(story_id), settled, confidence)


def encode_story(story: Story, *, created: int, settled: bool) -> bytes:
    """A story without its members, which are kept apart so that an article can join in one step."""
    row = {field: getattr(story, field) for field in _STORY_FIELDS}
    return orjson.dumps({**row, "created": created, "settled": settled})


def decode_story(data: bytes) -> dict[str, Any]:
    """The fields of a stored story, ``created`` (ms) and ``settled`` among them."""
    row: dict[str, Any] = orjson.loads(data)
    return row


def encode_diff(diff: ReclusterDiff) -> bytes:
    """A recluster's diff as JSON."""
    return orjson.dumps(diff)


def decode_diff(data: bytes) -> ReclusterDiff:
    """The diff that was stored."""
    row = orjson.loads(data)
    return ReclusterDiff(
        n_articles=row["n_articles"],
        n_stories=row["n_stories"],
        moved=tuple(map(ArticleId, row["moved"])),
        born=tuple(map(StoryId, row["born"])),
        merged={StoryId(old): StoryId(new) for old, new in row["merged"].items()},
        split={StoryId(old): tuple(map(StoryId, new)) for old, new in row["split"].items()},
        gone=tuple(map(StoryId, row["gone"])),
        churn=row["churn"],
    )

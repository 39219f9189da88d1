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
    Facts,
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
    row: list[object] = [assignment.story_id, assignment.settled, round(assignment.confidence, 4)]
    if assignment.rival is not None:
        row += [assignment.rival, None if assignment.margin is None else round(assignment.margin, 4)]
    return orjson.dumps(row)


def decode_assignment(data: bytes) -> Assignment:
    """The assignment that was stored."""
    return Assignment(*orjson.loads(data))


def encode_story(story: Story, *, created: int, settled: bool, named_at: int = 1) -> bytes:
    """A story without its members, which are kept apart so that an article can join in one step.

    ``named_at`` is how many articles it had when it got its label.
    """
    row = {field: getattr(story, field) for field in _STORY_FIELDS}
    return orjson.dumps({**row, "created": created, "settled": settled, "named_at": named_at})


def decode_story(data: bytes) -> dict[str, Any]:
    """The fields of a stored story, ``created`` (ms), ``settled`` and ``named_at`` among them."""
    row: dict[str, Any] = orjson.loads(data)
    return row


def encode_facts(facts: Facts) -> bytes:
    """An article's facts as JSON."""
    published_at = None if facts.published_at is None else int(facts.published_at.timestamp() * 1000)
    return orjson.dumps([facts.source, facts.lang, published_at, facts.duplicate_of])


def decode_facts(data: bytes | None) -> Facts:
    """The facts that were stored; none of an article that has no record of them."""
    if data is None:
        return Facts()
    source, lang, published_at, duplicate_of = orjson.loads(data)
    return Facts(source, lang, None if published_at is None else time_of(published_at), duplicate_of)


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

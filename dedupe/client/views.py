"""From the JSON of an answer to the values everything else speaks of."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dedupe.changes import HistoryEntry, StoryChange
from dedupe.models import (
    Article,
    ArticleId,
    ArticleStatus,
    ArticleView,
    Assignment,
    DuplicateKind,
    Health,
    Job,
    JobId,
    JobState,
    Json,
    Member,
    ReclusterDiff,
    Story,
    StoryId,
    StoryState,
    StoryView,
    Submission,
    Verdict,
)
from dedupe.stories.constraints import Link, LinkKind, LinkSet


def submission(row: Mapping[str, Json], *, article_id: ArticleId) -> Submission:
    """Answer to one item of a batch."""
    problem: Any = row["problem"]
    return Submission(
        article_id=article_id,
        status=None if row["status"] is None else ArticleStatus(str(row["status"])),
        created=bool(row["created"]),
        problem=None if problem is None else problem["detail"],
    )


def article_view(row: Mapping[str, Json]) -> ArticleView:
    """Article as it stands."""
    fields: Any = row
    status = ArticleStatus(fields["status"])
    return ArticleView(
        article=_article(fields["article"]),
        status=status,
        received_at=_time(fields["received_at"]),
        attempts=fields["attempts"],
        verdict=_verdict(fields) if status is ArticleStatus.ASSIGNED else None,
        assignment=None if fields["story"] is None else _assignment(fields["story"]),
        failure=fields["failure"],
    )


def _article(row: Mapping[str, Any]) -> Article:
    extra = dict(row)
    published_at = extra.pop("published_at", None)
    return Article(
        id=ArticleId(extra.pop("id")),
        text=extra.pop("text", ""),
        title=extra.pop("title", None),
        published_at=None if published_at is None else _time(published_at),
        source=extra.pop("source", None),
        url=extra.pop("url", None),
        lang=extra.pop("lang", None),
        extra=extra,
    )


def _verdict(row: Mapping[str, Any]) -> Verdict:
    own, duplicate = ArticleId(row["id"]), row["duplicate"]
    if duplicate is None:
        return Verdict(own, group=own)
    return Verdict(
        article_id=own,
        group=ArticleId(duplicate["group"]),
        duplicate_of=ArticleId(duplicate["of"]),
        kind=DuplicateKind(duplicate["kind"]),
        jaccard=duplicate["jaccard"],
        containment=duplicate["containment"],
        container=duplicate.get("container"),
    )


def _assignment(row: Mapping[str, Any]) -> Assignment:
    return Assignment(
        StoryId(row["id"]),
        settled=row["state"] == "settled",
        confidence=row["confidence"],
        rival=row.get("rival"),
        margin=row.get("margin"),
    )


def story_view(row: Mapping[str, Json]) -> StoryView:
    """Story as it stands."""
    fields: Any = row
    story = Story(
        id=StoryId(fields["id"]),
        topic=fields["topic"] or "",
        label=fields["label"],
        keywords=tuple(fields["keywords"]),
        representative=ArticleId(fields["representative"] or ""),
        members=tuple(_member(member) for member in fields["members"]),
    )
    return StoryView(
        story,
        settled=fields["settled"],
        created_at=_time(fields["created_at"]),
        updated_at=_time(fields["updated_at"]),
        n_copies=fields["n_copies"],
        sources=tuple(fields["sources"]),
        langs=tuple(fields["langs"]),
        first_published_at=_time_or_none(fields["first_published_at"]),
        last_published_at=_time_or_none(fields["last_published_at"]),
        state=StoryState(fields["state"]),
        children=tuple(map(StoryId, fields["children"])),
    )


def _member(row: Mapping[str, Any]) -> Member:
    copied = row["duplicate_of"]
    own = ArticleId(row["id"])
    original = None if copied is None else ArticleId(copied)
    return Member(own, original, row["confidence"], row.get("rival"), row.get("margin"))


def story_views(row: Mapping[str, Json]) -> list[StoryView]:
    """Stories of an answer, in its order."""
    fields: Any = row
    return [story_view(story) for story in fields["stories"]]


def history(row: Mapping[str, Json]) -> list[HistoryEntry]:
    """What happened to a story, oldest first."""
    fields: Any = row
    return [_entry(entry) for entry in fields["history"]]


def _entry(row: Mapping[str, Any]) -> HistoryEntry:
    return HistoryEntry(
        at=_time(row["at"]),
        change=StoryChange(row["change"]),
        stories=tuple(map(StoryId, row["stories"])),
        article_id=row["article"],
        n_articles=row["n_articles"],
        before=row["before"],
        after=row["after"],
    )


def job(row: Mapping[str, Json]) -> Job:
    """Job as it stands."""
    fields: Any = row
    return Job(
        id=JobId(fields["id"]),
        state=JobState(fields["status"]),
        dry_run=fields["dry_run"],
        created_at=_time(fields["created_at"]),
        started_at=_time_or_none(fields["started_at"]),
        finished_at=_time_or_none(fields["finished_at"]),
        phase=fields["phase"],
        progress=fields["progress"],
        diff=None if fields["diff"] is None else _diff(fields["diff"]),
        error=fields["error"],
    )


def _diff(row: Mapping[str, Any]) -> ReclusterDiff:
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


def constraints(row: Mapping[str, Json]) -> LinkSet:
    """Constraints, with their version."""
    fields: Any = row
    links = [_link(kind, link) for kind in LinkKind for link in fields[kind.value]]
    return LinkSet(fields["version"], tuple(links), tuple(map(ArticleId, fields["unknown"])))


def _link(kind: LinkKind, row: Mapping[str, Any]) -> Link:
    return Link(kind, ArticleId(row["a"]), ArticleId(row["b"]), row["by"], row["note"], _time(row["at"]))


def health(row: Mapping[str, Json]) -> Health:
    """Health of the service."""
    fields: Any = row
    names = ("generation", "accepted", "assigned", "failed", "pending", "oldest_pending_seconds", "stories")
    return Health(store=fields["store"], **{name: fields[name] for name in names})


def _time(value: str) -> datetime:
    return datetime.fromisoformat(value)


def _time_or_none(value: str | None) -> datetime | None:
    return None if value is None else _time(value)

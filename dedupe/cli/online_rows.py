"""What the service's values look like as rows of a command's output."""

from typing import cast

from dedupe.changes import HistoryEntry
from dedupe.files.articles import format_time
from dedupe.models import ArticleView, Health, Job, Json, ReclusterDiff, StoryView

STATUS_COLUMNS = ("id", "status", "story", "state", "confidence", "duplicate_of", "kind", "failure")
STORY_COLUMNS = ("story", "articles", "copies", "state", "label")
WHOLE_STORY_COLUMNS = ("story", "articles", "copies", "state", "children", "label")
MEMBER_COLUMNS = ("id", "duplicate_of", "confidence", "rival", "margin")
HISTORY_COLUMNS = ("at", "change", "what")
JOB_COLUMNS = ("job", "status", "stories", "churn", "moved", "born", "merged", "split", "gone")
DEAD_LETTER_COLUMNS = ("id", "attempts", "received_at", "failure")
HEALTH_COLUMNS = ("accepted", "assigned", "failed", "pending", "oldest_pending_seconds", "stories")


def status_row(view: ArticleView) -> dict[str, Json]:
    """Where an article stands."""
    assignment, verdict = view.assignment, view.verdict
    return {
        "id": view.article.id,
        "status": view.status.value,
        "story": None if assignment is None else assignment.story_id,
        "state": None if assignment is None else _state(settled=assignment.settled),
        "confidence": None if assignment is None else assignment.confidence,
        "duplicate_of": None if verdict is None else verdict.duplicate_of,
        "kind": None if verdict is None or verdict.kind is None else verdict.kind.value,
        "failure": view.failure,
    }


def story_row(view: StoryView) -> dict[str, Json]:
    """A story without its members."""
    story = view.story
    return {
        "story": story.id,
        "topic": story.topic,
        "label": story.label,
        "articles": len(story.members),
        "copies": view.n_copies,
        "sources": list(view.sources),
        "langs": list(view.langs),
        "state": view.state.value,
        "settled": view.settled,
        "children": list(view.children),
        "keywords": list(story.keywords),
        "representative": story.representative,
        "created_at": format_time(view.created_at),
        "updated_at": format_time(view.updated_at),
    }


def member_rows(view: StoryView) -> list[dict[str, Json]]:
    """The members of a story."""
    return [
        {
            "id": member.article_id,
            "duplicate_of": member.duplicate_of,
            "confidence": member.confidence,
            "rival": member.rival,
            "margin": member.margin,
        }
        for member in view.story.members
    ]


def whole_story_row(view: StoryView) -> dict[str, Json]:
    """A story with its members."""
    return {**story_row(view), "members": cast("Json", member_rows(view))}


def history_row(entry: HistoryEntry) -> dict[str, Json]:
    """One thing that happened to a story."""
    return {
        "at": format_time(entry.at),
        "change": entry.change.value,
        "stories": list(entry.stories),
        "article": entry.article_id,
        "n_articles": entry.n_articles,
        "before": entry.before,
        "after": entry.after,
    }


def short_history_row(entry: HistoryEntry) -> dict[str, Json]:
    """One thing that happened to a story, for a table: all that it tells in one cell."""
    renaming = f"{entry.before} → {entry.after}" if entry.after is not None else None
    size = None if entry.n_articles is None else f"{entry.n_articles} articles"
    parts = [entry.article_id, size, *entry.stories, renaming]
    return {**history_row(entry), "what": ", ".join(part for part in parts if part)}


def job_row(job: Job) -> dict[str, Json]:
    """A job with what it changed."""
    row: dict[str, Json] = {
        "job": job.id,
        "status": job.state.value,
        "dry_run": job.dry_run,
        "phase": job.phase,
        "progress": job.progress,
        "error": job.error,
    }
    return row | _diff_row(job.diff)


def _diff_row(diff: ReclusterDiff | None) -> dict[str, Json]:
    if diff is None:
        return dict.fromkeys(("articles", "stories", "churn", "moved", "born", "merged", "split", "gone"))
    return {
        "articles": diff.n_articles,
        "stories": diff.n_stories,
        "churn": diff.churn,
        "moved": list(diff.moved),
        "born": list(diff.born),
        "merged": {old: new for old, new in diff.merged.items()},  # noqa: C416 - widens the ids to str
        "split": {old: list(new) for old, new in diff.split.items()},
        "gone": list(diff.gone),
    }


def short_job_row(job: Job) -> dict[str, Json]:
    """A job with how many of each it changed, for a table."""
    return {name: len(value) if isinstance(value, list | dict) else value for name, value in job_row(job).items()}


def dead_letter_row(view: ArticleView) -> dict[str, Json]:
    """An article that was given up."""
    return {
        "id": view.article.id,
        "attempts": view.attempts,
        "received_at": format_time(view.received_at),
        "failure": view.failure,
    }


def health_row(health: Health) -> dict[str, Json]:
    """What the service holds and what waits."""
    return {name: getattr(health, name) for name in HEALTH_COLUMNS}


def _state(*, settled: bool) -> str:
    return "settled" if settled else "provisional"

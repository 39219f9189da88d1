"""Labelled collections as the benchmarks of stories read them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dedupe.models import Article, ArticleId, Story

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
SEED_GOLD = {"000": "inauguration", "001": "inauguration", "002": "election", "004": "election", "003": "questions"}


@dataclass(frozen=True, slots=True)
class Collection:
    """Articles and the gold story of each."""

    articles: tuple[Article, ...]
    gold: Mapping[str, str]


def read_collection(path: Path) -> Collection:
    """Articles of a labelled file; rows without a story have no gold."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    articles = tuple(read_article(row) for row in rows)
    return Collection(articles, {row["id"]: str(row["story"]) for row in rows if row.get("story") is not None})


def read_article(row: Mapping[str, str | None]) -> Article:
    """The article of a labelled row; a date alone is midnight UTC."""
    published = row.get("published_at")
    date = None if not published else datetime.fromisoformat(published)
    return Article(
        id=ArticleId(str(row["id"])),
        text=row.get("text") or "",
        title=row.get("title"),
        published_at=date.replace(tzinfo=UTC) if date is not None and date.tzinfo is None else date,
        source=row.get("source"),
        lang=row.get("lang"),
    )


def story_by_article(stories: Iterable[Story]) -> dict[str, str]:
    """Story id of each article."""
    return {member.article_id: story.id for story in stories for member in story.members}

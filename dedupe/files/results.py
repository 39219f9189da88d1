"""The rows that commands print: an article's duplicate verdict, a verified pair, an article's story."""

from collections.abc import Iterable, Iterator, Mapping

from dedupe.models import ArticleId, DuplicatePair, Json, Story, Verdict

VERDICT_COLUMNS = ("id", "group", "duplicate_of", "kind", "jaccard", "containment")
PAIR_COLUMNS = ("a", "b", "kind", "jaccard", "containment")
STORY_COLUMNS = ("id", "story", "topic", "label", "duplicate_of", "confidence")

# Similarities are ratios of small integers and confidences are estimates: six digits say it all.
_DIGITS = 6


def row_of_verdict(verdict: Verdict) -> dict[str, Json]:
    """Line of ``dedupe duplicates``; ``group`` is the id of the canonical article."""
    return {
        "id": verdict.article_id,
        "group": verdict.group,
        "duplicate_of": verdict.duplicate_of,
        "kind": None if verdict.kind is None else verdict.kind.value,
        "jaccard": round(verdict.jaccard, _DIGITS),
        "containment": round(verdict.containment, _DIGITS),
    }


def row_of_pair(pair: DuplicatePair) -> dict[str, Json]:
    """Line of ``dedupe duplicates --pairs``."""
    return {
        "a": pair.a,
        "b": pair.b,
        "kind": pair.kind.value,
        "jaccard": round(pair.jaccard, _DIGITS),
        "containment": round(pair.containment, _DIGITS),
    }


def rows_of_stories(stories: Iterable[Story], *, order: Iterable[ArticleId]) -> Iterator[dict[str, Json]]:
    """Lines of ``dedupe cluster``: one an article, in the given order."""
    row_by_id = dict(_rows_by_id(stories))
    return (dict(row_by_id[article_id]) for article_id in order)


def _rows_by_id(stories: Iterable[Story]) -> Iterator[tuple[ArticleId, Mapping[str, Json]]]:
    for story in stories:
        for member in story.members:
            yield (
                member.article_id,
                {
                    "id": member.article_id,
                    "story": story.id,
                    "topic": story.topic,
                    "label": story.label,
                    "duplicate_of": member.duplicate_of,
                    "confidence": round(member.confidence, _DIGITS),
                },
            )

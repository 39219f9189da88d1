"""The rows that commands print: an article's duplicate verdict, a verified pair, an article's story."""

from collections.abc import Iterable, Iterator, Mapping

from dedupe.models import ArticleId, DuplicateKind, DuplicatePair, Json, Story, Verdict

VERDICT_COLUMNS = ("id", "group", "duplicate_of", "kind", "jaccard", "containment", "container")
PAIR_COLUMNS = ("a", "b", "kind", "jaccard", "containment", "container")
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
        "container": verdict.container,
    }


def verdict_of_row(row: Mapping[str, Json]) -> Verdict:
    """Return the verdict that a line of ``dedupe duplicates`` was made from; ValueError where it is no such line."""
    try:
        return Verdict(
            article_id=ArticleId(_string(row["id"])),
            group=ArticleId(_string(row["group"])),
            duplicate_of=_id_or_none(row["duplicate_of"]),
            kind=None if row["kind"] is None else DuplicateKind(_string(row["kind"])),
            jaccard=_number(row["jaccard"]),
            containment=_number(row["containment"]),
            container=_id_or_none(row["container"]),
        )
    except KeyError as missing:
        raise ValueError(f"no {missing} in the row") from None


def row_of_pair(pair: DuplicatePair) -> dict[str, Json]:
    """Line of ``dedupe duplicates --pairs``."""
    return {
        "a": pair.a,
        "b": pair.b,
        "kind": pair.kind.value,
        "jaccard": round(pair.jaccard, _DIGITS),
        "containment": round(pair.containment, _DIGITS),
        "container": pair.container,
    }


def _id_or_none(value: Json) -> ArticleId | None:
    return None if value is None else ArticleId(_string(value))


def _string(value: Json) -> str:
    if isinstance(value, str):
        return value
    raise ValueError(f"must be a string, got {value!r}")


def _number(value: Json) -> float:
    if isinstance(value, int | float):
        return float(value)
    raise ValueError(f"must be a number, got {value!r}")


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

"""From the JSON of an explanation to the value."""

from collections.abc import Mapping
from typing import Any

from dedupe.models import ArticleId, DuplicateKind, DuplicatePair, Json, StoryId
from dedupe.stories.explained import Copy, Explanation, Passage, Rival, Span, Stretch, Term


def explanation(row: Mapping[str, Json]) -> Explanation:
    """Why two articles are in one story, or not; numbers as they were sent, rounded."""
    fields: Any = row
    apart, rival = fields["telling_apart"], fields["rival"]
    a, b = ArticleId(fields["a"]), ArticleId(fields["b"])
    return Explanation(
        a=a,
        b=b,
        story_a=StoryId(fields["story"]["a"]),
        story_b=StoryId(fields["story"]["b"]),
        same_topic=fields["same_topic"],
        similarity=fields["similarity"],
        threshold=fields["threshold"],
        shared_terms=_terms(fields["shared_terms"]),
        background=tuple(fields["background"]),
        only_a=_terms(apart["a"]),
        only_b=_terms(apart["b"]),
        passages=tuple(_passage(passage) for passage in fields["passages"]),
        rival_a=None if rival["a"] is None else Rival(**rival["a"]),
        rival_b=None if rival["b"] is None else Rival(**rival["b"]),
        through=tuple(map(ArticleId, fields["through"])),
        days_apart=fields["days_apart"],
        copy=None if fields["duplicate"] is None else _copy(fields["duplicate"], a, b),
    )


def _terms(rows: Any) -> tuple[Term, ...]:  # noqa: ANN401 - JSON as it came
    return tuple(Term(**row) for row in rows)


def _passage(row: Mapping[str, Any]) -> Passage:
    return Passage(Span(**row["a"]), Span(**row["b"]), tuple(row["terms"]), row["weight"])


def _copy(row: Mapping[str, Any], a: ArticleId, b: ArticleId) -> Copy:
    kind = DuplicateKind(row["kind"])
    pair = DuplicatePair(a, b, kind, row["jaccard"], row["containment"], row["container"])
    return Copy(pair, tuple(map(_stretch, row["aligned"])), tuple(map(_stretch, row["edits"])))


def _stretch(row: Mapping[str, Any]) -> Stretch:
    return Stretch(Span(**row["a"]), Span(**row["b"]))

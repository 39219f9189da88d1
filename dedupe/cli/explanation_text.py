"""An explanation as a person reads it on a terminal."""

from collections.abc import Iterable, Sequence

from dedupe.models import ArticleId, Story, StoryId
from dedupe.stories.explained import Explanation, Passage, Rival, Span, Stretch, Term, edit_kind

_ID_CHARACTERS = 24
_PASSAGE_CHARACTERS = 200
_MOST_EDITS = 20


def explanation_text(explanation: Explanation, stories: Iterable[Story]) -> str:
    """Lines that say what decided, then what speaks for one story and what for two."""
    labels = {story.id: story.label for story in stories}
    a, b = _short(explanation.a), _short(explanation.b)
    lines = [
        _verdict(explanation, labels),
        _numbers(explanation),
        *_through(explanation),
        *_copy(explanation),
        *_listed("told" if explanation.alone else "shared", _terms(explanation.shared_terms)),
        *_listed("background", explanation.background),
        *_listed(f"only in {a}", _terms(explanation.only_a)),
        *(() if explanation.alone else _listed(f"only in {b}", _terms(explanation.only_b))),
        *_days(explanation.days_apart),
        *_rival(a, explanation.rival_a),
        *(() if explanation.alone else _rival(b, explanation.rival_b)),
        *(line for passage in explanation.passages for line in _passage(passage, a, b)),
    ]
    return "\n".join(map(_printable, lines))


def _verdict(explanation: Explanation, labels: dict[StoryId, str]) -> str:
    if explanation.alone:
        return f"{explanation.a} is alone in its story: {labels[explanation.story_a]}"
    two = f"{explanation.a} and {explanation.b}"
    if explanation.same_story:
        return f"{two} are in one story: {labels[explanation.story_a]}"
    kind = "of one topic" if explanation.same_topic else "of two topics"
    return f"{two} are in two stories {kind}: {labels[explanation.story_a]} | {labels[explanation.story_b]}"


def _numbers(explanation: Explanation) -> str:
    similarity, threshold = _number(explanation.similarity), _number(explanation.threshold)
    return f"similarity {similarity}, threshold {threshold}, margin {explanation.margin:+.3f}"


def _through(explanation: Explanation) -> Sequence[str]:
    return _listed("held together by", explanation.through)


def _copy(explanation: Explanation) -> Sequence[str]:
    copy = explanation.copy
    if copy is None:
        return []
    figures = f"Jaccard {_number(copy.pair.jaccard)}, containment {_number(copy.pair.containment)}"
    lines = [f"one repeats the other: {copy.pair.kind.value}, {figures}"]
    lines += [f"  {edit_kind(edit)}: {_edit(edit)}" for edit in copy.edits[:_MOST_EDITS]]
    return [*lines, f"  and {len(copy.edits) - _MOST_EDITS} edits more"] if len(copy.edits) > _MOST_EDITS else lines


def _edit(edit: Stretch) -> str:
    return " -> ".join(_quoted(span) for span in (edit.a, edit.b) if span.text)


def _listed(name: str, words: Sequence[str]) -> Sequence[str]:
    return [f"{name}: {', '.join(words)}"] if words else []


def _terms(terms: Iterable[Term]) -> list[str]:
    return [f"{term.term} {_number(term.weight)}" for term in terms if term.weight >= 0.0005]


def _days(days: float | None) -> Sequence[str]:
    return [] if days is None else [f"published {days:.1f} days apart"]


def _rival(name: str, rival: Rival | None) -> Sequence[str]:
    if rival is None:
        return []
    similarities = f"{_number(rival.similarity)} with {_short(rival.article)}, own {_number(rival.own_similarity)}"
    return [f"nearest other story of {name}: {rival.label} ({similarities})"]


def _passage(passage: Passage, a: str, b: str) -> Sequence[str]:
    return ["", f"{a} {_quoted(passage.a)}", f"{b} {_quoted(passage.b)}"]


def _quoted(span: Span) -> str:
    text = " ".join(span.text.split())
    if len(text) > _PASSAGE_CHARACTERS:
        text = f"{text[: _PASSAGE_CHARACTERS // 2]} ... {text[-_PASSAGE_CHARACTERS // 2 :]}"
    return f"[{span.field} {span.start}-{span.end}] {text}"


def _short(article_id: ArticleId) -> str:
    return article_id if len(article_id) <= _ID_CHARACTERS else f"{article_id[:_ID_CHARACTERS]}…"


def _number(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")


def _printable(line: str) -> str:
    """The line without what would control a terminal."""
    return "".join(character if character.isprintable() else " " for character in line)

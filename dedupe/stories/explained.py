"""What an explanation says: frozen results, and how they become a plain dict."""

from dataclasses import asdict, dataclass, is_dataclass

from dedupe.models import ArticleId, DuplicatePair, Json, StoryId

_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Term:
    """A word and what it counts.

    ``weight`` of a shared term is its part of the similarity, and all of them together are the similarity; of a term
    that tells apart, its part of what the article itself tells. ``rarity`` is the logarithm of how few documents hold
    it. ``elsewhere`` is the share of the articles around that hold it too, in ``[0, 1]``.
    """

    term: str
    weight: float
    rarity: float
    elsewhere: float


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of an article as given: characters ``start`` to ``end`` of its ``field``, ``title`` or ``text``."""

    field: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of each article in which the same telling words stand close together, in whatever order."""

    a: Span
    b: Span
    terms: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of an article and the one of its copy that stands in its place; either may be empty."""

    a: Span
    b: Span


@dataclass(frozen=True, slots=True)
class Copy:
    """How one article repeats another: stretches that are the same, and edits.

    What is empty in ``a`` was added, in ``b`` cut; any other edit is a change.
    """

    pair: DuplicatePair
    aligned: tuple[Stretch, ...]
    edits: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Rival:
    """The story, other than its own, that an article is nearest to.

    ``article`` is the most similar one of it, and ``own_similarity`` that of the most similar one of the own story, 0
    for an article alone in its story.
    """

    story: StoryId
    label: str
    article: ArticleId
    similarity: float
    own_similarity: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why two articles are in one story, or not.

    ``similarity`` is in ``[0, 1]``; the weights of all terms they share add up to it, and ``shared_terms`` are the
    heaviest of them. At the ``threshold`` the two by themselves would change sides: articles of one story that are less
    similar are held together by those named in ``through``. ``background`` are terms that they share with the articles
    around too; ``only_a`` and ``only_b`` are terms of one that the other does not hold at all. ``copy`` says how one
    repeats the other, and ``days_apart`` is None where a date is missing. An article that is alone in the story it was
    asked about is both ``a`` and ``b``.
    """

    a: ArticleId
    b: ArticleId
    story_a: StoryId
    story_b: StoryId
    same_topic: bool
    similarity: float
    threshold: float
    shared_terms: tuple[Term, ...]
    background: tuple[str, ...]
    only_a: tuple[Term, ...]
    only_b: tuple[Term, ...]
    passages: tuple[Passage, ...]
    rival_a: Rival | None
    rival_b: Rival | None
    through: tuple[ArticleId, ...]
    days_apart: float | None
    copy: Copy | None

    @property
    def same_story(self) -> bool:
        """Whether the two are in one story."""
        return self.story_a == self.story_b

    @property
    def alone(self) -> bool:
        """Whether it says why an article is in a story without any other."""
        return self.a == self.b

    @property
    def margin(self) -> float:
        """How far the similarity is above the threshold; negative below."""
        return self.similarity - self.threshold


def explanation_as_dict(explanation: Explanation) -> dict[str, Json]:
    """Explanation as JSON values, numbers rounded to six digits."""
    return {
        "a": explanation.a,
        "b": explanation.b,
        "same_story": explanation.same_story,
        "same_topic": explanation.same_topic,
        "alone": explanation.alone,
        "story": {"a": explanation.story_a, "b": explanation.story_b},
        "similarity": round(explanation.similarity, _DIGITS),
        "threshold": round(explanation.threshold, _DIGITS),
        "margin": round(explanation.margin, _DIGITS),
        "through": list(explanation.through),
        "shared_terms": _plain(explanation.shared_terms),
        "background": list(explanation.background),
        "telling_apart": {"a": _plain(explanation.only_a), "b": _plain(explanation.only_b)},
        "passages": _plain(explanation.passages),
        "rival": {"a": _plain(explanation.rival_a), "b": _plain(explanation.rival_b)},
        "days_apart": _plain(explanation.days_apart),
        "duplicate": None if explanation.copy is None else _copy(explanation.copy),
    }


def _copy(copy: Copy) -> dict[str, Json]:
    figures = {"kind": copy.pair.kind.value, "jaccard": copy.pair.jaccard, "containment": copy.pair.containment}
    edits: list[Json] = [{"kind": edit_kind(edit), "a": _plain(edit.a), "b": _plain(edit.b)} for edit in copy.edits]
    return {**figures, "container": copy.pair.container, "aligned": _plain(copy.aligned), "edits": edits}


def edit_kind(edit: Stretch) -> str:
    """``added`` in ``b``, ``cut`` from ``a``, or ``changed``."""
    if not edit.a.text:
        return "added"
    return "changed" if edit.b.text else "cut"


def _plain(value: object) -> Json:
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(own) for name, own in asdict(value).items()}
    if isinstance(value, dict):
        return {str(name): _plain(own) for name, own in value.items()}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float):
        return round(value, _DIGITS)
    return value if isinstance(value, str | int) else None

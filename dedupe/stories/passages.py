"""Passages that two texts share: the same telling words close together, in whatever order.

Exact copies, quotations, and quotations retold or translated, as far as their rare words are the same.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dedupe.models import Article
from dedupe.stories.explain_words import PlacedWord, article_field, placed_words, span_of
from dedupe.stories.explained import Passage, Span

MAX_PASSAGES = 8

_MOST_APART = 10  # words between two that stand close together
_SKIPPED = 0.15  # what a word in between costs, in units of weight
_LEAST_WEIGHT = 5.0
_LEAST_TERMS = 3
_LEAST_TELLING = 0.3
_MOST_POINTS_A_TERM = 12
_READ_WORDS = 3_000
_WIDENED_BY = 2


@dataclass(frozen=True, slots=True)
class _Point:
    """The same word in both articles: its places among their words, and what it weighs."""

    at_a: int
    at_b: int
    form: str
    weight: float


def shared_passages(a: Article, b: Article, weight_of: Mapping[str, float]) -> tuple[Passage, ...]:
    """Up to eight passages, the heaviest first, of different words of either article.

    A passage begins and ends up to two words beyond the words that are the same. It weighs what those weigh less what
    the words between them cost, and has three different ones at least. The first 3,000 words of an article are read.

    Parameters
    ----------
    weight_of
        What a word tells, 0 and more; a word that is not named tells nothing.
    """
    read_a, read_b = placed_words(a)[:_READ_WORDS], placed_words(b)[:_READ_WORDS]
    points = _points(read_a, read_b, weight_of)
    total, before = _chains(points)
    chosen: list[list[_Point]] = []
    passages: list[Passage] = []
    for last in sorted(range(len(points)), key=lambda at: (-total[at], at)):
        if total[last] < _LEAST_WEIGHT or len(chosen) == MAX_PASSAGES:
            break
        chain = [points[at] for at in _chain(before, last)]
        if len({point.form for point in chain}) >= _LEAST_TERMS and not any(_overlap(chain, own) for own in chosen):
            chosen.append(chain)
            passages.append(_passage((a, read_a), (b, read_b), chain, total[last]))
    return tuple(passages)


def _points(a: Sequence[PlacedWord], b: Sequence[PlacedWord], weight_of: Mapping[str, float]) -> list[_Point]:
    """Where a telling word of one article stands in the other, in reading order.

    Of a word that stands in many places of both, only where the word before or after it is the same too.
    """
    places_a, places_b = _places(a), _places(b)
    points = []
    for form in places_a.keys() & places_b.keys():
        weight = weight_of.get(form, 0.0)
        if weight < _LEAST_TELLING:
            continue
        often = len(places_a[form]) * len(places_b[form]) > _MOST_POINTS_A_TERM
        points += [
            _Point(at_a, at_b, form, weight)
            for at_a in places_a[form]
            for at_b in places_b[form]
            if not often or _goes_on(a, at_a, b, at_b)
        ]
    return sorted(points, key=lambda point: (point.at_a, point.at_b))


def _places(words: Sequence[PlacedWord]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for at, word in enumerate(words):
        places.setdefault(word.form, []).append(at)
    return places


def _goes_on(a: Sequence[PlacedWord], at_a: int, b: Sequence[PlacedWord], at_b: int) -> bool:
    return any(
        0 <= at_a + step < len(a) and 0 <= at_b + step < len(b) and a[at_a + step].form == b[at_b + step].form
        for step in (-1, 1)
    )


def _chains(points: Sequence[_Point]) -> tuple[list[float], list[int]]:
    """Weight of the heaviest chain that ends in each point, and the point before it there, -1 for none."""
    places = [point.at_a for point in points]
    total = [point.weight for point in points]
    before = [-1] * len(points)
    for at, point in enumerate(points):
        first = bisect_left(places, point.at_a - _MOST_APART)
        for earlier in range(first, bisect_left(places, point.at_a)):
            apart = abs(point.at_b - points[earlier].at_b)
            if not 0 < apart <= _MOST_APART or points[earlier].form == point.form:
                continue
            skipped = point.at_a - points[earlier].at_a + apart - 2
            weight = total[earlier] + point.weight - _SKIPPED * skipped
            if weight > total[at]:
                total[at], before[at] = weight, earlier
    return total, before


def _chain(before: Sequence[int], last: int) -> Iterator[int]:
    while last >= 0:
        yield last
        last = before[last]


def _overlap(left: Sequence[_Point], right: Sequence[_Point]) -> bool:
    """Whether two chains share a word of either article."""
    return any(_meet(_ends(left, of_a=side), _ends(right, of_a=side)) for side in (True, False))


def _ends(chain: Sequence[_Point], *, of_a: bool) -> tuple[int, int]:
    places = [point.at_a if of_a else point.at_b for point in chain]
    return min(places), max(places)


def _meet(left: tuple[int, int], right: tuple[int, int]) -> bool:
    return left[0] <= right[1] and right[0] <= left[1]


def _passage(
    a: tuple[Article, Sequence[PlacedWord]],
    b: tuple[Article, Sequence[PlacedWord]],
    chain: Sequence[_Point],
    weight: float,
) -> Passage:
    terms = dict.fromkeys(point.form for point in sorted(chain, key=lambda point: point.at_a))
    return Passage(
        a=_span(*a, _ends(chain, of_a=True)),
        b=_span(*b, _ends(chain, of_a=False)),
        terms=tuple(terms),
        weight=weight,
    )


def _span(article: Article, words: Sequence[PlacedWord], ends: tuple[int, int]) -> Span:
    return span_of(article, words[_widened(article, words, ends[0], -1)], words[_widened(article, words, ends[1], 1)])


def _widened(article: Article, words: Sequence[PlacedWord], at: int, step: int) -> int:
    """Where the phrase around a word ends: two words on at most, and none beyond a comma or the like."""
    for _ in range(_WIDENED_BY):
        following = at + step
        if not 0 <= following < len(words) or words[following].field != words[at].field:
            break
        left, right = sorted((words[at], words[following]), key=lambda word: word.start)
        if article_field(article, left.field)[left.end : right.start].strip(" '’-"):
            break
        at = following
    return at

"""What an article and its copy have in common, stretch by stretch, and what was cut, added or changed."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from dedupe.models import Article, DuplicatePair
from dedupe.stories.explain_words import PlacedWord, article_field, placed_words
from dedupe.stories.explained import Copy, Span, Stretch

MAX_STRETCHES = 50

_READ_WORDS = 2_000

# Where a stretch begins and ends: among the words of one article, and of the other.
_Ends = tuple[int, int, int, int]


def explain_copy(a: Article, b: Article, pair: DuplicatePair) -> Copy:
    """How ``b`` differs from ``a``: what is the same, two words or more at a time, and what was edited in between.

    Titles are compared with titles and texts with texts, of each the first 2,000 words. The fifty longest stretches of
    either kind are named, in reading order.
    """
    aligned: list[Stretch] = []
    edits: list[Stretch] = []
    words_a, words_b = placed_words(a), placed_words(b)
    for field in ("title", "text"):
        in_a, in_b = ([word for word in words if word.field == field][:_READ_WORDS] for words in (words_a, words_b))
        same = list(_same(in_a, in_b))
        spans = _spans(a, in_a, field), _spans(b, in_b, field)
        aligned += [_stretch(ends, spans) for ends in same]
        edits += [_stretch(ends, spans) for ends in _between(same, len(in_a), len(in_b))]
    return Copy(pair, _longest(aligned), _longest(edits))


def _same(a: Sequence[PlacedWord], b: Sequence[PlacedWord]) -> Iterator[_Ends]:
    """Stretches of two words or more that are the same, in the order of both; a field that is all the same is one."""
    if a and [word.form for word in a] == [word.form for word in b]:
        yield 0, len(a), 0, len(b)
        return
    # Pairs of words repeat themselves far less than words do, and the matcher's time grows with repetition.
    matcher = SequenceMatcher(None, _pairs(a), _pairs(b), autojunk=False)
    end_a = end_b = 0
    for start_a, start_b, n_pairs in matcher.get_matching_blocks():
        late = max(end_a - start_a, end_b - start_b, 0)  # the last word of the stretch before begins this one too
        if n_pairs and late < n_pairs + 1:
            end_a, end_b = start_a + n_pairs + 1, start_b + n_pairs + 1
            yield start_a + late, end_a, start_b + late, end_b


def _pairs(words: Sequence[PlacedWord]) -> list[tuple[str, str]]:
    return [(left.form, right.form) for left, right in pairwise(words)]


def _between(same: Sequence[_Ends], n_a: int, n_b: int) -> Iterator[_Ends]:
    """What lies between the stretches, before the first and after the last."""
    for before, after in pairwise([(0, 0, 0, 0), *same, (n_a, n_a, n_b, n_b)]):
        ends = before[1], after[0], before[3], after[2]
        if ends[0] < ends[1] or ends[2] < ends[3]:
            yield ends


def _spans(article: Article, words: Sequence[PlacedWord], field: str) -> Callable[[int, int], Span]:
    """A function from places of words to the stretch they make; an empty one lies behind the word before it."""
    text = article_field(article, field)

    def span(begin: int, end: int) -> Span:
        if begin == end:
            at = words[begin - 1].end if begin else 0
            return Span(field, at, at, "")
        first, last = words[begin].start, words[end - 1].end
        return Span(field, first, last, text[first:last])

    return span


def _stretch(ends: _Ends, spans: tuple[Callable[[int, int], Span], Callable[[int, int], Span]]) -> Stretch:
    return Stretch(spans[0](*ends[:2]), spans[1](*ends[2:]))


def _longest(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """The longest stretches in the order given."""
    numbered = list(enumerate(stretches))
    kept = sorted(numbered, key=lambda one: (-max(len(one[1].a.text), len(one[1].b.text)), one[0]))[:MAX_STRETCHES]
    return tuple(stretch for _, stretch in sorted(kept, key=lambda one: one[0]))

"""A short label of a story for people, made of phrases of its own articles."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from dedupe.text.words import is_cut_inside, pieces

_LABEL_PHRASES = 4
_LABEL_CHARACTERS = 80
_PHRASE_WORDS = 4
_READ_CHARACTERS = 2_000
_COMPANION_VALUE = 0.1
_WORD = re.compile(r"\w+")
_JOINT = re.compile(r"[ \-'’]?")
_UNTITLED = "untitled"

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Word:
    """A word in lower case and where it stands."""

    form: str
    start: int
    end: int


def story_label(keywords: Sequence[str], *, text: str, companions: Set[Pair]) -> str:
    """Up to four phrases of the representative's text that the keywords make, in its own spelling and order.

    Words side by side become one phrase if both are keywords or they are companions. A text without any keyword is
    called by its first words, one without words ``untitled``.

    Parameters
    ----------
    keywords
        Best first.
    companions
        Pairs of words, one of them a keyword, that belong together where they stand side by side.
    """
    value = {keyword: 1 / (2 + rank) for rank, keyword in enumerate(keywords)}
    phrases = list(_phrases(text, _words_near(text[:_READ_CHARACTERS], value.keys()), value.keys(), companions))
    chosen = sorted(_best(phrases, value), key=lambda phrase: phrase[0].start)
    spelt = ", ".join(text[phrase[0].start : phrase[-1].end] for phrase in chosen)
    return spelt or first_words(text)


def _words_near(text: str, keywords: Set[str]) -> Iterable[tuple[int, _Word]]:
    """The keywords and the words beside them, in their order: no other word is in a phrase.

    Each comes with a number, one more than that of the word before if no other word is between them. Words are as the
    tokeniser cuts them; those of scripts without spaces overlap.
    """
    lower = text.lower()
    if len(lower) == len(text) and (_is_western(text) or not is_cut_inside(text)):
        return _spelt_near(lower, keywords)
    words = [word for token in _WORD.finditer(text) for word in _cut(token[0], token.start())]
    places = [at for at, word in enumerate(words) if word.form in keywords]
    return [(at, words[at]) for at in _with_those_beside(places, len(words))]


def _with_those_beside(places: Iterable[int], n: int) -> list[int]:
    return sorted({near for at in places for near in (at - 1, at, at + 1) if 0 <= near < n})


def _spelt_near(lower: str, keywords: Set[str]) -> Iterator[tuple[int, _Word]]:
    # To look for ten words takes a fifth of the time of cutting all.
    bounds = {
        own for keyword in keywords for start in _starts(lower, keyword) for own in _beside(lower, start, keyword)
    }
    number, last = 0, 0
    for start, end in sorted(bounds):
        number += 1 if _WORD.search(lower, last, start) is None else 2
        last = end
        yield number, _Word(lower[start:end], start, end)


def _starts(lower: str, keyword: str) -> Iterator[int]:
    """Where the keyword stands as a whole word."""
    start = lower.find(keyword)
    while start >= 0:
        end = start + len(keyword)
        if not _is_in_word(lower[start - 1 : start]) and not _is_in_word(lower[end : end + 1]):
            yield start
        start = lower.find(keyword, end)


def _beside(lower: str, start: int, keyword: str) -> Iterator[tuple[int, int]]:
    """Where the keyword, the word before and the word after it start and end."""
    yield start, start + len(keyword)
    if (after := _WORD.search(lower, start + len(keyword))) is not None:
        yield after.span()
    end = start
    while end > 0 and not _is_in_word(lower[end - 1]):
        end -= 1
    start = end
    while start > 0 and _is_in_word(lower[start - 1]):
        start -= 1
    if end > 0:
        yield start, end


def _is_in_word(character: str) -> bool:
    # What ``\\w`` matches, at a tenth of the time.
    return character.isalnum() or character == "_"


def _is_western(text: str) -> bool:
    # A hundredth of the time of looking for letters of other scripts.
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _cut(token: str, begin: int) -> Iterator[_Word]:
    at = 0
    for piece in pieces(token):
        at = token.index(piece, at)
        yield _Word(piece.lower(), begin + at, begin + at + len(piece))


def _phrases(
    text: str, words: Iterable[tuple[int, _Word]], keywords: Set[str], shared: Set[Pair]
) -> Iterator[list[_Word]]:
    """Stretches of keywords and the words shared beside them, each with a keyword; words come with their places."""
    run: list[_Word] = []
    last = -1
    for at, word in words:
        pair = (run[-1].form, word.form) if run and at == last + 1 else None
        last = at
        joined = pair is not None and (keywords >= set(pair) or pair in shared)
        if joined and len(run) < _PHRASE_WORDS and _adjoin(text, run[-1], word):
            run.append(word)
            continue
        if any(member.form in keywords for member in run):
            yield run
        run = [word]
    if any(member.form in keywords for member in run):
        yield run


def _adjoin(text: str, left: _Word, right: _Word) -> bool:
    return right.start <= left.end or _JOINT.fullmatch(text, left.end, right.start) is not None


def _best(phrases: Sequence[list[_Word]], value: Mapping[str, float]) -> list[list[_Word]]:
    """Phrases of the highest value that fit the label, no keyword in two of them."""

    def worth(phrase: list[_Word]) -> float:
        forms = {word.form for word in phrase}
        # A set has no order of its own, and a sum of floats in another order may be another sum.
        return math.fsum(value.get(form, _COMPANION_VALUE) for form in forms)

    chosen: list[list[_Word]] = []
    used: set[str] = set()
    room = _LABEL_CHARACTERS
    for phrase in sorted(phrases, key=lambda phrase: (-worth(phrase), phrase[0].start)):
        forms = {word.form for word in phrase}
        length = phrase[-1].end - phrase[0].start + len(", ")
        if len(chosen) < _LABEL_PHRASES and length <= room and not forms & used:
            chosen.append(phrase)
            used |= forms
            room -= length
    return chosen


def headline(title: str, text: str) -> str:
    """The title, or else the first line of the text, as long as a label may be; ``untitled`` without either."""
    first_line = next((line for line in text.splitlines() if line.strip()), "")
    return first_words(title or first_line)


def first_words(text: str) -> str:
    """What a text begins with, as long as a label may be; ``untitled`` for one without words."""
    words = text.split()
    if not words:
        return _UNTITLED
    whole = " ".join(words[:_LABEL_CHARACTERS])
    if len(whole) <= _LABEL_CHARACTERS:
        return whole
    cut = whole[:_LABEL_CHARACTERS]
    return cut.rsplit(" ", 1)[0]

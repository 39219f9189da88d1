"""A short label of a story for people, made of phrases of its own articles."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

from dedupe.text.words import pieces

_LABEL_PHRASES = 4
_LABEL_CHARACTERS = 80
_PHRASE_WORDS = 4
_READ_CHARACTERS = 10_000
_COMPANION_VALUE = 0.1
_WORD = re.compile(r"\w+")
_JOINT = re.compile(r"[ \-'’]?")
_UNTITLED = "untitled"


@dataclass(frozen=True, slots=True)
class _Word:
    """A word in lower case and where it stands."""

    form: str
    start: int
    end: int


def story_label(keywords: Sequence[str], *, texts: Sequence[str], telling: Set[str]) -> str:
    """Up to four phrases of the first text that the keywords make, in its own spelling and order.

    Words side by side become one phrase if both are keywords, or if a keyword stands beside a telling word in another
    text of the story too. A text without any keyword is called by its first words, one without words ``untitled``.

    Parameters
    ----------
    keywords
        Best first.
    texts
        The representative's text first, then those of other members.
    telling
        Words of the first text that are not too frequent to tell anything.
    """
    read = [list(_words(text[:_READ_CHARACTERS])) for text in texts]
    value = {keyword: 1 / (2 + rank) for rank, keyword in enumerate(keywords)}
    phrases = list(_phrases(texts[0], read[0], value.keys(), _companions(read, value.keys(), telling)))
    chosen = sorted(_best(phrases, value), key=lambda phrase: phrase[0].start)
    spelt = ", ".join(texts[0][phrase[0].start : phrase[-1].end] for phrase in chosen)
    return spelt or first_words(texts[0])


def _companions(read: Sequence[Sequence[_Word]], keywords: Set[str], telling: Set[str]) -> frozenset[tuple[str, str]]:
    """Pairs of telling words, one of them a keyword, side by side in the first text and in another, if there is one."""
    elsewhere = frozenset(pair for words in read[1:] for pair in _pairs(words))
    return frozenset(
        pair
        for pair in _pairs(read[0])
        if telling >= set(pair) and keywords & set(pair) and (len(read) == 1 or pair in elsewhere)
    )


def _words(text: str) -> Iterator[_Word]:
    """Words as the tokeniser cuts them; those of scripts without spaces overlap."""
    for token in _WORD.finditer(text):
        at = 0
        for piece in pieces(token[0]):
            at = token[0].index(piece, at)
            yield _Word(piece.lower(), token.start() + at, token.start() + at + len(piece))


def _pairs(words: Sequence[_Word]) -> Iterator[tuple[str, str]]:
    return ((left.form, right.form) for left, right in pairwise(words))


def _phrases(
    text: str, words: Sequence[_Word], keywords: Set[str], shared: Set[tuple[str, str]]
) -> Iterator[list[_Word]]:
    """Stretches of keywords and the words shared beside them, each with a keyword."""
    run: list[_Word] = []
    for word in words:
        pair = (run[-1].form, word.form) if run else None
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

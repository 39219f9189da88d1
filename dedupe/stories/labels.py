"""A short label of a story for people, made of phrases of its own articles."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import accumulate

from dedupe.text.words import is_cut_inside, pieces

_LABEL_PHRASES = 4
_LABEL_CHARACTERS = 80
_PHRASE_WORDS = 4
_READ_CHARACTERS = 2_000
_COMPANION_VALUE = 0.1
_WORD = re.compile(r"\w+")
_WORD_OR_GAP = re.compile(r"(\w+)")
_JOINT = re.compile(r"[ \-'’]?")
_UNTITLED = "untitled"

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Word:
    """A word in lower case and where it stands."""

    form: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Read:
    """Words of a text in reading order, in lower case, and where they start and end."""

    forms: Sequence[str]
    starts: Sequence[int]
    ends: Sequence[int]

    def word(self, at: int) -> _Word:
        """One word."""
        return _Word(self.forms[at], self.starts[at], self.ends[at])


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
    read = _read(text[:_READ_CHARACTERS])
    value = {keyword: 1 / (2 + rank) for rank, keyword in enumerate(keywords)}
    near = _places_near(read.forms, value.keys())
    phrases = list(_phrases(text, [(at, read.word(at)) for at in near], value.keys(), companions))
    chosen = sorted(_best(phrases, value), key=lambda phrase: phrase[0].start)
    spelt = ", ".join(text[phrase[0].start : phrase[-1].end] for phrase in chosen)
    return spelt or first_words(text)


def _read(text: str) -> _Read:
    """Words as the tokeniser cuts them; those of scripts without spaces overlap."""
    lower = text.lower()
    if len(lower) != len(text) or (not _is_western(text) and is_cut_inside(text)):
        words = [word for token in _WORD.finditer(text) for word in _cut(token[0], token.start())]
        return _Read([word.form for word in words], [word.start for word in words], [word.end for word in words])
    parts = _WORD_OR_GAP.split(lower)  # a gap, a word, a gap and so on: ten times as fast as word by word
    ends = list(accumulate(map(len, parts)))
    return _Read(parts[1::2], ends[0::2], ends[1::2])


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


def _places_near(forms: Sequence[str], keywords: Set[str]) -> list[int]:
    """Places of the keywords and of the words beside them, ascending: no other word is in a phrase."""
    places = [at for at, form in enumerate(forms) if form in keywords]
    return sorted({near for at in places for near in (at - 1, at, at + 1) if 0 <= near < len(forms)})


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

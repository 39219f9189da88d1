"""Words of an article, and where they stand in it as it was given."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from dedupe.models import Article
from dedupe.stories.explained import Span
from dedupe.text.words import pieces

# Combining marks belong to their word: those of decomposed letters, and the vowels of Indic and other scripts.
_MARKED = (range(0x0300, 0x0370), range(0x0900, 0x10A0), range(0x1780, 0x1800))
_MARKS = "".join(chr(code) for block in _MARKED for code in block if unicodedata.category(chr(code)) in ("Mn", "Mc"))
_WORD = re.compile(rf"\w[\w{_MARKS}]*")


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A word in lower case, and where it stands: in which field, and which characters of it."""

    form: str
    field: str
    start: int
    end: int


# No words, as many as make what is before and after them far apart.
_GAP = [PlacedWord("", "", 0, 0)] * 12


def placed_words(article: Article) -> list[PlacedWord]:
    """Words of the title, unless the text begins with it, and of the text; after each field a gap of empty words."""
    title = "" if article.title is None else article.title
    fields = [("title", title), ("text", article.text)]
    if not title or article.text.lstrip().startswith(title.strip()):
        del fields[0]
    words = [[*_words_of(text, field), *_GAP] for field, text in fields]
    return [word for field in words for word in field]


def _words_of(text: str, field: str) -> Iterator[PlacedWord]:
    """Words as the tokeniser cuts them; those of scripts without spaces overlap."""
    for token in _WORD.finditer(text):
        at = 0
        for piece in pieces(token[0]):
            at = token[0].index(piece, at)
            start = token.start() + at
            form = piece if piece.isascii() else unicodedata.normalize("NFC", piece)
            yield PlacedWord(form.lower(), field, start, start + len(piece))


def article_field(article: Article, field: str) -> str:
    """The title or the text of an article; an absent title is empty."""
    if field == "text":
        return article.text
    return "" if article.title is None else article.title


def span_of(article: Article, first: PlacedWord, last: PlacedWord) -> Span:
    """The stretch from one word to another of the same field."""
    return Span(first.field, first.start, last.end, article_field(article, first.field)[first.start : last.end])

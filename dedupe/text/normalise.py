"""One form of a text for all spellings of it: Unicode, white space, and lines that are not the article's own.

What comes out is persisted as hashes: a change of it is a new `NORMALISER_VERSION`.
"""

import hashlib
import re
import unicodedata

from dedupe.models import Article
from dedupe.text.words import tokens

NORMALISER_VERSION: int = 1

_AGENCY = (
    r"(?:Reuters|Thomson Reuters|AP|(?:The )?Associated Press|AFP|dpa|DPA|UPI|PTI|ANI|IANS|EFE|ANSA|TASS|Tass|"
    r"Xinhua|Kyodo(?: News)?|Yonhap|Bloomberg|CNN|BBC|agencies|Agencies|wires)"
)
_CREDIT = rf"\w+ [a-z]+ (?:from|by) (?:the )?{_AGENCY}(?:(?:,| and|, and) (?:the )?{_AGENCY})*[.)]*"
_CLAIM = r"(?:©|\(c\)|copyright)(?:[^a-z]{0,12}(?:19|20)\d\d\b|.{0,160}\ball rights reserved\b).{0,160}"
_BUTTON = r"\w+(?:-\w+)?(?: this)?(?: article| story| page)?[.:!]?"
_SUBSCRIBE = r"(?:please |click here to )?subscribe(?: now| here| today)?(?: to (?:our|the) .{0,60})?[.!]?"

# The first word of a line, and what the whole line then looks like that is not the article's own.
_BOILERPLATE = {
    word: re.compile(rf"\(?(?:{line})", re.IGNORECASE)
    for words, line in (
        ("with additional", _CREDIT),
        ("© c copyright", _CLAIM),
        ("all", r"all rights reserved\b.{0,160}"),
        ("this", r"this material may not be (?:published|broadcast|rewritten|redistributed).{0,160}"),
        ("share print email e-mail tweet save", _BUTTON),
        ("subscribe please click", _SUBSCRIBE),
        ("sign", r"sign up (?:for|to) (?:our|the) .{0,80}newsletters?\b.{0,80}"),
        ("follow", r"follow us on .{0,80}"),
        ("advertisement", "advertisement"),
        ("read see", r"\w+ (?:more|also)[.:]?"),
    )
    for word in words.split()
}
# Longer lines are read as text: no newsroom's boilerplate needs more, and every pattern stays cheap.
_LONGEST_BOILERPLATE = 300
_N_LINES_WITH_DATELINE = 3

_PLACE = r"[A-Z][^\W\d_a-z]{1,24}(?:[ .'’/-]{1,2}[A-Z][^\W\d_a-z]{0,24}){0,4}"  # MEXICO CITY, ST. JOHN'S
_DAY = r"(?:Jan|Feb|March|April|May|June|July|Aug|Sept?|Oct|Nov|Dec)[a-z.]{0,7} \d{1,2}"
_DATELINE = re.compile(
    rf"(?:{_PLACE}(?:, [A-Z][A-Za-z. ]{{1,24}})?(?:, {_DAY})?,? \({_AGENCY}\) ?(?:-{{1,2}}|[–—]) ?"
    rf"|{_PLACE}(?:, {_DAY})? (?:--|[–—]) "
    rf"|\({_AGENCY}\) ?(?:-{{1,2}}|[–—]) ?)"
)

# Everything outside words, ASCII and the punctuation that most texts have: white space, marks, symbols, the unseen.
_ODD = re.compile(r"[^\w\n -~\u00a1-\u00ac\u00ae-\u00bf\u2010-\u2027\u3001-\u301f\uff01-\uff0f]")
_LONG_MARK_RUN = re.compile(r"[^\w\s!-~]{31,}")
_LONGEST_MARK_RUN = 30  # Unicode's own limit, the Stream-Safe Text Format (UAX 15)
_MOST_MARKS_IN_ONE = 3  # what NFC makes of one character at most


def content(article: Article) -> str:
    """Title and text as one text; a title that the text already begins with is not repeated."""
    title = " ".join((article.title if article.title is not None else "").split())
    if not title or _begins_with(article.text, title):
        return article.text
    return f"{title}\n\n{article.text}" if article.text else title


def normalise(text: str) -> str:
    """One form of the text, its lines separated by single line feeds; normalising it again changes nothing.

    Unicode NFC. Control and format characters and lone surrogates are gone, the zero-width joiners too: they
    shape glyphs, and copies lose them first. Runs of white space are one space. Gone are lines that only name
    agencies, claim copyright or ask to share or subscribe, and a dateline at the head of one of the first
    three lines; a text of nothing else stays as it is. The time is linear in the length of any text.
    """
    lines = [line for raw in _clean(text).split("\n") if (line := " ".join(raw.split()))]
    kept: list[str] = []
    for line in lines:
        own = _without_dateline(line) if len(kept) < _N_LINES_WITH_DATELINE else line
        if own and not _is_boilerplate(own):
            kept.append(own)
    return "\n".join(kept if kept else lines)


def text_key(text: str) -> bytes:
    """16 bytes, equal for texts whose normalised words are equal in order: case and punctuation do not count.

    A text without words is keyed by its normalised characters and never equals one with words.
    """
    return key_of_normalised(normalise(text))


def key_of_normalised(text: str) -> bytes:
    """`text_key` of a text that is normalised already."""
    words = tokens(text)
    if not words:
        return hashlib.blake2b(text.strip().encode(), digest_size=16, person=b"characters").digest()
    return hashlib.blake2b(" ".join(words).encode(), digest_size=16, person=b"words").digest()


def _begins_with(text: str, title: str) -> bool:
    # Twice the title's length is room enough for its white space.
    head = " ".join(text[: 2 * len(title) + 80].split())
    if not head.casefold().startswith(title.casefold()):
        return False
    return not head[len(title) : len(title) + 1].isalnum()


def _clean(text: str) -> str:
    lines = "\n".join(text.splitlines())
    if lines.isascii() and lines.replace("\n", "").isprintable():
        return lines
    wanted, n_odd = _ODD.subn(_replacement, lines)
    if n_odd <= _LONGEST_MARK_RUN // _MOST_MARKS_IN_ONE:
        return unicodedata.normalize("NFC", wanted)
    # Canonical ordering takes quadratic time in a run of marks, so runs are cut first. Every mark is odd.
    bounded = _LONG_MARK_RUN.sub(_cut_marks, wanted)
    return _LONG_MARK_RUN.sub(_cut_marks, unicodedata.normalize("NFC", bounded))


def _replacement(odd: re.Match[str]) -> str:
    character = odd.group()
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) in ("Cc", "Cf", "Cs") else character


def _cut_marks(run: re.Match[str]) -> str:
    n_marks = 0
    kept: list[str] = []
    for character in run.group():
        n_marks = n_marks + 1 if unicodedata.combining(character) else 0
        if n_marks <= _LONGEST_MARK_RUN:
            kept.append(character)
    return "".join(kept)


def _without_dateline(line: str) -> str:
    at = 0
    while dateline := _DATELINE.match(line, at):
        at = dateline.end()
    return line[at:].lstrip()


def _is_boilerplate(line: str) -> bool:
    if len(line) > _LONGEST_BOILERPLATE:
        return False
    word = "©" if line[0] == "©" else line.split(" ", 1)[0].strip("().:!").lower()
    return word in _BOILERPLATE and _BOILERPLATE[word].fullmatch(line) is not None

"""One form of a text for all spellings of it: Unicode, white space, and lines that are not the article's own.

What comes out is persisted as hashes: a change of it is a new `NORMALISER_VERSION`.
"""

import re
import unicodedata

from dedupe.models import Article
from dedupe.text.keys import key_bytes, text_keys_of
from dedupe.text.words import cut_words

NORMALISER_VERSION: int = 2

_AGENCY = (
    r"(?:Reuters|REUTERS|Thomson Reuters|AP|(?:The )?Associated Press|AFP|dpa|DPA|UPI|PTI|ANI|IANS|EFE|ANSA|TASS|Tass|"
    r"Xinhua|Kyodo(?: News)?|Yonhap|Bloomberg|CNN|BBC|AAP|APA|PA(?: Media)?|Belga|Lusa|Interfax|Anadolu|Bernama|Antara|"
    r"Europa Press|Adnkronos|AGI|(?:The )?Canadian Press|CP|Dow Jones|Business Wire|PRNewswire|PR Newswire|"
    r"GLOBE NEWSWIRE|agencies|Agencies|agencias|wires)"
)
# Words without a small letter at their head, and the small ones that join them: names. A sentence has others.
_NAME = r"(?-i:[^\W\d_a-z][\w.'’/&-]*|and|for|of|in|de|del|della|di|da|der|van|von|bin|al|y|et|und|e)"
_NAMES = rf"{_NAME}(?:(?:[,;]| \|)? {_NAME}){{0,7}}[.)]*"
_CREDIT = rf"\w+ [a-z]+ (?:from|by) (?:the )?{_AGENCY}(?:(?:,| and|, and) (?:the )?{_AGENCY})*[.)]*"
_WORK = r"(?:additional |further )?(?:reporting|writing|editing|compiled)(?: and (?:reporting|writing|editing))?"
_DESK = rf"{_WORK} by {_NAMES}(?:[;,]? {_WORK} by {_NAMES}){{0,3}}"
_BYLINE = rf"by {_NAME}(?:,| \|)? {_NAMES}"
_PICTURE = rf"\w+(?: ?credits?| courtesy(?: of)?)?(?: by|:| de) {_NAMES}"
_CLAIM = r"(?:©|\(c\)|copyright)(?:[^a-z]{0,12}(?:19|20)\d\d\b|.{0,160}\ball rights reserved\b).{0,160}"
_RIGHTS = (
    r"(?:all rights reserved|alle rechte vorbehalten|todos los derechos reservados|todos os direitos reservados|"
    r"tous droits réservés|tutti i diritti riservati)\b.{0,160}"
)
_TERMS = r"this material may not be (?:published|broadcast|rewritten|redistributed).{0,160}"
_TIME = (
    r"(?:\d[\d:./-]*(?:st|nd|rd|th|[ap]m)?|[ap]\.?m\.?|(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)[a-z]{0,6}|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|gmt|utc|e[sd]?t|c[sd]t|p[sd]t|bst|at|on|hours?|minutes?|days?|[|•–-])"
)
_STAMP = rf"(?=.*\d)(?:first |last )?(?:updated|published|posted)(?: on| at)?:?(?: {_TIME}[.,]?){{1,14}}(?: ago)?"
_BUTTON = r"\w+(?:-\w+)?(?: this)?(?: article| story| page)?[.:!]?"
_SUBSCRIBE = r"(?:please |click here to )?subscribe(?: now| here| today)?(?: to (?:our|the) .{0,60})?[.!]?"
_ELSEWHERE = r"(?: ?[:|»>] ?.{0,160}|[.…]{0,3})"  # after "Read also": nothing, or the headline of another page
_APPS = r"(?:twitter|x|facebook|instagram|telegram|whatsapp|linkedin|youtube|tiktok|threads|bluesky|google news)"

# What a line begins with, the words of which one comes next, and what the whole line then looks like that is not the
# article's own. The next words are no more than the pattern asks for, so that most lines need none: `ANY` where there
# are too many, `LATER` before them where any other word comes in between, `NAMED` where a name is one too.
ANY, LATER, NAMED = "*", "…", "A"
_LINES = (
    ("with", "… from by inputs", rf"{_CREDIT}|with (?:agency|wire) inputs[.)]*"),
    ("additional further", "… from by and", rf"{_CREDIT}|{_DESK}"),
    ("reporting writing editing compiled", "by and", _DESK),
    (
        "by",
        "A and for of in de del della di da der van von bin al y et und e continuing using clicking signing",
        rf"{_BYLINE}|by (?:continuing|using|clicking|signing)\b.{{0,80}}\byou (?:agree|accept|consent)\b.{{0,160}}",
    ),
    ("photo photos photograph image picture foto bild", "credit credits courtesy by de", _PICTURE),
    ("ap afp", "photo file", rf"(?:ap|afp) (?:photo|file photo)(?:/| by ){_NAMES}"),
    (
        "associated",
        "press",
        r"associated press (?:writer|reporter|journalist)s? .{1,160} contributed(?: to this report)?[.)]*",
    ),
    ("our", "standards", r"our standards: the thomson reuters trust principles.{0,40}"),
    ("first last", "updated published posted", _STAMP),
    ("updated published posted", ANY, _STAMP),
    ("© c copyright", ANY, _CLAIM),
    ("all alle todos tous tutti", "rights rechte los os droits i", _RIGHTS),
    ("this", "material web website site", rf"{_TERMS}|this (?:web ?)?site uses cookies\b.{{0,250}}"),
    ("we", "and use", r"we (?:and our .{0,30}partners )?use cookies\b.{0,250}"),
    ("share print email e-mail tweet save", "this article story page on", rf"{_BUTTON}|share on {_APPS}"),
    ("teilen drucken partager imprimer compartir compartilhar imprimir condividi stampa", "", r"\w+[.:!]?"),
    ("subscribe please", "subscribe now here today to", _SUBSCRIBE),
    ("click", "here to", rf"{_SUBSCRIBE}|click (?:here (?:to|for)|to (?:share|print|email|tweet|view)) .{{0,100}}"),
    (
        "sign",
        "up in",
        r"sign up (?:for|to) (?:our|the) .{0,80}newsletters?\b.{0,80}|sign (?:in|up)(?: here| now)?[.!]?",
    ),
    ("follow", ANY, rf"follow us on .{{0,80}}|follow .{{1,60}} on {_APPS}\b.{{0,60}}"),
    ("listen", "to", r"listen to (?:this )?(?:article|story)\b.{0,30}"),
    ("advertisement anzeige werbung publicidad publicidade publicité pubblicità", "", r"\w+[.:]?"),
    (
        "continue story article",
        "reading continues",
        r"continue reading\b.{0,60}|(?:story|article) continues below\b.{0,40}",
    ),
    ("read see also", "more also read", rf"(?:read|see) (?:more|also){_ELSEWHERE}|also read{_ELSEWHERE}"),
    (
        "related recommended",
        "articles stories news coverage topics content",
        r"\w+(?: (?:articles|stories|news|coverage|topics|content))?(?: ?: ?.{0,160})?",
    ),
    (
        "lea lee leer leia",
        "también más mais também",
        rf"(?:lea|lee|leia) (?:también|más|mais|também){_ELSEWHERE}|leer más{_ELSEWHERE}",
    ),
    ("lire lesen leggi", "aussi la sie anche", rf"(?:lire (?:aussi|la suite)|lesen sie auch|leggi anche){_ELSEWHERE}"),
    ("comments leave post", "are a", r"comments (?:are closed|\(\d+\)).{0,40}|(?:leave|post) a comment[.!]?"),
    ("skip", "to", r"skip to (?:main )?content[.]?"),
)
NEXT_WORDS = {word: next_words for words, next_words, _ in _LINES for word in words.split()}
_BOILERPLATE = {
    word: re.compile(rf"\(?(?:{line})", re.IGNORECASE) for words, _, line in _LINES for word in words.split()
}
# Longer lines are read as text: no newsroom's boilerplate needs more, and every pattern stays cheap.
_LONGEST_BOILERPLATE = 300
_N_LINES_WITH_DATELINE = 3

_PLACE = r"[A-Z][^\W\d_a-z]{1,24}(?:[ .'’/-]{1,2}[A-Z][^\W\d_a-z]{0,24}){0,4}"  # MEXICO CITY, ST. JOHN'S
_MONTH = (
    r"(?:[Jj]an|[Ff]eb|[Ff]év|[Mm]är|[Mm]ar|[Aa]pr|[Aa]br|[Aa]vr|[Mm]a[iy]|[Mm]ag|[Gg]iu|[Gg]en|[Jj]u[nilo]|[Ll]ug|"
    r"[Aa]go|[Aa]ug|[Aa]oû|[Ss]e[pt]|[Oo][ckut]t|[Nn]ov|[Dd][ei][czc]|[Ee]ne|[Dd]éc|[Ff]ev|[Dd]ic)\w{0,7}[.]?"
)
_DAY = rf"(?:{_MONTH} \d{{1,2}}|\d{{1,2}}\.? (?:de )?{_MONTH})"
_AGENCIES = rf"{_AGENCY}(?:[/,] ?{_AGENCY}){{0,2}}"
_DATELINE = re.compile(
    rf"(?:{_PLACE}(?:, [A-Z][A-Za-z. ]{{1,24}})?(?:, {_DAY})?,? \({_AGENCIES}\) ?(?:-{{1,2}}|[–—]) ?"
    rf"|{_PLACE}(?:, {_DAY})? (?:--|[–—]) "
    rf"|\({_AGENCIES}\) ?(?:-{{1,2}}|[–—]) ?)"
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
    return key_bytes(text_keys_of(cut_words([text]), [text]))[0]


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

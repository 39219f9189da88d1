"""What the page shows of stories and articles: strangers' text made harmless to read, and cut to size."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from dedupe.changes import HistoryEntry, StoryChange
from dedupe.models import Article, ArticleId, Member, StoryId, StoryView
from dedupe.story_table import Surroundings

MEMBERS_SHOWN = 25
MEMBERS_UNFOLDED = 6
RELATED_SHOWN = 5
NARROW_MARGIN = 0.05  # by less an article is nearer to its own story than to another: worth a look
TITLE_CHARS = 200
_NAME_CHARS = 60
_URL_CHARS = 2_000
# Each turns the text after it around, also outside its own element.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_MARKS_IN_A_ROW = 4  # no script stacks more; more of them paint over the lines above


@dataclass(frozen=True, slots=True)
class ShownLink:
    """A link to a story by its label."""

    path: str
    label: str


@dataclass(frozen=True, slots=True)
class ShownMember:
    """A line of a story; ``link`` is None where the article has no http address.

    ``rival`` is the other story it could nearly be in, None where its own is clearly nearer.
    """

    id: str
    path: str
    title: str
    source: str
    link: str | None
    published_at: datetime | None
    repeats: str | None
    repeats_path: str
    confidence: float
    rival: ShownLink | None


@dataclass(frozen=True, slots=True)
class ShownStory:
    """A story: ``folded`` members are there when asked for, ``n_unshown`` more are not on the page.

    ``related`` are other stories of its topic, ``n_related`` how many there are; ``children`` those it was split into.
    """

    id: str
    path: str
    data_path: str
    label: str
    keywords: str
    state: str
    settled: bool
    updated_at: datetime
    n_members: int
    n_copies: int
    n_sources: int
    members: tuple[ShownMember, ...]
    folded: tuple[ShownMember, ...]
    n_unshown: int
    related: tuple[ShownLink, ...]
    n_related: int
    children: tuple[ShownLink, ...]


def shown_story(
    view: StoryView,
    articles: Mapping[ArticleId, Article],
    near: Surroundings,
    *,
    unfolded: int = MEMBERS_UNFOLDED,
    shown: int = MEMBERS_SHOWN,
    n_related: int = RELATED_SHOWN,
) -> ShownStory:
    """Story as a page shows it; an article that expired meanwhile is shown by its id."""
    story = view.story
    members = tuple(_member(member, articles.get(member.article_id), near.rivals) for member in story.members[:shown])
    related = [_link(story_id, label) for story_id, label in near.related.items()]
    return ShownStory(
        id=plain(story.id, limit=_NAME_CHARS),
        path=story_page_path(story.id),
        data_path=f"/v1/stories/{quote(story.id, safe='')}",
        label=plain(story.label, limit=TITLE_CHARS) or "(no label)",
        keywords=", ".join(plain(word, limit=_NAME_CHARS) for word in story.keywords[:8]),
        state=view.state,
        settled=view.settled,
        updated_at=view.updated_at.astimezone(UTC),
        n_members=len(story.members),
        n_copies=view.n_copies,
        n_sources=len(view.sources),
        members=members[:unfolded],
        folded=members[unfolded:],
        n_unshown=len(story.members) - len(members),
        related=tuple(related[:n_related]),
        n_related=len(related),
        children=tuple(_link(child, child) for child in view.children),
    )


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A line of a story's history."""

    at: datetime
    words: str
    stories: tuple[ShownLink, ...]


def shown_history(history: Sequence[HistoryEntry]) -> list[ShownChange]:
    """What happened to a story, the latest first."""
    return [_change(entry) for entry in reversed(history)]


def _change(entry: HistoryEntry) -> ShownChange:
    words, others = _WORDS[entry.change]
    if entry.n_articles is not None:
        words += f" {'to' if entry.change is StoryChange.GREW else 'with'} {entry.n_articles:,} articles"
    if entry.after is not None:
        words += f" {plain(entry.after, limit=TITLE_CHARS)}"
    if entry.stories:
        words += others
    return ShownChange(entry.at.astimezone(UTC), words, tuple(_link(story, story) for story in entry.stories))


# What is said of a change, and what leads to the other stories that took part.
_WORDS = {
    StoryChange.BORN: ("born", ", out of"),
    StoryChange.GREW: ("grew", ", by"),
    StoryChange.MERGED: ("merged", " with"),
    StoryChange.SPLIT: ("split", "; parted from it:"),
    StoryChange.RENAMED: ("renamed", ""),
    StoryChange.CLOSED: ("closed", ""),
}


def story_page_path(story_id: str) -> str:
    """Where the page of a story is."""
    return f"/stories/{quote(story_id, safe='')}"


def _link(story_id: str, label: str) -> ShownLink:
    return ShownLink(story_page_path(story_id), plain(label, limit=_NAME_CHARS) or "(no label)")


def _rival(member: Member, rivals: Mapping[StoryId, str]) -> ShownLink | None:
    if member.rival is None or member.margin is None or member.margin > NARROW_MARGIN or member.rival not in rivals:
        return None
    return _link(member.rival, rivals[member.rival])


def _member(member: Member, article: Article | None, rivals: Mapping[StoryId, str]) -> ShownMember:
    said = "" if article is None else article.title or article.text[: 4 * TITLE_CHARS]
    published_at = None if article is None else article.published_at
    copied = member.duplicate_of
    return ShownMember(
        id=plain(member.article_id, limit=_NAME_CHARS),
        path=article_path(member.article_id),
        title=plain(said, limit=TITLE_CHARS) or "(no title)",
        source=plain("" if article is None else article.source or "", limit=_NAME_CHARS),
        link=safe_link(None if article is None else article.url),
        published_at=None if published_at is None else published_at.astimezone(UTC),
        repeats=None if copied is None else plain(copied, limit=_NAME_CHARS),
        repeats_path=article_path(copied or ""),
        confidence=member.confidence,
        rival=_rival(member, rivals),
    )


def article_path(article_id: str) -> str:
    """Where the API has an article."""
    return f"/v1/articles/{quote(article_id, safe='')}"


def plain(text: str, *, limit: int) -> str:
    """Text on one line of at most ``limit`` characters, without what acts on the text around it.

    Control characters, direction marks, lone surrogates and towers of combining marks go; joiners stay, which
    several scripts need.
    """
    kept = "".join(" " if c.isspace() else c for c in text[: 4 * limit] if c.isspace() or _is_harmless(c))
    line = " ".join(_low(kept).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _is_harmless(character: str) -> bool:
    return character not in _BIDI and unicodedata.category(character) not in ("Cc", "Cs", "Cn", "Co")


def _low(text: str) -> str:
    kept, run = [], 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= _MARKS_IN_A_ROW:
            kept.append(character)
    return "".join(kept)


def safe_link(url: str | None) -> str | None:
    """Address a reader may be sent to: http or https with a host, nothing that is a program."""
    if url is None or len(url) > _URL_CHARS or re.search(r"[\s\x00-\x1f\x7f\\]", url) or not url.isprintable():
        return None
    try:
        parts = urlsplit(url)
        return url if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None

"""The values everything else speaks of: frozen, without behaviour, checked when made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dedupe.errors import InvalidArticle

ArticleId = NewType("ArticleId", str)
StoryId = NewType("StoryId", str)
JobId = NewType("JobId", str)
Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

MAX_ID_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Article:
    """One news article. ``published_at`` is timezone-aware; ``extra`` holds the keys nobody here reads."""

    id: ArticleId
    text: str = ""
    title: str | None = None
    published_at: datetime | None = None
    source: str | None = None
    url: str | None = None
    lang: str | None = None
    extra: Mapping[str, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 < len(self.id) <= MAX_ID_LENGTH:
            raise InvalidArticle(self.id[:40], "id", f"must have 1 to {MAX_ID_LENGTH} characters")
        if not self.id.isprintable():
            raise InvalidArticle(ascii(self.id), "id", "must not hold control characters")
        if self.published_at is not None and self.published_at.tzinfo is None:
            raise InvalidArticle(self.id, "published_at", "must have a timezone")


class DuplicateKind(StrEnum):
    """How an article repeats another: the same normalised text, nearly all of it, or one inside the other."""

    EXACT = "exact"
    NEAR = "near"
    CONTAINED = "contained"


@dataclass(frozen=True, slots=True)
class DuplicatePair:
    """Two articles of which one repeats the other; ``a`` comes before ``b`` in the input.

    ``jaccard`` and ``containment`` (of the smaller shingle set in the larger) are computed on the shingles, in [0, 1]:
    on those the decision was made on, without what is furniture of the articles' pages (see `FurnitureParams`).
    ``container`` is the one that contains the other, None unless ``kind`` is contained.
    """

    a: ArticleId
    b: ArticleId
    kind: DuplicateKind
    jaccard: float
    containment: float
    container: ArticleId | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an article was seen before: ``duplicate_of`` and ``kind`` are None for one that was not.

    ``group`` is the id of the group's canonical article, the article's own where it repeats nothing. What it repeats
    is the canonical article itself, or a copy of it that the two have in common. ``container`` is whichever of
    ``article_id`` and ``duplicate_of`` contains the other, None unless ``kind`` is contained. ``jaccard`` and
    ``containment`` are those of a `DuplicatePair`.
    """

    article_id: ArticleId
    group: ArticleId
    duplicate_of: ArticleId | None = None
    kind: DuplicateKind | None = None
    jaccard: float = 0.0
    containment: float = 0.0
    container: ArticleId | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a story's summary counts of an article: ``lang`` as given, or as guessed; all None where nobody knows."""

    source: str | None = None
    lang: str | None = None
    published_at: datetime | None = None
    duplicate_of: ArticleId | None = None


@dataclass(frozen=True, slots=True)
class Sketch:
    """What the service remembers of an article instead of its text.

    ``text_key`` has 16 bytes and is equal for equal normalised texts. ``signature`` has shape ``(num_perm,)`` and
    dtype uint32; it is empty for a text too short for a shingle. ``terms`` (uint32, ascending), ``weights`` (float32,
    term frequency after lead and title emphasis) and ``background`` (uint16, documents of 10,000 that would hold the
    term in the article's language) have one entry a term.
    """

    article_id: ArticleId
    text_key: bytes
    signature: NDArray[np.uint32]
    terms: NDArray[np.uint32]
    weights: NDArray[np.float32]
    background: NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Member:
    """An article's place in a story: ``confidence`` is the probability, in [0, 1], that it is the right one.

    ``rival`` is the nearest other story, and ``margin`` by how much more alike, in [-1, 1], the article is to its own;
    both are None where no other story is near, the margin alone for an article that has its story for itself.
    """

    article_id: ArticleId
    duplicate_of: ArticleId | None
    confidence: float
    rival: StoryId | None = None
    margin: float | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """Articles that report one event; a ``topic`` is what related stories share.

    ``keywords`` set the story apart from the others of its topic. ``representative`` is the medoid.
    """

    id: StoryId
    topic: str
    label: str
    keywords: tuple[str, ...]
    representative: ArticleId
    members: tuple[Member, ...]


class ArticleStatus(StrEnum):
    """Where an accepted article stands, by the ledger."""

    QUEUED = "queued"
    PROCESSING = "processing"
    ASSIGNED = "assigned"
    FAILED = "failed"


class JobState(StrEnum):
    """Where a job stands. The last four are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Submission:
    """The answer to one submitted article. ``created`` is False where the same article was known already.

    ``problem`` names the rule where the article was not accepted; ``status`` is None then.
    """

    article_id: ArticleId
    status: ArticleStatus | None
    created: bool
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """The story an article belongs to; ``settled`` once a recluster has decided it. See `Member` for the rest."""

    story_id: StoryId
    settled: bool
    confidence: float
    rival: StoryId | None = None
    margin: float | None = None


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An accepted article as it stands: ``assignment`` and ``verdict`` are there once it is assigned.

    ``failure`` says why an article was given up, and ``attempts`` how often it was tried.
    """

    article: Article
    status: ArticleStatus
    received_at: datetime
    attempts: int
    verdict: Verdict | None
    assignment: Assignment | None
    failure: str | None


class StoryState(StrEnum):
    """How alive a story is: few articles yet, growing, quiet for days, or ended (merged, split, out of the window)."""

    EMERGING = "emerging"
    ACTIVE = "active"
    DORMANT = "dormant"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class StoryView:
    """A story as it stands in the current generation; ``settled`` once a recluster has decided all of it.

    Of its articles ``n_copies`` repeat another. ``sources`` are those of the others, sorted: who reported for
    themselves. ``langs`` are sorted too. ``children`` are the stories that parted from it.
    """

    story: Story
    settled: bool
    created_at: datetime
    updated_at: datetime
    n_copies: int = 0
    sources: tuple[str, ...] = ()
    langs: tuple[str, ...] = ()
    first_published_at: datetime | None = None
    last_published_at: datetime | None = None
    state: StoryState = StoryState.ACTIVE
    children: tuple[StoryId, ...] = ()


@dataclass(frozen=True, slots=True)
class StoryPage:
    """One page of stories, in the order asked for; ``next_cursor`` is None on the last."""

    stories: tuple[StoryView, ...]
    next_cursor: str | None
    total: int


@dataclass(frozen=True, slots=True)
class ReclusterDiff:
    """What a recluster changes: ``churn`` is the share of the window's articles that change story, in [0, 1]."""

    n_articles: int
    n_stories: int
    moved: tuple[ArticleId, ...]
    born: tuple[StoryId, ...]
    merged: Mapping[StoryId, StoryId]
    split: Mapping[StoryId, tuple[StoryId, ...]]
    gone: tuple[StoryId, ...]
    churn: float


@dataclass(frozen=True, slots=True)
class Job:
    """A recluster job. ``progress`` is in [0, 1]; ``diff`` is there once it succeeded, ``error`` once it failed."""

    id: JobId
    state: JobState
    dry_run: bool
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    phase: str = "queued"
    progress: float = 0.0
    diff: ReclusterDiff | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """What the ledger says of the service; counts since the corpus began, ages in seconds."""

    store: bool
    generation: int
    accepted: int
    assigned: int
    failed: int
    pending: int
    oldest_pending_seconds: float
    stories: int

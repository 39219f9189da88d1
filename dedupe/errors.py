"""Every exception the project raises on purpose.

DedupeError
├── BadInput            a row of a file or an item of a batch breaks a rule; everything else goes on
├── InvalidArticle      an article breaks a rule that every stored article keeps
├── InvalidSettings     settings are wrong; all of them are named at once
├── StoreUnavailable    the store did not answer; the same call may work later
├── QueueFull           too much accepted work is waiting; come back later
├── JobConflict         a job of this kind is already running
├── ConstraintsChanged  the constraints are not of the version the caller knows any more
├── Overtaken           another recluster or a cancellation came first
├── UnknownId           no article, story or job has this id
├── StoryMerged         the story is part of another one now
├── StoryExpired        the story has left the window
├── StackError          the embedded server or the one-command stack cannot start
├── ServiceUnavailable  the HTTP service did not answer (raised by the client)
└── ServiceError        the HTTP service answered with a problem (raised by the client)
"""

from collections.abc import Mapping


class DedupeError(Exception):
    """The root of the tree."""


class BadInput(DedupeError):
    """One row of input breaks a rule.

    ``source`` is a file name (or ``-``), ``line`` counts from 1 and is None where the whole file is the row.
    """

    def __init__(self, source: str, line: int | None, field: str | None, rule: str) -> None:
        super().__init__(source, line, field, rule)
        self.source = source
        self.line = line
        self.field = field
        self.rule = rule

    def __str__(self) -> str:
        place = self.source if self.line is None else f"{self.source}:{self.line}"
        return f"{place}: {self.rule}" if self.field is None else f"{place}: field {self.field!r}: {self.rule}"


class InvalidArticle(DedupeError):
    """The article breaks a rule that every stored article keeps."""

    def __init__(self, article_id: str, field: str, rule: str) -> None:
        super().__init__(article_id, field, rule)
        self.article_id = article_id
        self.field = field
        self.rule = rule

    def __str__(self) -> str:
        return f"article {self.article_id!r}: field {self.field!r}: {self.rule}"


class InvalidSettings(DedupeError):
    """One or more settings are wrong; ``problems`` maps each name to what is wrong with it."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(dict(problems))
        self.problems = dict(problems)

    def __str__(self) -> str:
        return "wrong settings:" + "".join(f"\n  {name}: {rule}" for name, rule in self.problems.items())


class StoreUnavailable(DedupeError):
    """The store did not answer; nothing is known about whether the call took effect."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"the store is unavailable: {self.reason}"


class QueueFull(DedupeError):
    """Accepting this batch would take the pending work over its limit; nothing of it was accepted."""

    def __init__(self, depth: int, limit: int) -> None:
        super().__init__(depth, limit)
        self.depth = depth
        self.limit = limit

    def __str__(self) -> str:
        return f"{self.depth} articles are pending and the limit is {self.limit}; try again later"


class JobConflict(DedupeError):
    """A job of this kind is already running; ``job_id`` names it."""

    def __init__(self, job_id: str) -> None:
        super().__init__(job_id)
        self.job_id = job_id

    def __str__(self) -> str:
        return f"job {self.job_id} is already running"


class ConstraintsChanged(DedupeError):
    """The constraints are not of the version the caller knows; ``version`` is the one they are of."""

    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.version = version

    def __str__(self) -> str:
        return f"the constraints were changed meanwhile: they are of version {self.version}"


class Overtaken(DedupeError):
    """Another recluster, or a cancellation, came first; nothing of this one was made current."""

    def __str__(self) -> str:
        return "another recluster or a cancellation came first"


class UnknownId(DedupeError):
    """Nothing of this kind (``article``, ``story``, ``job``) has this id."""

    def __init__(self, kind: str, id_: str) -> None:
        super().__init__(kind, id_)
        self.kind = kind
        self.id = id_

    def __str__(self) -> str:
        return f"no {self.kind} has the id {self.id!r}"


class StoryMerged(DedupeError):
    """The story ``story_id`` is part of the story ``into`` now."""

    def __init__(self, story_id: str, into: str) -> None:
        super().__init__(story_id, into)
        self.story_id = story_id
        self.into = into

    def __str__(self) -> str:
        return f"the story {self.story_id!r} was merged into {self.into!r}"


class StoryExpired(DedupeError):
    """The story ``story_id`` ended: all its articles have left the window."""

    def __init__(self, story_id: str) -> None:
        super().__init__(story_id)
        self.story_id = story_id

    def __str__(self) -> str:
        return f"the story {self.story_id!r} is closed: all its articles have left the window"


class StackError(DedupeError):
    """The embedded server or a process of the stack cannot start; the sentence says what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


class ServiceUnavailable(DedupeError):
    """The HTTP service did not answer, however often it was asked; what was sent may have arrived."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(url, reason)
        self.url = url
        self.reason = reason

    def __str__(self) -> str:
        return f"no answer from {self.url}: {self.reason}"


class ServiceError(DedupeError):
    """The HTTP service answered with a problem (RFC 9457)."""

    def __init__(self, status: int, title: str, detail: str) -> None:
        super().__init__(status, title, detail)
        self.status = status
        self.title = title
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.status} {self.title}: {self.detail}"

"""What people said of articles: these are of one story, those are not. Every clustering keeps it."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from dedupe.models import ArticleId

Pair: TypeAlias = tuple[ArticleId, ArticleId]


class LinkKind(StrEnum):
    """Whether two articles have to be in one story, or must not be."""

    MUST = "must_link"
    CANNOT = "cannot_link"


@dataclass(frozen=True, slots=True)
class Link:
    """What a person said of two articles, the smaller id first; ``by`` and ``note`` are theirs to use."""

    kind: LinkKind
    a: ArticleId
    b: ArticleId
    by: str | None = None
    note: str | None = None
    at: datetime | None = None

    def __post_init__(self) -> None:
        a, b = _ordered((self.a, self.b))
        object.__setattr__(self, "a", a)
        object.__setattr__(self, "b", b)

    @property
    def id(self) -> str:
        """The name of the link, equal for the same said again: ``c`` and sixteen hexadecimal digits."""
        name = "\n".join((self.kind, self.a, self.b)).encode(errors="surrogatepass")
        return "c" + hashlib.blake2b(name, digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class LinkSet:
    """All that people said of a corpus; ``version`` grows with every change.

    ``unknown`` names the articles that nobody submitted so far, or that have left.
    """

    version: int
    links: tuple[Link, ...]
    unknown: tuple[ArticleId, ...] = ()


@dataclass(frozen=True, slots=True)
class Constraints:
    """Pairs of articles that have to be in one story, and pairs that must not be; the order in a pair is nothing.

    ``ValueError`` names the pair that contradicts the others: it cannot be linked, but must be, if through others.
    """

    must_link: frozenset[Pair] = frozenset()
    cannot_link: frozenset[Pair] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "must_link", frozenset(map(_ordered, self.must_link)))
        object.__setattr__(self, "cannot_link", frozenset(map(_ordered, self.cannot_link)))
        component_of = {i: number for number, ids in enumerate(self.components()) for i in ids}
        for a, b in sorted(self.cannot_link):
            if a in component_of and component_of[a] == component_of.get(b):
                raise ValueError(f"{a!r} and {b!r} cannot be linked, but must be by what is said of them and others")

    def components(self) -> list[tuple[ArticleId, ...]]:
        """Articles that are in one story by `must_link`, through others too: sorted, each with two at least."""
        return sorted(_components(self.must_link))

    def named(self) -> frozenset[ArticleId]:
        """Every article that something is said of."""
        return frozenset(i for pairs in (self.must_link, self.cannot_link) for pair in pairs for i in pair)


def constraints_of(links: Iterable[Link]) -> Constraints:
    """The constraints that links make; ``ValueError`` names a pair that contradicts the others."""
    pairs: defaultdict[LinkKind, set[Pair]] = defaultdict(set)
    for link in links:
        pairs[link.kind].add((link.a, link.b))
    return Constraints(frozenset(pairs[LinkKind.MUST]), frozenset(pairs[LinkKind.CANNOT]))


def _ordered(pair: Pair) -> Pair:
    a, b = pair
    if a == b:
        raise ValueError(f"a link needs two articles, got {a!r} twice")
    return (a, b) if a < b else (b, a)


def _components(pairs: Iterable[Pair]) -> Iterator[tuple[ArticleId, ...]]:
    near: defaultdict[ArticleId, list[ArticleId]] = defaultdict(list)
    for a, b in pairs:
        near[a].append(b)
        near[b].append(a)
    seen: set[ArticleId] = set()
    for first in near:
        if first not in seen:
            component = _reached(first, near)
            seen |= component
            yield tuple(sorted(component))


def _reached(first: ArticleId, near: defaultdict[ArticleId, list[ArticleId]]) -> set[ArticleId]:
    reached, open_ = {first}, [first]
    while open_:
        fresh = [i for i in near[open_.pop()] if i not in reached]
        reached.update(fresh)
        open_ += fresh
    return reached


NO_CONSTRAINTS = Constraints()

"""What people said of articles, as it is stored: it outlives reclusters, and parameters that change."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import uuid4

import orjson
from redis import Redis

from dedupe.errors import ConstraintsChanged, StoreUnavailable, UnknownId
from dedupe.models import ArticleId
from dedupe.store.clock import Clock, server_clock
from dedupe.store.codec import time_of
from dedupe.store.failures import store_failures
from dedupe.store.keys import Keys
from dedupe.store.scripts import load_script
from dedupe.stories.constraints import Constraints, Link, LinkKind, LinkSet, constraints_of

MOST_CONSTRAINTS = 10_000
CHUNK = 2_000
MOST_TRIES = 50

Stored = Mapping[str, Link]


class StoredConstraints:
    """The constraints of a corpus. They never contradict each other, and every change makes another version."""

    def __init__(self, redis: Redis, keys: Keys, *, clock: Clock | None = None) -> None:
        self._redis: Any = redis  # its types allow for text answers, which are never asked for
        self._keys = keys
        self._now = server_clock(redis) if clock is None else clock
        self._change = load_script(redis, "change_constraints", clock)

    def version(self) -> int:
        """How often the constraints were changed."""
        with store_failures():
            return int(self._redis.hget(self._keys.constraints_version, "number") or 0)

    def in_force(self) -> tuple[int, Constraints]:
        """The version, and what a clustering has to keep."""
        version, stored = self._read()
        return version, constraints_of(stored.values())

    def links(self) -> tuple[Link, ...]:
        """All constraints, without a look at which of their articles are known."""
        return tuple(self._read()[1].values())

    def read(self) -> LinkSet:
        """All constraints, by their ids."""
        version, stored = self._read()
        return self._answer(version, stored.values())

    def replace(self, links: Iterable[Link], *, version: int | None = None) -> LinkSet:
        """Have these constraints and no others; those that were there keep what is not said anew, and their time.

        ``ConstraintsChanged`` when the version is not the one given. ``ValueError`` names a contradiction, or the most
        constraints there can be. One atomic step, harmless when repeated.
        """
        wanted = {link.id: link for link in links}
        now, stored = self._changed(lambda stored: {i: _renewed(link, stored) for i, link in wanted.items()}, version)
        return self._answer(now, stored.values())

    def add(self, links: Iterable[Link]) -> LinkSet:
        """Have these constraints too, and answer with them; raises and repeats as `replace`."""
        wanted = {link.id: link for link in links}
        now, stored = self._changed(
            lambda stored: {**stored, **{i: _renewed(link, stored) for i, link in wanted.items()}}, None
        )
        return self._answer(now, [stored[i] for i in wanted])

    def remove(self, link_id: str) -> LinkSet:
        """Have a constraint no more, and answer with it; ``UnknownId`` where there is none of this id."""
        removed: dict[str, Link] = {}

        def without(stored: Stored) -> Stored:
            if link_id not in stored:
                raise UnknownId("constraint", link_id)
            removed[link_id] = stored[link_id]
            return {i: link for i, link in stored.items() if i != link_id}

        now, _ = self._changed(without, None)
        return self._answer(now, removed.values())

    def _changed(self, change: Callable[[Stored], Stored], version: int | None) -> tuple[int, Stored]:
        """The version and the constraints after a change, made on whatever there is, or on the version given."""
        for _ in range(MOST_TRIES):
            known, stored = self._read()
            if version is not None and version != known:
                raise ConstraintsChanged(known)
            after = self._dated(change(stored))
            if after == stored:
                return known, stored
            if len(after) > MOST_CONSTRAINTS:
                raise ValueError(f"there can be at most {MOST_CONSTRAINTS} constraints, got {len(after)}")
            constraints_of(after.values())
            number = self._write(known, stored, after)
            if number is not None:
                return number, after
        raise StoreUnavailable(f"the constraints changed {MOST_TRIES} times while they were to be changed")

    def _read(self) -> tuple[int, Stored]:
        with store_failures(), self._redis.pipeline(transaction=True) as pipe:
            pipe.hget(self._keys.constraints_version, "number")
            pipe.hgetall(self._keys.constraints)
            number, rows = pipe.execute()
        links = [_decode(data) for data in rows.values()]
        return int(number or 0), {link.id: link for link in sorted(links, key=lambda link: link.id)}

    def _dated(self, links: Stored) -> Stored:
        now = self._now()
        return {i: replace(links[i], at=time_of(_milliseconds(links[i].at) or now)) for i in sorted(links)}

    def _write(self, known: int, before: Stored, after: Stored) -> int | None:
        gone = [i for i in before if i not in after]
        come = [part for i, link in after.items() if before.get(i) != link for part in (i, _encode(link))]
        keys = [self._keys.constraints, self._keys.constraints_version]
        with store_failures():
            number = int(self._change(keys, [known, uuid4().hex, len(gone), *gone, *come]))
        return None if number < 0 else number

    def _answer(self, version: int, links: Iterable[Link]) -> LinkSet:
        said = tuple(links)
        named = dict.fromkeys(i for link in said for i in (link.a, link.b))
        return LinkSet(version, said, tuple(self._unknown(named)))

    def _unknown(self, ids: Iterable[ArticleId]) -> Iterable[ArticleId]:
        iterator = iter(ids)
        while chunk := list(islice(iterator, CHUNK)):
            with store_failures(), self._redis.pipeline(transaction=False) as pipe:
                for article_id in chunk:
                    pipe.exists(self._keys.article(article_id))
                known = pipe.execute()
            yield from (i for i, is_known in zip(chunk, known, strict=True) if not is_known)


def _renewed(link: Link, stored: Stored) -> Link:
    """The link with what it said before where it does not say it anew."""
    before = stored.get(link.id)
    if before is None:
        return link
    return replace(link, by=link.by or before.by, note=link.note or before.note, at=link.at or before.at)


def _encode(link: Link) -> bytes:
    return orjson.dumps([link.kind, link.a, link.b, link.by, link.note, _milliseconds(link.at)])


def _milliseconds(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp() * 1000)


def _decode(data: bytes) -> Link:
    kind, a, b, by, note, at = orjson.loads(data)
    return Link(LinkKind(kind), ArticleId(a), ArticleId(b), by, note, None if at is None else time_of(at))

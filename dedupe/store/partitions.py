"""Which article is in which story: one partition is current, and a recluster replaces it whole."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum
from itertools import islice
from typing import Any, TypeVar

from redis import Redis

from dedupe.models import ArticleId, Assignment, Facts, JobId, Member, Story, StoryId, StoryView
from dedupe.store.clock import Clock, server_clock
from dedupe.store.codec import (
    decode_assignment,
    decode_story,
    encode_assignment,
    encode_story,
    time_of,
)
from dedupe.store.failures import store_failures
from dedupe.store.keys import GenerationKeys, Keys, idle_ms
from dedupe.store.scripts import load_script

T = TypeVar("T")
CHUNK = 2_000
SUPERSEDED_SECONDS = 3_600
UNPUBLISHED_SECONDS = 86_400
NO_FACTS = Facts()


@dataclass(frozen=True, slots=True)
class Generation:
    """The current partition: ``position`` is the log number up to which a recluster decided it; both 0 at first."""

    number: int
    position: int


@dataclass(frozen=True, slots=True)
class Attached:
    """A new article's place, whether its story begins with it, and what its story's summary counts of it."""

    article_id: ArticleId
    assignment: Assignment
    opens_story: bool
    facts: Facts = NO_FACTS


class AttachOutcome(IntEnum):
    """What became of an attachment: the other two say what the caller does not know yet."""

    SUPERSEDED = 0
    DONE = 1
    OUTDATED = 2


class Partitions:
    """The generations of a corpus, of which one is current."""

    def __init__(self, redis: Redis, keys: Keys, *, window_days: float, clock: Clock | None = None) -> None:
        self._redis: Any = redis  # its types allow for text answers, which are never asked for
        self._keys = keys
        self._idle_ms = idle_ms(window_days)
        self._now = server_clock(redis) if clock is None else clock
        self._attach = load_script(redis, "attach", clock)
        self._publish = load_script(redis, "publish", clock)
        self._fence = load_script(redis, "fence", clock)

    def current(self) -> Generation:
        """The generation that readers see."""
        with store_failures():
            number, position = self._redis.hmget(self._keys.generation, "number", "position")
        return Generation(int(number or 0), int(position or 0))

    def attach(
        self, generation: Generation, attached: Sequence[Attached], opened: Mapping[ArticleId, Story]
    ) -> AttachOutcome:
        """Give new articles their stories, all of them or (when the answer is not ``DONE``) none.

        ``opened`` has the story of every article that opens one. One atomic step, harmless when repeated: an article
        that has a story keeps it.
        """
        at = self._keys.partition(generation.number)
        now = self._now()
        args: list[object] = [generation.number, self._idle_ms]
        for place in attached:
            story = encode_story(opened[place.article_id], created=now, settled=False) if place.opens_story else b""
            args += [place.article_id, place.assignment.story_id, encode_assignment(place.assignment), story]
        with store_failures():
            return AttachOutcome(self._attach([self._keys.generation, *at.all()], args))

    def fence(self, token: int) -> JobId:
        """Keep every holder of an older token from publishing, and name the job whose partition is current.

        What that answer says of an older holder's job stays so: it has published, or it never will.
        """
        with store_failures():
            return JobId(self._fence([self._keys.generation], [token]).decode())

    def replace(
        self, before: Generation, stories: Sequence[Story], *, position: int, token: int, job_id: JobId
    ) -> Generation | None:
        """Write a whole partition and make it current; None when another came first, and nothing changed then.

        Readers see the old one or the new one. Only who holds the fence with this ``token`` publishes.
        """
        with store_failures():
            number = int(self._redis.incr(self._keys.generations))
        at, replaced = self._keys.partition(number), self._keys.partition(before.number)
        self._write(at, stories, self._ages(before))
        args = [before.number, number, position, token, job_id, SUPERSEDED_SECONDS * 1000, self._idle_ms]
        with store_failures():
            if self._publish([self._keys.generation, *at.all(), *replaced.all()], args):
                return Generation(number, position)
            self._redis.unlink(*at.all())
        return None

    def _ages(self, before: Generation) -> dict[StoryId, tuple[int, int, frozenset[str]]]:
        """When each story was made and changed last, and who was in it."""
        at = self._keys.partition(before.number)
        with store_failures(), self._redis.pipeline(transaction=True) as pipe:
            pipe.hgetall(at.stories)
            pipe.hgetall(at.members)
            pipe.zrange(at.updated, 0, -1, withscores=True)
            stories, members, updated = pipe.execute()
        changed = {story_id: int(score) for story_id, score in updated}
        return {
            StoryId(story_id.decode()): (
                decode_story(data)["created"],
                changed[story_id],
                frozenset(members[story_id].decode().split("\n")),
            )
            for story_id, data in stories.items()
        }

    def _write(
        self,
        at: GenerationKeys,
        stories: Sequence[Story],
        ages: Mapping[StoryId, tuple[int, int, frozenset[str]]],
    ) -> None:
        now = self._now()
        for chunk in _chunks(stories, CHUNK):
            with store_failures(), self._redis.pipeline(transaction=False) as pipe:
                for story in chunk:
                    ids = [member.article_id for member in story.members]
                    created, changed, before = ages.get(story.id, (now, now, frozenset()))
                    pipe.hset(at.stories, story.id, encode_story(story, created=created, settled=True))
                    pipe.hset(at.members, story.id, "\n".join(ids))
                    pipe.zadd(at.updated, {story.id: changed if before == frozenset(ids) else now})
                    pipe.hset(at.assignments, mapping=_assignments(story))
                for key in at.all():
                    pipe.expire(key, UNPUBLISHED_SECONDS)
                pipe.execute()

    def created(self, generation: Generation) -> dict[StoryId, int]:
        """When (ms) each story of a generation was made."""
        at = self._keys.partition(generation.number).stories
        with store_failures():
            pairs = self._redis.hscan_iter(at, count=CHUNK)
            return {StoryId(story_id.decode()): int(decode_story(data)["created"]) for story_id, data in pairs}

    def assignments(
        self, generation: Generation, ids: Sequence[ArticleId] | None = None
    ) -> dict[ArticleId, Assignment]:
        """The stories of these articles, or of every article, in a generation."""
        at = self._keys.partition(generation.number).assignments
        found: dict[ArticleId, Assignment] = {}
        with store_failures():
            if ids is None:
                pairs = self._redis.hscan_iter(at, count=CHUNK)
                return {ArticleId(i.decode()): decode_assignment(data) for i, data in pairs}
            for chunk in _chunks(ids, CHUNK):
                values = self._redis.hmget(at, list(chunk))
                known = ((i, data) for i, data in zip(chunk, values, strict=True) if data is not None)
                found.update((i, decode_assignment(data)) for i, data in known)
        return found

    def n_stories(self, generation: Generation) -> int:
        """How many stories a generation has."""
        with store_failures():
            return int(self._redis.hlen(self._keys.partition(generation.number).stories))

    def recent(
        self, generation: Generation, *, since: datetime | None, offset: int, limit: int
    ) -> tuple[list[StoryId], int]:
        """A page of story ids, the latest change first, and how many there are in all."""
        at = self._keys.partition(generation.number).updated
        lowest = "-inf" if since is None else since.timestamp() * 1000
        with store_failures():
            ids = self._redis.zrange(at, "+inf", lowest, desc=True, byscore=True, offset=offset, num=limit)
            total = self._redis.zcount(at, lowest, "+inf")
        return [StoryId(i.decode()) for i in ids], int(total)

    def stories(self, generation: Generation, ids: Sequence[StoryId]) -> list[StoryView]:
        """The stories that have these ids, in that order; an unknown one is left out.

        Members carry ``duplicate_of`` None: who repeats whom is the ledger's to say.
        """
        if not ids:
            return []
        at = self._keys.partition(generation.number)
        with store_failures(), self._redis.pipeline(transaction=True) as pipe:
            pipe.hmget(at.stories, list(ids))
            pipe.hmget(at.members, list(ids))
            pipe.zmscore(at.updated, list(ids))
            stories, members, updated = pipe.execute()
        known = [row for row in zip(ids, stories, members, updated, strict=True) if row[1] is not None]
        article_ids = [ArticleId(i) for row in known for i in row[2].decode().split("\n")]
        assignments = self.assignments(generation, article_ids)
        return [_view(i, story, names, changed, assignments) for i, story, names, changed in known]


def _assignments(story: Story) -> dict[str, bytes]:
    return {
        member.article_id: encode_assignment(Assignment(story.id, settled=True, confidence=member.confidence))
        for member in story.members
    }


def _view(
    story_id: StoryId,
    data: bytes,
    names: bytes,
    changed: float,
    assignments: Mapping[ArticleId, Assignment],
) -> StoryView:
    row = decode_story(data)
    ids = [ArticleId(name) for name in names.decode().split("\n")]
    members = tuple(Member(i, None, assignments[i].confidence) for i in ids if i in assignments)
    story = Story(
        id=story_id,
        topic=row["topic"],
        label=row["label"],
        keywords=tuple(row["keywords"]),
        representative=ArticleId(row["representative"]),
        members=members,
    )
    # A story that a recluster decided stays settled only while nothing was attached to it since.
    settled = row["settled"] and all(assignments[m.article_id].settled for m in members)
    return StoryView(story, settled, time_of(row["created"]), time_of(changed))


def with_copies(view: StoryView, duplicate_of: Mapping[ArticleId, ArticleId | None]) -> StoryView:
    """The same story with what each member repeats."""
    members = tuple(replace(m, duplicate_of=duplicate_of.get(m.article_id)) for m in view.story.members)
    return replace(view, story=replace(view.story, members=members))


def _chunks(items: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk

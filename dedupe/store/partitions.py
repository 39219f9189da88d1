"""Which article is in which story: one partition is current, and a recluster replaces it whole."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import islice
from types import MappingProxyType
from typing import Any, TypeVar

from redis import Redis
from redis.client import Pipeline

from dedupe.changes import EventType, Record, Told
from dedupe.models import ArticleId, Assignment, Facts, JobId, Story, StoryId, StoryView
from dedupe.store.clock import Clock, server_clock
from dedupe.store.codec import (
    decode_assignment,
    decode_facts,
    encode_assignment,
    encode_facts,
    encode_story,
)
from dedupe.store.failures import store_failures
from dedupe.store.keys import GenerationKeys, Keys, idle_ms, resolved_ms
from dedupe.store.scripts import load_script
from dedupe.store.story_rows import StoryRow, decode_record, story_view
from dedupe.store.telling import assigned_event, encode_event, encode_told
from dedupe.stories.lifecycle import named_at

T = TypeVar("T")
CHUNK = 2_000
SUPERSEDED_SECONDS = 3_600
UNPUBLISHED_SECONDS = 86_400
NO_FACTS = Facts()
NO_RECORDS: Mapping[StoryId, Record] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Generation:
    """The current partition: ``position`` is the log number up to which a recluster decided it; both 0 at first.

    ``constraints`` is the version of the constraints that it keeps.
    """

    number: int
    position: int
    constraints: int = 0


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
        self._resolved_ms = resolved_ms(window_days)
        self._now = server_clock(redis) if clock is None else clock
        self._attach = load_script(redis, "attach", clock)
        self._publish = load_script(redis, "publish", clock)
        self._fence = load_script(redis, "fence", clock)

    def now(self) -> int:
        """The time (ms) by the clock that the stories go by."""
        return self._now()

    def current(self) -> Generation:
        """The generation that readers see."""
        with store_failures():
            found = self._redis.hmget(self._keys.generation, "number", "position", "constraints")
        return Generation(*(int(value or 0) for value in found))

    def attach(
        self, generation: Generation, attached: Sequence[Attached], opened: Mapping[ArticleId, Story]
    ) -> AttachOutcome:
        """Give new articles their stories, all of them or (when the answer is not ``DONE``) none.

        ``opened`` has the story of every article that opens one. One atomic step, harmless when repeated: an article
        that has a story keeps it.
        """
        at = self._keys.partition(generation.number)
        now = self._now()
        keys = [self._keys.generation, *at.all(), self._keys.facts, self._keys.events, self._keys.histories]
        args: list[object] = [generation.number, self._idle_ms]
        for place in attached:
            args += _placed(place)
            args += _opened(opened[place.article_id], now) if place.opens_story else _NOT_OPENED
        with store_failures():
            return AttachOutcome(self._attach(keys, args))

    def fence(self, token: int) -> JobId:
        """Keep every holder of an older token from publishing, and name the job whose partition is current.

        What that answer says of an older holder's job stays so: it has published, or it never will.
        """
        with store_failures():
            return JobId(self._fence([self._keys.generation], [token]).decode())

    def replace(
        self,
        before: Generation,
        stories: Sequence[Story],
        told: Sequence[Told] = (),
        records: Mapping[StoryId, Record] = NO_RECORDS,
        *,
        position: int,
        token: int,
        job_id: JobId,
        constraints: int = 0,
        since_ms: int | None = None,
    ) -> Generation | None:
        """Write a whole partition and make it current; None when another came first, and nothing changed then.

        Readers see the old one or the new one, and what is ``told`` with it. Only who holds the fence with this
        ``token`` publishes. ``records`` are the stories before, as they were read at the time ``since_ms``: the id of
        one that was opened later will lead to the story its first article gets.
        """
        with store_failures():
            number = int(self._redis.incr(self._keys.generations))
        at, replaced, staged = (
            self._keys.partition(number),
            self._keys.partition(before.number),
            self._keys.staged(number),
        )
        self._write(at, stories, records)
        self._stage(staged, told)
        keys = [self._keys.generation, *at.all(), *replaced.all(), staged, self._keys.events, *self._keys.lives()]
        since = self._now() if since_ms is None else since_ms
        args = [before.number, number, position, token, job_id]
        lifetimes = [SUPERSEDED_SECONDS * 1000, self._idle_ms, self._resolved_ms]
        with store_failures():
            if self._publish(keys, [*args, *lifetimes, since, constraints]):
                return Generation(number, position, constraints)
            self._redis.unlink(staged, *at.all())
        return None

    def _write(self, at: GenerationKeys, stories: Sequence[Story], records: Mapping[StoryId, Record]) -> None:
        now = self._now()
        for chunk in _chunks(stories, CHUNK):
            with store_failures(), self._redis.pipeline(transaction=False) as pipe:
                for story in chunk:
                    _write_story(pipe, at, story, records.get(story.id), now)
                for key in at.all():
                    pipe.expire(key, UNPUBLISHED_SECONDS)
                pipe.execute()
        topics: defaultdict[str, list[StoryId]] = defaultdict(list)
        for story in stories:
            topics[story.topic].append(story.id)
        for names in _chunks(list(topics), CHUNK):
            with store_failures():
                self._redis.hset(at.topics, mapping={name: "\n".join(topics[name]) for name in names})
        with store_failures():
            self._redis.expire(at.topics, UNPUBLISHED_SECONDS)

    def _stage(self, staged: str, told: Sequence[Told]) -> None:
        # By their places, so that a chunk that is sent twice is told once.
        for chunk in _chunks(list(enumerate(told)), CHUNK):
            with store_failures():
                self._redis.hset(staged, mapping={str(at): encode_told(item) for at, item in chunk})
        if told:
            with store_failures():
                self._redis.expire(staged, UNPUBLISHED_SECONDS)

    def records(self, generation: Generation) -> dict[StoryId, Record]:
        """Every story of a generation as it is before a recluster."""
        at = self._keys.partition(generation.number)
        with store_failures(), self._redis.pipeline(transaction=True) as pipe:
            pipe.hgetall(at.stories)
            pipe.hgetall(at.members)
            pipe.zrange(at.updated, 0, -1, withscores=True)
            stories, members, updated = pipe.execute()
        changed = {story_id: int(score) for story_id, score in updated}
        return {
            StoryId(story_id.decode()): decode_record(data, members[story_id], changed[story_id])
            for story_id, data in stories.items()
        }

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

    def story_ids(self, generation: Generation) -> list[StoryId]:
        """The ids of all stories of a generation, the latest change first."""
        with store_failures():
            ids = self._redis.zrange(self._keys.partition(generation.number).updated, 0, -1, desc=True)
        return [StoryId(i.decode()) for i in ids]

    def stories_of_topic(self, generation: Generation, topic: str) -> list[StoryId]:
        """The ids of a topic's stories, none where a generation has no such topic."""
        with store_failures():
            names = self._redis.hget(self._keys.partition(generation.number).topics, topic)
        return [] if names is None else [StoryId(name) for name in names.decode().split("\n")]

    def stories(self, generation: Generation, ids: Sequence[StoryId]) -> list[StoryView]:
        """The stories that have these ids, in that order; an unknown one is left out."""
        if not ids:
            return []
        at = self._keys.partition(generation.number)
        with store_failures(), self._redis.pipeline(transaction=True) as pipe:
            pipe.hmget(at.stories, list(ids))
            pipe.hmget(at.members, list(ids))
            pipe.zmscore(at.updated, list(ids))
            stories, members, updated = pipe.execute()
        columns = zip(ids, stories, members, updated, strict=True)
        rows = [StoryRow(*column) for column in columns if column[1] is not None]
        article_ids = [i for row in rows for i in row.article_ids()]
        assignments, facts = self.assignments(generation, article_ids), self.facts(article_ids)
        return [story_view(row, assignments, facts) for row in rows]

    def facts(self, ids: Sequence[ArticleId]) -> dict[ArticleId, Facts]:
        """What the summaries of stories count of these articles."""
        found: dict[ArticleId, Facts] = {}
        for chunk in _chunks(ids, CHUNK):
            with store_failures():
                values = self._redis.hmget(self._keys.facts, list(chunk))
            found.update((i, decode_facts(data)) for i, data in zip(chunk, values, strict=True))
        return found


def _placed(place: Attached) -> list[object]:
    story_id, assignment = place.assignment.story_id, place.assignment
    event = assigned_event(place.article_id, story_id, place.facts, settled=assignment.settled)
    return [place.article_id, story_id, encode_assignment(assignment), encode_facts(place.facts), event]


def _opened(story: Story, now: int) -> list[object]:
    event = encode_event(EventType.STORY_CREATED, story.id, details={"label": story.label, "n_articles": 1})
    return [story.topic, encode_story(story, created=now, settled=False), event]


_NOT_OPENED = ("", "", "")


def _write_story(pipe: Pipeline, at: GenerationKeys, story: Story, before: Record | None, now: int) -> None:
    ids = [member.article_id for member in story.members]
    created = now if before is None else before.created_at
    updated = before.updated_at if before is not None and before.members == frozenset(ids) else now
    row = encode_story(story, created=created, settled=True, named_at=named_at(story, before))
    pipe.hset(at.stories, story.id, row)
    pipe.hset(at.members, story.id, "\n".join(ids))
    pipe.zadd(at.updated, {story.id: updated})
    items = [part for pair in _assignments(story).items() for part in pair]
    pipe.hset(at.assignments, items=items)


def _assignments(story: Story) -> dict[str, bytes]:
    return {
        m.article_id: encode_assignment(Assignment(story.id, True, m.confidence, rival=m.rival, margin=m.margin))
        for m in story.members
    }


def _chunks(items: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk

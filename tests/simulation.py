"""A service in simulated time whose clustering the test decides, and a reader of its changes who believes them all."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from redis import Redis

from dedupe.changes import Event, EventType
from dedupe.environment import Settings
from dedupe.errors import StoryExpired, StoryMerged
from dedupe.models import Article, ArticleId, Job, Member, Story, StoryId
from dedupe.service import Service
from dedupe.store.keys import DAY_MS, Shard, idle_ms
from dedupe.stories.constraints import Constraints
from dedupe.stories.ids import story_id_of, topic_id_of
from dedupe.wiring import assemble
from tests.worker import CountingDoorbell

ONLY = Shard(0)
WINDOW_DAYS = 2
HOUR_MS = DAY_MS // 24


@dataclass
class Reader:
    """Who reads the log of changes, and what it makes of the stories by that alone."""

    cursor: str = "0-0"
    members: defaultdict[StoryId, set[ArticleId]] = field(default_factory=lambda: defaultdict(set))
    place: dict[ArticleId, StoryId] = field(default_factory=dict)
    seen: set[StoryId] = field(default_factory=set)
    alive: set[StoryId] = field(default_factory=set)
    ended: set[StoryId] = field(default_factory=set)

    def read(self, service: Service) -> list[Event]:
        events = service._lives.events(self.cursor, limit=100_000)
        for event in events:
            self.seen.update([event.story_id, *event.details.get("into", []), *event.details.get("parents", [])])
            self._believe(event)
            self.cursor = event.cursor
        return events

    def _believe(self, event: Event) -> None:
        if event.type is EventType.ARTICLE_ASSIGNED:
            self._leave(event.article_id)
            self.place[event.article_id] = event.story_id
            self.members[event.story_id].add(event.article_id)
        elif event.type is EventType.STORY_UPDATED:
            for article_id in event.details.get("left", []):
                if self.place.get(article_id) == event.story_id:
                    self._leave(article_id)
        elif event.type is EventType.STORY_CREATED:
            assert event.story_id not in self.ended, "an id that ended became another story's"
            self.alive.add(event.story_id)
        elif event.story_id not in event.details.get("into", []):
            self.alive.remove(event.story_id)
            if "follows" not in event.details:  # one that was overtaken may begin anew, with the same article
                self.ended.add(event.story_id)
            for article_id in self.members.pop(event.story_id, ()):
                del self.place[article_id]

    def _leave(self, article_id: ArticleId) -> None:
        story_id = self.place.pop(article_id, None)
        if story_id is not None:
            self.members[story_id].discard(article_id)

    def stories(self) -> dict[StoryId, set[ArticleId]]:
        return {story_id: ids for story_id, ids in self.members.items() if ids}


class Simulation:
    """Workers over one store; ``services`` are two of them, so that each finds what the other did."""

    def __init__(self, redis: Redis, *, decide: bool = True, **settings: object) -> None:
        redis.flushall()
        self.redis = redis
        self.now = 1_780_000_000_000
        self.labels: Sequence[int] = (0,)
        self.meanwhile: Callable[[], object] = lambda: None
        self.reader = Reader()
        self.submitted: dict[ArticleId, int] = {}
        options = Settings(window_days=WINDOW_DAYS, **settings)
        self.services = [assemble(options, redis, CountingDoorbell(), clock=lambda: self.now) for _ in range(2)]
        for service in self.services if decide else ():
            self._take_over(service)

    def _take_over(self, service: Service) -> None:
        make = service._new_recluster
        service._new_recluster = lambda: replace(make(), cluster=self._cluster)

    def _cluster(self, articles: Sequence[Article], said: Constraints, *_: object) -> list[Story]:
        self.meanwhile()
        groups: defaultdict[int, list[Article]] = defaultdict(list)
        for article in articles:
            groups[self.labels[int(article.id[1:]) % len(self.labels)]].append(article)
        topics: defaultdict[int, list[ArticleId]] = defaultdict(list)
        for label, group in groups.items():
            topics[label // 2] += [article.id for article in group]
        return [story(group, topic=topic_id_of(topics[label // 2])) for label, group in groups.items()]

    def submit(self, articles: Sequence[Article], *, worker: int = 0, drained: bool = True) -> None:
        self.now += 1
        self.services[worker].submit(articles)
        for article in articles:
            self.submitted.setdefault(article.id, self.now)
        if drained:
            self.services[worker].drain(ONLY)

    def die_appending(self, articles: Sequence[Article], *, worker: int = 0) -> None:
        """Have a worker die when what it took is in the log and has no story: its lease runs out."""
        self.submit(articles, drained=False)
        service = self.services[worker]
        taken = service._ledger.attempt(ONLY, service._ledger.claim(ONLY, limit=100), max_attempts=100)
        service._log.append([item.sketch for item in service._sketch(taken)])
        self.now += 31_000

    def recluster(self, labels: Sequence[int] = (0,), *, worker: int = 0, dry_run: bool = False) -> Job:
        self.now += 1
        self.labels = labels
        queued = self.services[worker]._jobs.current()  # by constraints that changed
        job_id = self.services[worker].start_recluster(dry_run=dry_run).id if queued is None else queued
        self.services[worker].recluster(job_id)
        done = self.services[worker].job(job_id)
        if done.diff is not None and not done.dry_run:
            diff = done.diff
            self.reader.seen.update([*diff.born, *diff.gone, *diff.merged, *diff.merged.values(), *diff.split])
            self.reader.seen.update(child for children in diff.split.values() for child in children)
        return done

    def wait(self, hours: float) -> None:
        """Let time pass: the server's own time, by which keys expire, does not."""
        self.reader.read(self.services[0])
        self.now += int(hours * HOUR_MS)
        for article_id, at in list(self.submitted.items()):
            if self.now - at > idle_ms(WINDOW_DAYS):
                self.redis.delete(self.services[0]._keys.article(article_id))
                del self.submitted[article_id]
        self.services[0].reconcile()

    def resolved(self, story_id: StoryId) -> str:
        """What an id leads to: a story, its parts, the end, or (merged) one of these by the survivor's own id."""
        try:
            view = self.services[0].story(story_id)
        except StoryMerged as merged:
            onward = self.resolved_at_once(merged.into)
            return f"merged into {onward}"
        except StoryExpired:
            return "expired"
        return "live" if view.story.members else "split" if view.children else "lost"

    def resolved_at_once(self, story_id: StoryId) -> str:
        try:
            view = self.services[0].story(story_id)
        except StoryExpired:
            return "expired"
        return "live" if view.story.members else "split" if view.children else "lost"


def story(group: Sequence[Article], *, topic: str) -> Story:
    """A story of these articles as the clustering would describe it."""
    ids = sorted(article.id for article in group)
    members = tuple(Member(article.id, None, 0.5) for article in group)
    return Story(story_id_of(ids), topic, f"about {ids[0]} and {len(ids)}", (ids[0],), ids[len(ids) // 2], members)


def article(number: int, *, words: int = 14) -> Article:
    """Article ``number``; those of one residue by 8 tell nearly the same, and every sixteenth repeats one."""
    own, about = number % 16, number % 8
    text = " ".join(f"word{about * 40 + at}" for at in range(words)) + f" own{own}"
    return Article(ArticleId(f"a{number}"), text, source=f"source{number % 3}")

from datetime import UTC, datetime

import numpy as np
import pytest

from dedupe.changes import EventType, Fate, FateKind, HistoryEntry, StoryChange, Told
from dedupe.models import ArticleId, Assignment, Facts, JobId, Member, Sketch, Story, StoryId
from dedupe.store.keys import DAY_MS, TOLD_MS, Keys, resolved_ms
from dedupe.store.lives import Lives
from dedupe.store.log import Log
from dedupe.store.partitions import Attached, Generation, Partitions

KEYS = Keys("test", "00000000")
START = Generation(0, 0)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class World:
    """A log and its stories, by a clock that the test moves."""

    def __init__(self, redis):
        self.redis = redis
        self.now = 1_780_000_000_000
        self.partitions = Partitions(redis, KEYS, window_days=1, clock=lambda: self.now)
        self.log = Log(redis, KEYS, window_days=1, kept_longer_ms=0, clock=lambda: self.now)
        self.lives = Lives(redis, KEYS)
        self.token = 0

    def attach(self, article, story_name, *, opens=False, topic=None):
        self.log.append([sketch(article)])
        place = Attached(
            ArticleId(article), Assignment(StoryId(story_name), False, 0.5), opens, Facts(source="Valley Post")
        )
        opened = {place.article_id: story(story_name, article, topic=topic or f"t-{story_name}")} if opens else {}
        self.partitions.attach(self.partitions.current(), [place], opened)

    def publish(self, stories, told=(), *, since_ms=None):
        self.token += 1
        self.partitions.fence(self.token)
        before = self.partitions.current()
        return self.partitions.replace(
            before,
            stories,
            told,
            self.partitions.records(before),
            position=self.log.head(),
            token=self.token,
            job_id=JobId(f"j{self.token}"),
            since_ms=since_ms,
        )

    def trim(self):
        return self.log.trim(self.partitions.current().number)

    def told(self):
        return [(event.type, event.story_id, event.article_id) for event in self.lives.events("0-0", limit=100)]

    def topics(self):
        rows = self.redis.hgetall(KEYS.partition(self.partitions.current().number).topics)
        return {topic.decode(): set(names.decode().split("\n")) for topic, names in rows.items()}


def sketch(article):
    empty = np.zeros(0, dtype=np.uint32)
    return Sketch(ArticleId(article), b"0" * 16, empty, empty, np.zeros(0, np.float32), np.zeros(0, np.uint16))


def story(name, *articles, topic="t"):
    members = tuple(Member(ArticleId(a), None, 0.5) for a in articles)
    return Story(StoryId(name), topic, f"about {name}", (), ArticleId(articles[0]), members)


@pytest.fixture
def world(redis):
    return World(redis)


def test_what_attaching_changes_is_told_in_order(world):
    world.attach("a", "s", opens=True)
    world.attach("b", "s")

    events = world.lives.events("0-0", limit=100)
    assert [(event.type, event.story_id, event.article_id) for event in events] == [
        (EventType.STORY_CREATED, "s", None),
        (EventType.ARTICLE_ASSIGNED, "s", "a"),
        (EventType.ARTICLE_ASSIGNED, "s", "b"),
        (EventType.STORY_UPDATED, "s", None),
    ]
    assert events[0].at.timestamp() * 1000 == world.now
    assert world.lives.events(events[1].cursor, limit=1) == [events[2]]
    assert (world.lives.first_cursor(), world.lives.last_cursor()) == (events[0].cursor, events[-1].cursor)


def test_before_anything_happened_there_is_nothing_to_tell(world):
    assert (world.lives.events("0-0", limit=9), world.lives.first_cursor(), world.lives.last_cursor()) == (
        [],
        None,
        "0-0",
    )
    assert world.lives.histories([StoryId("s")]) == {}
    assert world.lives.fate(StoryId("s")) is None


def test_a_history_has_a_line_where_a_story_doubles(world):
    world.attach("a", "s", opens=True)
    for n in range(7):
        world.attach(f"b{n}", "s")

    (history,) = world.lives.histories([StoryId("s")]).values()
    assert [(entry.change, entry.n_articles) for entry in history] == [
        (StoryChange.BORN, None),
        (StoryChange.GREW, 2),
        (StoryChange.GREW, 4),
        (StoryChange.GREW, 8),
    ]


def test_what_a_generation_tells_happens_when_it_becomes_current(world):
    world.attach("a", "s", opens=True)
    world.now += 1_000
    world.publish(
        [story("u", "a")],
        [
            Told(StoryId("s"), HistoryEntry(LONG_AGO, StoryChange.MERGED, (StoryId("u"),)), EventType.STORY_MERGED),
            Told(StoryId("s"), fate=Fate(FateKind.MERGED, (StoryId("u"),), LONG_AGO, 'the "at":5 label')),
        ],
    )

    now = datetime.fromtimestamp(world.now / 1000, UTC)
    assert world.lives.fate(StoryId("s")) == Fate(FateKind.MERGED, (StoryId("u"),), now, 'the "at":5 label')
    assert [entry.at for entry in world.lives.histories([StoryId("s")])[StoryId("s")]][-1] == now
    assert world.told()[-1] == (EventType.STORY_MERGED, "s", None)
    assert world.redis.exists(KEYS.staged(1)) == 0


def test_the_order_of_what_is_told_is_kept_however_much_it_is(world):
    world.attach("a", "s", opens=True)
    told = [Told(StoryId("s"), event=EventType.STORY_UPDATED, details={"n": n}) for n in range(2_500)]

    world.publish([story("s", "a")], told)

    events = world.lives.events("0-0", limit=10_000)
    assert [event.details["n"] for event in events if "n" in event.details] == list(range(2_500))


@pytest.mark.parametrize("passed_ms", [1, 0, -60_000])
def test_a_story_that_was_opened_after_the_job_had_read_leads_to_where_its_article_is(world, passed_ms):
    read_at = world.now
    world.now += passed_ms
    world.attach("a", "s", opens=True)

    world.publish([story("u", "b")], since_ms=read_at)

    article, at = world.lives.fate(StoryId("s"))
    assert (article, at.timestamp() * 1000) == ("a", world.now)
    assert world.told()[-1] == (EventType.STORY_CLOSED, "s", None)
    assert not world.lives.has_left(ArticleId("a"))


def test_a_story_whose_last_article_leaves_is_closed_and_one_that_shrinks_says_who_left(world):
    world.attach("a", "s", opens=True)
    world.attach("c", "u", opens=True)
    world.now += DAY_MS // 2
    world.attach("b", "s")
    world.now += DAY_MS // 2 + 1

    assert world.trim() == 2

    events = world.lives.events("0-0", limit=100)
    assert [(e.type, e.story_id, e.details.get("left")) for e in events[-2:]] == [
        (EventType.STORY_UPDATED, "s", ["a"]),
        (EventType.STORY_CLOSED, "u", None),
    ]
    assert world.lives.fate(StoryId("u")).kind is FateKind.EXPIRED
    assert world.lives.histories([StoryId("u")])[StoryId("u")][-1].change is StoryChange.CLOSED
    assert world.topics() == {"t-s": {"s"}}
    assert world.lives.has_left(ArticleId("a"))


def test_a_topic_that_another_story_began_keeps_its_stories(world):
    world.attach("a", "s", opens=True, topic="t")
    world.attach("b", "u", opens=True, topic="t")

    assert world.topics() == {"t": {"s", "u"}}


def test_changes_are_forgotten_after_days_and_ends_after_the_window_again(world):
    world.attach("a", "s", opens=True)
    world.now += 2 * DAY_MS
    world.trim()
    world.now += TOLD_MS + 1
    world.attach("b", "u", opens=True)
    world.trim()
    told, kept = world.told(), world.lives.fate(StoryId("s"))
    world.now += resolved_ms(1)
    world.trim()

    assert [story_id for _, story_id, _ in told] == ["u", "u"]
    assert kept is not None
    assert world.lives.fate(StoryId("s")) is None
    assert world.lives.histories([StoryId("s")]) == {}


def test_an_article_that_comes_does_not_shorten_what_is_remembered(world):
    world.attach("a", "s", opens=True)
    world.trim()

    world.attach("b", "s")

    assert all(world.redis.pttl(key) > resolved_ms(1) - DAY_MS for key in [KEYS.histories])
    assert world.redis.pttl(KEYS.events) > DAY_MS


def test_a_clock_that_goes_back_leaves_the_changes_in_order(world):
    world.attach("a", "s", opens=True)
    world.now -= 60_000

    world.attach("b", "s")

    events = world.lives.events("0-0", limit=100)
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert len(events) == 4
    times = [entry.at for entry in world.lives.histories([StoryId("s")])[StoryId("s")]]
    assert times == sorted(times)

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from dedupe.models import ArticleId, Assignment, Member, Sketch, Story, StoryId
from dedupe.store.keys import DAY_MS, Keys
from dedupe.store.log import MOST_APPENDED, Log
from dedupe.store.partitions import Attached, AttachOutcome, Partitions

KEYS = Keys("test", "00000000")


class Clock:
    """A clock that stands still until it is told how much time has passed."""

    def __init__(self):
        self.now = 1_780_000_000_000

    def __call__(self):
        return self.now

    def pass_ms(self, n):
        self.now += n


@pytest.fixture
def clock():
    return Clock()


def make(redis, clock):
    return Log(redis, KEYS, window_days=1, kept_longer_ms=0, clock=clock)


def attach(partitions, story_of, opening=()):
    """Put articles into stories; those of ``opening`` open theirs."""
    places = [
        Attached(ArticleId(a), Assignment(StoryId(s), False, 1.0), opens_story=a in opening)
        for a, s in story_of.items()
    ]
    opened = {
        ArticleId(a): Story(StoryId(story_of[a]), "t", "", (), ArticleId(a), (Member(ArticleId(a), None, 1.0),))
        for a in opening
    }
    assert partitions.attach(partitions.current(), places, opened) is AttachOutcome.DONE


def sketch(name, *, weight=1.0):
    return Sketch(
        ArticleId(name),
        b"k" * 16,
        np.arange(128, dtype=np.uint32),
        np.array([3, 2**32 - 1], dtype=np.uint32),
        np.array([weight, 15.9375], dtype=np.float32),
        np.array([0, 10_000], dtype=np.uint16),
    )


@pytest.fixture
def log(redis):
    return Log(redis, KEYS, window_days=1)


def test_entries_are_numbered_from_one_in_the_order_appended(log):
    numbers = log.append([sketch("a"), sketch("b")]).numbers + log.append([sketch("c")]).numbers

    assert numbers == [1, 2, 3]
    assert [(e.number, e.sketch.article_id) for e in log.after(0, limit=10)] == [(1, "a"), (2, "b"), (3, "c")]
    assert log.head() == log.n_entries() == 3


def test_an_article_keeps_its_number_and_its_sketch(log):
    log.append([sketch("a", weight=1.0)])

    again = log.append([sketch("b"), sketch("a", weight=2.0)])

    assert again.numbers == [2, 1]
    assert [e.sketch.weights[0] for e in log.after(0, limit=1)] == [1.0]


def test_a_sketch_is_read_back_to_the_bit(log):
    log.append([sketch("a", weight=1.0625)])

    read = log.after(0, limit=1)[0].sketch

    for name in ("signature", "terms", "weights", "background"):
        written = getattr(sketch("a", weight=1.0625), name)
        assert getattr(read, name).dtype == written.dtype
        assert getattr(read, name).tolist() == written.tolist()
    assert read.text_key == b"k" * 16


def test_many_appenders_share_one_order_without_gaps(log):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda k: log.append([sketch(f"{k}-{n}") for n in range(5)]), range(40)))

    places = list(log.places(chunk=7))
    assert [number for number, _ in places] == list(range(1, 201))
    assert len({article_id for _, article_id in places}) == 200


def test_more_articles_than_a_step_takes_are_appended_in_order(log):
    many = [sketch(str(n)) for n in range(MOST_APPENDED + 5)]

    numbers = log.append(many).numbers

    assert numbers == list(range(1, len(many) + 1))
    assert [article_id for _, article_id in log.places()] == [one.article_id for one in many]


def test_an_article_twice_in_one_batch_is_one_entry(log):
    assert log.append([sketch("a"), sketch("b"), sketch("a")]).numbers == [1, 2, 1]
    assert log.append([]).numbers == []

    assert [article_id for _, article_id in log.places()] == ["a", "b"]


def test_what_was_new_in_an_append_is_what_the_log_then_holds(log):
    log.append([sketch("a")])

    appended = log.append([sketch("b"), sketch("a"), sketch("c"), sketch("b")])

    read = log.after(1, limit=10)
    assert [(e.number, e.at, e.sketch.article_id) for e in appended.entries] == [
        (e.number, e.at, e.sketch.article_id) for e in read
    ]
    assert [e.sketch.article_id for e in read] == ["b", "c"]


def test_an_entry_has_the_time_it_was_appended_at(redis, clock):
    log = make(redis, clock)
    log.append([sketch("a")])
    clock.pass_ms(5)
    log.append([sketch("b")])

    assert [entry.at for entry in log.after(0, limit=9)] == [clock() - 5, clock()]


def test_trimming_drops_what_left_the_window_and_nothing_else(redis, clock):
    log = make(redis, clock)
    log.append([sketch("a"), sketch("b")])
    clock.pass_ms(DAY_MS)
    log.append([sketch("c")])

    kept = log.trim(0)
    clock.pass_ms(1)
    dropped = [log.trim(0, limit=1) for _ in range(3)]

    assert (kept, dropped) == (0, [1, 1, 0])
    assert list(log.places()) == [(3, "c")]
    assert log.append([sketch("c")]).numbers == [3]


def test_a_trimmed_article_is_forgotten_with_its_number(redis, clock):
    log = make(redis, clock)
    log.append([sketch("a")])
    clock.pass_ms(DAY_MS + 1)

    assert log.trim(0) == 1
    assert list(log.places()) == []
    assert redis.hlen(KEYS.numbers) == 0
    assert log.append([sketch("a")]).numbers == [2]


def test_what_leaves_the_log_leaves_the_partition_and_takes_its_story_along(redis, clock):
    log = make(redis, clock)
    partitions = Partitions(redis, KEYS, window_days=1, clock=clock)
    log.append([sketch("a"), sketch("b")])
    attach(partitions, {"a": "s1", "b": "s2"}, opening=("a", "b"))
    clock.pass_ms(DAY_MS + 1)
    log.append([sketch("c")])
    attach(partitions, {"c": "s2"})

    assert log.trim(0) == 2
    current = partitions.current()
    assert set(partitions.assignments(current)) == {"c"}
    assert partitions.n_stories(current) == 1
    assert partitions.story_ids(current) == ["s2"]
    assert [m.article_id for m in partitions.stories(current, [StoryId("s2")])[0].story.members] == ["c"]


def test_what_had_left_the_log_before_leaves_the_partition_when_it_is_named(redis, clock):
    log = make(redis, clock)
    partitions = Partitions(redis, KEYS, window_days=1, clock=clock)
    log.append([sketch("kept")])
    attach(partitions, {"kept": "s1", "gone": "s1"}, opening=("kept",))

    log.trim(0, left=[ArticleId("kept"), ArticleId("gone"), ArticleId("unknown")])

    assert set(partitions.assignments(partitions.current())) == {"kept"}


def test_nothing_is_trimmed_for_a_generation_that_is_not_current(redis, clock):
    log = make(redis, clock)
    log.append([sketch("a")])
    clock.pass_ms(DAY_MS + 1)

    assert log.trim(1) is None
    assert len(list(log.places())) == 1


def test_the_keys_of_a_log_that_nobody_uses_expire_and_those_of_one_that_is_trimmed_do_not(redis, clock):
    log = make(redis, clock)
    log.append([sketch("a")])
    attach(Partitions(redis, KEYS, window_days=1, clock=clock), {"a": "s1"}, opening=("a",))

    keys = list(redis.scan_iter())
    assert len(keys) == 11
    assert all(DAY_MS < redis.pttl(key) <= 2 * DAY_MS for key in keys)
    for key in keys:
        redis.pexpire(key, 60_000)
    log.trim(0)
    assert all(redis.pttl(key) > DAY_MS for key in keys)

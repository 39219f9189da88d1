from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dedupe.errors import StoreUnavailable
from dedupe.models import ArticleId, Assignment, Facts, JobId, Member, Story, StoryId
from dedupe.store.keys import Keys
from dedupe.store.lives import Lives
from dedupe.store.partitions import Attached, Partitions
from dedupe.story_query import StoryQuery, StorySort
from dedupe.story_table import StoryTable

KEYS = Keys("test", "00000000")
MAY = datetime(2021, 5, 1, tzinfo=UTC)


class Corpus:
    """Stories that a test opens, lets grow and reclusters, and the table over them; the clock stands still."""

    def __init__(self, redis):
        self.redis = redis
        self.now = 1_000_000
        self.partitions = Partitions(redis, KEYS, window_days=1, clock=lambda: self.now)
        self.lives = Lives(redis, KEYS)
        self.table = StoryTable(self.partitions, self.lives)
        self.token = 0

    def open(self, name, label="a label", keywords=(), **facts):
        story = Story(StoryId(name), "t", label, keywords, ArticleId(f"{name}-0"), ())
        self._attach(name, f"{name}-0", facts, {ArticleId(f"{name}-0"): story})

    def grow(self, name, number, **facts):
        self._attach(name, f"{name}-{number}", facts, {})

    def _attach(self, name, article, facts, opened):
        self.now += 1
        place = Assignment(StoryId(name), settled=False, confidence=0.5)
        attached = Attached(ArticleId(article), place, opens_story=bool(opened), facts=Facts(**facts))
        self.partitions.attach(self.partitions.current(), [attached], opened)

    def recluster(self, **stories):
        self.token += 1
        self.partitions.fence(self.token)
        made = [
            Story(StoryId(n), "t", f"label of {n}", (), ids[0], tuple(Member(ArticleId(i), None, 0.5) for i in ids))
            for n, ids in stories.items()
        ]
        before = self.partitions.current()
        self.partitions.replace(before, made, position=1, token=self.token, job_id=JobId("j"))

    def names(self, limit=100, **query):
        return [view.story.id for view in self.table.page(StoryQuery(**query), limit=limit, cursor=None)[0]]

    def pages(self, limit, **query):
        found, cursor = [], None
        while True:
            views, cursor, total = self.table.page(StoryQuery(**query), limit=limit, cursor=cursor)
            found.append([view.story.id for view in views])
            if cursor is None:
                return found, total


@pytest.fixture
def corpus(redis):
    return Corpus(redis)


def test_a_table_of_nothing_is_empty(corpus):
    assert corpus.table.page(StoryQuery(), limit=5, cursor=None) == ([], None, 0)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, "abc"),
        ({"q": "ELEC"}, "a"),
        ({"q": "elec pres"}, "a"),
        ({"q": "lection"}, ""),
        ({"q": "war elec"}, ""),
        ({"q": "wär"}, "b"),
        ({"source": "post"}, "ab"),
        ({"source": "po"}, ""),
        ({"lang": "de"}, "b"),
        ({"min_articles": 2}, "a"),
        ({"min_sources": 2}, "a"),
        ({"published_from": MAY + timedelta(days=2)}, "bc"),
        ({"published_to": MAY + timedelta(days=2)}, "ac"),
        ({"published_from": MAY, "published_to": MAY, "source": "post"}, "a"),
        ({"updated_since": datetime.fromtimestamp(1_000.004, UTC)}, "c"),
    ],
)
def test_a_filter_finds_the_stories_that_answer_it(corpus, query, found):
    corpus.open("a", "Election", ("president",), source="post", lang="en", published_at=MAY)
    corpus.grow("a", 1, source="times", lang="en", published_at=MAY + timedelta(days=1))
    corpus.open("b", "Der Wärter", ("war",), source="post", lang="de", published_at=MAY + timedelta(days=3))
    corpus.open("c", "Nothing")
    # An undated story counts by when it came in; this one came in in 1970.
    expected = found.replace("c", "") if "published_from" in query else found

    assert sorted(corpus.names(**query)) == sorted(expected)
    assert corpus.table.page(StoryQuery(**query), limit=1, cursor=None)[2] == len(expected)


@pytest.mark.parametrize(
    ("sort", "order"), [("updated", "cab"), ("created", "cba"), ("articles", "abc"), ("sources", "bac")]
)
def test_stories_come_in_the_order_asked_for_and_equal_ones_by_their_ids(corpus, sort, order):
    corpus.open("a", source="x")
    corpus.open("b", source="x")
    corpus.grow("b", 1, source="y")
    corpus.grow("a", 1, source="x")
    corpus.grow("a", 2, source="x")
    corpus.open("c")

    assert "".join(corpus.names(sort=StorySort(sort))) == order


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 6), max_size=25), st.integers(1, 4), st.sampled_from(StorySort))
def test_pages_hold_every_story_once_in_the_order_of_one_page(redis, grown, limit, sort):
    redis.flushall()
    corpus = Corpus(redis)
    for name in dict.fromkeys(grown):
        corpus.open(f"s{name}")
    for number, name in enumerate(grown):
        corpus.grow(f"s{name}", number + 1)

    pages, total = corpus.pages(limit, sort=sort)

    assert [i for page in pages for i in page] == corpus.names(sort=sort)
    assert all(len(page) == limit for page in pages[:-1])
    assert total == len(set(grown))


def test_a_page_goes_on_after_its_cursor_although_stories_changed_meanwhile(corpus):
    for name in "abcd":
        corpus.open(name)
    first, cursor, _ = corpus.table.page(StoryQuery(), limit=2, cursor=None)
    corpus.open("e")
    corpus.grow("d", 1)

    second, end, total = corpus.table.page(StoryQuery(), limit=2, cursor=cursor)

    assert [view.story.id for view in first] == ["d", "c"]
    assert [view.story.id for view in second] == ["b", "a"]
    assert (end, total) == (None, 5)


def test_a_cursor_of_another_order_or_of_nobody_is_refused(corpus):
    corpus.open("a")
    corpus.open("b")
    _, cursor, _ = corpus.table.page(StoryQuery(), limit=1, cursor=None)

    for wrong, sort in ((cursor, StorySort.ARTICLES), ("nonsense", StorySort.UPDATED), ("", StorySort.UPDATED)):
        with pytest.raises(ValueError, match="not a cursor"):
            corpus.table.page(StoryQuery(sort=sort), limit=1, cursor=wrong)


def test_what_is_read_is_what_the_store_has_after_each_change(corpus):
    for change in (
        lambda: corpus.open("a"),
        lambda: corpus.open("b"),
        lambda: corpus.grow("a", 1),
        lambda: corpus.recluster(a=["a-0"], c=["b-0", "a-1"]),
        lambda: corpus.grow("c", 9),
        lambda: corpus.recluster(d=["a-0", "b-0", "a-1", "c-9"]),
    ):
        change()

        generation = corpus.partitions.current()
        stored = corpus.partitions.stories(generation, corpus.partitions.story_ids(generation))
        assert {v.story.id: v for v in corpus.table.page(StoryQuery(), limit=100, cursor=None)[0]} == {
            view.story.id: view for view in stored
        }


def test_stories_whose_changes_are_not_told_any_more_are_read_anew(corpus):
    corpus.open("a")
    corpus.names()
    corpus.grow("a", 1)
    corpus.open("b")
    corpus.redis.xtrim(KEYS.events, maxlen=1, approximate=False)
    late = {view.story.id: len(view.story.members) for view in corpus.table.page(StoryQuery(), limit=9, cursor=None)[0]}
    corpus.redis.delete(KEYS.events)
    corpus.redis.hdel(KEYS.partition(0).stories, "b")

    assert late == {"a": 2, "b": 1}
    assert corpus.names() == ["a"]


def test_a_table_that_was_read_by_half_is_read_whole_when_the_store_is_back(corpus, monkeypatch):
    corpus.open("a")
    corpus.names()
    corpus.recluster(b=["a-0"])
    real = corpus.partitions.stories

    def fail(*_):
        raise StoreUnavailable("gone")

    monkeypatch.setattr(corpus.partitions, "stories", fail)
    with pytest.raises(StoreUnavailable):
        corpus.names()
    monkeypatch.setattr(corpus.partitions, "stories", real)

    assert corpus.names() == ["b"]


def test_many_changes_at_once_are_followed_to_the_last(corpus, monkeypatch):
    monkeypatch.setattr("dedupe.story_table.CHUNK", 2)
    for name in "abcdefgh":
        corpus.open(name)
    corpus.names()
    for name in "abc":
        corpus.grow(name, 1)
    few = corpus.names(min_articles=2)
    for name in "abcdefgh":
        corpus.grow(name, 2)

    assert few == ["c", "b", "a"]
    assert len(corpus.names(min_articles=2)) == 8

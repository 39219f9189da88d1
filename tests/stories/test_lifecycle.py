from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.changes import EventType, FateKind, Record, StoryChange
from dedupe.models import ArticleId, Member, Story, StoryId, StoryState
from dedupe.stories.lifecycle import named, named_at, state_of, tell, weights_of
from dedupe.stories.reconcile import diff_of

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def story(name, *articles, label="new label"):
    members = tuple(Member(ArticleId(a), None, 0.5) for a in articles)
    return Story(StoryId(name), "t", label, ("new",), ArticleId(articles[0]), members)


def record(*articles, label="old label", named_at=None):
    ids = frozenset(map(ArticleId, articles))
    return Record(label, ("old",), ArticleId(articles[0]), ids, 0, 0, len(ids) if named_at is None else named_at)


def told(before, stories):
    """What is told, shortly: the story, and what of a history, an event and a fate."""
    story_of = {i: story_id for story_id, own in before.items() for i in own.members}
    items = tell(diff_of(story_of, stories), stories, before, at=NOW)
    return [
        (item.story_id, item.entry and item.entry.change, item.event, item.fate and (item.fate.kind, item.fate.into))
        for item in items
        if item.event is not EventType.ARTICLE_ASSIGNED
    ], [(item.article_id, item.story_id) for item in items if item.event is EventType.ARTICLE_ASSIGNED]


@pytest.mark.parametrize(
    ("n_articles", "quiet", "state"),
    [
        (1, timedelta(0), StoryState.EMERGING),
        (2, timedelta(days=3), StoryState.EMERGING),
        (3, timedelta(days=3), StoryState.ACTIVE),
        (2, timedelta(days=3, seconds=1), StoryState.DORMANT),
        (9, timedelta(days=30), StoryState.DORMANT),
    ],
)
def test_a_story_is_emerging_until_it_has_three_articles_and_dormant_after_three_quiet_days(n_articles, quiet, state):
    assert state_of(n_articles, NOW - quiet, NOW) is state


def test_a_story_keeps_its_label_while_the_article_it_came_from_is_there():
    grown = named(story("s", "b", "a", "c"), record("a", "b"))

    assert (grown.label, grown.keywords, grown.representative) == ("old label", ("old",), "a")
    assert named_at(grown, record("a", "b")) == 2


@pytest.mark.parametrize("articles", [("b", "c"), ("a", "b", "c", "d")])
def test_it_gets_another_when_that_article_has_left_or_it_has_twice_as_many(articles):
    renamed = named(story("s", *articles), record("a", "b"))

    assert renamed.label == "new label"
    assert named_at(renamed, record("a", "b")) == len(articles)


def test_a_new_story_has_the_label_it_came_with():
    assert named(story("s", "a"), None) == story("s", "a")
    assert named_at(story("s", "a", "b"), None) == 2


@given(st.integers(1, 20), st.integers(1, 20))
def test_what_was_named_once_is_not_named_again_by_a_recluster_that_finds_the_same(n_before, n_now):
    before = record(*(f"a{n}" for n in range(n_now)), named_at=n_before)
    once = named(story("s", *(f"a{n}" for n in range(n_now))), before)
    after = Record(once.label, (), once.representative, before.members, 0, 0, named_at(once, before))

    assert named(story("s", *(f"a{n}" for n in range(n_now)), label="yet another"), after).label == once.label


def test_nothing_is_told_of_what_stays():
    assert told({"s": record("a", "b", label="new label")}, [story("s", "a", "b")]) == ([], [])


def test_a_birth_tells_of_the_story_and_of_its_articles():
    changes, placed = told({}, [story("s", "a", "b")])

    assert changes == [("s", StoryChange.BORN, EventType.STORY_CREATED, None)]
    assert placed == [("a", "s"), ("b", "s")]


def test_a_merge_tells_of_the_survivor_and_of_the_end():
    changes, placed = told({"s": record("a", "b"), "t": record("c")}, [story("s", "a", "b", "c", label="old label")])

    assert changes == [
        ("s", StoryChange.MERGED, None, None),
        ("t", StoryChange.MERGED, EventType.STORY_MERGED, (FateKind.MERGED, ("s",))),
        ("s", None, EventType.STORY_UPDATED, None),
    ]
    assert placed == [("c", "s")]


def test_a_split_tells_of_the_parts_under_the_id_that_lives_on():
    changes, placed = told({"s": record("a", "b", "c")}, [story("s", "a", "b", label="old label"), story("u", "c")])

    assert changes == [
        ("u", StoryChange.BORN, EventType.STORY_CREATED, None),
        ("s", StoryChange.SPLIT, EventType.STORY_SPLIT, None),
        ("s", None, EventType.STORY_UPDATED, None),
    ]
    assert placed == [("c", "u")]


def test_a_story_that_went_several_ways_ends_split():
    before = {"s": record("a", "b"), "t": record("c", "d", "e"), "u": record("f", "g", "h")}
    changes, _ = told(before, [story("t", "a", "c", "d", "e"), story("u", "b", "f", "g", "h")])

    assert ("s", StoryChange.SPLIT, EventType.STORY_SPLIT, (FateKind.SPLIT, ("t", "u"))) in changes


def test_a_story_whose_articles_left_is_closed():
    changes, _ = told({"s": record("a")}, [])

    assert changes == [("s", StoryChange.CLOSED, EventType.STORY_CLOSED, (FateKind.EXPIRED, ()))]


def test_doubling_and_another_label_are_lines_of_the_history():
    changes, _ = told({"s": record("a", "b", "c")}, [story("s", "a", "b", "c", "d")])

    assert [change for _, change, _, _ in changes] == [StoryChange.RENAMED, StoryChange.GREW, None]


def test_articles_that_nobody_told_of_and_those_that_left_are_told():
    before = {"s": record("a", "b")}
    items = tell(diff_of({}, [story("s", "a", "c")]), [story("s", "a", "c")], before, at=NOW)

    assert [(i.article_id, i.details) for i in items if i.event is EventType.ARTICLE_ASSIGNED] == [
        ("c", {"settled": True, "duplicate_of": None})
    ]
    assert [i.details["left"] for i in items if i.event is EventType.STORY_UPDATED] == [["b"]]


def test_older_and_surer_articles_count_for_more_up_to_four_times():
    number_of = {"a": 1, "b": 2, "c": 3}

    weights = weights_of(["c", "a", "b"], {"a": 1.0, "b": 1.0}, number_of=number_of)

    assert weights == {"a": 2000, "b": 1500, "c": 500}
    assert weights_of(["a"], {}, number_of={}) == {"a": 1000}


def test_an_article_that_settles_where_it_was_is_told_once():
    before = {StoryId("s"): record("a", "b")}
    stories = [story("s", "a", "b", label="old label")]
    diff = diff_of({ArticleId("a"): StoryId("s"), ArticleId("b"): StoryId("s")}, stories)

    settling = tell(diff, stories, before, at=NOW, provisional=frozenset({ArticleId("b")}))
    settled = tell(diff, stories, before, at=NOW)

    assert [(item.event, item.article_id, item.details["settled"]) for item in settling] == [
        (EventType.ARTICLE_ASSIGNED, "b", True)
    ]
    assert settled == []

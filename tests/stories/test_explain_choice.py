from hypothesis import given
from hypothesis import strategies as st

from dedupe.models import Article, ArticleId, Member, Story, StoryId
from dedupe.stories.explain_choice import (
    MOST_MATES,
    MOST_RIVALS,
    MOST_SIBLINGS,
    candidates_of,
    choose_around,
    nearest_reading,
    rivals_named,
    spread,
)
from dedupe.stories.explain_reading import read_each


def story(name, members, *, representative=None, keywords=(), rivals=None, copies=()):
    rivals = {} if rivals is None else rivals
    placed = tuple(
        Member(ArticleId(own), ArticleId(members[0]) if own in copies else None, 1.0, rivals.get(own))
        for own in members
    )
    return Story(StoryId(name), "t", name, keywords, ArticleId(representative or members[0]), placed)


def many(name, n, **more):
    return story(name, [f"{name}{at}" for at in range(n)], **more)


def test_a_story_is_stood_for_by_its_representative_first_and_by_no_copies():
    assert candidates_of(story("s", "abcd", representative="c", copies="d")) == ["c", "a", "b"]
    assert candidates_of(story("s", "ab", copies="b"), without={ArticleId("a")}) == ["b"]
    assert candidates_of(story("s", "a"), without={ArticleId("a")}) == []


@given(st.lists(st.integers(), unique=True), st.integers(1, 20))
def test_what_is_spread_is_in_order_begins_with_the_first_and_is_no_more_than_asked_for(items, n):
    chosen = spread(items, n)

    assert len(chosen) == min(n, len(items))
    assert chosen[:1] == items[:1]
    assert [item for item in items if item in chosen] == chosen


def test_rivals_of_those_asked_about_come_before_those_that_most_name():
    named = {"a": StoryId("x"), "b": StoryId("y"), "c": StoryId("y"), "d": StoryId("own"), "e": None}

    assert rivals_named([ArticleId("a")], [story("own", "abcde", rivals=named)]) == ["x", "y"]
    assert rivals_named([ArticleId("d")], [story("own", "abcde", rivals=named)]) == ["y", "x"]


def test_the_articles_around_are_never_more_than_a_bounded_number():
    own = [many("p", 900), many("q", 900)]
    siblings = [many(f"s{at}-", 50) for at in range(200)]
    rivals = [many(f"r{at}-", 50) for at in range(200)]

    chosen = choose_around([ArticleId("p0"), ArticleId("q1")], own, siblings, rivals, set())

    assert len(chosen) == 2 * MOST_MATES + MOST_SIBLINGS + MOST_RIVALS
    assert not {"p0", "q1"} & set(chosen)


def test_siblings_whose_keywords_the_articles_hold_come_first():
    siblings = [many(f"s{at}-", 1, keywords=("other",)) for at in range(20)]
    siblings.append(many("z", 1, keywords=("valdai", "pledge")))

    chosen = choose_around([ArticleId("a")], [story("own", "a")], siblings, [], {"valdai"})

    assert next(iter(chosen)) == "z0"


def test_neither_the_original_of_a_copy_asked_about_nor_a_sibling_twice_is_around():
    copied = story("own", "abc", copies="b")
    sibling = story("next", "de")

    chosen = choose_around([ArticleId("b")], [copied], [sibling], [sibling], set())

    assert set(chosen) == {"c", "d", "e"}


def test_the_nearest_of_several_readings_is_found_and_of_equals_the_first():
    texts = ["sochi valdai pledge", "rates of the bank", "pledge in sochi", "pledge in sochi"]
    one, *others = read_each([Article(ArticleId(str(at)), text, lang="en") for at, text in enumerate(texts)])

    assert nearest_reading(one, others) == 1

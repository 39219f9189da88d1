from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.models import ArticleId, Member, Story, StoryId
from dedupe.stories.ids import story_id_of
from dedupe.stories.reconcile import Previous, reconcile


def story(*members, name="?"):
    placed = tuple(Member(ArticleId(member), None, 1.0) for member in members)
    return Story(StoryId(name), "t", "label", (), placed[0].article_id, placed)


def before(**stories):
    return {ArticleId(member): StoryId(name) for name, members in stories.items() for member in members}


def story_of(reconciled):
    return {member.article_id: story.id for story in reconciled.stories for member in story.members}


def reconciled(previous, stories, *, age=None, taken=frozenset(), weight=None, representatives=None, salt=""):
    known = Previous(
        previous,
        weight={} if weight is None else weight,
        age={} if age is None else age,
        representatives={} if representatives is None else representatives,
    )
    return reconcile(known, stories, taken=taken, salt=salt)


@st.composite
def partitions(draw):
    """Articles in stories: article to story name."""
    names = draw(st.lists(st.sampled_from("vwxyz"), max_size=14))
    skipped = draw(st.integers(0, 3))
    return {ArticleId(f"a{number + skipped}"): StoryId(f"s-{name}") for number, name in enumerate(names)}


def as_stories(partition):
    groups = {}
    for article, name in partition.items():
        groups.setdefault(name, []).append(article)
    return [story(*members) for members in groups.values()]


@given(partitions())
def test_unchanged_clusters_rename_nothing(previous):
    result = reconciled(previous, as_stories(previous), taken=set(previous.values()))

    assert story_of(result) == previous
    assert (result.diff.moved, result.diff.born, result.diff.gone, result.diff.churn) == ((), (), (), 0.0)
    assert (result.diff.merged, result.diff.split) == ({}, {})


@given(partitions(), partitions(), st.sets(st.sampled_from(["s-v", "s-w", "never-used"])))
def test_ids_are_unique_and_new_ones_were_never_taken(previous, clusters, taken):
    taken = taken | {story_id_of(["a0"])}

    result = reconciled(previous, as_stories(clusters), taken=taken)

    ids = [story.id for story in result.stories]
    assert len(set(ids)) == len(ids)
    assert not set(ids) & (taken - set(previous.values()))


@given(partitions(), partitions())
def test_a_second_run_is_a_fixed_point(previous, clusters):
    once = reconciled(previous, as_stories(clusters))

    again = reconciled(story_of(once), once.stories, taken=set(story_of(once).values()))

    assert again.stories == once.stories
    assert again.diff.churn == 0.0


@given(partitions(), partitions())
def test_only_ids_change(previous, clusters):
    stories = as_stories(clusters)

    result = reconciled(previous, stories)

    assert [replace(story, id=StoryId("?")) for story in result.stories] == stories


@given(partitions(), partitions())
def test_every_previous_id_still_leads_somewhere(previous, clusters):
    result = reconciled(previous, as_stories(clusters))

    kept = {story.id for story in result.stories}
    for old in set(previous.values()):
        ways = [old in kept, old in result.diff.merged, old in result.diff.gone, old in result.diff.split]
        assert any(ways)
        assert sum(ways[:3]) <= 1
    led_to = {*result.diff.merged.values(), *(child for children in result.diff.split.values() for child in children)}
    assert led_to <= kept


@given(partitions(), partitions())
def test_churn_is_the_share_of_articles_that_changed_story(previous, clusters):
    result = reconciled(previous, as_stories(clusters))

    now = story_of(result)
    moved = {article for article in now if previous.get(article, now[article]) != now[article]}
    assert set(result.diff.moved) == moved
    assert result.diff.churn == pytest.approx(len(moved) / len(now) if now else 0.0)
    assert (result.diff.n_articles, result.diff.n_stories) == (len(now), len(result.stories))


def test_the_larger_overlap_keeps_the_id():
    result = reconciled(before(old="abcd"), [story("a"), story("b", "c", "d")])

    assert [story.id for story in result.stories] == [story_id_of(["a"]), "old"]
    assert result.diff.split == {"old": ("old", story_id_of(["a"]))}
    assert result.diff.moved == ("a",)


def test_of_equal_overlaps_the_older_story_keeps_its_id():
    previous = before(young="ab", older="cd")

    result = reconciled(previous, [story("a", "b", "c", "d")], age={"young": 1, "older": 2})

    assert result.stories[0].id == "older"
    assert result.diff.merged == {"young": "older"}
    assert result.diff.moved == ("a", "b")


def test_a_story_whose_articles_went_several_ways_is_split():
    previous = before(x="ab", y="cde", z="fgh")

    result = reconciled(previous, [story("c", "d", "e", "a"), story("f", "g", "h", "b")])

    assert result.diff.split == {"x": ("y", "z")}
    assert result.diff.merged == {}


def test_a_story_whose_articles_left_is_gone():
    result = reconciled(before(left="ab", stays="c"), [story("c")])

    assert result.diff.gone == ("left",)


def test_a_name_that_was_ever_issued_is_not_issued_again():
    own = story_id_of([ArticleId("a")])

    result = reconciled({}, [story("a")], taken={own})

    assert result.stories[0].id != own
    assert result.diff.born == (result.stories[0].id,)


def test_an_id_that_is_free_is_made_from_the_smallest_member():
    result = reconciled({}, [story("b", "a")])

    assert result.stories[0].id == story_id_of([ArticleId("a")])


def test_a_salt_makes_another_id():
    ids = {reconciled({}, [story("a")], salt=salt).stories[0].id for salt in ("", "1", "2")}

    assert len(ids) == 3


def test_of_equal_halves_the_one_of_older_and_more_central_articles_keeps_the_id():
    halves = [story("a", "b"), story("c", "d")]

    result = reconciled(before(old="abcd"), halves, weight={"a": 500, "b": 500, "c": 900, "d": 700})

    assert story_of(result)["c"] == "old"


def test_the_part_with_the_representative_keeps_the_id_until_another_weighs_a_fifth_more():
    halves = [story("a", "b"), story("c", "d")]
    weight = {"a": 500, "b": 500, "c": 600}

    near = reconciled(before(old="abcd"), halves, weight={**weight, "d": 590}, representatives={"old": "a"})
    far = reconciled(before(old="abcd"), halves, weight={**weight, "d": 610}, representatives={"old": "a"})

    assert (story_of(near)["a"], story_of(far)["c"]) == ("old", "old")


def test_a_rival_is_called_by_the_id_it_keeps():
    mine = replace(story("a", name="s-new"), members=(Member(ArticleId("a"), None, 1.0, StoryId("s-other"), 0.2),))

    result = reconciled(before(old="b"), [mine, story("b", name="s-other")])

    assert result.stories[0].members[0].rival == "old"

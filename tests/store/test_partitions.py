import pytest

from dedupe.models import ArticleId, Assignment, Member, Story, StoryId
from dedupe.store.keys import Keys
from dedupe.store.partitions import Attached, Generation, Partitions

KEYS = Keys("test", "00000000")
START = Generation(0, 0)


def story(name, *articles):
    members = tuple(Member(ArticleId(a), None, 0.5) for a in articles)
    return Story(StoryId(name), "t", f"label of {name}", ("word",), ArticleId(articles[0]), members)


def attached(article, story_name, *, opens=False):
    assignment = Assignment(StoryId(story_name), settled=False, confidence=0.25)
    return Attached(ArticleId(article), assignment, opens_story=opens)


def attach(partitions, *places, generation=START):
    opened = {p.article_id: story(p.assignment.story_id, p.article_id) for p in places if p.opens_story}
    return partitions.attach(generation, places, opened)


@pytest.fixture
def partitions(redis):
    return Partitions(redis, KEYS)


def ids(view):
    return [member.article_id for member in view.story.members]


def test_an_attached_article_opens_a_story_and_another_joins_it(partitions):
    attach(partitions, attached("a", "s1", opens=True), attached("b", "s1"), attached("c", "s2", opens=True))

    first, second = partitions.stories(START, [StoryId("s1"), StoryId("s2")])

    assert (ids(first), ids(second)) == (["a", "b"], ["c"])
    assert first.story.representative == "a"
    assert not first.settled


def test_an_article_that_has_a_story_keeps_it(partitions):
    attach(partitions, attached("a", "s1", opens=True))
    attach(partitions, attached("a", "s2", opens=True), attached("a", "s1"))

    assert partitions.assignments(START)[ArticleId("a")].story_id == "s1"
    assert [ids(view) for view in partitions.stories(START, [StoryId("s1"), StoryId("s2")])] == [["a"]]


def test_a_published_partition_replaces_the_one_before(partitions):
    attach(partitions, attached("a", "s1", opens=True), attached("b", "s2", opens=True))

    published = partitions.replace(START, [story("s1", "a", "b")], position=2, token=1)

    assert partitions.current() == published == Generation(1, 2)
    view = partitions.stories(published, [StoryId("s1")])[0]
    assert (ids(view), view.settled) == (["a", "b"], True)
    assert partitions.n_stories(published) == 1


def test_an_article_decided_on_an_old_partition_is_not_attached(partitions):
    published = partitions.replace(START, [story("s1", "a")], position=1, token=1)

    assert attach(partitions, attached("b", "s1")) is False
    assert "b" not in partitions.assignments(published)


def test_of_two_reclusters_of_one_partition_one_is_published(partitions):
    first = partitions.replace(START, [story("s1", "a")], position=1, token=1)
    second = partitions.replace(START, [story("s2", "a")], position=1, token=2)

    assert second is None
    assert partitions.current() == first


def test_a_holder_that_was_overtaken_cannot_publish(partitions):
    newer = partitions.replace(START, [story("s1", "a")], position=1, token=7)

    assert partitions.replace(newer, [story("s2", "a")], position=1, token=6) is None
    assert partitions.current() == newer


def test_a_superseded_partition_expires_and_the_current_one_does_not(redis, partitions):
    first = partitions.replace(START, [story("s1", "a")], position=1, token=1)
    second = partitions.replace(first, [story("s1", "a")], position=1, token=2)

    assert all(redis.ttl(key) > 0 for key in KEYS.partition(first.number).all())
    assert all(redis.ttl(key) == -1 for key in KEYS.partition(second.number).all())


def test_a_story_that_did_not_change_keeps_its_times(partitions, eventually):
    first = partitions.replace(START, [story("s1", "a"), story("s2", "b")], position=2, token=1)
    before = {v.story.id: v for v in partitions.stories(first, [StoryId("s1"), StoryId("s2")])}
    eventually(lambda: partitions._now() > before["s1"].updated_at.timestamp() * 1000)
    second = partitions.replace(first, [story("s1", "a"), story("s2", "b", "c")], position=3, token=2)
    after = {v.story.id: v for v in partitions.stories(second, [StoryId("s1"), StoryId("s2")])}

    assert (after["s1"].created_at, after["s1"].updated_at) == (before["s1"].created_at, before["s1"].updated_at)
    assert after["s2"].created_at == before["s2"].created_at
    assert after["s2"].updated_at > before["s2"].updated_at


def test_stories_are_listed_by_their_latest_change_in_pages(partitions):
    generation = partitions.replace(START, [story(f"s{n}", f"a{n}") for n in range(5)], position=5, token=1)

    pages = [partitions.recent(generation, since=None, offset=at, limit=2) for at in (0, 2, 4)]

    assert sorted(i for page, _ in pages for i in page) == [f"s{n}" for n in range(5)]
    assert {total for _, total in pages} == {5}

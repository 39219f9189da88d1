import pytest

from dedupe.models import ArticleId, Assignment, JobId, Member, Story, StoryId
from dedupe.store.keys import Keys
from dedupe.store.partitions import NO_RECORDS, Attached, AttachOutcome, Generation, Partitions

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


def publish(partitions, before, stories, *, position, token, told=(), records=NO_RECORDS, since_ms=None):
    partitions.fence(token)
    job_id = JobId(f"j{token}")
    return partitions.replace(
        before, stories, told, records, position=position, token=token, job_id=job_id, since_ms=since_ms
    )


@pytest.fixture
def partitions(redis):
    return Partitions(redis, KEYS, window_days=1)


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
    same = attach(partitions, attached("a", "s1"))
    other = attach(partitions, attached("a", "s2", opens=True), attached("b", "s1"))

    assert (same, other) == (AttachOutcome.DONE, AttachOutcome.OUTDATED)
    assert "b" not in partitions.assignments(START)
    assert partitions.assignments(START)[ArticleId("a")].story_id == "s1"
    assert [ids(view) for view in partitions.stories(START, [StoryId("s1"), StoryId("s2")])] == [["a"]]


def test_a_published_partition_replaces_the_one_before(partitions):
    attach(partitions, attached("a", "s1", opens=True), attached("b", "s2", opens=True))

    published = publish(partitions, START, [story("s1", "a", "b")], position=2, token=1)

    assert partitions.current() == published == Generation(1, 2)
    view = partitions.stories(published, [StoryId("s1")])[0]
    assert (ids(view), view.settled) == (["a", "b"], True)
    assert partitions.n_stories(published) == 1


def test_an_article_decided_on_an_old_partition_is_not_attached(partitions):
    published = publish(partitions, START, [story("s1", "a")], position=1, token=1)

    assert attach(partitions, attached("b", "s1")) is AttachOutcome.SUPERSEDED
    assert "b" not in partitions.assignments(published)


def test_of_two_reclusters_of_one_partition_one_is_published(partitions):
    first = publish(partitions, START, [story("s1", "a")], position=1, token=1)
    second = publish(partitions, START, [story("s2", "a")], position=1, token=2)

    assert second is None
    assert partitions.current() == first


def test_a_holder_that_was_overtaken_cannot_publish(partitions):
    newer = publish(partitions, START, [story("s1", "a")], position=1, token=7)

    assert publish(partitions, newer, [story("s2", "a")], position=1, token=6) is None
    assert partitions.current() == newer


def test_a_superseded_partition_expires_within_the_hour_and_the_current_one_outlives_the_window(redis, partitions):
    first = publish(partitions, START, [story("s1", "a")], position=1, token=1)
    second = publish(partitions, first, [story("s1", "a")], position=1, token=2)

    assert all(0 < redis.ttl(key) <= 3_600 for key in KEYS.partition(first.number).all())
    assert all(redis.ttl(key) > 86_400 for key in KEYS.partition(second.number).all())


def test_a_story_that_did_not_change_keeps_its_times(partitions, eventually):
    first = publish(partitions, START, [story("s1", "a"), story("s2", "b")], position=2, token=1)
    before = {v.story.id: v for v in partitions.stories(first, [StoryId("s1"), StoryId("s2")])}
    eventually(lambda: partitions._now() > before["s1"].updated_at.timestamp() * 1000)
    later = [story("s1", "a"), story("s2", "b", "c")]
    second = publish(partitions, first, later, position=3, token=2, records=partitions.records(first))
    after = {v.story.id: v for v in partitions.stories(second, [StoryId("s1"), StoryId("s2")])}

    assert (after["s1"].created_at, after["s1"].updated_at) == (before["s1"].created_at, before["s1"].updated_at)
    assert after["s2"].created_at == before["s2"].created_at
    assert after["s2"].updated_at > before["s2"].updated_at


def test_story_ids_are_listed_by_their_latest_change(partitions, eventually):
    generation = publish(partitions, START, [story("s1", "a"), story("s2", "b")], position=2, token=1)
    published = partitions.now()
    eventually(lambda: partitions.now() > published)
    attach(partitions, attached("c", "s1"), generation=generation)

    assert partitions.story_ids(generation) == ["s1", "s2"]


def test_the_stories_of_a_topic_are_found_by_it(partitions):
    generation = publish(partitions, START, [story("s1", "a"), story("s2", "b")], position=2, token=1)

    assert set(partitions.stories_of_topic(generation, "t")) == {"s1", "s2"}
    assert partitions.stories_of_topic(generation, "unknown") == []


def test_an_article_cannot_join_a_story_that_is_not_there(partitions):
    outcome = attach(partitions, attached("a", "s1", opens=True), attached("b", "unknown"))

    assert outcome is AttachOutcome.OUTDATED
    assert partitions.assignments(START) == {}


def test_publishing_again_after_a_lost_answer_changes_nothing(partitions):
    first = publish(partitions, START, [story("s1", "a")], position=1, token=1)
    keys = [KEYS.generation, *KEYS.partition(first.number).all(), *KEYS.partition(0).all()]

    assert partitions._publish(keys=keys, args=[0, first.number, 1, 1, "j1", 1000]) == 1
    assert partitions.n_stories(first) == 1


def test_the_fence_says_which_job_is_current_and_keeps_older_ones_out(partitions):
    publish(partitions, START, [story("s1", "a")], position=1, token=1)

    assert partitions.fence(5) == "j1"
    late = partitions.replace(partitions.current(), [story("s2", "a")], position=1, token=2, job_id=JobId("j2"))
    assert late is None
    assert partitions.fence(4) == "j1"

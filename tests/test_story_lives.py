"""Whatever happens to stories. ``STORY_LIVES=2000 pytest tests/test_story_lives.py`` tries 2,000 other sequences."""

import os

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dedupe.changes import EventType
from dedupe.models import ArticleId, JobState, StoryId
from dedupe.stories.constraints import Link, LinkKind
from tests.simulation import Simulation, article

SEQUENCES = int(os.environ.get("STORY_LIVES", "200"))

numbers = st.lists(st.integers(0, 23), min_size=1, max_size=6)
labels = st.lists(st.integers(0, 5), min_size=1, max_size=5)
workers = st.integers(0, 1)
steps = st.one_of(
    st.tuples(st.just("submit"), numbers, workers, st.booleans()),
    st.tuples(st.just("drain"), workers),
    st.tuples(st.just("die"), numbers, workers),
    st.tuples(st.just("recluster"), labels, workers, st.none() | numbers),
    st.tuples(st.just("recluster"), labels, workers, st.none() | numbers),
    st.tuples(st.just("dry run"), labels),
    st.tuples(st.just("say"), numbers, workers),
    st.tuples(st.just("wait"), st.sampled_from([1, 20, 30, 60, 90])),
)


def play(world, step):
    what, *rest = step
    if what == "submit":
        world.submit([article(n) for n in dict.fromkeys(rest[0])], worker=rest[1], drained=rest[2])
    elif what == "die":
        world.die_appending([article(n) for n in dict.fromkeys(rest[0])], worker=rest[1])
    elif what == "drain":
        world.services[rest[0]].drain(0)
    elif what == "recluster":
        late = rest[2]
        world.meanwhile = lambda: late and world.submit([article(n) for n in dict.fromkeys(late)], worker=1 - rest[1])
        assert world.recluster(rest[0], worker=rest[1]).state is JobState.SUCCEEDED
        world.meanwhile = lambda: None
    elif what == "dry run":
        world.recluster(rest[0], dry_run=True)
    elif what == "say":
        world.services[rest[1]].constraints.replace([Link(LinkKind.MUST, f"a{n}", f"a{n + 1}") for n in rest[0]])
    else:
        world.wait(rest[0])


def check(world):
    service = world.services[0]
    world.reader.read(service)
    views = service.stories(limit=1000).stories
    present = {view.story.id: {m.article_id for m in view.story.members} for view in views}
    # no article in two stories, and members, assignments and topics agree
    placed = [i for ids in present.values() for i in ids]
    assert len(placed) == len(set(placed))
    current = service._partitions.current()
    assigned = service._partitions.assignments(current)
    assert {i: a.story_id for i, a in assigned.items()} == {i: s for s, ids in present.items() for i in ids}
    for view in views:
        assert view.story.id in service._partitions.stories_of_topic(current, view.story.topic)
        assert {v.story.topic for v in service.topic(view.story.topic)} == {view.story.topic}
        assert view.story.representative in present[view.story.id]
    topics = world.redis.hgetall(service._keys.partition(current.number).topics)
    listed = [name.decode() for names in topics.values() for name in names.split(b"\n")]
    assert sorted(listed) == sorted(present)
    assert None not in {facts.source for facts in service._partitions.facts(placed).values()}
    # what is told is what is
    assert world.reader.stories() == present
    assert world.reader.alive == set(present)
    # every id leads somewhere
    world.reader.seen |= set(present)
    for story_id in world.reader.seen:
        outcome = world.resolved(story_id)
        assert (outcome == "live") == (story_id in present), (story_id, outcome)
        assert "lost" not in outcome, (story_id, outcome)
        times = [entry.at for entry in service.history(story_id)]
        assert times == sorted(times)
        assert times


@pytest.mark.timeout(300 + 3 * SEQUENCES)
@settings(
    max_examples=SEQUENCES,
    derandomize="STORY_LIVES" not in os.environ,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(steps, min_size=2, max_size=12))
def test_every_story_id_leads_somewhere_whatever_happens(redis, sequence):
    world = Simulation(redis)
    for step in sequence:
        play(world, step)
    world.services[0].drain(0)
    world.services[0].reconcile()
    check(world)

    once = world.recluster(world.labels)
    world.reader.read(world.services[0])
    again = world.recluster(world.labels, worker=1)

    assert world.services[0]._partitions.current().constraints == world.services[0].constraints.version()
    assert world.services[0]._has_all_arrived()
    assert once.state is again.state is JobState.SUCCEEDED
    assert (again.diff.churn, again.diff.moved, again.diff.born, again.diff.gone) == (0.0, (), (), ())
    assert (again.diff.merged, again.diff.split) == ({}, {})
    assert world.reader.read(world.services[0]) == []
    check(world)


def test_a_story_that_a_recluster_overtook_leads_to_its_article_until_that_has_left(redis):
    world = Simulation(redis)
    world.submit([article(1)])
    fate = b'{"kind":"follows","article_id":"a1","at":1780000000000}'
    redis.hset(world.services[0]._keys.fates, "overtaken", fate)

    before = world.resolved(StoryId("overtaken"))
    world.wait(49.5)

    assert redis.exists(world.services[0]._keys.article(ArticleId("a1")))
    assert (before, world.resolved(StoryId("overtaken"))) == ("merged into live", "expired")


def test_a_reader_hears_of_every_end_of_a_story(redis):
    world = Simulation(redis)
    world.submit([article(n) for n in range(8)])
    merged = world.recluster([0])
    split = world.recluster([0, 2, 4, 6])
    world.wait(60)

    told = {event.type for event in world.services[0]._lives.events("0-0", limit=1_000)}
    assert {EventType.STORY_MERGED, EventType.STORY_SPLIT, EventType.STORY_CLOSED} <= told
    assert len(merged.diff.merged) == 7
    assert len(split.diff.split) == 1
    assert {world.resolved(story_id) for story_id in merged.diff.merged} == {"expired"}

"""Stories' lives with the clustering that is shipped."""

import random
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dedupe.models import ArticleId, JobState
from dedupe.stories.constraints import Link, LinkKind
from tests.simulation import Simulation
from tests.stories.test_cluster import crowd, seeds

ARTICLES = [*crowd(5), *seeds(), replace(seeds()[0], id=ArticleId("copy"))]
some_ids = st.sampled_from([article.id for article in ARTICLES])
links = st.builds(
    lambda kind, pair: Link(kind, *pair),
    st.sampled_from(list(LinkKind)),
    st.tuples(some_ids, some_ids).filter(lambda pair: pair[0] != pair[1]),
)
steps = st.one_of(
    st.tuples(st.just("submit"), st.lists(st.sampled_from(ARTICLES), min_size=1, unique_by=lambda a: a.id)),
    st.tuples(st.just("say"), st.lists(links, max_size=3)),
    st.tuples(st.just("wait"), st.sampled_from([1, 40])),
)


def story_of(world):
    views = world.services[0].stories(limit=1_000).stories
    return {member.article_id: view.story.id for view in views for member in view.story.members}


def partition(world):
    groups = {}
    for article_id, story_id in story_of(world).items():
        groups.setdefault(story_id, set()).add(article_id)
    return {frozenset(ids) for ids in groups.values()}


def play(world, what, given_now):
    if what == "submit":
        world.submit(given_now)
    elif what == "say":
        try:
            world.services[0].constraints.replace(given_now)
        except ValueError:
            world.services[0].constraints.replace([])
    else:
        world.wait(given_now)


def settle(world):
    job_id = world.services[0]._jobs.current()
    if job_id is not None:  # a constraint has queued one
        world.services[0].recluster(job_id)
    assert world.recluster().state is JobState.SUCCEEDED


@settings(max_examples=15, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(steps, min_size=2, max_size=6))
def test_constraints_hold_after_every_recluster(redis, sequence):
    world = Simulation(redis, decide=False)
    for step in sequence:
        play(world, *step)
        settle(world)

        placed = story_of(world)
        for link in world.services[0].constraints.read().links:
            if link.a in placed and link.b in placed:
                assert (placed[link.a] == placed[link.b]) == (link.kind is LinkKind.MUST)
    again = world.recluster()
    assert (again.diff.churn, again.diff.moved, again.diff.born) == (0.0, (), ())


@settings(max_examples=5, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.permutations(ARTICLES), st.integers(1, 10))
def test_the_same_articles_in_another_order_are_the_same_stories(redis, order, batch):
    found = []
    for articles, size in ((ARTICLES, len(ARTICLES)), (order, batch)):
        world = Simulation(redis, decide=False)
        for start in range(0, len(articles), size):
            world.submit(articles[start : start + size], worker=start % 2)
        settle(world)
        found.append(partition(world))

    assert found[0] == found[1]


def test_a_hundred_reprints_of_one_article_move_no_other_article(redis):
    world = Simulation(redis, decide=False)
    articles = [*crowd(12), *seeds()]
    world.submit(articles)
    settle(world)
    before = story_of(world)
    source = random.Random(1)
    texts = [articles[3].text, articles[3].text.upper(), f"{articles[3].text} Reuters"]

    world.submit([replace(articles[3], id=ArticleId(f"reprint{n}"), text=source.choice(texts)) for n in range(100)])
    settle(world)

    after = story_of(world)
    assert {i: after[i] for i in before} == before
    assert {after[ArticleId(f"reprint{n}")] for n in range(100)} == {before[articles[3].id]}

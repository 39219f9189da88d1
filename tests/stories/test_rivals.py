from itertools import chain

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from dedupe.models import Article, ArticleId
from dedupe.stories.cluster import cluster_stories
from dedupe.stories.partition import Partition
from dedupe.stories.rivals import NO_RIVAL, nearest_rivals
from dedupe.stories.smoothing import unit_rows
from tests.stories.explained_seeds import seeds

VECTORS = st.lists(st.lists(st.integers(0, 3), min_size=4, max_size=4), min_size=1, max_size=12)


def _found(topics, vectors, near=None):
    rows = unit_rows(sparse.csr_matrix(np.array(vectors, dtype=float)))
    graph = rows @ rows.T if near is None else near
    graph = sparse.csr_matrix(graph - sparse.diags(graph.diagonal()))
    graph.eliminate_zeros()
    return Partition(
        tuple(tuple(np.array(story) for story in topic) for topic in topics), rows=rows, tfidf=rows, near=graph
    )


def test_the_rival_is_the_nearest_other_story_of_the_topic_and_the_margin_a_difference_of_means():
    found = _found([[[0, 1], [2], [3]]], [[1, 0, 0], [1, 0, 0], [3, 4, 0], [4, 0, 3]])

    rivals = nearest_rivals(found)

    assert rivals.story.tolist() == [2, 2, 0, 0]
    np.testing.assert_allclose(rivals.margin, [1 - 0.8, 1 - 0.8, -0.6, -0.8])


def test_a_story_of_the_own_topic_is_the_rival_though_another_is_nearer():
    found = _found([[[0], [1]], [[2]]], [[1, 1, 0], [1, 0, 1], [1, 1, 0]])

    rivals = nearest_rivals(found)

    assert rivals.story.tolist() == [1, 0, 0]


def test_without_another_story_in_the_topic_the_rival_is_among_the_stories_of_the_neighbours():
    vectors = [[3, 4, 0], [4, 3, 0], [1, 0, 0], [0, 1, 0]]
    near = sparse.csr_matrix(([1.0, 1.0], ([0, 2], [2, 0])), shape=(4, 4))

    rivals = nearest_rivals(_found([[[0, 1]], [[2]], [[3]]], vectors, near))

    assert rivals.story.tolist() == [1, NO_RIVAL, 0, NO_RIVAL]
    np.testing.assert_allclose(rivals.margin, [0.96 - 0.6, 0, -0.7, 0])


def test_an_empty_partition_has_no_rivals():
    assert nearest_rivals(_found([], np.zeros((0, 3)))).story.tolist() == []


@settings(deadline=None)
@given(VECTORS, st.randoms(use_true_random=False))
def test_every_rival_is_another_story_and_every_margin_in_its_range(vectors, rnd):
    story_of = [rnd.randrange(4) for _ in vectors]
    stories = [[row for row, own in enumerate(story_of) if own == story] for story in range(4)]
    stories = [story for story in stories if story]
    cut = rnd.randint(0, len(stories))
    found = _found([topic for topic in (stories[:cut], stories[cut:]) if topic], vectors)

    rivals = nearest_rivals(found)

    for number, story in enumerate(found.stories):
        assert number not in rivals.story[story]
    assert (np.abs(rivals.margin) <= 1).all()
    assert (rivals.margin[rivals.story == NO_RIVAL] == 0).all()


def test_every_seed_names_a_rival_story_of_its_topic():
    stories = cluster_stories(seeds().values())

    ids = {story.id for story in stories}
    for story in stories:
        for member in story.members:
            assert member.rival in ids - {story.id}
            assert (member.margin is None) == (len(story.members) == 1)
            assert member.margin is None or member.margin > 0


def test_a_reprint_has_the_rival_of_its_original():
    copied = Article(ArticleId("copy"), seeds()["000"].text + " ")

    members = chain.from_iterable(story.members for story in cluster_stories([*seeds().values(), copied]))

    by_id = {member.article_id: (member.rival, member.margin) for member in members}
    assert by_id["copy"] == by_id["000"]
    assert by_id["copy"][0] is not None


def test_an_article_near_nothing_has_neither_rival_nor_margin():
    apart = [
        Article(ArticleId("a"), "Glaciers retreat quickly."),
        Article(ArticleId("b"), "Orchestras rehearse loudly."),
    ]

    members = [member for story in cluster_stories(apart) for member in story.members]

    assert [(member.rival, member.margin) for member in members] == [(None, None)] * 2

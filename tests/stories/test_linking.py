import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.models import ArticleId
from dedupe.stories.cluster import cluster_stories
from dedupe.stories.constraints import Constraints
from tests.stories.test_cluster import article, crowd, members, seeds

FOUND = {frozenset({"000", "001"}), frozenset({"002", "004"}), frozenset({"003"})}


def pairs(*given):
    return frozenset((ArticleId(a), ArticleId(b)) for a, b in given)


def clustered(articles, must=(), cannot=()):
    return cluster_stories(articles, constraints=Constraints(pairs(*must), pairs(*cannot)))


def copies_of_the_first():
    """The seeds, an exact copy of the first, and one that is near it."""
    first = seeds()[0]
    near = "An agency reports. " + first.text.replace("extended", "sent").replace("Monday", "Tuesday")
    return [*seeds(), replace(first, id=ArticleId("exact")), article("near", near)]


def test_without_constraints_or_with_some_on_others_nothing_changes():
    articles = [*crowd(10), *seeds()]

    assert clustered(articles, [("000", "absent")], [("absent", "003")]) == cluster_stories(articles)


def test_articles_that_must_be_linked_bring_their_stories_together():
    stories = clustered(seeds(), must=[("001", "003")])

    assert members(stories) == {frozenset({"000", "001", "003"}), frozenset({"002", "004"})}


def test_what_must_be_linked_through_one_who_is_not_there_is_linked():
    stories = clustered(seeds(), must=[("001", "gone"), ("gone", "003")])

    assert members(stories) == {frozenset({"000", "001", "003"}), frozenset({"002", "004"})}


def test_articles_that_cannot_be_linked_part_their_story_and_no_other():
    stories = clustered([*crowd(10), *seeds()], cannot=[("000", "001")])

    before = members(cluster_stories([*crowd(10), *seeds()]))
    assert members(stories) == before - {frozenset({"000", "001"})} | {frozenset({"000"}), frozenset({"001"})}


def test_each_article_of_a_parted_story_goes_with_the_one_it_is_nearer_to():
    linked = [(f"crowd-{story}-{number}", f"crowd-{story}-{number + 1}") for story in (0, 1) for number in (0, 1)]
    together = [*linked, ("crowd-0-0", "crowd-1-0")]

    stories = clustered(crowd(10), must=together[-1:])
    parted = clustered(crowd(10), cannot=[("crowd-0-0", "crowd-1-0")], must=[("crowd-0-1", "crowd-0-2")])

    assert frozenset(f"crowd-{story}-{n}" for story in (0, 1) for n in range(3)) in members(stories)
    assert frozenset(f"crowd-0-{n}" for n in range(3)) in members(parted)
    assert frozenset(f"crowd-1-{n}" for n in range(3)) in members(parted)


def test_where_whole_stories_cannot_be_joined_the_linked_articles_alone_move():
    stories = clustered(seeds(), must=[("001", "002")], cannot=[("000", "004")])

    found = members(stories)
    assert any({"001", "002"} <= story for story in found)
    assert not any({"000", "004"} <= story for story in found)
    assert frozenset({"003"}) in found


def test_copies_go_with_the_article_they_repeat():
    stories = clustered(copies_of_the_first(), cannot=[("000", "001")])

    assert frozenset({"000", "exact", "near"}) in members(stories)
    assert frozenset({"001"}) in members(stories)


@pytest.mark.parametrize("copy", ["exact", "near"])
def test_a_copy_parts_from_what_it_repeats_where_that_is_said_of_it(copy):
    stories = clustered(copies_of_the_first(), cannot=[("000", copy)])

    assert not any({"000", copy} <= story for story in members(stories))
    assert {m.article_id: m.duplicate_of for s in stories for m in s.members}[copy] is not None


def test_who_was_put_by_a_constraint_is_sure_of_the_place():
    stories = clustered(seeds(), must=[("001", "003")], cannot=[("002", "absent")])

    confidence = {member.article_id: member.confidence for story in stories for member in story.members}
    assert confidence["001"] == confidence["003"] == 1.0
    assert confidence["002"] < 1.0


ARTICLES = [*crowd(4), *copies_of_the_first()]
ids = st.sampled_from([a.id for a in ARTICLES])
some_pairs = st.lists(st.tuples(ids, ids).filter(lambda pair: pair[0] != pair[1]), max_size=5)


@settings(max_examples=20, derandomize=True)
@given(some_pairs, some_pairs, st.randoms(use_true_random=False))
def test_constraints_hold_in_any_order_of_the_articles(must, cannot, source):
    try:
        said = Constraints(frozenset(must), frozenset(cannot))
    except ValueError:
        said = Constraints(frozenset(must))
    shuffled = source.sample(ARTICLES, len(ARTICLES))

    stories = cluster_stories(ARTICLES, constraints=said)
    again = cluster_stories(shuffled, constraints=said)

    story_of = {member.article_id: story.id for story in stories for member in story.members}
    assert sorted(story_of) == sorted(a.id for a in ARTICLES)
    assert all(story_of[a] == story_of[b] for a, b in said.must_link)
    assert all(story_of[a] != story_of[b] for a, b in said.cannot_link)
    assert members(stories) == members(again)
    assert {(s.id, s.label, s.keywords, s.representative) for s in stories} == {
        (s.id, s.label, s.keywords, s.representative) for s in again
    }


def test_constraints_on_a_large_crowd_move_nobody_else():
    articles = crowd(40)
    source = random.Random(5)
    must = [tuple(f"crowd-{story}-{source.randrange(3)}" for story in source.sample(range(40), 2)) for _ in range(3)]

    before, after = members(cluster_stories(articles)), members(clustered(articles, must=must))

    touched = {story for story in before for pair in must if set(pair) & story}
    assert before - touched <= after

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.models import ArticleId
from dedupe.stories.constraints import Constraints, Link, LinkKind, constraints_of


def pairs(*names):
    return frozenset((ArticleId(name[0]), ArticleId(name[1])) for name in names)


def test_the_order_in_a_pair_is_nothing():
    assert Constraints(pairs("ba"), pairs("dc")) == Constraints(pairs("ab"), pairs("cd"))


def test_articles_linked_through_others_are_one_component():
    said = Constraints(must_link=pairs("cb", "ab", "xy"))

    assert said.components() == [("a", "b", "c"), ("x", "y")]
    assert said.named() == set("abcxy")


@pytest.mark.parametrize("must", [("ab",), ("ac", "cb"), ("ac", "cd", "db")])
def test_what_must_be_linked_and_cannot_be_is_named(must):
    with pytest.raises(ValueError, match="'a' and 'b' cannot be linked, but must be"):
        Constraints(pairs(*must), pairs("ba"))


def test_an_article_is_not_linked_to_itself():
    with pytest.raises(ValueError, match="a link needs two articles, got 'a' twice"):
        Link(LinkKind.MUST, ArticleId("a"), ArticleId("a"))


def test_the_same_link_said_again_has_the_same_id_and_another_kind_another():
    link = Link(LinkKind.MUST, ArticleId("b"), ArticleId("a"), by="one")

    assert link.id == Link(LinkKind.MUST, ArticleId("a"), ArticleId("b"), note="two").id
    assert link.id != Link(LinkKind.CANNOT, ArticleId("a"), ArticleId("b")).id
    assert constraints_of([link]) == Constraints(must_link=pairs("ab"))


names = st.sampled_from("abcdef").map(ArticleId)
some_pairs = st.frozensets(st.tuples(names, names).filter(lambda pair: pair[0] != pair[1]), max_size=6)


@given(some_pairs, some_pairs)
def test_constraints_are_refused_exactly_where_some_partition_cannot_keep_them(must, cannot):
    group = {i: {i} for i in "abcdef"}
    for a, b in must:
        joined = group[a] | group[b]
        for i in joined:
            group[i] = joined
    contradicts = any(b in group[a] for a, b in cannot)

    if contradicts:
        with pytest.raises(ValueError, match="cannot be linked"):
            Constraints(must, cannot)
    else:
        assert {frozenset(own) for own in Constraints(must, cannot).components()} == {
            frozenset(own) for own in group.values() if len(own) > 1
        }

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis

from dedupe.errors import ConstraintsChanged, UnknownId
from dedupe.models import ArticleId
from dedupe.store import constraints
from dedupe.store.constraints import StoredConstraints
from dedupe.store.keys import Keys
from dedupe.stories.constraints import Constraints, Link, LinkKind

KEYS = Keys("test", "00000000")


def must(a, b, **more):
    return Link(LinkKind.MUST, ArticleId(a), ArticleId(b), **more)


def cannot(a, b, **more):
    return Link(LinkKind.CANNOT, ArticleId(a), ArticleId(b), **more)


@pytest.fixture
def stored(redis):
    return StoredConstraints(redis, KEYS)


def said(link_set):
    return {(link.kind, link.a, link.b) for link in link_set.links}


def test_what_is_said_is_read_back_with_who_said_it_and_when(stored):
    added = stored.add([must("b", "a", by="jo", note="one flood"), cannot("a", "c")])

    read = stored.read()

    assert (set(read.links), read.version) == (set(added.links), 1)
    assert {(link.a, link.b, link.by, link.note) for link in read.links} == {
        ("a", "b", "jo", "one flood"),
        ("a", "c", None, None),
    }
    assert all(link.at is not None for link in read.links)
    assert stored.in_force() == (
        1,
        Constraints(frozenset({(ArticleId("a"), ArticleId("b"))}), frozenset({(ArticleId("a"), ArticleId("c"))})),
    )


def test_the_same_said_again_is_no_change(stored):
    first = stored.add([must("a", "b", by="jo")])

    again = stored.add([must("b", "a")])

    assert again == first


def test_replacing_leaves_no_others_and_what_stays_keeps_its_words(stored):
    stored.add([must("a", "b", by="jo"), must("c", "d")])

    replaced = stored.replace([must("a", "b"), cannot("a", "c")])

    assert said(replaced) == {(LinkKind.MUST, "a", "b"), (LinkKind.CANNOT, "a", "c")} == said(stored.read())
    assert {link.by for link in replaced.links} == {"jo", None}


def test_a_version_that_is_not_the_one_known_is_refused_and_nothing_changes(stored):
    stored.add([must("a", "b")])

    with pytest.raises(ConstraintsChanged) as refusal:
        stored.replace([], version=0)

    assert refusal.value.version == 1
    assert said(stored.read()) == {(LinkKind.MUST, "a", "b")}
    assert stored.replace([], version=1).version == 2


@pytest.mark.parametrize("change", ["add", "replace"])
def test_a_contradiction_is_named_and_changes_nothing(stored, change):
    stored.add([must("a", "b")])

    with pytest.raises(ValueError, match="'a' and 'c' cannot be linked, but must be"):
        getattr(stored, change)([must("a", "b"), must("b", "c"), cannot("c", "a")])

    assert said(stored.read()) == {(LinkKind.MUST, "a", "b")}


def test_a_constraint_is_removed_by_its_id_once(stored):
    link = must("a", "b")
    stored.add([link, must("c", "d")])

    removed = stored.remove(link.id)

    assert (said(removed), said(stored.read())) == ({(LinkKind.MUST, "a", "b")}, {(LinkKind.MUST, "c", "d")})
    with pytest.raises(UnknownId, match="no constraint"):
        stored.remove(link.id)


def test_articles_that_nobody_submitted_are_named(redis, stored):
    redis.hset(KEYS.article(ArticleId("a")), "digest", "x")

    assert stored.add([must("a", "b")]).unknown == ("b",)


def test_there_is_a_most(stored, monkeypatch):
    monkeypatch.setattr(constraints, "MOST_CONSTRAINTS", 2)
    stored.add([must("a", "b"), must("b", "c")])

    with pytest.raises(ValueError, match="at most 2 constraints, got 3"):
        stored.add([must("c", "d")])


def test_changes_at_once_are_all_kept(redis):
    def add(number):
        StoredConstraints(redis, KEYS).add([must("a", f"b{number}")])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(12)))

    assert len(StoredConstraints(redis, KEYS).read().links) == 12
    assert StoredConstraints(redis, KEYS).version() == 12


def test_a_change_asked_for_twice_after_a_lost_answer_is_made_once(stored):
    keys = [KEYS.constraints, KEYS.constraints_version]

    answers = [stored._change(keys, [0, "word", 0, "c1", b"[]"]) for _ in range(2)]

    assert answers == [1, 1]
    assert stored._change(keys, [0, "another", 0]) == -1


names = st.sampled_from("abcd")
links = st.builds(
    lambda kind, pair: Link(kind, ArticleId(pair[0]), ArticleId(pair[1])),
    st.sampled_from(list(LinkKind)),
    st.tuples(names, names).filter(lambda pair: pair[0] != pair[1]),
)
changes = st.lists(st.tuples(st.sampled_from(["add", "replace", "remove"]), st.lists(links, max_size=3)), max_size=8)


@given(changes)
def test_the_store_never_holds_a_contradiction_and_every_change_is_another_version(server, changes):
    with Redis.from_url(server.store_url) as redis:
        redis.flushall()
        stored = StoredConstraints(redis, KEYS)
        for name, given_links in changes:
            before = stored.read()
            try:
                if name == "remove":
                    for link in given_links:
                        stored.remove(link.id)
                else:
                    getattr(stored, name)(given_links)
            except (ValueError, UnknownId):
                pass
            after = stored.read()
            stored.in_force()
            assert (after.version == before.version) == (set(after.links) == set(before.links))

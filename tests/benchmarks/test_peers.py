from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from peers import (
    CONTENDERS,
    Setting,
    groups_of_pairs,
    jaccard,
    n_pairs_inside,
    of_datasketch,
    our_groups,
    our_pairs,
    score_groups,
    score_pairs,
    shingles_of,
)

LABELS = st.lists(st.integers(0, 5), min_size=1, max_size=30)
ARTICLE = "Floods closed the northern railway after a night of heavy rain in the valleys, and buses run instead. " * 2
OTHER = "The council of the harbour town agreed on Monday to build a second ferry pier before the summer begins. " * 2
ANY_SETTING = Setting(2, 32, 4, 0.5)


def pairs_inside(labels):
    return {(a, b) for a, b in combinations(range(len(labels)), 2) if labels[a] == labels[b]}


@given(LABELS)
def test_the_number_of_pairs_inside_is_that_of_the_pairs(labels):
    assert n_pairs_inside(labels) == len(pairs_inside(labels))


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from("abc")), min_size=1, max_size=30))
def test_groups_score_as_the_pairs_inside_them(labelled):
    groups, gold = zip(*labelled, strict=True)

    assert score_groups(groups, gold) == score_pairs(pairs_inside(groups), gold)


@given(LABELS)
def test_the_true_pairs_have_no_error(labels):
    score = score_pairs(pairs_inside(labels), labels)

    assert score.f1 == (1.0 if pairs_inside(labels) else 0.0)


def test_precision_and_recall_are_of_the_pairs():
    score = score_pairs({(0, 1), (0, 3)}, ["a", "a", "a", "b"])

    assert (score.precision, score.recall, score.f1) == (1 / 2, 1 / 3, pytest.approx(2 / 5))


@given(LABELS)
def test_pairs_inside_groups_give_the_groups_back(labels):
    groups = groups_of_pairs(pairs_inside(labels), len(labels))

    assert pairs_inside(groups) == pairs_inside(labels)


def test_pairs_that_share_a_text_make_one_group():
    groups = groups_of_pairs([(3, 4), (0, 4), (1, 2)], 6)

    assert pairs_inside(groups) == {(0, 3), (0, 4), (3, 4), (1, 2)}


def test_jaccard_is_the_share_of_the_union_and_nothing_for_nothing():
    assert jaccard({"a", "b"}, {"b", "c"}) == 1 / 3
    assert jaccard(set(), set()) == 0.0


def test_shingles_are_of_words_in_lower_case():
    assert shingles_of("The north, the north.", 2) == {"the north", "north the"}
    assert shingles_of("too short", 3) == set()


def test_a_setting_is_read_as_it_is_written():
    settings = [setting for one in CONTENDERS.values() for setting in (*one.settings, *one.grid)]

    assert [Setting.parse(str(setting)) for setting in settings] == settings


def test_bands_fit_the_permutations_of_their_contender():
    for name, contender in CONTENDERS.items():
        most = 250 if name == "text-dedup" else 128
        assert all(one.bands * one.rows <= most for one in (*contender.settings, *contender.grid))


def test_ours_and_datasketch_find_the_one_copy():
    texts = [ARTICLE, OTHER, ARTICLE.replace("closed", "shut")]

    assert set(our_pairs(texts, ANY_SETTING).pairs) == {(0, 2)}
    assert list(our_groups(texts, ANY_SETTING).groups) == [0, 1, 0]
    assert set(of_datasketch(texts, ANY_SETTING).pairs) == {(0, 2)}

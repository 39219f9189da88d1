import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.evaluation import compare_pairs, pairs_within
from dedupe.evaluation.pairs import group_counts

ids = st.sampled_from("abcde")
pair_lists = st.lists(st.tuples(ids, ids).filter(lambda pair: pair[0] != pair[1]), max_size=12)


def test_found_missed_and_wrong_pairs_make_precision_and_recall():
    gold = [("a", "b"), ("c", "d"), ("a", "e")]
    pred = [("b", "a"), ("c", "d"), ("d", "e"), ("b", "e")]

    report = compare_pairs(gold, pred)

    assert (report.n_gold, report.n_pred, report.n_shared) == (3, 4, 2)
    assert (report.score.precision, report.score.recall) == (1 / 2, 2 / 3)
    assert report.score.f1 == pytest.approx(4 / 7)


@given(pair_lists)
def test_a_pair_is_the_same_in_either_order_and_counts_once(pairs):
    turned = [(b, a) for a, b in pairs]

    report = compare_pairs(pairs, turned + turned)

    assert report.score.f1 == 1.0


@given(pair_lists, pair_lists)
def test_swapping_gold_and_prediction_swaps_precision_and_recall_of_pairs(gold, pred):
    forth, back = compare_pairs(gold, pred).score, compare_pairs(pred, gold).score

    assert (forth.precision, forth.recall) == (back.recall, back.precision)


def test_finding_nothing_is_precise_and_finds_nothing():
    report = compare_pairs([("a", "b")], [])

    assert (report.score.precision, report.score.recall, report.score.f1) == (1.0, 0.0, 0.0)


def test_a_pair_of_one_article_is_refused():
    with pytest.raises(ValueError, match="must join two articles, got 'a' twice"):
        compare_pairs([("a", "a")], [])


def test_pairs_within_lists_every_pair_that_shares_a_group():
    pairs = pairs_within({"a": "1", "b": "2", "c": "1", "d": "1"})

    assert pairs == [("a", "c"), ("a", "d"), ("c", "d")]


def test_a_group_counts_its_gold_pairs_and_half_of_the_wrong_ones_it_is_in():
    gold = [("a", "b"), ("b", "c"), ("x", "y")]
    pred = [("c", "b"), ("a", "c"), ("c", "x"), ("y", "z")]

    counts = group_counts(gold, pred)

    assert counts.T.tolist() == [[2.0, 2.5, 1.0], [1.0, 1.0, 0.0], [0.0, 0.5, 0.0]]


@given(pair_lists, pair_lists)
def test_counts_of_all_groups_add_up_to_those_of_the_report(gold, pred):
    report = compare_pairs(gold, pred)

    counts = group_counts(gold, pred).sum(axis=1)

    assert counts.tolist() == [report.n_gold, report.n_pred, report.n_shared]

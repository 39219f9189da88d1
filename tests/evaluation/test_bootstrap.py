import math
from dataclasses import asdict, fields
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedupe.evaluation import Resampling, cluster_intervals, compare_clusterings, pair_intervals
from dedupe.evaluation.report import Interval, ScoreIntervals

names = st.sampled_from("abcdef")
two_clusterings = st.lists(st.tuples(names, names), max_size=40)
FEW = Resampling(n=20)


def named(clusters):
    return {f"article-{i}": cluster for i, cluster in enumerate(clusters)}


def both(rows):
    return named(gold for gold, _ in rows), named(pred for _, pred in rows)


def all_intervals(report):
    values = [getattr(report, field.name) for field in fields(report)]
    triples = [value for value in values if isinstance(value, ScoreIntervals)]
    inside = [getattr(triple, field.name) for triple in triples for field in fields(triple)]
    return [*inside, *(value for value in values if isinstance(value, Interval))]


def split_in_two(n_stories, *, size, n_split):
    """Stories of one size, the first ones of which are predicted as two halves."""
    gold, pred = {}, {}
    for story in range(n_stories):
        for at in range(size):
            gold[f"{story}-{at}"] = f"{story}"
            pred[f"{story}-{at}"] = f"{story} {at % 2 if story < n_split else 'whole'}"
    return gold, pred


@given(two_clusterings)
@example([("a", "a"), ("a", "b"), ("a", "c"), ("a", "d"), ("b", "a")])  # in some samples chance alone would be too much
def test_an_interval_is_in_order_and_in_the_range_of_its_score(rows):
    intervals = cluster_intervals(*both(rows), FEW)

    assert all(interval.low <= interval.high <= 1 + 1e-9 for interval in all_intervals(intervals))
    shares = (intervals.bcubed.f1, intervals.pairwise.f1, intervals.homogeneity, intervals.completeness)
    assert all(interval.low >= 0 for interval in shares)


@given(st.lists(names, max_size=40))
def test_every_sample_of_a_perfect_match_is_one(clusters):
    intervals = cluster_intervals(named(clusters), named(cluster.upper() for cluster in clusters), FEW)

    assert [edge for interval in all_intervals(intervals) for edge in (interval.low, interval.high)] == [
        pytest.approx(1.0)
    ] * (2 * len(all_intervals(intervals)))


@given(two_clusterings, st.randoms(use_true_random=False))
def test_neither_order_nor_names_move_an_interval(rows, random):
    gold, pred = both(rows)
    shuffled = random.sample(sorted(gold), len(gold))
    renamed = {article: f"{ord('z') - ord(gold[article])}" for article in shuffled}

    there, here = cluster_intervals(renamed, pred, FEW), cluster_intervals(gold, pred, FEW)

    for moved, interval in zip(all_intervals(there), all_intervals(here), strict=True):
        assert (moved.low, moved.high) == pytest.approx((interval.low, interval.high), abs=1e-9)


@given(st.lists(names, min_size=1, max_size=40))
def test_a_single_gold_story_is_every_sample(clusters):
    gold, pred = named("s" * len(clusters)), named(clusters)

    intervals, report = cluster_intervals(gold, pred, FEW), compare_clusterings(gold, pred)

    assert intervals.bcubed.f1 == Interval(report.bcubed.f1, report.bcubed.f1)
    assert intervals.ami.low == pytest.approx(intervals.ami.high) == pytest.approx(report.ami, abs=1e-9)


def test_the_seed_chooses_the_samples():
    gold, pred = split_in_two(30, size=3, n_split=9)

    first, again, other = (cluster_intervals(gold, pred, Resampling(50, seed=seed)) for seed in (1, 1, 2))

    assert first == again
    assert first.bcubed.recall != other.bcubed.recall


def test_more_articles_of_the_same_stories_say_nothing_new():
    few, many = split_in_two(30, size=2, n_split=9), split_in_two(30, size=200, n_split=9)

    narrow, wide = cluster_intervals(*many, Resampling()), cluster_intervals(*few, Resampling())

    assert narrow.bcubed.recall == wide.bcubed.recall


def test_four_times_the_stories_make_an_interval_half_as_wide():
    few, many = split_in_two(40, size=2, n_split=20), split_in_two(160, size=2, n_split=80)

    wide, narrow = (cluster_intervals(*rows, Resampling(4000)).bcubed.recall for rows in (few, many))

    assert (wide.high - wide.low) / (narrow.high - narrow.low) == pytest.approx(2, rel=0.1)


def test_the_interval_holds_the_true_score_about_as_often_as_it_says():
    true_recall, n_worlds, random = 1 - 0.3 / 2, 300, Random(5)

    inside = 0
    for _ in range(n_worlds):
        n_split = sum(random.random() < 0.3 for _ in range(60))
        recall = cluster_intervals(*split_in_two(60, size=2, n_split=n_split), Resampling(200)).bcubed.recall
        inside += recall.low <= true_recall <= recall.high

    four_standard_errors = 4 * math.sqrt(0.95 * 0.05 / n_worlds)
    assert inside / n_worlds == pytest.approx(0.95, abs=four_standard_errors)


def test_the_same_seed_gives_the_same_interval_on_every_machine():
    gold = {f"{story}-{at}": story for story in "abcdefghij" for at in range(ord(story) - 90)}
    pred = {article: article[:1] if article < "e" else article for article in gold}

    f1 = cluster_intervals(gold, pred, Resampling(37, level=0.8, seed=7)).bcubed.f1

    assert (f1.low, f1.high) == pytest.approx((0.245364238411, 0.678468744952))


def test_nothing_at_all_is_a_perfect_match_without_doubt():
    intervals = [*all_intervals(cluster_intervals({}, {}, FEW)), *all_intervals(pair_intervals([], [], FEW))]

    assert set(intervals) == {Interval(1.0, 1.0)}


def test_found_and_missed_groups_of_pairs_make_the_interval():
    gold = [(f"{at}a", f"{at}b") for at in range(40)]

    intervals = pair_intervals(gold, gold[:20], Resampling()).score

    assert asdict(intervals.precision) == {"low": 1.0, "high": 1.0}
    assert 0.3 < intervals.recall.low < 0.4
    assert 0.6 < intervals.recall.high < 0.7


def test_pairs_of_one_group_succeed_or_fail_together():
    singly = [(f"{at}a", f"{at}b") for at in range(60)]
    by_six = [(f"{at}{a}", f"{at}{b}") for at in range(10) for a, b in ("ab", "ac", "ad", "bc", "bd", "cd")]

    alone, together = (pair_intervals(gold, gold[:30], Resampling()).score.recall for gold in (singly, by_six))

    assert together.high - together.low > 2 * (alone.high - alone.low)


def test_a_sample_without_a_gold_pair_says_nothing_of_how_many_are_found():
    gold, pred = [("a", "b")], [("c", "d"), ("e", "f")]
    stories = {"a": "1", "b": "1", "c": "2", "d": "3", "e": "4", "f": "5"}
    apart = {article: article for article in stories}

    of_pairs = pair_intervals(gold, pred, FEW).score.recall
    of_stories = cluster_intervals(stories, apart, FEW).pairwise.recall

    assert of_pairs == of_stories == Interval(0.0, 0.0)


@pytest.mark.parametrize("wrong", [{"n": 0}, {"level": 1.0}, {"seed": -1}])
def test_resampling_that_cannot_be_done_is_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Resampling(**wrong)

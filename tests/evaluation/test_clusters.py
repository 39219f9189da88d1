import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from dedupe.evaluation import compare_clusterings
from dedupe.evaluation.overlaps import cluster_overlaps

names = st.sampled_from("abcdef")
two_clusterings = st.lists(st.tuples(names, names), max_size=40)


def named(clusters):
    return {f"article-{i}": cluster for i, cluster in enumerate(clusters)}


def both(rows):
    return named(gold for gold, _ in rows), named(pred for _, pred in rows)


def slow_bcubed(gold, pred):
    def purity(ours, theirs):
        shares = []
        for article in ours:
            together = [other for other in ours if ours[other] == ours[article]]
            shares.append(sum(theirs[other] == theirs[article] for other in together) / len(together))
        return sum(shares) / len(shares) if shares else 1.0

    return purity(pred, gold), purity(gold, pred)


@given(two_clusterings)
def test_bcubed_is_what_its_definition_says_article_by_article(rows):
    gold, pred = both(rows)

    score = compare_clusterings(gold, pred).bcubed

    assert (score.precision, score.recall) == pytest.approx(slow_bcubed(gold, pred))


@given(two_clusterings)
def test_scores_that_scikit_learn_has_are_equal_to_its_own(rows):
    gold, pred = both(rows)
    labels = [gold for gold, _ in rows], [pred for _, pred in rows]

    report = compare_clusterings(gold, pred)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert report.ari == pytest.approx(metrics.adjusted_rand_score(*labels))
        assert report.ami == pytest.approx(metrics.adjusted_mutual_info_score(*labels), abs=1e-9)
        assert report.nmi == pytest.approx(metrics.normalized_mutual_info_score(*labels), abs=1e-9)
        expected = metrics.homogeneity_completeness_v_measure(*labels)
    assert (report.homogeneity, report.completeness, report.v_measure) == pytest.approx(expected, abs=1e-9)


@given(two_clusterings)
def test_pairwise_counts_every_pair_of_articles_once(rows):
    gold, pred = both(rows)
    pairs = [(a, b) for a in gold for b in gold if a < b]
    wanted = {(a, b) for a, b in pairs if gold[a] == gold[b]}
    found = {(a, b) for a, b in pairs if pred[a] == pred[b]}

    score = compare_clusterings(gold, pred).pairwise

    assert score.precision == (len(wanted & found) / len(found) if found else 1.0)
    assert score.recall == (len(wanted & found) / len(wanted) if wanted else 1.0)


@given(st.lists(names, max_size=40))
def test_a_perfect_match_scores_one_everywhere_whatever_the_clusters_are_called(clusters):
    gold, pred = named(clusters), named(cluster.upper() * 2 for cluster in clusters)

    report = compare_clusterings(gold, pred)

    assert (report.bcubed.f1, report.pairwise.f1) == (1.0, 1.0)
    assert (report.ari, report.ami, report.nmi, report.v_measure) == pytest.approx((1.0, 1.0, 1.0, 1.0))


@given(two_clusterings)
def test_swapping_gold_and_prediction_swaps_precision_and_recall(rows):
    gold, pred = both(rows)

    forth, back = compare_clusterings(gold, pred), compare_clusterings(pred, gold)

    assert (forth.bcubed.precision, forth.bcubed.recall) == pytest.approx((back.bcubed.recall, back.bcubed.precision))
    assert (forth.homogeneity, forth.ari) == pytest.approx((back.completeness, back.ari))


@given(two_clusterings, st.randoms(use_true_random=False))
def test_the_order_of_the_articles_changes_no_score(rows, random):
    gold, pred = both(rows)
    shuffled = random.sample(sorted(gold), len(gold))

    report = compare_clusterings({article: gold[article] for article in shuffled}, pred)

    expected = compare_clusterings(gold, pred)
    assert report.bcubed.f1 == pytest.approx(expected.bcubed.f1)
    assert (report.ari, report.ami) == pytest.approx((expected.ari, expected.ami), abs=1e-9)


@given(two_clusterings)
def test_every_score_stays_in_its_stated_range(rows):
    report = compare_clusterings(*both(rows))

    shares = (report.bcubed.f1, report.pairwise.f1, report.nmi, report.homogeneity, report.completeness)
    assert all(0 <= share <= 1 for share in shares)
    assert -0.5 <= report.ari <= 1
    assert -1 <= report.ami <= 1 + 1e-9


def test_articles_alone_on_both_sides_match_perfectly():
    gold, pred = {"x": "1", "y": "2"}, {"x": "a", "y": "b"}

    report = compare_clusterings(gold, pred)

    assert (report.bcubed.f1, report.pairwise.f1, report.ari, report.ami) == (1.0, 1.0, 1.0, 1.0)


def test_everything_in_one_story_is_complete_and_impure():
    gold, pred = named("aabb"), named("xxxx")

    report = compare_clusterings(gold, pred)

    assert (report.bcubed.precision, report.bcubed.recall) == (0.5, 1.0)
    assert (report.ari, report.ami) == (0.0, 0.0)


def test_a_prediction_that_misses_articles_has_no_score():
    gold = named("abc")

    with pytest.raises(ValueError, match=r"2 gold articles are not in the prediction: 'article-1', 'article-2'"):
        compare_clusterings(gold, {"article-0": "a"})


def test_predicted_articles_without_gold_are_left_out():
    gold = {"x": "1", "y": "1"}

    overlaps = cluster_overlaps(gold, {"x": "a", "y": "a", "stranger": "a"})

    assert overlaps.n_articles == 2
    assert overlaps.pred_sizes.tolist() == [2]

"""From suspicion to fact."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.models import ArticleId, DuplicateKind
from dedupe.near_duplicates.verify import (
    Candidate,
    are_siblings,
    best_pair,
    compare,
    overlap,
    plain_and_named,
    shared,
    thresholds,
)
from dedupe.settings import DuplicateParams

SETS = st.sets(st.integers(0, 30))
PARAMS = DuplicateParams()


def array(values) -> np.ndarray:
    return np.array(sorted(values), dtype=np.uint32)


def gap(a: Candidate, b: Candidate) -> float:
    plain, named = plain_and_named(a, b, shared(a.shingles, b.shingles))
    return plain - named


def candidate(name: str, shingles, *, key: str | None = None, named=()) -> Candidate:
    return Candidate(ArticleId(name), (name if key is None else key).encode(), array(shingles), array(named))


def closest(new: Candidate, *others: Candidate):
    return best_pair(compare(other, new, PARAMS) for other in others)


@given(SETS, SETS)
def test_overlap_is_that_of_the_sets(a, b):
    jaccard, containment = overlap(array(a), array(b))

    assert jaccard == (len(a & b) / len(a | b) if a and b else 0)
    assert containment == (len(a & b) / min(len(a), len(b)) if a and b else 0)


@given(SETS, SETS)
def test_overlap_does_not_depend_on_sides(a, b):
    assert overlap(array(a), array(b)) == overlap(array(b), array(a))


def test_an_article_like_no_other_repeats_nothing():
    assert closest(candidate("new", range(200)), candidate("other", range(500, 700))) is None


def test_an_equal_text_goes_before_a_near_one_and_that_before_containment():
    exact = candidate("exact", range(200), key="same")
    near = candidate("near", range(10, 200))
    contained = candidate("contained", range(1000))
    new = candidate("new", range(200), key="same")

    assert closest(new, contained, near, exact).kind is DuplicateKind.EXACT
    assert closest(new, contained, near).a == "near"
    assert closest(new, contained).kind is DuplicateKind.CONTAINED


def test_the_more_similar_goes_first_and_the_first_given_of_equals():
    far, near, as_near = (
        candidate(n, s) for n, s in [("far", range(40, 240)), ("near", range(1, 200)), ("as", range(199))]
    )
    new = candidate("new", range(200))

    assert closest(new, far, near, as_near).a == "near"
    assert closest(new, far, as_near, near).a == "as"


def test_a_pair_says_how_much_is_repeated():
    pair = closest(candidate("new", range(50, 250)), candidate("old", range(200)))

    assert (pair.a, pair.b, pair.kind) == ("old", "new", DuplicateKind.NEAR)
    assert (pair.jaccard, pair.containment) == (150 / 250, 150 / 200)


def test_a_headline_is_no_excerpt_and_a_paragraph_is():
    article = candidate("article", range(300))

    assert compare(article, candidate("headline", range(PARAMS.least_shingles - 1)), PARAMS) is None
    pair = compare(article, candidate("paragraph", range(PARAMS.least_shingles)), PARAMS)
    assert pair is not None
    assert pair.kind is DuplicateKind.CONTAINED


def test_texts_too_short_for_a_shingle_are_copies_only_when_equal():
    one, same, other = candidate("a", [], key="x"), candidate("b", [], key="x"), candidate("c", [])

    pair = compare(one, same, PARAMS)
    assert pair is not None
    assert pair.kind is DuplicateKind.EXACT
    assert compare(one, other, PARAMS) is None


def test_short_texts_need_more_than_long_ones():
    def half_shared(n: int) -> bool:
        return compare(candidate("a", range(n)), candidate("b", range(n // 3, n + n // 3)), PARAMS) is not None

    assert half_shared(300)
    assert not half_shared(30)


@given(st.integers(0, 300), st.integers(0, 300))
def test_thresholds_never_fall_for_a_shorter_text(a, b):
    shorter, longer = sorted((a, b))

    assert all(s >= t for s, t in zip(thresholds(shorter, PARAMS), thresholds(longer, PARAMS), strict=True))


def test_thresholds_run_from_the_short_ones_to_the_plain_ones():
    assert thresholds(PARAMS.least_shingles, PARAMS) == (PARAMS.short_jaccard, PARAMS.short_containment)
    assert thresholds(PARAMS.ample_shingles, PARAMS) == (PARAMS.jaccard, PARAMS.containment)


def test_texts_that_differ_in_names_and_figures_alone_are_siblings():
    a = candidate("a", range(100), named=range(60, 100))
    b = candidate("b", [*range(60), *range(200, 240)], named=range(200, 240))

    assert gap(a, b) == pytest.approx(1.0)
    assert compare(a, b, PARAMS) is None
    assert compare(a, b, replace(PARAMS, sibling_gap=1.0)) is not None


def test_a_copy_edited_in_names_and_other_words_alike_is_no_sibling():
    a = candidate("a", range(100), named=range(60, 100))
    b = candidate("b", [*range(40), *range(60, 90), *range(200, 230)], named=[*range(60, 90), *range(200, 210)])

    assert abs(gap(a, b)) < 0.1
    assert compare(a, b, PARAMS) is not None


def test_a_copy_whose_names_were_edited_shares_most_of_them_still():
    a = candidate("a", range(200), named=range(120, 200))
    b = candidate("b", [*range(170), *range(300, 330)], named=[*range(120, 170), *range(300, 330)])

    assert gap(a, b) > PARAMS.sibling_gap
    assert not are_siblings(a, b, shared(a.shingles, b.shingles), PARAMS)
    assert are_siblings(a, b, shared(a.shingles, b.shingles), replace(PARAMS, sibling_named=0.7))


def test_of_short_texts_more_names_have_to_agree():
    a = candidate("a", range(60), named=range(30, 60))
    b = candidate("b", [*range(50), *range(300, 310)], named=[*range(30, 50), *range(300, 310)])

    assert are_siblings(a, b, shared(a.shingles, b.shingles), PARAMS)


def test_a_copy_in_capitals_throughout_is_no_sibling():
    a = candidate("a", range(100), named=range(60, 100))
    shouted = candidate("b", range(95), named=range(95))

    assert gap(a, shouted) == 0


LARGE = st.sets(st.integers(0, 60), min_size=20)


@given(LARGE, LARGE, LARGE, LARGE)
def test_the_gap_is_that_of_the_sets_and_does_not_depend_on_sides(a, b, named_a, named_b):
    left, right = candidate("a", a, named=a & named_a), candidate("b", b, named=b & named_b)
    named = (a & named_a) | (b & named_b)

    n_named, n_plain = min(len(a & named), len(b & named)), min(len(a - named), len(b - named))
    expected = 0.0 if min(n_named, n_plain) < 8 else len((a & b) - named) / n_plain - len(a & b & named) / n_named
    assert gap(left, right) == gap(right, left) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("jaccard", 0),
        ("containment", 1.1),
        ("least_shingles", 0),
        ("ample_shingles", 24),
        ("short_jaccard", -1),
        ("short_containment", 2),
        ("sibling_gap", 0),
        ("sibling_named", 0),
        ("close_jaccard", 1.1),
    ],
)
def test_a_parameter_out_of_its_range_is_named_with_its_value(name, value):
    with pytest.raises(ValueError, match=f"{name} .*got {value}"):
        DuplicateParams(**{name: value})


@pytest.mark.parametrize("name", ["jaccard", "containment", "short_jaccard", "short_containment"])
@given(a=SETS, b=SETS, lower=st.floats(0.05, 1), higher=st.floats(0.05, 1))
def test_raising_a_threshold_never_adds_a_pair(name, a, b, lower, higher):
    lower, higher = sorted((lower, higher))
    base = DuplicateParams(least_shingles=4, ample_shingles=20)
    left, right = candidate("a", a), candidate("b", b)

    if compare(left, right, replace(base, **{name: lower})) is None:
        assert compare(left, right, replace(base, **{name: higher})) is None

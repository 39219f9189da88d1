"""From suspicion to fact."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.models import ArticleId, DuplicateKind
from dedupe.near_duplicates.verify import Candidate, best_pair, candidate_of, compare
from dedupe.settings import DuplicateParams
from dedupe.verdict_settings import EditedParams, FigureParams, FurnitureParams, ScatterParams
from tests.sketch_paths import sketch_path  # noqa: F401 - runs every test here on both paths

SETS = st.sets(st.integers(0, 30))
ANY = DuplicateParams(
    jaccard=1e-9, containment=1e-9, short_jaccard=1e-9, sibling_gap=1, scatter=ScatterParams(most_lost=1)
)
PARAMS = DuplicateParams()


def candidate(name: str, shingles, *, key: str | None = None, named=(), figured=()) -> Candidate:
    """A text that has some shingles, in their order."""
    hashes = np.array(list(shingles), dtype=np.uint32)
    text_key = (name if key is None else key).encode()
    return candidate_of(ArticleId(name), text_key, hashes, np.isin(hashes, list(named)), np.isin(hashes, list(figured)))


def closest(new: Candidate, *others: Candidate):
    return best_pair(compare(other, new, PARAMS) for other in others)


@given(SETS, SETS)
def test_jaccard_and_containment_are_those_of_the_sets(a, b):
    pair = compare(candidate("a", a), candidate("b", b), ANY)

    assert (pair is None) == (not a & b)
    if pair is not None:
        assert pair.jaccard == len(a & b) / len(a | b)
        assert pair.containment == len(a & b) / min(len(a), len(b))


@given(SETS, SETS)
def test_a_pair_does_not_depend_on_sides(a, b):
    one, other = (
        compare(*pair, ANY) for pair in ((candidate("a", a), candidate("b", b)), (candidate("b", b), candidate("a", a)))
    )

    assert (one is None) == (other is None)
    if one is not None:
        assert (one.kind, one.jaccard, one.containment) == (other.kind, other.jaccard, other.containment)


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


def with_replaced(n: int, replaced, *, by: int = 1000) -> list[int]:
    """Shingles 0, 1, 2 ... of which those that are chosen are others."""
    return [at + by if replaced(at) else at for at in range(n)]


def is_fifth(at: int) -> bool:
    return at % 5 < 2


NAMES = [at for at in range(200) if is_fifth(at)]


def test_texts_that_differ_in_names_and_figures_alone_are_siblings():
    a = candidate("a", range(200), named=NAMES)
    b = candidate("b", with_replaced(200, is_fifth), named=[at + 1000 for at in NAMES])

    assert compare(a, b, PARAMS) is None
    assert compare(a, b, replace(PARAMS, sibling_gap=1.0)) is not None


def test_a_copy_edited_in_names_and_other_words_alike_is_no_sibling():
    a = candidate("a", range(200), named=NAMES)
    b = candidate("b", with_replaced(200, lambda at: at % 4 == 0), named=[*NAMES, *(at + 1000 for at in NAMES)])

    assert compare(a, b, PARAMS) is not None


def test_a_copy_whose_names_were_edited_shares_most_of_them_still():
    b_names = [at for at in NAMES if at % 20 in (0, 5, 10)]
    a = candidate("a", range(200), named=NAMES)
    b = candidate("b", with_replaced(200, b_names.__contains__), named=NAMES + [at + 1000 for at in b_names])

    assert compare(a, b, PARAMS) is not None
    assert compare(a, b, replace(PARAMS, sibling_named=0.8)) is None


def test_of_short_texts_more_names_have_to_agree():
    names = [at for at in range(40) if at % 2 == 0]
    b_names = [at for at in names if at % 6 == 0]
    a = candidate("a", range(40), named=names)
    b = candidate("b", with_replaced(40, b_names.__contains__), named=names + [at + 1000 for at in b_names])

    likely = replace(PARAMS, short_jaccard=0.5)
    assert compare(a, b, likely) is None
    assert compare(a, b, replace(likely, least_shingles=10, ample_shingles=40)) is not None


def test_a_copy_in_capitals_throughout_is_no_sibling():
    a = candidate("a", range(100), named=range(60, 100))
    shouted = candidate("b", with_replaced(100, lambda at: at % 20 == 0), named=range(2000))

    assert compare(a, shouted, PARAMS) is not None


@pytest.mark.parametrize("n_figures", [15, 16])
def test_texts_without_capitals_that_differ_in_their_figures_are_siblings_if_there_are_enough(n_figures):
    figures = range(0, 10 * n_figures, 10)
    a = candidate("a", range(160), figured=figures)
    b = candidate("b", with_replaced(160, figures.__contains__), figured=[at + 1000 for at in figures])

    assert (compare(a, b, PARAMS) is None) == (n_figures == 16)
    assert compare(a, b, replace(PARAMS, sibling_gap=1.0)) is not None


def test_what_has_a_half_in_common_is_a_copy_where_that_is_scattered_and_none_where_it_is_one_quotation():
    article = candidate("a", range(300))
    scattered = candidate("b", with_replaced(300, lambda at: at % 12 in (0, 1, 2, 3, 4)))
    quoting = candidate("c", with_replaced(300, lambda at: at >= 175))

    assert compare(article, scattered, PARAMS) is not None
    assert compare(article, quoting, PARAMS) is None
    assert compare(article, quoting, replace(PARAMS, scatter=ScatterParams(most_lost=1))) is not None


@pytest.mark.parametrize(("n", "is_copy"), [(300, True), (120, False)])
def test_a_long_text_with_every_part_edited_is_a_copy_below_the_threshold(n, is_copy):
    original = candidate("a", range(n))
    edited = candidate("b", with_replaced(n, lambda at: at % 5 > 1))

    pair = compare(original, edited, PARAMS)

    assert (pair is not None) == is_copy
    assert pair is None or PARAMS.jaccard - PARAMS.edited.allowance <= pair.jaccard < PARAMS.jaccard
    assert compare(original, edited, replace(PARAMS, edited=EditedParams(allowance=0))) is None


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


@pytest.mark.parametrize(
    ("params", "name", "value"),
    [
        (ScatterParams, "window", 0),
        (ScatterParams, "most_lost", 1.1),
        (EditedParams, "least_shingles", 0),
        (EditedParams, "window", 0),
        (EditedParams, "allowance", -1),
        (FurnitureParams, "least_holders", 0),
        (FurnitureParams, "least_common", 0),
        (FurnitureParams, "least_rest", -1),
        (FurnitureParams, "least_share", 2),
        (FigureParams, "least_shingles", 0),
        (FigureParams, "gap", 2),
    ],
)
def test_a_part_of_the_parameters_out_of_its_range_is_named_with_its_value(params, name, value):
    with pytest.raises(ValueError, match=f"{name} .*got {value}"):
        params(**{name: value})

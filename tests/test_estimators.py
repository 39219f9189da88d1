"""Duplicate groups and stories as scikit-learn estimators."""

import pickle
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import SkipTestWarning
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import check_estimator
from sklearn.utils.validation import validate_data

from dedupe import cluster_stories, find_near_duplicates, verdicts
from dedupe.estimators import NearDuplicates, StoryClusterer
from dedupe.models import Article, ArticleId, DuplicateKind
from dedupe.settings import DuplicateParams, EventParams, StoryParams, TopicParams

SEEDS = [path.read_text() for path in sorted((Path(__file__).parents[1] / "seeds").glob("*.txt"))]
TEXT = SEEDS[0]
LONGER = f"{TEXT}\nReporters of three newspapers were at the gates when the message was read out."
EXCERPT = " ".join(TEXT.split()[40:120])
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)

# What scikit-learn's own checks skip, and why.
SKIPPED = {"check_array_api_input": "array API is dispatched only where SCIPY_ARRAY_API is set"}


def as_text(row: list[float]) -> str:
    """A row of numbers as a text: near rows share most of their words."""
    return " ".join(f"c{at}s{step + round(value / 0.1)}" for at, value in enumerate(row) for step in range(30))


class OfRows:
    """Makes of an estimator of texts one of rows of numbers, which scikit-learn's checks give."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string, tags.input_tags.two_d_array = False, True
        return tags

    def fit(self, X, y=None):  # noqa: N803
        return super().fit([as_text(row) for row in validate_data(self, X).tolist()], y)


class NearDuplicatesOfRows(OfRows, NearDuplicates):
    """Its ``fit_transform`` would want texts too."""

    def fit_transform(self, X, y=None):  # noqa: N803
        self.fit(X, y)
        return np.asarray(X)[self.is_canonical_]


class StoryClustererOfRows(OfRows, StoryClusterer):
    """Nothing else."""


@pytest.mark.parametrize("estimator", [NearDuplicatesOfRows(), StoryClustererOfRows()], ids=repr)
def test_scikit_learn_finds_nothing_wrong(estimator):
    results = check_estimator(estimator, on_skip=None, on_fail=None)

    wrong = {r["check_name"]: r["exception"] for r in results if r["status"] != "passed"}
    assert {name: exception for name, exception in wrong.items() if name not in SKIPPED} == {}
    assert len(results) > 40


@pytest.mark.parametrize("estimator", [NearDuplicates(), StoryClusterer()], ids=repr)
def test_scikit_learn_asks_of_an_estimator_of_texts_that_it_can_be_cloned(estimator):
    with pytest.warns(SkipTestWarning, match="Can't test estimator .* which requires input"):
        results = check_estimator(estimator, on_skip=None)

    assert [r["check_name"] for r in results] == ["check_estimator_cloneable"]
    assert get_tags(estimator).estimator_type == "clusterer"
    assert get_tags(estimator).input_tags.string
    assert not get_tags(estimator).input_tags.two_d_array


@pytest.mark.parametrize("estimator", [NearDuplicates(), StoryClusterer()], ids=repr)
def test_a_fitted_estimator_has_no_number_of_features_and_survives_pickling(estimator):
    fitted = clone(estimator).fit(SEEDS)

    again = pickle.loads(pickle.dumps(fitted))

    assert not hasattr(fitted, "n_features_in_")
    assert np.array_equal(again.labels_, fitted.labels_)


def test_parameters_show_only_what_was_set():
    assert repr(NearDuplicates()) == "NearDuplicates()"
    assert repr(NearDuplicates(jaccard=0.5, keep="longest")) == "NearDuplicates(jaccard=0.5, keep='longest')"
    assert clone(StoryClusterer(n_neighbors=7)).set_params(min_own_share=0.5).get_params() == {
        "cluster_selection_epsilon": None,
        "min_own_share": 0.5,
        "n_neighbors": 7,
        "params": None,
    }


def test_a_group_has_one_canonical_article_and_one_number():
    texts = [TEXT, SEEDS[1], TEXT.upper(), SEEDS[1], SEEDS[2]]

    finder = NearDuplicates().fit(texts)

    assert finder.labels_.tolist() == [0, 1, 0, 1, 2]
    assert finder.duplicate_of_.tolist() == [-1, -1, 0, 1, -1]
    assert finder.is_canonical_.tolist() == [True, True, False, False, True]
    assert [(p.a, p.b, p.kind) for p in finder.pairs_] == [("0", "2", "exact"), ("1", "3", "exact")]


@pytest.mark.parametrize(("keep", "canonical"), [("first", 0), ("longest", 1), ("earliest", 2)])
def test_the_wanted_article_of_a_group_is_kept(keep, canonical):
    dates = [None, NOON, NOON - timedelta(days=1)]
    articles = [
        Article(ArticleId("one"), text, published_at=date)
        for text, date in zip([EXCERPT, LONGER, TEXT], dates, strict=True)
    ]

    finder = NearDuplicates(keep=keep)

    assert finder.fit_transform(articles) == [articles[canonical]]
    assert set(finder.duplicate_of_.tolist()) == {-1, canonical}
    assert finder.labels_.tolist() == [0, 0, 0]


def test_a_pair_of_articles_names_them_with_the_first_given_first():
    articles = [Article(ArticleId("part"), EXCERPT), Article(ArticleId("whole"), TEXT)]

    (pair,) = NearDuplicates(keep="longest").fit(articles).pairs_

    assert (pair.a, pair.b, pair.kind, pair.container) == ("part", "whole", DuplicateKind.CONTAINED, "whole")


@pytest.mark.parametrize("make", [list, tuple, np.array, lambda texts: np.array(texts, dtype=object), iter])
def test_any_sequence_of_texts_will_do(make):
    texts = [TEXT, SEEDS[1], TEXT]

    assert NearDuplicates().fit_predict(make(texts)).tolist() == [0, 1, 0]
    assert NearDuplicates().fit_transform(make(texts)) == texts[:2]
    assert StoryClusterer().fit_predict(make(texts)).tolist() == [0, 0, 0]


@pytest.mark.parametrize("estimator", [NearDuplicates(), StoryClusterer()], ids=repr)
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([], "Found array with 0 sample"),
        ("one text", "got one str"),
        (np.array([["a"], ["b"]]), r"got an array of shape \(2, 1\)"),
        (["a", 1.5], r"X\[1\] must be a str or an Article, got float"),
        (["a", None], r"X\[1\] must be a str or an Article, got NoneType"),
        ([b"a"], r"X\[0\] must be a str or an Article, got bytes"),
    ],
)
def test_what_is_no_sequence_of_texts_is_refused(estimator, wrong, message):
    with pytest.raises(ValueError, match=message):
        clone(estimator).fit(wrong)


@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        (NearDuplicates(jaccard=1.5), "jaccard must be in"),
        (NearDuplicates(containment=0.0), "containment must be in"),
        (NearDuplicates(kinds=["similar"]), "'similar' is not a valid DuplicateKind"),
        (NearDuplicates(kinds=()), "kinds must name at least one"),
        (NearDuplicates(keep="newest"), "keep must be one of first, longest, earliest, got 'newest'"),
        (StoryClusterer(n_neighbors=0), "n_neighbors must be in"),
        (StoryClusterer(cluster_selection_epsilon=1.0), "cluster_selection_epsilon must be in"),
        (StoryClusterer(min_own_share=2), "min_own_share must be in"),
    ],
    ids=repr,
)
def test_a_wrong_parameter_is_refused_when_fitting(estimator, message):
    with pytest.raises(ValueError, match=message):
        estimator.fit(SEEDS)


def test_a_parameter_by_itself_takes_the_place_of_that_in_params():
    texts = [TEXT, EXCERPT, LONGER]

    strict = DuplicateParams(jaccard=0.999, kinds=(DuplicateKind.NEAR,))
    assert NearDuplicates(params=strict).fit_predict(texts).tolist() == [0, 1, 2]
    assert NearDuplicates(params=strict, jaccard=0.5).fit_predict(texts).tolist() == [0, 1, 0]
    assert NearDuplicates(params=strict, kinds=["contained"]).fit_predict(texts).tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("changed", "params"),
    [
        ({"n_neighbors": 1}, StoryParams(topic=TopicParams(n_neighbors=1))),
        ({"cluster_selection_epsilon": 0.01}, StoryParams(topic=TopicParams(cluster_selection_epsilon=0.01))),
        (
            {"min_own_share": 1.0},
            StoryParams(event=EventParams(min_own_share=1.0), body=replace(StoryParams().body, min_own_share=1.0)),
        ),
    ],
)
def test_a_parameter_of_stories_by_itself_takes_the_place_of_that_in_params(changed, params):
    halves = [" ".join(text.split()[first::2]) for text in SEEDS for first in (0, 1)]
    texts = SEEDS if "min_own_share" in changed else halves

    own, given = StoryClusterer(**changed).fit(texts), StoryClusterer(params=params).fit(texts)

    assert own.stories_ == given.stories_
    assert own.stories_ != StoryClusterer().fit(texts).stories_


def test_stories_are_what_the_articles_of_each_say():
    clusterer = StoryClusterer().fit([*SEEDS, "An eclipse of the moon was seen over the whole of the island."])

    assert clusterer.labels_.tolist() == [0, 0, 1, 2, 1, 3]
    assert clusterer.topics_.tolist() == [0, 0, 0, 0, 0, 1]
    assert clusterer.topics_.dtype == clusterer.labels_.dtype == np.int64
    for number, story in enumerate(clusterer.stories_):
        places = [int(member.article_id) for member in story.members]
        assert places == np.flatnonzero(clusterer.labels_ == number).tolist()
        assert [member.confidence for member in story.members] == clusterer.probabilities_[places].tolist()
        assert int(story.representative) in places


def test_stories_of_articles_are_those_of_the_function():
    articles = [Article(ArticleId(f"id {at}"), text) for at, text in enumerate([*SEEDS, SEEDS[2]])]

    assert StoryClusterer().fit(articles).stories_ == cluster_stories(articles)


def test_stories_of_two_articles_of_one_id_are_refused():
    with pytest.raises(ValueError, match="article ids must be distinct, got 'a' twice"):
        StoryClusterer().fit([Article(ArticleId("a"), TEXT), Article(ArticleId("a"), SEEDS[1])])


@pytest.mark.parametrize("order", list(permutations(range(7)))[::997])
def test_the_order_of_texts_changes_no_story(order):
    texts = [*SEEDS, TEXT, SEEDS[2].upper()]
    usual = StoryClusterer().fit(texts)

    turned = StoryClusterer().fit([texts[at] for at in order])

    together = usual.labels_[:, None] == usual.labels_
    assert np.array_equal(turned.labels_[:, None] == turned.labels_, together[np.ix_(order, order)])
    assert {story.id for story in turned.stories_} == {story.id for story in usual.stories_}


PARTS = st.lists(st.integers(0, 7), min_size=1, max_size=6).map(
    lambda parts: "\n".join(" ".join(TEXT.split()[30 * part : 30 * part + 30]) for part in parts)
)


@settings(deadline=None, max_examples=40)
@given(st.lists(PARTS | st.sampled_from(["", "word"]), min_size=1, max_size=7))
def test_groups_and_pairs_are_those_of_the_functions(texts):
    articles = [Article(ArticleId(str(at)), text) for at, text in enumerate(texts)]
    judged = verdicts(articles)

    finder = NearDuplicates().fit(texts)

    assert [int(v.group) if v.duplicate_of else -1 for v in judged] == finder.duplicate_of_.tolist()
    assert len(set(finder.labels_.tolist())) == finder.labels_.max() + 1 == finder.is_canonical_.sum()
    assert set(finder.pairs_) <= set(find_near_duplicates(articles))
    assert len(finder.pairs_) == len(texts) - finder.is_canonical_.sum()


@settings(deadline=None, max_examples=20)
@given(st.lists(PARTS, min_size=1, max_size=6), st.sampled_from(["first", "longest", "earliest"]))
def test_whichever_is_kept_a_group_is_labelled_as_its_canonical_article(texts, keep):
    finder = NearDuplicates(keep=keep).fit(texts)

    canonical = np.where(finder.is_canonical_, np.arange(len(texts)), finder.duplicate_of_)
    assert np.array_equal(finder.labels_, finder.labels_[canonical])
    assert finder.is_canonical_[canonical].all()
    assert len(np.unique(canonical)) == finder.is_canonical_.sum()

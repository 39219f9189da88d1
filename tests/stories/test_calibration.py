import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from dedupe.stories.calibration import (
    FITTED,
    Calibration,
    membership_probability,
    probability_right,
    similarity_to_story,
)
from dedupe.stories.smoothing import unit_rows

similarities = st.floats(0, 1)


def unit(rows):
    return unit_rows(sparse.csr_matrix(np.array(rows, dtype=float)))


def topics_of(*topics):
    return [[np.array(story) for story in topic] for topic in topics]


def sure(rows, *topics, copied=()):
    has_copy = np.isin(np.arange(len(rows)), copied)
    return membership_probability(unit(rows), topics_of(*topics), has_copy=has_copy)


@given(similarities, similarities, st.booleans())
def test_the_probability_never_falls_as_the_similarity_grows(one, other, siblings):
    low, high = sorted((one, other))

    probability = probability_right(np.array([low, high]), np.array([siblings, siblings]))

    assert 0 < probability[0] <= probability[1] < 1


def test_the_constants_are_log_odds():
    probability = probability_right(
        np.array([0.0, 0.5, 0.5]), np.array([False, False, True]), Calibration(1.0, 2.0, -1.5)
    )

    assert np.log(probability / (1 - probability)) == pytest.approx([1.0, 2.0, 0.5])


def test_a_map_that_falls_with_the_similarity_is_refused():
    with pytest.raises(ValueError, match="per_similarity must be above 0, got -1"):
        Calibration(0.0, -1.0, 0.0)


def test_the_similarity_is_the_mean_over_the_other_articles_of_the_story():
    rows = [[1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1]]

    similarity = similarity_to_story(unit(rows), [np.array([0, 1, 2]), np.array([3])], has_copy=np.zeros(4, dtype=bool))

    assert similarity == pytest.approx([np.sqrt(0.5) / 2, np.sqrt(0.5), np.sqrt(0.5) / 2, 0])


def test_a_close_story_is_surer_than_a_loose_one():
    probability = sure([[3, 1, 0], [3, 0, 1], [0, 1, 3], [3, 1, 1]], [[0, 1]], [[2, 3]])

    assert probability[0] > probability[2]


def test_other_stories_of_the_topic_make_a_story_doubtful():
    rows = [[1, 0], [1, 0], [0, 1], [0, 1]]

    assert sure(rows, [[0, 1], [2, 3]])[0] < sure(rows, [[0, 1]], [[2, 3]])[0]


def test_verified_copies_make_a_lone_article_surer_than_none():
    assert sure([[1, 0]], [[0]], copied=[0])[0] > sure([[1, 0]], [[0]])[0]


@settings(deadline=None)
@given(
    hnp.arrays(np.float64, (7, 4), elements=st.sampled_from([0.0, 1, 3])),
    st.lists(st.integers(0, 2), min_size=7, max_size=7),
    st.permutations(range(7)),
)
def test_the_order_of_the_articles_changes_no_probability(rows, story_of, order):
    def by_article(places):
        stories = [np.flatnonzero(np.array(story_of)[places] == number) for number in sorted(set(story_of))]
        return membership_probability(unit(rows[places]), [stories], has_copy=np.zeros(7, dtype=bool))

    assert by_article(order) == pytest.approx(by_article(list(range(7)))[order])


def test_the_shipped_map_is_sure_of_close_stories_and_doubts_lone_articles_of_a_topic():
    certain, doubtful = probability_right(np.array([0.6, 0.0]), np.array([False, True]), FITTED)

    assert certain > 0.95
    assert doubtful < 0.7

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from dedupe.stories.confidence import membership_confidence
from dedupe.stories.smoothing import unit_rows


def confidence(rows, *stories, copied=()):
    rows = unit_rows(sparse.csr_matrix(np.array(rows, dtype=float)))
    has_copy = np.isin(np.arange(rows.shape[0]), copied)
    return membership_confidence(rows, [np.array(story) for story in stories], has_copy=has_copy)


def test_a_story_far_from_every_other_is_certain():
    assert confidence([[1, 0], [1, 0], [0, 1], [0, 1]], [0, 1], [2, 3]) == pytest.approx([1, 1, 1, 1])


def test_an_article_between_two_stories_is_a_toss_up():
    sure = confidence([[1, 0], [1, 1], [0, 1]], [0, 1], [2])

    assert sure[1] == pytest.approx(0.5)


def test_an_article_in_the_wrong_story_is_doubtful():
    sure = confidence([[1, 0], [0, 1], [0, 1], [0, 1]], [0, 1], [2, 3])

    assert sure[1] < 0.1


def test_a_lone_article_is_as_sure_as_it_is_far_from_the_nearest_story():
    sure = confidence([[1, 1], [0, 1], [0, 1]], [0], [1, 2])

    assert sure[0] == pytest.approx(1 - np.sqrt(0.5))


def test_verified_copies_make_a_lone_article_surer():
    rows = [[1, 1], [0, 1], [0, 1]]

    assert confidence(rows, [0], [1, 2], copied=[0])[0] > confidence(rows, [0], [1, 2])[0]


@settings(deadline=None)
@given(
    hnp.arrays(np.float64, (7, 4), elements=st.sampled_from([0.0, 1, 3])),
    st.lists(st.integers(0, 2), min_size=7, max_size=7),
)
def test_every_confidence_is_in_its_range(rows, story_of):
    stories = [np.flatnonzero(np.array(story_of) == number) for number in sorted(set(story_of))]

    sure = confidence(rows, *stories)

    assert ((sure >= 0) & (sure <= 1)).all()

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from dedupe.stories.silence import split_at_silences
from dedupe.stories.smoothing import unit_rows
from dedupe.story_settings import SilenceParams

SAME, OTHER = [1, 0, 0.2], [0, 1, 0.2]


def parts(rows, days, **params):
    unit = unit_rows(sparse.csr_matrix(np.array(rows, dtype=float)))
    return [part.tolist() for part in split_at_silences(unit, np.array(days, dtype=float), SilenceParams(**params))]


def test_unlike_reports_with_a_silence_between_them_are_two_events():
    assert parts([SAME, OTHER, SAME, OTHER], [0, 9, 1, 10]) == [[0, 2], [1, 3]]


def test_reports_in_quick_succession_are_one_part_however_unlike():
    assert parts([SAME, OTHER, SAME], [0, 1.9, 3.8]) == [[0, 1, 2]]


def test_like_reports_outlast_a_silence():
    assert parts([SAME, SAME], [0, 300]) == [[0, 1]]


def test_the_longer_the_silence_the_more_alike_reports_must_be():
    rows = [[1, 0, 0], [0.3, 1, 0]]

    assert parts(rows, [0, 5]) == [[0, 1]]
    assert parts(rows, [0, 30]) == [[0], [1]]


def test_an_event_with_an_undated_report_is_not_parted():
    assert parts([SAME, OTHER, SAME], [0, 9, np.nan]) == [[0, 1, 2]]


def test_a_similarity_of_nothing_needed_parts_nothing():
    assert parts([SAME, [0, 1, 0]], [0, 99], similarity_per_root_day=0.0) == [[0, 1]]


@given(st.lists(st.tuples(st.sampled_from([SAME, OTHER]), st.integers(0, 60)), min_size=1, max_size=10))
def test_every_row_is_in_exactly_one_part_in_order_of_time(articles):
    days = [day for _, day in articles]

    found = parts([row for row, _ in articles], days)

    assert sorted(row for part in found for row in part) == list(range(len(articles)))
    spans = sorted((min(days[row] for row in part), max(days[row] for row in part)) for part in found)
    assert all(before[1] < after[0] for before, after in pairwise(spans))


def test_wrong_parameters_are_refused():
    with pytest.raises(ValueError, match="min_days must be above 0, got 0"):
        SilenceParams(min_days=0)

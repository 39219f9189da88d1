"""Much work in pieces."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.near_duplicates.chunks import cut_by_cost

COSTS = st.lists(st.integers(0, 20), max_size=30).map(lambda costs: np.array(costs, dtype=np.int64))


@given(COSTS, st.integers(0, 50))
def test_pieces_follow_each_other_and_cost_no_more_than_they_may(costs, most):
    pieces = list(cut_by_cost(costs, most=most))

    assert [at for piece in pieces for at in range(piece.start, piece.stop)] == list(range(len(costs)))
    assert all(costs[piece].sum() <= most or piece.stop == piece.start + 1 for piece in pieces)


@pytest.mark.parametrize(("most", "ends"), [(5, [2, 3, 4]), (6, [3, 4]), (100, [4])])
def test_a_piece_is_as_long_as_it_may_be(most, ends):
    costs = np.array([2, 3, 1, 9], dtype=np.int64)

    assert [piece.stop for piece in cut_by_cost(costs, most=most)] == ends

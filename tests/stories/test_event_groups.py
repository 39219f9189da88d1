import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dedupe.stories.event_groups import agreeing_groups


def symmetric(upper):
    above = np.triu(upper, 1)
    return above + above.T


def groups(evidence):
    return [group.tolist() for group in agreeing_groups(np.array(evidence, dtype=float))]


def agreement(evidence, found):
    return sum(evidence[np.ix_(group, group)][np.triu_indices(len(group), 1)].sum() for group in found)


evidence_of_pairs = st.integers(1, 9).flatmap(
    lambda n: arrays(float, (n, n), elements=st.integers(-8, 8).map(lambda quarter: quarter / 4)).map(symmetric)
)


def test_rows_that_belong_together_are_one_group():
    assert groups([[0, 1, -1], [1, 0, -1], [-1, -1, 0]]) == [[0, 1], [2]]


def test_without_evidence_every_row_is_alone():
    assert groups(np.zeros((3, 3))) == [[0], [1], [2]]
    assert groups(np.zeros((0, 0))) == []


def test_a_row_joins_where_the_evidence_of_all_members_is_for_it():
    # The last row is liked by the first alone; the first one's company likes it less.
    evidence = symmetric(np.array([[0, 2, 1], [0, 0, -2], [0, 0, 0]]))

    assert groups(evidence) == [[0, 1], [2]]


def test_a_row_that_a_join_took_along_leaves_for_where_it_belongs():
    # 0 and 1 join first; once 4 and 5 are together, 0 belongs with them.
    evidence = np.zeros((6, 6))
    for left, right, weight in [(0, 1, 3.0), (0, 4, 2.0), (0, 5, 2.0), (4, 5, 1.0), (1, 4, -5.0), (1, 5, -5.0)]:
        evidence[left, right] = evidence[right, left] = weight

    assert groups(evidence) == [[0, 4, 5], [1], [2], [3]]


@given(evidence_of_pairs)
def test_every_row_is_in_exactly_one_group_and_groups_come_in_order(evidence):
    found = groups(evidence)

    assert sorted(row for group in found for row in group) == list(range(len(evidence)))
    assert [group[0] for group in found] == sorted(group[0] for group in found)


@given(evidence_of_pairs)
def test_no_single_row_can_move_to_more_evidence(evidence):
    found = groups(evidence)

    for at, group in enumerate(found):
        for row in group:
            stay = sum(evidence[row, other] for other in group if other != row)
            elsewhere = [evidence[row, other].sum() for other in found[:at] + found[at + 1 :]]
            assert stay >= max([0.0, *elsewhere]) - 1e-9


@given(evidence_of_pairs)
def test_groups_agree_at_least_as_well_as_everything_alone(evidence):
    assert agreement(evidence, groups(evidence)) >= 0


@given(evidence_of_pairs)
def test_the_diagonal_does_not_count(evidence):
    assert groups(evidence + np.diag(np.full(len(evidence), 9.0))) == groups(evidence)

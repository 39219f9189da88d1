import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from dedupe.stories.merging import MergeRule, merge_alike
from dedupe.stories.smoothing import unit_rows

RULE = MergeRule(ratio=0.5, membership=0.6, fading_days=4.0)
UNDATED = np.nan


def rows_of(*vocabularies, n_terms=60):
    rows = np.zeros((len(vocabularies), n_terms))
    for row, terms in enumerate(vocabularies):
        rows[row, list(terms)] = 1
    return unit_rows(sparse.csr_matrix(rows))


def merged(rows, groups, days=UNDATED, rule=RULE):
    days = np.broadcast_to(np.array(days, dtype=np.float64), len(groups))
    return merge_alike(rows, np.array(groups), days, rule).tolist()


CORE = set(range(10))
VOTE, COUNT, STRIKE = CORE | set(range(10, 15)), CORE | set(range(15, 20)), set(range(30, 50))


def test_groups_nearly_as_alike_as_their_own_members_are_one():
    assert merged(rows_of(VOTE, VOTE, COUNT, COUNT), [0, 0, 1, 1]) == [0, 0, 0, 0]


def test_groups_that_share_little_stay_apart():
    assert merged(rows_of(VOTE, VOTE, STRIKE, STRIKE), [0, 0, 1, 1]) == [0, 0, 1, 1]


def test_an_article_alone_joins_the_group_it_is_near():
    assert merged(rows_of(VOTE, VOTE, STRIKE, STRIKE, COUNT), [0, 0, 1, 1, 2]) == [0, 0, 1, 1, 0]


def test_two_articles_alone_are_no_group_however_alike():
    assert merged(rows_of(VOTE, VOTE), [0, 1]) == [0, 1]


def test_the_follow_up_of_another_day_stays_apart():
    rows = rows_of(VOTE, VOTE, COUNT, COUNT)

    same_day, days_later = merged(rows, [0, 0, 1, 1], [7.0] * 4), merged(rows, [0, 0, 1, 1], [7.0, 7.0, 9.0, 9.0])

    assert same_day == [0, 0, 0, 0]
    assert days_later == [0, 0, 1, 1]


def test_days_do_not_count_where_one_is_unknown():
    days = [7.0, 7.0, 9.0, UNDATED]

    assert merged(rows_of(VOTE, VOTE, COUNT, COUNT), [0, 0, 1, 1], days) == [0, 0, 0, 0]


@pytest.mark.parametrize("groups", [[], [0], [0, 0]])
def test_rows_without_terms_are_no_reason_to_fail(groups):
    assert merged(rows_of(*[set()] * len(groups)), groups) == groups


vocabularies = st.lists(st.sets(st.integers(0, 11)), min_size=1, max_size=12)


@settings(deadline=None, max_examples=40)
@given(vocabularies, st.randoms(use_true_random=False))
def test_merging_takes_no_group_apart(vocabularies, random):
    drawn = [random.randrange(4) for _ in vocabularies]
    groups = np.unique(drawn, return_inverse=True)[1].tolist()

    after = merged(rows_of(*vocabularies), groups)

    assert sorted(set(after)) == list(range(len(set(after))))
    assert len(set(zip(groups, after, strict=True))) == len(set(groups))


@settings(deadline=None, max_examples=40)
@given(vocabularies)
def test_what_was_merged_stays_as_it_is_when_merged_again(vocabularies):
    rows = rows_of(*vocabularies)
    once = merged(rows, [at // 2 for at in range(len(vocabularies))])

    assert merged(rows, once) == once

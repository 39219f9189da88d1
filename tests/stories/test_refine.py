import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from dedupe.settings import EventParams
from dedupe.stories.refine import Weighed, split_parts
from tests.stories.loops import on_both_paths


def topic(*vocabularies, n_terms=100):
    rows = np.zeros((len(vocabularies), n_terms))
    for row, terms in enumerate(vocabularies):
        rows[row, list(terms)] = 1
    return sparse.csr_matrix(rows)


def stories(rows, **params):
    return events(rows, [range(rows.shape[0])], **params)


def events(rows, parts, **params):
    given = [np.array(part) for part in parts], Weighed(rows, rows), EventParams(**params)
    plain, compiled = on_both_paths(lambda: [event.tolist() for event in split_parts(*given)])
    assert plain == compiled
    return plain


NAMES = set(range(10))
VOTE, STRIKE = set(range(10, 40)), set(range(40, 70))


def test_sides_that_own_their_vocabulary_are_two_stories():
    rows = topic(NAMES | VOTE, NAMES | STRIKE, NAMES | VOTE, NAMES | STRIKE)

    assert stories(rows) == [[0, 2], [1, 3]]


def test_an_article_that_is_in_neither_event_is_a_story_of_its_own():
    rows = topic(NAMES | VOTE, NAMES | VOTE, NAMES | STRIKE, NAMES | STRIKE, NAMES | set(range(70, 100)))

    assert stories(rows) == [[0, 1], [2, 3], [4]]


def test_sides_that_share_most_of_their_vocabulary_are_one_story():
    shared = set(range(50))
    left, right = shared | set(range(50, 70)), shared | set(range(70, 90))

    assert stories(topic(left, left, right, right)) == [[0, 1, 2, 3]]


def test_too_few_own_terms_split_nothing():
    left, right = set(range(14)), set(range(20, 34))

    assert stories(topic(left, left, right, right)) == [[0, 1, 2, 3]]


def test_three_articles_are_too_few_to_tell_events_apart():
    assert stories(topic(VOTE, VOTE, STRIKE)) == [[0, 1, 2]]


def test_a_topic_too_large_for_a_dense_matrix_is_left_whole():
    rows = topic(*[VOTE] * 3, *[STRIKE] * 3)

    assert stories(rows, max_dense=5) == [[0, 1, 2, 3, 4, 5]]


@pytest.mark.parametrize("seed", range(5))
def test_every_row_is_in_exactly_one_story(seed):
    source = np.random.default_rng(seed)
    rows = topic(*[source.choice(100, size=40, replace=False).tolist() for _ in range(12)])

    assert sorted(row for story in stories(rows) for row in story) == list(range(12))


def test_rows_without_terms_are_no_reason_to_fail():
    assert stories(topic(set(), set(), set(), set())) == [[0, 1, 2, 3]]


def test_no_part_knows_of_another():
    rows = topic(NAMES | VOTE, NAMES | STRIKE, NAMES | VOTE, NAMES | STRIKE, VOTE, STRIKE, VOTE)

    assert events(rows, [[5, 6], [0, 1, 2, 3], [4]]) == [[5, 6], [0, 2], [1, 3], [4]]
    assert events(rows, []) == []


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000), st.integers(4, 24), st.sampled_from([0.2, 0.5, 0.9]), st.booleans())
def test_the_loop_splits_as_the_plain_path_does(seed, n, share, are_equal):
    source = np.random.default_rng(seed)
    rows = (source.random((n, 60)) < share) * (np.arange(n)[:, np.newaxis] % 3 != np.arange(60) // 20)
    given = sparse.csr_matrix(rows * (1.0 if are_equal else source.random((n, 60))))
    copies = sparse.csr_matrix(sparse.vstack([given, given[: n // 2]], format="csr"))

    found = events(copies, [range(copies.shape[0])], min_own_terms=2, min_own_share=0.1, max_similarity_ratio=0.95)

    assert sorted(row for event in found for row in event) == list(range(copies.shape[0]))

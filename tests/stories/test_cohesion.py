import numpy as np
import pytest
from scipy import sparse

from dedupe.stories.cohesion import linked_groups, split_loose
from dedupe.stories.smoothing import unit_rows
from dedupe.story_settings import CohesionParams


def parts(*vocabularies, **params):
    rows = np.zeros((len(vocabularies), 300))
    for row, terms in enumerate(vocabularies):
        rows[row, list(terms)] = 1
    return [part.tolist() for part in split_loose(unit_rows(sparse.csr_matrix(rows)), CohesionParams(**params))]


LEFT, RIGHT, FAR = range(60), range(30, 90), range(200, 260)


def test_articles_with_little_in_common_come_apart():
    assert parts(LEFT, FAR, RIGHT) == [[0, 2], [1]]


def test_an_article_between_two_others_keeps_all_three_together():
    assert parts(range(60), range(30, 90), range(60, 120)) == [[0, 1, 2]]


def test_short_texts_are_never_parted():
    assert parts(range(40), range(100, 140)) == [[0, 1]]
    assert parts(range(40), range(100, 140), min_terms=40) == [[0], [1]]


def test_a_story_too_large_for_a_dense_matrix_is_left_whole():
    assert parts(LEFT, FAR, RIGHT, max_dense=2) == [[0, 1, 2]]


@pytest.mark.parametrize("n", [0, 1])
def test_a_story_of_one_stays_one(n):
    assert parts(*[LEFT] * n) == [list(range(n))]


def test_no_similarity_needed_parts_only_what_shares_nothing():
    assert parts(LEFT, RIGHT, min_similarity=0.0) == [[0, 1]]


def linked(groups, similarities, shortness):
    graph = sparse.csr_matrix(np.array(similarities) + np.transpose(similarities))
    return linked_groups(np.array(groups), graph, np.array(shortness), min_similarity=0.2).tolist()


def test_short_texts_stay_together_over_a_chain_of_similar_ones():
    similarities = [[0, 0.3, 0.1, 0.0], [0, 0, 0.2, 0.0], [0, 0, 0, 0.1], [0, 0, 0, 0]]

    assert linked([0, 0, 0, 0], similarities, [1.0] * 4) == [0, 0, 0, 1]


def test_longer_texts_need_less_to_stay_together():
    similarities = [[0, 0.1, 0.1], [0, 0, 0.1], [0, 0, 0]]

    assert linked([0, 0, 0], similarities, [1.0, 1.0, 1.0]) == [0, 1, 2]
    assert linked([0, 0, 0], similarities, [1.0, 1.0, 0.5]) == [0, 0, 0]


def test_similar_texts_of_two_groups_and_of_none_stay_apart():
    similarities = [[0, 0.9, 0.9, 0.9], [0, 0, 0.9, 0.9], [0, 0, 0, 0.9], [0, 0, 0, 0]]

    assert linked([0, 1, -1, -1], similarities, [1.0] * 4) == [0, 1, 2, 3]

import numpy as np
from scipy import sparse

from dedupe.stories.keywords import set_apart_terms
from tests.stories.loops import on_both_paths


def terms_of(rows, *stories):
    tfidf, topic = sparse.csr_matrix(np.array(rows, dtype=float)), [np.array(story) for story in stories]
    plain, compiled = on_both_paths(lambda: [terms.tolist() for terms in set_apart_terms(tfidf, [topic])])
    assert plain == compiled
    return plain


def test_what_all_of_the_topic_share_sets_no_story_apart():
    assert terms_of([[9, 1, 0], [9, 1, 0], [9, 0, 1], [9, 0, 1]], [0, 1], [2, 3]) == [[1], [2]]


def test_the_heaviest_and_most_shared_come_first():
    rows = [[1, 2, 3, 0], [1, 2, 0, 0], [0, 0, 0, 1]]

    assert terms_of(rows, [0, 1], [2]) == [[1, 0, 2], [3]]


def test_a_story_that_is_its_whole_topic_is_told_by_its_own_terms():
    assert terms_of([[3, 1]], [0]) == [[0, 1]]


def test_ten_terms_are_enough_and_none_is_possible():
    assert len(terms_of([list(range(1, 20))], [0])[0]) == 10
    assert terms_of([[0, 0]], [0]) == [[]]

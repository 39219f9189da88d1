import numpy as np
from scipy import sparse

from dedupe.settings import TopicParams
from dedupe.stories.smoothing import unit_rows
from dedupe.stories.topics import graph_of_rows, topic_of_rows


def rows(*vocabularies):
    table = np.zeros((len(vocabularies), 400))
    for row, terms in enumerate(vocabularies):
        table[row, list(terms)] = 1
    return unit_rows(sparse.csr_matrix(table))


def topics(*vocabularies, days=None):
    given, params = rows(*vocabularies), TopicParams()
    return topic_of_rows(given, graph_of_rows(given, params, days=days), params, days=days).tolist()


VOTE, STRIKE, FAIR = range(80), range(100, 180), range(200, 280)


def test_topics_are_numbered_by_first_rows_and_rows_alone_come_last():
    assert topics(FAIR, VOTE, STRIKE, VOTE, STRIKE) == [2, 0, 1, 0, 1]


def test_reports_of_the_same_words_a_season_apart_are_no_topic():
    given = VOTE, VOTE, STRIKE, STRIKE

    assert topics(*given, days=np.array([0.0, 90, 1, 2])) == [1, 2, 0, 0]
    assert topics(*given, days=np.array([0.0, np.nan, 1, 2])) == [0, 0, 1, 1]

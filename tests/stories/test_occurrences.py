from dedupe.models import Article, ArticleId
from dedupe.stories.vectors import read_occurrences

import numpy as np  # isort: skip


def read(*texts, **fields):
    return read_occurrences([Article(ArticleId(str(at)), text, lang="en", **fields) for at, text in enumerate(texts)])


def spelled(words):
    return [[words.vocabulary[term] for term in words.terms_of(row)] for row in range(words.shape[0])]


def test_an_article_has_the_words_of_its_title_and_its_text():
    words = read("The port closed.", title="Storm")

    assert spelled(words) == [["storm", "the", "port", "closed"]]
    assert words.article.tolist() == [0, 0, 0, 0]
    assert words.title_lengths.tolist() == [1]


def test_a_text_that_begins_with_its_title_does_not_repeat_it():
    assert spelled(read("Storm hits\nThe port closed.", title="Storm  hits")) == [
        ["storm", "hits", "the", "port", "closed"]
    ]


def test_taken_articles_keep_their_words():
    words = read("storm hits", "", "port closed", "storm over")

    taken = words.taken(np.array([0, 1, 3]))

    assert spelled(taken) == [["storm", "hits"], [], ["storm", "over"]]
    assert taken.shape == (3, 5)
    assert words.taken(np.arange(4)) is words

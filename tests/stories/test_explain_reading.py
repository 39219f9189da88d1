import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.models import Article, ArticleId
from dedupe.settings import EventParams
from dedupe.stories.explain_reading import read_each, read_together
from dedupe.stories.vectors import read_occurrences, term_weights, with_rarity
from tests.stories.explained_seeds import seeds

TEXTS = st.lists(
    st.tuples(
        st.lists(st.sampled_from(["Sochi", "valdai", "the", "pledge", "und", "der"]), max_size=9).map(" ".join),
        st.sampled_from([None, "en", "de"]),
    ),
    min_size=1,
    max_size=5,
)


def articles_of(rows):
    return [Article(ArticleId(str(at)), text, lang=lang) for at, (text, lang) in enumerate(rows)]


def columns(reading):
    order = np.argsort(reading.words)
    words = np.array(reading.words)[order].tolist()
    return words, reading.weights[order].tolist(), reading.background[order].tolist(), reading.imagined


@given(TEXTS)
def test_an_article_reads_the_same_alone_and_among_others(rows):
    articles = articles_of(rows)

    together = [columns(reading) for reading in read_each(articles)]

    assert together == [columns(*read_each([article])) for article in articles]


def test_rows_of_readings_are_those_of_the_articles_read_at_once():
    articles = list(seeds().values())
    words = read_occurrences(articles)
    expected = with_rarity(term_weights(words, EventParams().terms), words)

    read = read_together(read_each(articles))

    place = {word: number for number, word in enumerate(read.vocabulary)}
    assert sorted(place) == sorted(words.vocabulary)
    assert read.tfidf[:, [place[word] for word in words.vocabulary]].toarray() == pytest.approx(expected.toarray())
    assert read.holds.sum() == sum(len(set(words.terms_of(row).tolist())) for row in range(len(articles)))


def test_nothing_at_all_is_read_as_nothing():
    assert read_each([]) == []
    assert read_together(read_each([Article(ArticleId("a"), "...")])).tfidf.shape == (1, 0)

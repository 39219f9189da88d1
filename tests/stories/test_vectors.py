import numpy as np
import pytest

from dedupe.models import Article, ArticleId
from dedupe.settings import TermParams
from dedupe.stories.vectors import (
    read_occurrences,
    term_weights,
    term_weights_by,
    tfidf_rows,
    title_and_text,
    with_rarity,
)
from tests.stories.loops import assert_same_bits


def article(text="", title=None, lang="en"):
    return Article(ArticleId("a"), text, title, lang=lang)


def weights_of(*articles, **params):
    words = read_occurrences(articles)
    table = term_weights(words, TermParams(**params)).toarray()
    return [{words.vocabulary[term]: row[term] for term in np.flatnonzero(row)} for row in table]


def test_a_weight_is_one_plus_the_log_of_the_emphasised_count():
    (weights,) = weights_of(
        article("Kobe harbour flooded, harbour closed", title="Flooded"),
        title_weight=3.0,
        lead_words=2,
        lead_weight=5.0,
        capital_weight=2.0,
    )

    assert weights["kobe"] == pytest.approx(1 + np.log(5 * 2))
    assert weights["harbour"] == pytest.approx(1 + np.log(5 + 1))
    assert weights["flooded"] == pytest.approx(1 + np.log(3 * 2 + 1))


def test_a_text_that_begins_with_its_title_does_not_repeat_it():
    assert title_and_text(article("Storm hits\nThe port closed.", title="Storm hits")) == (
        "Storm hits",
        "\nThe port closed.",
    )
    assert title_and_text(article("The port closed.")) == ("", "The port closed.")


def test_frequent_words_of_the_own_language_and_single_letters_have_no_weight():
    english, german = weights_of(article("the die harbour x"), article("the die Gemeinde", lang="de"))

    assert "the" not in english
    assert "x" not in english
    assert "die" in english
    assert "die" not in german


def test_rare_words_weigh_more_than_frequent_ones_even_in_one_article():
    words = read_occurrences([article("people harbour")])
    weights = with_rarity(term_weights(words, TermParams(max_df=1.0)), words).toarray()[0]

    assert weights[words.vocabulary.index("harbour")] > weights[words.vocabulary.index("people")] > 0


def test_without_a_known_language_rarity_comes_from_the_articles_alone():
    words = read_occurrences([article("qix zor", lang="xx"), article("qix vel", lang="xx")])

    weights = with_rarity(term_weights(words, TermParams()), words).toarray()[0]

    assert weights[words.vocabulary.index("qix")] == pytest.approx(1.0)
    assert weights[words.vocabulary.index("zor")] == pytest.approx(np.log(3 / 2) + 1)


def test_rows_have_length_one_and_an_article_without_words_has_none():
    words = read_occurrences([article("harbour flooded"), article("")])

    rows = tfidf_rows(term_weights(words, TermParams()), words, max_terms=9)

    assert np.linalg.norm(rows.toarray(), axis=1) == pytest.approx([1.0, 0.0])


def test_no_articles_have_no_rows():
    words = read_occurrences([])

    assert words.shape == (0, 0)
    assert tfidf_rows(term_weights(words, TermParams()), words, max_terms=9).shape == (0, 0)


def test_a_row_holds_the_heaviest_terms_of_its_article():
    words = read_occurrences([article("harbour harbour harbour flooded flooded ferry", title="Kobe harbour")])

    rows = tfidf_rows(term_weights(words, TermParams(capital_weight=1.0)), words, max_terms=1)

    assert [words.vocabulary[term] for term in rows.indices] == ["harbour"]
    assert rows.data.tolist() == [1.0]


def test_weights_in_several_ways_are_those_of_each_way_alone():
    words = read_occurrences(
        [article("Kobe harbour flooded, the harbour closed", title="Flooded"), article("The ferry")]
    )
    ways = [TermParams(), TermParams(max_df=1.0), TermParams(title_weight=5.0, lead_words=2, lead_weight=3.0)]

    for way, weights in zip(ways, term_weights_by(words, ways), strict=True):
        assert_same_bits(weights, term_weights(words, way))

"""How common words are, and in which language."""

import numpy as np
import pytest

from dedupe.text.background import (
    BACKGROUND_DOCUMENTS,
    background_documents,
    background_frequency,
    guess_language,
)
from dedupe.text.words import tokens


def test_common_words_are_more_frequent_than_rare_ones_and_unknown_ones_are_zero():
    the, election, ceasefire, unknown = background_frequency(["the", "election", "ceasefire", "xyzzyq"], "en")

    assert the > election > ceasefire > unknown == 0


@pytest.mark.parametrize("tag", ["en", "EN", "en-US", "en_GB"])
def test_a_language_tag_names_its_language(tag):
    assert background_frequency(["the"], tag) > 0.05


@pytest.mark.parametrize("tag", [None, "", "xx", "und"])
def test_nothing_is_known_without_a_listed_language(tag):
    assert background_frequency(["the", "der", "的"], tag).tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("word", "lang"), [("straße", "de"), ("中国", "zh"), ("です", "ja"), ("हैं", "hi"), ("don", "en"), ("nicht", "de-AT")]
)
def test_frequencies_are_of_the_words_that_the_tokeniser_cuts(word, lang):
    assert background_frequency([word], lang) > 1e-5


@pytest.mark.parametrize("lang", ["en", "ru", "ja"])
def test_a_number_has_no_frequency(lang):
    assert background_frequency(["00", "0000", "2018"], lang).tolist() == [0, 0, 0]


def test_no_words_have_no_frequencies():
    assert background_frequency([], "en").shape == (0,)


def test_a_word_in_every_hundredth_place_is_in_nearly_every_document():
    documents = background_documents(np.array([0.0, 1 / 300, 0.01, 1.0]))

    assert documents == pytest.approx(
        [0, (1 - np.exp(-1)) * BACKGROUND_DOCUMENTS, 0.9502 * BACKGROUND_DOCUMENTS, 10_000], rel=1e-4
    )


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The president said that he was ready for talks with the new administration.", "en"),
        ("Der Präsident sagte, dass er zu Gesprächen mit der neuen Regierung bereit ist.", "de"),
        ("Le président a dit qu'il était prêt à discuter avec la nouvelle administration.", "fr"),
        ("El presidente dijo que estaba listo para hablar con la nueva administración.", "es"),
        ("O presidente disse que não estava pronto para falar com a nova administração.", "pt"),
        ("Президент сказал, что он готов к переговорам с новой администрацией.", "ru"),
        ("Tổng thống nói rằng ông đã sẵn sàng cho các cuộc đàm phán với chính quyền mới.", "vi"),
        ("総理大臣は記者会見で述べた", "ja"),
        ("总统在新闻发布会上表示", "zh"),
        ("대통령은 기자회견에서 말했다", "ko"),
        ("kremlin putin trump inauguration congratulated", None),
        ("", None),
        ("1998 2003", None),
    ],
)
def test_a_language_is_guessed_where_it_is_clear(text, language):
    assert guess_language(tokens(text)) == language

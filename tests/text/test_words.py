"""The tokeniser and its hashes."""

import re
import time
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.text.words import Words, blocks_of, cut_words, pieces, tokens, word_hash, word_hashes
from tests.sketch_paths import sketch_path  # noqa: F401 - runs every test here on both paths

SPACED = st.text(st.characters(max_codepoint=0x08FF)) | st.text("aAbB1_ .,-'’“éÉßΣσςİıЖж\u0301\t\n")
ANY = st.text(st.characters(exclude_categories=())) | SPACED


def spelled(words: Words, text: int = 0) -> list[str]:
    own = words.ids[words.offsets[text] : words.offsets[text + 1]]
    return [words.vocabulary[at] for at in own.tolist()]


def test_words_are_lower_cased_and_punctuation_separates_them():
    words = cut_words(["Putin's “willingness”, he said: 2.5 per cent; a_b."])

    assert spelled(words) == ["putin", "s", "willingness", "he", "said", "2", "5", "per", "cent", "a_b"]


def test_a_word_is_capitalised_by_an_upper_case_letter_or_a_digit_at_its_head():
    words = cut_words(["The EU sent 2nd aid to Élysée, iPhone"])

    flagged = [word for word, flag in zip(spelled(words), words.capitalised.tolist(), strict=True) if flag]
    assert flagged == ["the", "eu", "2nd", "élysée"]


def test_one_word_written_in_two_ways_is_one_entry_of_the_vocabulary():
    words = cut_words(["trump TRUMP", "Trump"])

    assert words.vocabulary == ("trump",)
    assert words.ids.tolist() == [0, 0, 0]
    assert words.offsets.tolist() == [0, 2, 3]
    assert words.capitalised.tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("nato", ["nato"]),
        ("国", ["国"]),
        ("国会議", ["国会", "会議"]),
        ("nato軍事費2024年", ["nato", "軍事", "事費", "2024", "年"]),
        ("ラーメン", ["ラー", "ーメ", "メン"]),
        ("ไทย", ["ไท", "ทย"]),
        ("대통령", ["대통령"]),
    ],
)
def test_scripts_without_spaces_are_cut_into_pairs_of_characters(token, expected):
    assert pieces(token) == expected


def test_vowel_marks_keep_hindi_and_thai_words_whole():
    assert tokens("हिन्दी में कहा") == ["हिन्दी", "में", "कहा"]
    assert tokens("น้ำ") == ["น้ำ"]


def test_lower_casing_that_changes_length_or_depends_on_neighbours_keeps_words_and_flags_together():
    text = "İstanbul'da ΟΔΟΣ ΑΣ'Α x"
    words = cut_words([text])

    assert spelled(words) == re.findall(r"\w+", text.lower())
    assert words.capitalised.tolist() == [True, False, False, True, True, True, False]


@settings(deadline=None)
@given(SPACED)
def test_tokens_are_what_a_regular_expression_finds_in_the_lower_cased_text(text):
    assert tokens(text) == re.findall(r"\w+", text.lower())


@settings(deadline=None)
@given(st.lists(ANY, max_size=4))
def test_words_are_the_pieces_of_the_tokens_of_each_text_in_order(texts):
    words = cut_words(texts)

    for at, text in enumerate(texts):
        assert spelled(words, at) == [piece for token in tokens(text) for piece in pieces(token)]


@settings(deadline=None)
@given(st.lists(ANY, max_size=4))
def test_the_arrays_of_a_batch_fit_together(texts):
    words = cut_words(texts)

    assert words.offsets.shape == (len(texts) + 1,)
    assert words.ids.shape == words.capitalised.shape == (words.offsets[-1],)
    assert len(set(words.vocabulary)) == len(words.vocabulary) == len(words.hashes)
    first_seen = list(dict.fromkeys(words.ids.tolist()))
    assert first_seen == list(range(len(words.vocabulary)))
    assert [a.dtype for a in (words.hashes, words.ids, words.offsets, words.capitalised)] == [
        np.uint64,
        np.int32,
        np.int64,
        np.bool_,
    ]


@settings(deadline=None)
@given(st.lists(st.text("abcé國\U00020000", max_size=40), max_size=10))
def test_hashes_of_many_words_are_the_hashes_of_each(words):
    assert word_hashes(words).tolist() == [word_hash(word) for word in words]


def test_word_hashes_stay_what_they_were():
    golden = {
        "": 0x29B5235BC6DBBD35,
        "a": 0xB91AC879C08C5F6C,
        "putin": 0x139C40D63DE89AB7,
        "congratulations": 0x62210E6FB45B86BF,
        "国会": 0x3A14423C6FB2DF8C,
        "x" * 100: 0xAB05BF138E97F28A,
    }

    assert {word: word_hash(word) for word in golden} == golden


def test_word_hashes_of_neighbouring_words_differ_in_both_halves():
    hashes = word_hashes([f"{stem}{n}" for stem in ("", "word", "longer word ", "x" * 30) for n in range(5000)])

    assert len(np.unique(hashes & np.uint64(0xFFFFFFFF))) >= len(hashes) - 3
    assert len(np.unique(hashes >> np.uint64(32))) >= len(hashes) - 3


def test_only_two_letters_need_care_when_forms_are_lower_cased_one_by_one():
    """What the fast path rests on: other letters keep their length and stay word characters."""
    odd = [
        character
        for code in range(0x110000)
        if len((character := chr(code)).lower()) != 1 or character.isalnum() != character.lower().isalnum()
    ]

    assert odd == ["İ"]
    assert not [chr(c) for c in range(0x110000) if unicodedata.combining(chr(c)) and chr(c).isalnum()]


@pytest.mark.parametrize("text", ["a" * 1_000_000, "國" * 1_000_000, "ab " * 333_333, "Σ " * 500_000, "İ’" * 500_000])
def test_a_million_characters_take_seconds_at_most(text):
    began = time.process_time()
    cut_words([text])

    assert time.process_time() - began < 10


@settings(deadline=None)
@given(st.lists(st.integers(0, 700_000).map(lambda n: "x" * n), max_size=6))
def test_blocks_are_all_texts_in_order_and_bounded(texts):
    blocks = [list(block) for block in blocks_of(texts)]

    assert [text for block in blocks for text in block] == texts
    assert all(block and sum(map(len, block[:-1])) < 1_000_000 for block in blocks)

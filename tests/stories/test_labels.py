from hypothesis import given
from hypothesis import strategies as st

from dedupe.stories.labels import story_label
from dedupe.text.words import cut_words

TEXT = "Talks in Sochi\nThe Valdai Discussion Club met in Sochi after the campaign rally, says NATO."


def label(keywords, *texts, telling=None):
    everything = set(cut_words(texts).vocabulary)
    return story_label(keywords, texts=texts, telling=everything if telling is None else telling)


def test_keywords_come_in_the_spelling_and_order_of_the_text():
    assert label(["nato", "sochi"], TEXT, "another") == "Sochi, NATO"


def test_keywords_side_by_side_are_one_phrase():
    assert label(["club", "sochi", "valdai", "discussion"], TEXT, "another") == "Sochi, Valdai Discussion Club"


def test_a_word_beside_a_keyword_joins_it_if_another_text_says_so_too():
    assert label(["rally"], TEXT, "a campaign rally") == "campaign rally"
    assert label(["rally"], TEXT, "a noisy rally") == "rally"


def test_a_word_that_tells_nothing_joins_no_phrase():
    assert label(["rally"], TEXT, "a campaign rally", telling={"rally"}) == "rally"


def test_scripts_without_spaces_make_phrases_too():
    assert label(["瑞鉄", "鉄道", "東瑞"], "昨日、東瑞鉄道の定時株主総会", "別の記事") == "東瑞鉄道"


def test_a_text_without_keywords_is_called_by_its_first_words():
    assert label([], "One two three") == "One two three"
    assert label(["absent"], "word " * 100) == ("word " * 16).strip()
    assert label([], "x" * 1000) == "x" * 80


def test_a_text_without_words_is_untitled():
    assert label([], " \n ") == "untitled"


@given(st.lists(st.sampled_from(["port", "strike", "vote", "選挙", "挙制"]), unique=True), st.text(max_size=200))
def test_a_label_is_short_and_never_empty(keywords, text):
    result = label(keywords, f"{text} port strike 選挙制")

    assert 0 < len(result) <= 80

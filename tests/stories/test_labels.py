from hypothesis import given
from hypothesis import strategies as st

from dedupe.stories.labels import story_label

TEXT = "Talks in Sochi\nThe Valdai Discussion Club met in Sochi after the campaign rally, says NATO."


def label(keywords, text, *companions):
    return story_label(keywords, text=text, companions=frozenset(companions))


def test_keywords_come_in_the_spelling_and_order_of_the_text():
    assert label(["nato", "sochi"], TEXT) == "Sochi, NATO"


def test_keywords_side_by_side_are_one_phrase():
    assert label(["club", "sochi", "valdai", "discussion"], TEXT) == "Sochi, Valdai Discussion Club"


def test_a_companion_joins_the_phrase_of_its_keyword():
    assert label(["rally"], TEXT, ("campaign", "rally")) == "campaign rally"
    assert label(["rally"], TEXT, ("noisy", "rally")) == "rally"
    assert label(["rally"], TEXT, ("after", "campaign")) == "rally"


def test_scripts_without_spaces_make_phrases_too():
    assert label(["瑞鉄", "鉄道", "東瑞"], "昨日、東瑞鉄道の定時株主総会") == "東瑞鉄道"


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


@given(
    st.text(st.sampled_from("aAbB _-.é7\n"), max_size=60), st.sets(st.sampled_from(["a", "ab", "b", "aé", "7", "b_b"]))
)
def test_a_text_in_two_scripts_is_read_as_each_alone_is(text, keywords):
    ranked = sorted(keywords)

    # A letter that lower case makes two of: such a text is cut into all its words.
    assert label(ranked, f"{text} b a", ("b", "a")) == label(ranked, f"{text} b a\n\u0130", ("b", "a")).removesuffix(
        " \u0130"
    )

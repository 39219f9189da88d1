import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.models import Article, ArticleId
from dedupe.stories.passages import MAX_PASSAGES, shared_passages
from dedupe.text.words import cut_words


def article(text, title=None):
    return Article(ArticleId("a"), text, title)


def passages(a, b, **weights):
    """Passages of two articles, in which a word weighs 3 unless it is said."""
    words = cut_words([text for one in (a, b) for text in (one.title or "", one.text)]).vocabulary
    return shared_passages(a, b, dict.fromkeys(words, 3.0) | weights)


def texts(found):
    return [(one.a.text, one.b.text) for one in found]


def test_a_quotation_is_found_with_its_offsets():
    a = article("He said nothing. “We shall restore direct contacts soon,” said the minister.")
    b = article("In Oslo: “We shall restore direct contacts soon”. More is unknown!")

    (found,) = passages(a, b)

    assert texts([found]) == [("We shall restore direct contacts soon",) * 2]
    assert a.text[found.a.start : found.a.end] == found.a.text
    assert b.text[found.b.start : found.b.end] == found.b.text


def test_the_same_rare_words_in_another_order_are_a_passage():
    a = article("The aim is to prevent a third world war, he wrote.")
    b = article("Everything possible to prevent World War Three. She agreed.")

    (found,) = passages(a, b, to=0.0)

    assert found.terms == ("prevent", "world", "war")
    assert "third world war" in found.a.text
    assert found.b.text == "possible to prevent World War Three"


def test_words_that_tell_nothing_make_no_passage():
    same = article("one of them and the other of these")

    assert shared_passages(same, same, {"of": 0.1, "the": 0.2}) == ()


def test_two_words_are_no_passage():
    assert passages(article("Vladimir Putin"), article("Vladimir Putin")) == ()


def test_words_far_from_each_other_are_no_passage():
    far = " and ".join(f"x{at}" for at in range(12))

    assert passages(article(f"alpha {far} beta {far} gamma"), article("alpha beta gamma")) == ()


def test_no_passage_reaches_from_the_title_into_the_text():
    a = article("gamma delta epsilon", title="alpha beta")

    (found,) = passages(a, article("alpha beta gamma delta epsilon"))

    assert (found.a.field, found.a.text) == ("text", "gamma delta epsilon")


def test_a_title_is_a_field_of_its_own_unless_the_text_begins_with_it():
    b = article("alpha beta gamma")

    assert [one.a.field for one in passages(article("other", title="alpha beta gamma"), b)] == ["title"]
    assert [one.a.field for one in passages(article("alpha beta gamma", title="alpha beta gamma"), b)] == ["text"]


def test_a_letter_and_its_mark_are_the_letter_with_the_mark():
    a = article("Le de\u0301pute\u0301 a vote\u0301 hier")

    (found,) = passages(a, article("Le député a voté hier"))

    assert found.a.text == a.text
    assert found.terms == ("le", "député", "a", "voté", "hier")


def test_scripts_without_spaces_have_passages_too():
    (found,) = passages(article("昨日、大阪市長選挙の結果。"), article("結果は大阪市長選挙で。"))

    assert "大阪市長選挙" in found.a.text
    assert "大阪市長選挙" in found.b.text


def test_a_word_that_is_everywhere_counts_where_its_neighbour_is_the_same():
    a = article("putin one. putin two. putin three. putin four. putin visited sochi")
    b = article("putin five. putin six. putin seven. putin eight. putin visited sochi")

    (found,) = passages(a, b)

    assert found.terms == ("putin", "visited", "sochi")


FEW = st.sampled_from(["alpha", "beta", "gamma", "delta", "epsilon", ".", ","])
WORDS = st.lists(FEW, max_size=40).map(" ".join)


@given(WORDS, WORDS)
def test_passages_are_true_to_both_texts_and_disjoint_in_their_words(left, right):
    a, b = article(left), article(right)

    found = passages(a, b)

    assert len(found) <= MAX_PASSAGES
    assert [one.weight for one in found] == sorted((one.weight for one in found), reverse=True)
    for one in found:
        assert a.text[one.a.start : one.a.end] == one.a.text
        assert b.text[one.b.start : one.b.end] == one.b.text
        assert len(one.terms) >= 3
        assert all(term in one.a.text and term in one.b.text for term in one.terms)


@given(WORDS, WORDS)
def test_the_other_way_round_nothing_is_heavier_or_lighter(left, right):
    a, b = article(left), article(right)

    heaviest = [max((one.weight for one in found), default=0.0) for found in (passages(a, b), passages(b, a))]

    assert (heaviest[0] > 0) == (heaviest[1] > 0)


@pytest.mark.parametrize("text", ["", "...", "word"])
def test_texts_of_a_word_or_none_share_no_passage(text):
    assert passages(article(text), article(text)) == ()

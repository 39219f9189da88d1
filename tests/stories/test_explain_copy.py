from hypothesis import given
from hypothesis import strategies as st

from dedupe.models import Article, ArticleId, DuplicateKind, DuplicatePair
from dedupe.stories.explain_copy import MAX_STRETCHES, explain_copy
from dedupe.stories.explained import edit_kind

PAIR = DuplicatePair(ArticleId("a"), ArticleId("b"), DuplicateKind.NEAR, 0.8, 0.9)


def article(text, title=None):
    return Article(ArticleId("a"), text, title)


def edits(a, b):
    return [(edit_kind(edit), edit.a.text, edit.b.text) for edit in explain_copy(a, b, PAIR).edits]


def test_what_was_cut_added_and_changed_is_named_in_reading_order():
    a = article("LONDON, Monday. The old bridge closed for repairs after a long winter.")
    b = article("The old bridge shut for repairs after a long winter, officials said.")

    assert edits(a, b) == [
        ("cut", "LONDON, Monday", ""),
        ("changed", "closed", "shut"),
        ("added", "", "officials said"),
    ]


def test_what_is_the_same_is_aligned_whatever_its_case_and_punctuation():
    a, b = article("The old bridge - closed for repairs"), article("THE OLD BRIDGE closed, for repairs")

    (same,) = explain_copy(a, b, PAIR).aligned

    assert (same.a.text, same.b.text) == (a.text, b.text)
    assert edits(a, b) == []


def test_something_added_stands_behind_the_word_before_it():
    a, b = article("alpha beta, gamma delta"), article("alpha beta new words gamma delta")

    (edit,) = explain_copy(a, b, PAIR).edits

    assert (edit.a.start, edit.a.end) == (len("alpha beta"), len("alpha beta"))
    assert b.text[edit.b.start : edit.b.end] == "new words"


def test_titles_are_compared_with_titles():
    a, b = (
        article("The text is the same", title="Old title here"),
        article("The text is the same", title="Old title now"),
    )

    found = explain_copy(a, b, PAIR)

    assert [(edit.a.field, edit.a.text, edit.b.text) for edit in found.edits] == [("title", "here", "now")]
    assert [same.a.field for same in found.aligned] == ["title", "text"]


def test_an_empty_article_is_cut_whole():
    assert edits(article("alpha beta"), article("")) == [("cut", "alpha beta", "")]
    assert edits(article(""), article("")) == []


def test_no_more_than_fifty_edits_are_named_and_the_longest_are():
    kept = [f"the same {at}" for at in range(60)]
    a = article(" ".join(f"{words} x" for words in kept))
    b = article(" ".join(f"{words} {'y' * (at + 1)}" for at, words in enumerate(kept)))

    found = edits(a, b)

    assert len(found) == MAX_STRETCHES
    assert found[0] == ("changed", "x", "y" * 11)


WORDS = st.lists(st.sampled_from(["alpha", "beta", "gamma", "delta", "."]), max_size=30).map(" ".join)


@given(WORDS, WORDS)
def test_stretches_and_edits_together_are_all_the_words_of_both_in_order(left, right):
    a, b = article(left), article(right)

    found = explain_copy(a, b, PAIR)

    for side, text in (("a", left), ("b", right)):
        spans = sorted((getattr(one, side) for one in (*found.aligned, *found.edits)), key=lambda span: span.start)
        assert [text[span.start : span.end] for span in spans] == [span.text for span in spans]
        assert " ".join(span.text for span in spans).replace(".", "").split() == text.replace(".", "").split()
    for same in found.aligned:
        assert same.a.text.replace(".", "").split() == same.b.text.replace(".", "").split()


@given(WORDS)
def test_a_text_is_its_own_copy_without_an_edit(text):
    assert explain_copy(article(text), article(text.upper()), PAIR).edits == ()

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dedupe.stories.reading import cut_raw_words
from dedupe.text.normalise import normalise
from dedupe.text.words import cut_words
from tests.stories.loops import on_both_paths

PIECES = [
    *"aZ09_ .,-—’(©:\n\r\u00a0\u00ad\ufeff\x00", *"éßΣςİı\u0301國ไ대\U0001f600\ud800", "\n\n", "Trump", "ΟΔΟΣ",
    "LONDON (Reuters) - ", "All rights reserved.", "Share this article", "internationalization", "word " * 9,
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(st.characters(exclude_categories=()))


@settings(max_examples=80, deadline=None)
@given(st.lists(TEXTS, max_size=6))
@example(["All rights reserved.", "İstanbul", "Share this article\nPARIS (AP) - One"])
def test_raw_words_are_those_of_the_normalised_texts(texts):
    expected = cut_words([normalise(text) for text in texts])

    for words in on_both_paths(lambda: cut_raw_words(texts)):
        assert words.vocabulary == expected.vocabulary
        assert words.hashes.tolist() == expected.hashes.tolist()
        assert words.ids.tolist() == expected.ids.tolist()
        assert words.offsets.tolist() == expected.offsets.tolist()
        assert words.capitalised.tolist() == expected.capitalised.tolist()


def test_a_vocabulary_that_outgrows_its_room_keeps_its_numbers():
    texts = [" ".join(f"w{number}" for number in range(begin, begin + 900)) for begin in range(0, 9000, 450)]
    texts = [f"{text} {'x' * 400_000}" for text in texts]

    plain, compiled = on_both_paths(lambda: cut_raw_words(texts))

    assert compiled.vocabulary == plain.vocabulary
    assert np.array_equal(compiled.ids, plain.ids)

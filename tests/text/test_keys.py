"""Keys of texts."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.text.keys import key_bytes, key_of_words, text_keys_of
from dedupe.text.normalise import key_of_normalised
from dedupe.text.words import cut_words, word_hashes
from tests.sketch_paths import sketch_path  # noqa: F401 - runs every test here on both paths

HASHES = st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=40).map(lambda own: np.array(own, dtype=np.uint64))
WORDS = st.lists(st.sampled_from("abc"), max_size=6)


def test_keys_of_words_stay_what_they_were():
    assert key_of_words(word_hashes(["putin", "congratulates", "trump"])).hex() == "0cb828ef8561aa3db00dad9881b1e729"


@settings(deadline=None)
@given(st.lists(WORDS, max_size=8))
def test_texts_have_one_key_when_they_have_the_same_words_in_order(texts):
    joined = [" ".join(text) for text in texts]

    keys = text_keys_of(cut_words(joined), joined)

    assert len(np.unique(keys, axis=0)) == len({tuple(text) for text in texts})
    assert key_bytes(keys) == [key_of_normalised(text) for text in joined]


@settings(deadline=None)
@given(HASHES)
def test_a_batch_has_the_keys_of_each_text(hashes):
    words = [f"w{value}" for value in hashes.tolist()]

    keys = text_keys_of(cut_words([" ".join(words), "", *words]), [" ".join(words), "", *words])

    assert key_bytes(keys)[0] == key_of_words(word_hashes(words))
    assert key_bytes(keys)[2:] == [key_of_words(word_hashes([word])) for word in words]


@settings(deadline=None)
@given(HASHES, st.integers(0, 63), st.data())
def test_a_bit_of_one_hash_turns_about_half_the_key(hashes, bit, data):
    other = hashes.copy()
    other[data.draw(st.integers(0, len(hashes) - 1))] ^= np.uint64(1 << bit)

    left, right = (np.frombuffer(key_of_words(own), dtype=np.uint64) for own in (hashes, other))

    # Each half is 64 fair coins: fewer than 8 heads, or tails, are a chance of 1 in 10**10.
    assert all(8 <= turned <= 56 for turned in np.bitwise_count(left ^ right).tolist())


def test_all_orders_of_a_few_words_have_keys_whose_halves_differ():
    hashes = word_hashes(["a", "b"])
    orders = [[(code >> at) & 1 for at in range(12)] for code in range(1 << 12)]

    keys = np.array([np.frombuffer(key_of_words(hashes[order]), dtype=np.uint64) for order in orders])

    assert [len(np.unique(keys[:, side])) for side in (0, 1)] == [1 << 12, 1 << 12]


def test_repetition_counts():
    word = word_hashes(["a"])

    assert len({key_of_words(np.repeat(word, n)) for n in range(1, 500)}) == 499

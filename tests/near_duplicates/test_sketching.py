"""Sketches of texts in one pass."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.near_duplicates.shingles import named_shingles, shingle_hashes
from dedupe.near_duplicates.signatures import signatures
from dedupe.near_duplicates.sketching import figured_shingles, sketch_texts, sketches_of
from dedupe.settings import SketchParams
from dedupe.text.keys import key_bytes
from dedupe.text.normalise import normalise, text_key
from dedupe.text.words import cut_words
from tests.sketch_paths import sketch_path  # noqa: F401 - runs every test here on both paths

SEEDS = [path.read_text() for path in sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))]
LINES = st.sampled_from(
    [
        "LONDON (Reuters) - The",
        "Share this article",
        "© 2024 Example",
        "He said so.",
        "國會 a",
        "***",
        "",
        "İ",
        "é 7 Up",
    ]
)
TEXTS = st.lists(LINES, max_size=4).map("\n".join) | st.text() | st.text("abcB1国é .\n")
NAMES = ("signatures", "text_keys", "hashes", "is_named", "is_figured", "offsets")


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=6), st.integers(1, 4))
def test_one_pass_makes_what_each_part_makes_alone(texts, shingle_words):
    params = SketchParams(shingle_words=shingle_words, num_perm=17, bands=5, rows=3)
    words = cut_words([normalise(text) for text in texts])
    hashes, offsets = shingle_hashes(words, shingle_words=shingle_words)

    made = sketch_texts(texts, params)

    assert made.signatures.tolist() == signatures(texts, params).tolist()
    assert key_bytes(made.text_keys) == [text_key(text) for text in texts]
    assert made.hashes.tolist() == hashes.tolist()
    assert made.is_named.tolist() == named_shingles(words, shingle_words=shingle_words).tolist()
    assert made.is_figured.tolist() == figured_shingles(words, shingle_words=shingle_words).tolist()
    assert made.offsets.tolist() == offsets.tolist()


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=6))
def test_sketches_of_words_are_those_of_the_texts(texts):
    normal = [normalise(text) for text in texts]

    made = sketches_of(cut_words(normal), normal, SketchParams())

    expected = sketch_texts(texts, SketchParams())
    for name in NAMES:
        assert getattr(made, name).tolist() == getattr(expected, name).tolist()


@pytest.mark.parametrize("texts", [[], [""], SEEDS, [*SEEDS, "國會"]], ids=["none", "empty", "seeds", "mixed"])
def test_the_arrays_have_the_shapes_and_types_promised(texts):
    made = sketch_texts(texts, SketchParams())

    assert made.signatures.shape == (len(texts), 128)
    assert made.text_keys.shape == (len(texts), 2)
    assert made.hashes.shape == made.is_named.shape == made.is_figured.shape == (made.offsets[-1],)
    types = [np.uint32, np.uint64, np.uint32, np.bool_, np.bool_, np.int64]
    assert [getattr(made, name).dtype for name in NAMES] == types


def test_a_shingle_is_figured_when_one_of_its_words_begins_with_a_digit():
    made = sketch_texts(["One 2 three 4th B2B x Five 6,000"], SketchParams(shingle_words=2))

    assert made.is_figured.tolist() == [True, True, True, True, False, False, True, True]


def test_texts_of_many_blocks_are_sketched_as_each_alone():
    texts = [f"{'word ' * (7 * at % 50_000)}{at} {'國' * (at % 3)}" for at in range(0, 40_000, 1000)]

    made = sketch_texts(texts, SketchParams())

    alone = [sketch_texts([text], SketchParams()) for text in texts]
    for name in NAMES[:-1]:
        assert np.array_equal(getattr(made, name), np.concatenate([getattr(one, name) for one in alone]))
    assert np.diff(made.offsets).tolist() == [len(one.hashes) for one in alone]

"""Shingles and their hashes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.near_duplicates.shingles import cut_shingles, named_shingles, shingle_hash, shingle_hashes
from dedupe.text.words import cut_words
from tests.sketch_paths import sketch_path  # noqa: F401 - runs every test here on both paths

TEXTS = st.lists(st.text() | st.text("ab国ß .,"), max_size=5)


def test_shingles_are_runs_of_words_joined_by_spaces():
    assert cut_shingles("Putin, in Sochi; said.", shingle_words=3) == [b"putin in sochi", b"in sochi said"]


@pytest.mark.parametrize(("text", "n_shingles"), [("", 0), ("one", 0), ("one two", 0), ("one two three", 1)])
def test_a_text_with_fewer_words_than_a_shingle_has_none(text, n_shingles):
    hashes, offsets = shingle_hashes(cut_words([text]), shingle_words=3)

    assert len(cut_shingles(text, shingle_words=3)) == len(hashes) == offsets[-1] == n_shingles


@settings(deadline=None)
@given(TEXTS, st.integers(1, 8))
def test_hashes_of_a_batch_are_the_hashes_of_the_shingles_of_each_text(texts, shingle_words):
    hashes, offsets = shingle_hashes(cut_words(texts), shingle_words=shingle_words)

    expected = [[shingle_hash(s) for s in cut_shingles(text, shingle_words=shingle_words)] for text in texts]
    assert [part.tolist() for part in np.split(hashes, offsets[1:-1])][: len(texts)] == expected
    assert hashes.dtype == np.uint32
    assert offsets.dtype == np.int64


@settings(deadline=None)
@given(TEXTS, st.integers(1, 4))
def test_a_shingle_is_named_when_one_of_its_words_is_capitalised(texts, shingle_words):
    words = cut_words(texts)

    expected = [
        any(words.capitalised[at : at + shingle_words])
        for begin, end in zip(words.offsets[:-1].tolist(), words.offsets[1:].tolist(), strict=True)
        for at in range(begin, end - shingle_words + 1)
    ]
    assert named_shingles(words, shingle_words=shingle_words).tolist() == expected


def test_shingle_hashes_stay_what_they_were():
    golden = {
        b"": 0x185F0F0E,
        b"putin": 0xFD735499,
        b"putin congratulates trump": 0xEBDC3045,
        "国会 会議".encode(): 0xAA2C5030,
    }

    assert {shingle: shingle_hash(shingle) for shingle in golden} == golden


def test_the_order_of_words_counts():
    assert len({shingle_hash(s) for s in (b"a b c", b"a c b", b"b a c", b"b c a", b"c a b", b"c b a")}) == 6


def test_hashes_of_many_shingles_collide_no_more_than_chance_allows():
    n_shingles = 200_000
    text = " ".join(f"{n % 450} w{n // 450}" for n in range(n_shingles // 2 + 1))

    hashes, _ = shingle_hashes(cut_words([text]), shingle_words=3)

    distinct = len({*zip(*(text.split()[at:] for at in range(3)), strict=False)})
    expected = distinct**2 / 2**33
    assert distinct - len(np.unique(hashes)) <= expected + 5 * np.sqrt(expected)

"""Shingles as sets."""

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dedupe.near_duplicates.judging import FIGURED, NAMED
from dedupe.near_duplicates.shingle_sets import ManyShingles, ShingleSets, shingle_sets
from tests.sketch_paths import sketch_path  # noqa: F401 - runs every test here on both paths

HASHES = st.lists(st.integers(0, 2**32 - 1) | st.integers(0, 9), max_size=60)
CROWDED = [2**20 - at for at in range(400)]  # far from their places when they are sorted by their first bits


def given_as(texts: list[list[int]]) -> ManyShingles:
    """Named are even hashes, figured those of even places."""
    hashes = np.array([value for text in texts for value in text], dtype=np.uint32)
    sizes = np.array([len(text) for text in texts], dtype=np.int64)
    ends = sizes.cumsum()
    return ManyShingles(hashes, hashes % 2 == 0, np.arange(hashes.size) % 2 == 0, ends - sizes, ends)


def of_text(sets: ShingleSets, at: int) -> tuple[list[int], list[int], list[int]]:
    begin, end = sets.offsets[0, at : at + 2]
    sequence = sets.sequences[sets.offsets[1, at] : sets.offsets[1, at + 1]]
    return sets.shingles[begin:end].tolist(), sets.flags[begin:end].tolist(), sequence.tolist()


@settings(deadline=None)
@given(st.lists(HASHES, max_size=6))
@example([[5] * 300, CROWDED, [], CROWDED[::-1]])
def test_a_set_has_each_shingle_once_with_its_flags_and_says_where_it_was_read(texts):
    many = given_as(texts)

    sets = shingle_sets([many])

    for at, (text, begin) in enumerate(zip(texts, many.begins.tolist(), strict=True)):
        shingles, flags, sequence = of_text(sets, at)
        assert shingles == sorted(set(text))
        assert [shingles[place] for place in sequence] == text
        figured = {value for place, value in enumerate(text, start=begin) if place % 2 == 0}
        assert flags == [NAMED * (value % 2 == 0) | FIGURED * (value in figured) for value in shingles]
    assert sets.sizes().tolist() == [len(set(text)) for text in texts]


@settings(deadline=None)
@given(st.lists(HASHES, max_size=6), st.integers(0, 6))
def test_sets_of_texts_given_in_parts_are_those_of_the_whole(texts, cut):
    whole, parts = shingle_sets([given_as(texts)]), shingle_sets(map(given_as, (texts[:cut], texts[cut:])))

    assert [of_text(parts, at)[::2] for at in range(len(texts))] == [
        of_text(whole, at)[::2] for at in range(len(texts))
    ]


def test_no_texts_are_no_sets():
    assert shingle_sets([]).offsets.tolist() == [[0], [0]]

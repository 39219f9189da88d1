"""The LSH index."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.models import ArticleId
from dedupe.near_duplicates.index import MOST_CANDIDATES, SignatureIndex, band_keys, has_shingles
from dedupe.near_duplicates.signatures import EMPTY, signatures
from dedupe.settings import SketchParams

SMALL = SketchParams(num_perm=16, bands=4, rows=2)


def row(*values: int) -> np.ndarray:
    """A signature of 16 values that begins with these."""
    return np.array([*values, *range(100, 116 - len(values))], dtype=np.uint32)


def test_a_shared_band_makes_a_candidate_and_half_a_band_does_not():
    index = SignatureIndex(SketchParams(num_perm=16, bands=2, rows=2))
    index.add(ArticleId("shared"), row(1, 2, 3, 4))
    index.add(ArticleId("half"), row(1, 9, 8, 4))

    assert index.candidates(row(7, 7, 3, 4)) == ["shared"]


def test_equal_rows_of_different_bands_do_not_meet():
    index = SignatureIndex(SketchParams(num_perm=16, bands=2, rows=2))
    index.add(ArticleId("a"), row(1, 2, 3, 4))

    assert index.candidates(row(3, 4, 1, 2)) == []


def test_candidates_come_in_the_order_of_insertion_and_once():
    index = SignatureIndex(SMALL)
    for name in ("b", "a", "c"):
        index.add(ArticleId(name), row(1, 2))

    assert index.candidates(row(1, 2)) == ["b", "a", "c"]


def test_an_article_added_again_is_replaced_and_newest():
    index = SignatureIndex(SketchParams(num_perm=16, bands=1, rows=2))
    index.add(ArticleId("a"), row(1, 2))
    index.add(ArticleId("b"), row(3, 4))
    index.add(ArticleId("a"), row(3, 4))

    assert len(index) == 2
    assert index.candidates(row(1, 2)) == []
    assert index.candidates(row(3, 4)) == ["b", "a"]


@pytest.mark.parametrize("empty", [np.full(16, EMPTY), np.empty(0, dtype=np.uint32)], ids=["no shingles", "no row"])
def test_an_article_without_shingles_is_never_found(empty):
    index = SignatureIndex(SMALL)
    index.add(ArticleId("empty"), empty)

    assert not has_shingles(empty)
    assert index.candidates(empty) == []
    assert len(index) == 1
    index.remove(ArticleId("empty"))
    assert len(index) == 0


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("abcdef"), st.none() | st.lists(st.integers(0, 2), min_size=8, max_size=8)),
        max_size=30,
    ),
    st.lists(st.integers(0, 2), min_size=8, max_size=8),
)
def test_candidates_are_what_a_comparison_of_all_bands_finds(steps, query):
    index = SignatureIndex(SMALL)
    held: dict[str, list[int]] = {}
    for name, values in steps:
        held.pop(name, None)
        if values is None:
            index.remove(ArticleId(name))
        else:
            index.add(ArticleId(name), row(*values))
            held[name] = values

    expected = [
        name for name, values in held.items() if any(values[at : at + 2] == query[at : at + 2] for at in (0, 2, 4, 6))
    ]
    assert index.candidates(row(*query)) == expected
    assert len(index) == len(held)


def test_an_emptied_index_keeps_nothing():
    index = SignatureIndex()
    rows = signatures([f"a text of some words number {n}" for n in range(50)])
    for n, signature in enumerate(rows):
        index.add(ArticleId(str(n)), signature)
    for n in range(50):
        index.remove(ArticleId(str(n)))

    assert (len(index), index._buckets, index._keys, index._ids, index._places) == (0, {}, {}, {}, {})


def test_of_too_many_candidates_the_nearest_are_kept_and_the_oldest_of_equals():
    index = SignatureIndex(SMALL)
    for n in range(MOST_CANDIDATES + 10):
        index.add(ArticleId(f"far{n}"), row(1, 2, n + 1000, 0, n + 1000, 0, n + 1000, 0))
    index.add(ArticleId("near"), row(1, 2, 3, 4, 5, 6))

    found = index.candidates(row(1, 2, 3, 4, 5, 6))

    assert found == [*(f"far{n}" for n in range(MOST_CANDIDATES - 1)), "near"]
    assert index.candidates(row(1, 2, 3, 4, 5, 6), limit=1) == ["near"]


@pytest.mark.parametrize("n_shared", [10, 30, 60])
def test_pairs_become_candidates_as_often_as_the_curve_says(n_shared):
    params = SketchParams(shingle_words=1, bands=42, rows=3)
    n_pairs, n_found = 300, 0
    for pair in range(n_pairs):
        common = [f"p{pair}c{i}" for i in range(n_shared)]
        own = [[f"p{pair}{side}{i}" for i in range((100 - n_shared) // 2)] for side in "lr"]
        left, right = signatures([" ".join([*common, *words]) for words in own], params)
        index = SignatureIndex(params)
        index.add(ArticleId("left"), left)
        n_found += bool(index.candidates(right))

    likely = 1 - (1 - (n_shared / 100) ** 3) ** 42
    # The permutations are the same for all pairs, so their draws are not quite independent: five deviations.
    assert abs(n_found / n_pairs - likely) <= 5 * np.sqrt(likely * (1 - likely) / n_pairs) + 0.01


def test_more_bands_than_the_signature_has_values_for_is_an_error():
    with pytest.raises(ValueError, match="bands \\* rows = 18 exceeds num_perm = 16"):
        band_keys(row(), bands=9, rows=2)


def test_band_keys_stay_what_they_were():
    assert band_keys(row(1, 2, 3, 4), bands=2, rows=2).tolist() == [14781071141616232762, 625470995052491712]

"""The LSH index."""

import gc
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.models import ArticleId
from dedupe.near_duplicates.bounds import bounds_of
from dedupe.near_duplicates.index import MOST_CANDIDATES, SignatureIndex
from dedupe.near_duplicates.keys import band_keys, has_shingles, n_shingles_of
from dedupe.near_duplicates.signatures import EMPTY, signatures
from dedupe.settings import DuplicateParams, SketchParams
from tests.sketch_paths import sketch_path  # noqa: F401 - runs every test here on both paths

RARE = SketchParams(num_perm=16, bands=2, rows=4, lanes=8, most_holders=2)
SMALL = SketchParams(num_perm=16, bands=4, rows=2, lanes=0)


def row(*values: int) -> np.ndarray:
    """A signature of 16 values that begins with these."""
    return np.array([*values, *range(100, 116 - len(values))], dtype=np.uint32)


def test_a_shared_band_makes_a_candidate_and_half_a_band_does_not():
    index = SignatureIndex(SketchParams(num_perm=16, bands=2, rows=2, lanes=0))
    index.add(ArticleId("shared"), row(1, 2, 3, 4))
    index.add(ArticleId("half"), row(1, 9, 8, 4))

    assert index.candidates(row(7, 7, 3, 4)) == ["shared"]


def test_equal_rows_of_different_bands_do_not_meet():
    index = SignatureIndex(SketchParams(num_perm=16, bands=2, rows=2, lanes=0))
    index.add(ArticleId("a"), row(1, 2, 3, 4))

    assert index.candidates(row(3, 4, 1, 2)) == []


def test_candidates_come_in_the_order_of_insertion_and_once():
    index = SignatureIndex(SMALL)
    for name in ("b", "a", "c"):
        index.add(ArticleId(name), row(1, 2))

    assert index.candidates(row(1, 2)) == ["b", "a", "c"]


def test_an_article_added_again_is_replaced_and_newest():
    index = SignatureIndex(SketchParams(num_perm=16, bands=1, rows=2, lanes=0))
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


VALUES = st.lists(st.integers(0, 4), min_size=16, max_size=16)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 150), st.none() | VALUES), max_size=12), VALUES, st.integers(0, 200))
def test_what_is_found_depends_on_the_articles_held_alone(steps, query, n_gone):
    churned, fresh = SignatureIndex(RARE), SignatureIndex(RARE)
    held: dict[str, list[int]] = {}
    for n in range(n_gone):
        churned.add(ArticleId(f"gone{n}"), row(*query))
    for at, (n_more, values) in enumerate(steps):
        for n in range(n_more if values is None else 0):
            churned.remove(ArticleId(f"gone{n}"))
        if values is not None:
            churned.add(ArticleId(f"held{at}"), row(*values))
            held[f"held{at}"] = values
    for n in range(n_gone):
        churned.remove(ArticleId(f"gone{n}"))
    for name, values in held.items():
        fresh.add(ArticleId(name), row(*values))

    assert churned.candidates(row(*query)) == fresh.candidates(row(*query))
    assert churned.candidates(row(*query)) == held_and_suspect(held, query)


def held_and_suspect(held: dict[str, list[int]], query: list[int]) -> list[str]:
    """Names that share a band of four of the first eight values, or one of the last eight that at most two hold."""
    n_holders = {(at, v[at]): sum(w[at] == v[at] for w in held.values()) for v in held.values() for at in range(16)}
    return [
        name
        for name, values in held.items()
        if any(values[at : at + 4] == query[at : at + 4] for at in (0, 4))
        or any(values[at] == query[at] and n_holders[at, values[at]] <= 2 for at in range(8, 16))
    ]


def test_a_value_finds_those_that_hold_it_until_too_many_do():
    index = SignatureIndex(RARE)
    rows = [row(n, 0, 0, 0, n, 0, 0, 0, 7, *range(10 * n, 10 * n + 7)) for n in range(1, 4)]
    for n, values in enumerate(rows[:2]):
        index.add(ArticleId(str(n)), values)

    assert index.candidates(rows[2]) == ["0", "1"]
    index.add(ArticleId("2"), rows[2])
    assert index.candidates(row(9, 9, 9, 9, 9, 9, 9, 9, 7)) == []
    index.remove(ArticleId("1"))
    assert index.candidates(row(9, 9, 9, 9, 9, 9, 9, 9, 7)) == ["0", "2"]


def test_the_estimate_keeps_an_excerpt_and_drops_what_shares_little():
    words = [f"w{n}" for n in range(400)]
    texts = [" ".join(words), " ".join([*words[:30], *(f"other{n}" for n in range(400))])]
    whole, other = signatures(texts)
    (excerpt,) = signatures([" ".join(words[:120])])
    index = SignatureIndex()
    index.add(ArticleId("whole"), whole)
    index.add(ArticleId("other"), other)

    assert index.candidates(excerpt) == ["whole", "other"]
    assert index.candidates(excerpt, bounds=bounds_of(DuplicateParams())) == ["whole"]


@pytest.mark.parametrize("n_words", [20, 200, 2000])
def test_the_number_of_shingles_is_estimated_within_five_standard_errors(n_words):
    (signature,) = signatures([" ".join(f"w{n}" for n in range(n_words + 1))])
    index = SignatureIndex()
    index.add(ArticleId("a"), signature)

    assert abs(n_shingles_of(signature) / n_words - 1) < 5 / np.sqrt(128)
    assert index.n_shingles(ArticleId("a")) == pytest.approx(n_shingles_of(signature))
    assert index.n_shingles(ArticleId("b")) == 0


def test_an_index_takes_at_most_700_bytes_an_article(sketch_path):  # noqa: F811 - the fixture
    n_articles = 5_000 if sketch_path == "never" else 50_000  # the loops' tables take 700 kB by themselves
    draw = np.random.default_rng(1)
    rows = draw.integers(0, 2**32, (n_articles, 128), dtype=np.uint32)
    text_keys = draw.integers(1, 2**63, (n_articles, 2)).astype(np.uint64)
    ids = [ArticleId(f"article-{n}") for n in range(n_articles)]
    gc.collect()
    tracemalloc.start()
    index = SignatureIndex()
    n_added, _, _ = index.add_until_found(ids, rows, text_keys, bounds=bounds_of(DuplicateParams()))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert n_added == n_articles
    assert held / n_articles <= 700


def test_an_index_that_slides_stays_as_large_as_it_is():
    index = SignatureIndex()
    rows = np.random.default_rng(1).integers(0, 2**32, (3000, 128), dtype=np.uint32)
    sizes = []
    for n, signature in enumerate(rows):
        index.add(ArticleId(str(n)), signature)
        index.remove(ArticleId(str(n - 500)))
        sizes.append(index.nbytes)

    assert len(index) == 500
    assert max(sizes[2000:]) <= 1.1 * max(sizes[1000:2000])


def test_an_emptied_index_is_as_small_as_a_new_one():
    index = SignatureIndex()
    rows = signatures([f"a text of some words number {n}" for n in range(200)])
    for n, signature in enumerate(rows):
        index.add(ArticleId(str(n)), signature)
    for n in range(200):
        index.remove(ArticleId(str(n)))

    assert (len(index), index.nbytes) == (0, SignatureIndex().nbytes)
    assert index.candidates(rows[0]) == []


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
    params = SketchParams(shingle_words=1, bands=42, rows=3, lanes=0)
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


@pytest.mark.parametrize("jaccard", [0.2, 0.5, 0.9])
def test_bands_are_chosen_for_a_similarity(jaccard):
    chosen = SketchParams().for_jaccard(jaccard, max_miss=0.02)

    longer = SketchParams(bands=128 // (chosen.rows + 1), rows=chosen.rows + 1)
    assert chosen.miss_probability(jaccard) <= 0.02 < longer.miss_probability(jaccard)
    assert chosen.miss_probability(jaccard) == pytest.approx((1 - jaccard**chosen.rows) ** chosen.bands)


def test_a_similarity_that_no_bands_find_is_an_error():
    with pytest.raises(ValueError, match=r"no bands of 128 values miss at most 0\.01 at similarity 0\.01"):
        SketchParams().for_jaccard(0.01)


def test_more_bands_than_the_signature_has_values_for_is_an_error():
    with pytest.raises(ValueError, match="bands \\* rows = 18 exceeds num_perm = 16"):
        band_keys(row(), bands=9, rows=2)


def test_band_keys_stay_what_they_were():
    assert band_keys(row(1, 2, 3, 4), bands=2, rows=2).tolist() == [10325090546367984252, 60415614774118704]

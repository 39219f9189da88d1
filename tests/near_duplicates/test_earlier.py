"""Candidate pairs, found a block at a time."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.models import ArticleId
from dedupe.near_duplicates.bounds import NO_BOUNDS, bounds_of
from dedupe.near_duplicates.earlier import earlier_articles, sorted_distinct
from dedupe.near_duplicates.index import SignatureIndex
from dedupe.near_duplicates.signatures import EMPTY
from dedupe.settings import DuplicateParams, SketchParams
from tests.sketch_paths import sketch_path  # noqa: F401 - runs every test here on both paths

RARE = SketchParams(num_perm=16, bands=2, rows=4, lanes=8, most_holders=2)
BANDS = SketchParams(num_perm=20, bands=5, rows=2, lanes=0)
MANY = 1000
VALUES = st.lists(st.integers(0, 3), min_size=16, max_size=16)
Found = list[tuple[int, int, list[int]]]


def made(articles: list[tuple[int, list[int] | None]], params: SketchParams) -> tuple[np.ndarray, np.ndarray]:
    """Signatures, empty ones for None, and keys of texts of these numbers."""
    signatures = np.full((len(articles), params.num_perm), EMPTY, dtype=np.uint32)
    for row, (_, values) in zip(signatures, articles, strict=True):
        if values is not None:
            row[: len(values)] = values
            row[len(values) :] = 7
    keys = [np.random.default_rng(text).integers(1, 2**63, 2) for text, _ in articles]
    return signatures, np.array(keys, dtype=np.uint64).reshape(-1, 2)


def in_blocks(signatures, text_keys, cuts, *, params=RARE, bounds=NO_BOUNDS, limit=MANY) -> Found:
    earlier = earlier_articles(params, bounds, limit=limit)
    found: Found = []
    ends = sorted({min(cut, len(signatures)) for cut in cuts} | {0, len(signatures)})
    for begin, end in pairwise(ends):
        suspected = earlier.pair(signatures[begin:end], text_keys[begin:end])
        for later in range(begin, end):
            own = suspected.earlier[suspected.later == later]
            found.append((later, int(suspected.same[later - begin]), own.tolist()))
    return found


def one_by_one(signatures, text_keys, *, params, bounds=NO_BOUNDS, limit=MANY) -> Found:
    """The same by an index: each article looked up, and added unless its text is there."""
    index = SignatureIndex(params, most_sharers=limit)
    found: Found = []
    for later, (signature, key) in enumerate(zip(signatures, text_keys, strict=True)):
        same, candidates = index.search(signature, key.tobytes(), limit=limit, bounds=bounds)
        if same in candidates:  # it takes no room of the others
            candidates = index.search(signature, key.tobytes(), limit=limit + 1, bounds=bounds)[1]
        if same is None:
            index.add(ArticleId(str(later)), signature, key.tobytes())
        first = -1 if same is None else int(same)
        others = [int(candidate) for candidate in candidates if candidate != same]
        found.append((later, first, sorted([*others, *([first] if first >= 0 else [])])))
    return found


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.tuples(st.integers(0, 25), st.none() | VALUES), max_size=40),
    st.lists(st.integers(0, 40), max_size=5),
    st.sampled_from([RARE, BANDS]),
    st.sampled_from([NO_BOUNDS, bounds_of(DuplicateParams())]),
    st.sampled_from([2, 5, MANY]),
)
def test_whatever_the_blocks_each_article_gets_what_an_index_finds_for_it(articles, cuts, params, bounds, limit):
    signatures, text_keys = made(articles, params)

    found = in_blocks(signatures, text_keys, cuts, params=params, bounds=bounds, limit=limit)

    assert found == one_by_one(signatures, text_keys, params=params, bounds=bounds, limit=limit)


def test_long_runs_of_blocks_find_what_an_index_finds():
    draw = np.random.default_rng(1)
    params, n_articles = SketchParams(num_perm=16, bands=3, rows=2, lanes=6, most_holders=4), 600
    signatures = draw.integers(0, 40, (n_articles, 16), dtype=np.uint32)
    text_keys = np.repeat(draw.integers(1, 2**63, (n_articles // 2, 2)).astype(np.uint64), 2, axis=0)
    draw.shuffle(text_keys)

    found = in_blocks(signatures, text_keys, range(0, n_articles, 7), params=params)

    assert found == one_by_one(signatures, text_keys, params=params)


def test_texts_without_shingles_are_found_by_their_text_alone():
    signatures, text_keys = made([(1, None), (2, None), (1, None), (1, None)], RARE)

    found = in_blocks(signatures, text_keys, [3])

    assert found == [(0, -1, []), (1, -1, []), (2, 0, [0]), (3, 0, [0])]


def test_many_articles_of_one_text_are_each_paired_with_the_first(sketch_path):  # noqa: F811 - the fixture
    n_copies = 50 if sketch_path == "never" else 2000
    signatures, text_keys = made([(1, [1] * 16)] * n_copies, RARE)

    found = in_blocks(signatures, text_keys, [])

    assert found == [(0, -1, []), *((later, 0, [0]) for later in range(1, n_copies))]


def test_no_articles_are_nothing_to_pair():
    signatures, text_keys = made([(1, [1] * 16), (1, [1] * 16)], RARE)
    earlier = earlier_articles(RARE, NO_BOUNDS, limit=MANY)

    blocks = [
        earlier.pair(signatures[begin:end], text_keys[begin:end]) for begin, end in ((0, 0), (0, 1), (1, 1), (1, 2))
    ]

    assert [own.earlier.tolist() for own in blocks] == [[], [], [], [0]]


@given(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 3), max_size=30))
def test_distinct_values_are_each_there_once_and_ascend(values):
    assert sorted_distinct(np.array(values, dtype=np.uint64)).tolist() == sorted(set(values))

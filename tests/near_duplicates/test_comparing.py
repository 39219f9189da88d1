"""The compiled loops and the plain path find the same pairs."""

from dataclasses import replace
from itertools import chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.models import ArticleId, DuplicateKind, DuplicatePair
from dedupe.near_duplicates.furniture import Holders
from dedupe.near_duplicates.shingle_sets import ManyShingles
from dedupe.near_duplicates.signatures import signatures_of
from dedupe.near_duplicates.verify import Candidate, candidate_of, compare_in_order, likenesses_of_texts
from dedupe.settings import DuplicateParams
from dedupe.text import kernels
from dedupe.verdict_settings import EditedParams, FigureParams, FurnitureParams, ScatterParams

PARAMS = DuplicateParams()
SMALL = DuplicateParams(
    least_shingles=4,
    ample_shingles=20,
    scatter=ScatterParams(window=5, most_lost=0.3),
    edited=EditedParams(least_shingles=6, window=4, allowance=0.2, most_lost=0.4),
    furniture=FurnitureParams(least_holders=2, run=4, least_common=3, least_rest=3, rest_lost=0.5),
    figures=FigureParams(least_shingles=2),
)
PIECES = st.lists(st.integers(0, 12), min_size=1, max_size=8)
TEXTS = st.lists(st.tuples(PIECES, st.integers(0, 3), st.integers(2, 9)), max_size=9)


def hashes_of(number: int, pieces: list[int], first: int, step: int) -> list[int]:
    """Pieces of seven shingles that other texts have too, some of these replaced."""
    hashes = [977 * (7 * piece + at) for piece in pieces for at in range(7)]
    hashes[first::step] = [value + 31 * number for value in hashes[first::step]]
    return hashes


def made(texts: list[tuple[list[int], int, int]]) -> tuple[list[Candidate], np.ndarray]:
    """Texts of pieces that they share; flags by hash."""
    candidates, rows = [], []
    for number, text in enumerate(texts):
        hashes = hashes_of(number, *text)
        own = np.array(hashes, dtype=np.uint32)
        key = b"same" if number % 5 == 4 else str(number).encode()
        candidates.append(candidate_of(ArticleId(str(number)), key, own, own % 3 == 0, own % 9 == 0))
        rows.append(hashes)
    return candidates, signatures_of(
        np.array(list(chain(*rows)), dtype=np.uint32), np.cumsum([0, *map(len, rows)]), PARAMS.sketch
    )


@pytest.fixture(autouse=True, scope="module")
def choice_for_others():
    yield
    kernels.choose("by amount")


def all_compared(texts, params: DuplicateParams, choice) -> tuple[list[DuplicatePair | None], np.ndarray]:
    kernels.choose(choice)
    candidates, rows = made(texts)
    holders = Holders(params)
    pairs = [(a, b) for at, b in enumerate(candidates) for a in candidates[:at]]
    found = compare_in_order(pairs, list(range(len(candidates))), rows, holders)
    return found, holders.counts


@settings(deadline=None, max_examples=300)
@given(TEXTS, st.sampled_from([PARAMS, SMALL]), st.lists(st.sampled_from(list(DuplicateKind)), min_size=1, unique=True))
def test_the_compiled_loops_and_the_plain_path_find_the_same(texts, params, kinds):
    params = replace(params, kinds=tuple(kinds))

    plain, compiled = (all_compared(texts, params, choice) for choice in ("never", "always"))

    assert plain[0] == compiled[0]
    assert np.array_equal(plain[1], compiled[1])


def texts_compared(texts, params: DuplicateParams, choice):
    """Each text with all before it, from the shingles as they are read; every fifth is equal to the first."""
    kernels.choose(choice)
    read = [hashes_of(number, *text) for number, text in enumerate(texts)]
    hashes, offsets = np.array(list(chain(*read)), dtype=np.uint32), np.cumsum([0, *map(len, read)])
    many = ManyShingles(hashes, hashes % 3 == 0, hashes % 9 == 0, offsets[:-1], offsets[1:])
    pairs = np.array([(a, b, a == 0 and b % 5 == 4) for b in range(len(read)) for a in range(b)], dtype=np.int64)
    holders = Holders(params)
    rows = signatures_of(hashes, offsets, PARAMS.sketch)
    kinds, ratios, larger = likenesses_of_texts(many, pairs.reshape(-1, 3), np.arange(len(read)), rows, holders)
    return kinds.tolist(), ratios[kinds > 0].tolist(), larger[kinds > 0].tolist(), holders.counts


@settings(deadline=None, max_examples=300)
@given(TEXTS, st.sampled_from([PARAMS, SMALL]), st.lists(st.sampled_from(list(DuplicateKind)), min_size=1, unique=True))
def test_texts_that_are_no_sets_yet_are_found_to_be_the_same_on_both_paths(texts, params, kinds):
    params = replace(params, kinds=tuple(kinds))

    plain, compiled = (texts_compared(texts, params, choice) for choice in ("never", "always"))

    assert plain[:3] == compiled[:3]
    assert np.array_equal(plain[3], compiled[3])

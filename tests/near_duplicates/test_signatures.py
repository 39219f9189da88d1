"""MinHash signatures, equal to datasketch's."""

import math
from pathlib import Path

import numpy as np
import pytest
from datasketch import MinHash, MinHashLSH
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.near_duplicates import signatures as module
from dedupe.near_duplicates.shingles import cut_shingles, shingle_hash
from dedupe.near_duplicates.signatures import signatures, signatures_of
from dedupe.settings import SketchParams
from dedupe.text.normalise import normalise
from tests.sketch_paths import sketch_path  # noqa: F401 - runs every test here on both paths

SEEDS = [path.read_text() for path in sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))]


def of_datasketch(text: str, params: SketchParams) -> MinHash:
    minhash = MinHash(num_perm=params.num_perm, seed=params.seed, hashfunc=shingle_hash)
    minhash.update_batch(cut_shingles(normalise(text), shingle_words=params.shingle_words))
    return minhash


@pytest.mark.parametrize(
    "params",
    [SketchParams(), SketchParams(shingle_words=5, num_perm=64, seed=7, bands=16, rows=4)],
    ids=["default", "own"],
)
def test_signatures_of_the_seeds_are_those_of_datasketch(params):
    rows = signatures(SEEDS, params)

    assert rows.dtype == np.uint32
    assert rows.tolist() == [of_datasketch(text, params).hashvalues.tolist() for text in SEEDS]


@settings(deadline=None)
@given(st.lists(st.text() | st.text("abc国é "), max_size=4), st.integers(1, 4))
def test_signatures_of_any_text_are_those_of_datasketch(texts, shingle_words):
    params = SketchParams(shingle_words=shingle_words, num_perm=32, bands=8, rows=4)

    rows = signatures(texts, params)

    assert rows.shape == (len(texts), 32)
    assert rows.tolist() == [of_datasketch(text, params).hashvalues.tolist() for text in texts]


def test_a_text_that_spans_blocks_has_the_signature_of_datasketch():
    n_words = 2 * module._BLOCK_HASHES + 100
    long = " ".join(str(n * n % 7919) for n in range(n_words))

    rows = signatures(["a b c d", long, "", "e f g h"])

    assert rows[1].tolist() == of_datasketch(long, SketchParams()).hashvalues.tolist()
    assert rows[3].tolist() == of_datasketch("e f g h", SketchParams()).hashvalues.tolist()


def test_a_row_goes_into_the_index_of_datasketch():
    lsh = MinHashLSH(threshold=0.5, num_perm=128)
    rows = signatures(SEEDS)
    for name, row in enumerate(rows):
        lsh.insert(name, MinHash(hashvalues=row, seed=1, scheme=module.SCHEME, hashfunc=shingle_hash))

    found = [lsh.query(of_datasketch(text, SketchParams())) for text in SEEDS]

    assert found == [[0], [1], [2], [3], [4]]


@pytest.mark.parametrize("text", ["", "word", "!!!", "\x00"])
def test_a_text_without_shingles_has_the_row_of_an_empty_minhash(text):
    assert signatures([text]).tolist() == [MinHash(num_perm=128, seed=1).hashvalues.tolist()]


def test_no_texts_have_no_rows():
    assert signatures([]).shape == (0, 128)


@settings(deadline=None)
@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_a_signature_ignores_order_and_repetition(hashes, rng):
    params = SketchParams(num_perm=16, bands=4, rows=4)
    again = [*hashes, *hashes]
    rng.shuffle(again)

    once = signatures_of(np.array(hashes, np.uint32), np.array([0, len(hashes)]), params)
    twice = signatures_of(np.array(again, np.uint32), np.array([0, len(again)]), params)

    assert once.tolist() == twice.tolist()


@settings(derandomize=True, deadline=None, max_examples=30)
@given(shared=st.integers(0, 300), own=st.integers(1, 300))
def test_the_estimate_stays_within_four_standard_errors(shared, own):
    params = SketchParams(shingle_words=1, num_perm=256)
    common = [f"c{i}" for i in range(shared)]
    left = " ".join([*common, *(f"l{i}" for i in range(own))])
    right = " ".join([*common, *(f"r{i}" for i in range(own))])

    first, second = signatures([left, right], params)

    true = shared / (shared + 2 * own)
    standard_error = math.sqrt(true * (1 - true) / 256)
    assert abs(float((first == second).mean()) - true) <= 4 * standard_error + 1 / 256


def test_signatures_stay_what_they_were():
    row = signatures(["Putin congratulates Trump on his victory"])[0]

    assert row[:4].tolist() == [1002992754, 366764615, 194936355, 1112482360]

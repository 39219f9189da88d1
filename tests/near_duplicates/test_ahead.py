"""Texts sketched ahead."""

import numpy as np
import pytest

from dedupe.near_duplicates.ahead import sketched_ahead
from dedupe.near_duplicates.sketching import sketch_texts
from dedupe.settings import SketchParams
from tests.sketch_paths import sketch_path  # noqa: F401 - runs every test here on both paths

TEXTS = [f"The council of town {n} voted on Monday to close the bridge over river {n % 7}." for n in range(90)]


@pytest.mark.parametrize("n_blocks", [0, 1, 2, 3, 10])
def test_blocks_are_sketched_in_order_as_they_would_be_one_by_one(n_blocks):
    blocks = [TEXTS[9 * at : 9 * at + 9] for at in range(n_blocks)]

    found = list(sketched_ahead(iter(blocks), SketchParams()))

    assert len(found) == n_blocks
    for block, sketches in zip(blocks, found, strict=True):
        alone = sketch_texts(block, SketchParams())
        assert np.array_equal(sketches.signatures, alone.signatures)
        assert np.array_equal(sketches.hashes, alone.hashes)


def test_whoever_stops_half_way_gets_no_more_of_the_blocks():
    left = iter([TEXTS[at : at + 9] for at in range(0, 90, 9)])

    ahead = sketched_ahead(left, SketchParams())
    next(ahead)
    ahead.close()

    assert len(list(left)) >= 7

"""Texts to sketches by the compiled loops, block by block; normalised texts are never made. Imports numba."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dedupe.near_duplicates.shingles import MULTIPLY, turns_of
from dedupe.near_duplicates.signatures import permutations_of
from dedupe.near_duplicates.sketching import TextSketches
from dedupe.settings import SketchParams
from dedupe.text.kernels_furniture import unmark_furniture
from dedupe.text.kernels_texts import blocks_to_read, read_texts, room_for
from dedupe.text.kernels_words import sketch_read

_BLOCK_PLACES = 160_000  # what the loops read and write stays in a core's second cache


def read_sketches(
    texts: Sequence[str], params: SketchParams, *, are_normalised: bool, have_shingles: bool
) -> tuple[TextSketches, NDArray[np.bool_]]:
    """Sketches of texts, at least one, and of which of them nothing was made: they are for the plain path.

    Without shingles there are signatures alone.
    """
    turns, permutations = _turns(params.shingle_words), permutations_of(params.num_perm, params.seed)
    sizes = [*map(len, texts)]
    made = _room_for(sizes, params, have_shingles=have_shingles)
    is_hard = np.zeros(len(texts), dtype=np.bool_)
    blocks = blocks_to_read(sizes, n_places=_BLOCK_PLACES)
    room = room_for(sizes, blocks)
    for block in blocks:
        read = read_texts(texts[block], is_hard[block], room, are_normalised=are_normalised)
        unmark_furniture(read)
        sketch_read(
            read, turns, MULTIPLY, permutations, made.signatures[block], made.text_keys[block],
            made.hashes, made.is_named, made.is_figured, made.offsets[block.start : block.stop + 1],
        )  # fmt: skip
    size = int(made.offsets[-1]) if have_shingles else 0
    shingles = (made.hashes[:size], made.is_named[:size], made.offsets, made.is_figured[:size])
    return TextSketches(made.signatures, made.text_keys, *shingles), is_hard


_turns = lru_cache(maxsize=8)(turns_of)


def _room_for(sizes: Sequence[int], params: SketchParams, *, have_shingles: bool) -> TextSketches:
    # Of what is asked for here only what is written becomes memory.
    most = sum(sizes) // 2 + len(sizes) if have_shingles else 0
    return TextSketches(
        signatures=np.empty((len(sizes), params.num_perm), dtype=np.uint32),
        text_keys=np.empty((len(sizes), 2), dtype=np.uint64),
        hashes=np.empty(most, dtype=np.uint32),
        is_named=np.empty(most, dtype=np.bool_),
        offsets=np.zeros(len(sizes) + 1 if have_shingles else 0, dtype=np.int64),
        is_figured=np.empty(most, dtype=np.bool_),
    )

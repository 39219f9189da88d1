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
from dedupe.text.kernels_sketching import mark_figured
from dedupe.text.kernels_texts import read_texts, room_for
from dedupe.text.kernels_words import sketch_read
from dedupe.text.words import blocks_of

_BLOCK_CHARACTERS = 160_000  # what the loops read and write stays in a core's second cache


def read_sketches(
    texts: Sequence[str], params: SketchParams, *, are_normalised: bool, have_shingles: bool
) -> tuple[TextSketches, NDArray[np.bool_]]:
    """Sketches of texts, at least one, and of which of them nothing was made: they are for the plain path.

    Without shingles there are signatures alone.
    """
    made = _room_for(texts, params, have_shingles=have_shingles)
    turns, permutations = _turns(params.shingle_words), permutations_of(params.num_perm, params.seed)
    sizes = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    is_hard = np.zeros(len(texts), dtype=np.bool_)
    blocks = list(blocks_of(texts, n_characters=_BLOCK_CHARACTERS))
    room = room_for(blocks)
    begin = 0
    for block in blocks:
        own = slice(begin, begin + len(block))
        begin += len(block)
        read = read_texts(block, sizes[own], is_hard[own], room)
        if not are_normalised:
            unmark_furniture(read)
        sketch_read(
            read, turns, MULTIPLY, permutations,
            made.signatures[own], made.text_keys[own], made.hashes, made.is_named, made.offsets[own.start : begin + 1],
        )  # fmt: skip
        if have_shingles:
            room, offsets = read.room, made.offsets[own.start : begin + 1]
            mark_figured(room.lower, room.starts, read.ends, params.shingle_words, offsets, made.is_figured)
    size = int(made.offsets[-1]) if have_shingles else 0
    shingles = (made.hashes[:size], made.is_named[:size], made.offsets, made.is_figured[:size])
    return TextSketches(made.signatures, made.text_keys, *shingles), is_hard


_turns = lru_cache(maxsize=8)(turns_of)


def _room_for(texts: Sequence[str], params: SketchParams, *, have_shingles: bool) -> TextSketches:
    # Of what is asked for here only what is written becomes memory.
    most = sum(map(len, texts)) // 2 + len(texts) if have_shingles else 0
    return TextSketches(
        signatures=np.empty((len(texts), params.num_perm), dtype=np.uint32),
        text_keys=np.empty((len(texts), 2), dtype=np.uint64),
        hashes=np.empty(most, dtype=np.uint32),
        is_named=np.empty(most, dtype=np.bool_),
        offsets=np.zeros(len(texts) + 1 if have_shingles else 0, dtype=np.int64),
        is_figured=np.empty(most, dtype=np.bool_),
    )

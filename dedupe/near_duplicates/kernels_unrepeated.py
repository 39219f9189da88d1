"""Compiled loops that take articles in for as long as they repeat nothing, each compared with what it may repeat."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedupe.near_duplicates.bounds import Bounds
from dedupe.near_duplicates.kernels_holders import count_holders
from dedupe.near_duplicates.kernels_index import Found, Runs, add, search
from dedupe.near_duplicates.kernels_recent import Recent
from dedupe.near_duplicates.kernels_suspects import Room, Texts, compare_with_each
from dedupe.near_duplicates.keys import Layout
from dedupe.near_duplicates.rows import Kept
from dedupe.text.kernels_numba import compiled


class Placed(NamedTuple):
    """The text of each row of an index, and that of the canonical article of its group."""

    texts: NDArray[np.int64]
    groups: NDArray[np.int64]


class Compared(NamedTuple):
    """Room for what an article is compared with: see `kernels_suspects.compare_with_each`."""

    pairs: NDArray[np.int64]
    kinds: NDArray[np.int8]
    ratios: NDArray[np.float64]
    larger: NDArray[np.int8]


@compiled
def add_until_repeated(
    signatures: NDArray[np.uint32],
    text_keys: NDArray[np.uint64],
    layout: Layout,
    bounds: Bounds,
    n_rows: int,
    n_recent: int,
    stamp: int,
    kept: Kept,
    recent: Recent,
    runs: Runs,
    found: Found,
    placed: Placed,
    first_text: int,
    texts: Texts,
    rules: NDArray[np.void],
    slot_bits: int,
    reverse: NDArray[np.uint32],
    counts: NDArray[np.int32],
    n_articles: NDArray[np.int64],
    is_seen: NDArray[np.bool_],
    room: Room,
    compared: Compared,
) -> tuple[int, int, int, int]:
    """Add articles up to the first that may repeat one: how many, what `search` gives for that, with how many compared.

    It has the text of another, or is alike to more than there is room to compare it with, or makes a pair with one.
    """
    most = len(compared.pairs) // 2
    for at in range(signatures.shape[0]):
        signature, text_key, text = signatures[at], text_keys[at], first_text + at
        same, n_found = search(signature, text_key, layout, bounds, 0, stamp + at, kept, recent, runs, found)
        if same >= 0 or n_found > most:
            return at, same, n_found, 0
        if n_found:
            n_pairs = _write_pairs(text, found.rows[:n_found], placed, compared.pairs)
            kinds = compared.kinds[:n_pairs]
            compare_with_each(
                texts, compared.pairs[:n_pairs], rules, slot_bits, counts, n_articles[0], room,
                kinds, compared.ratios[:n_pairs], compared.larger[:n_pairs],
            )  # fmt: skip
            if kinds.any():
                return at, same, n_found, n_pairs
        row = n_rows + at
        placed.texts[row], placed.groups[row] = text, text
        add(signature, text_key, layout, row, n_recent + at, kept, recent)
        count_holders(signatures[at : at + 1], reverse, 1, slot_bits, counts, n_articles, is_seen)
    return signatures.shape[0], -1, 0, 0


@compiled
def _write_pairs(text: int, rows: NDArray[np.uint32], placed: Placed, pairs: NDArray[np.int64]) -> int:
    """Write the pairs of a text with those of the rows, from the oldest on, each after its canonical one; how many."""
    rows.sort()
    n_pairs = 0
    for row in rows:
        for other in (placed.groups[row], placed.texts[row]):
            is_new = True
            for at in range(n_pairs):
                is_new &= pairs[at, 0] != other
            if is_new:
                pairs[n_pairs, 0], pairs[n_pairs, 1], pairs[n_pairs, 2] = other, text, 0
                n_pairs += 1
    return n_pairs

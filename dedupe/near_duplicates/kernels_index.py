"""Compiled loops of the index: who holds the keys of an article, and who of those is like it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedupe.near_duplicates.bounds import Bounds
from dedupe.near_duplicates.kernels_alike import n_alike, write_lowest_bytes
from dedupe.near_duplicates.kernels_keys import n_shingles_of, write_keys
from dedupe.near_duplicates.kernels_recent import Recent, find_recent, insert_recent
from dedupe.near_duplicates.kernels_runs import end_of
from dedupe.near_duplicates.keys import Layout
from dedupe.near_duplicates.rows import Kept
from dedupe.text.kernels_numba import compiled

_U32 = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)


class Runs(NamedTuple):
    """Older rows, in four runs of which some may be empty: sorted ``key << 32 | row``.

    A directory tells where the keys of each value of the first ``bits`` bits begin.
    """

    entries: tuple[NDArray[np.uint64], ...]
    directories: tuple[NDArray[np.uint32], ...]
    bits: NDArray[np.int64]


class Found(NamedTuple):
    """Room for a search: the holders of each column's key and how many they are, then all rows and what each shares.

    ``bounds`` are two places in a run for each column, and one more. No more than its ``limits`` holders are looked for
    of a column's key.
    """

    limits: NDArray[np.int64]
    holders: NDArray[np.uint32]
    n_holders: NDArray[np.int64]
    bounds: NDArray[np.int64]
    rows: NDArray[np.uint32]
    n_shared: NDArray[np.int16]


@compiled
def find_holders(
    keys: NDArray[np.uint32],
    layout: Layout,
    first: int,
    kept: Kept,
    recent: Recent,
    runs: Runs,
    found: Found,
) -> int:
    """Write the rows that hold one of the keys, a row once a key; how many there are.

    Only rows from ``first`` on that are held. Of the holders of a text's or a band's key the newest ``most_sharers``;
    of those of a lane's key all or, where they are more than ``most_holders``, none.
    """
    # A function a table and not a key: arrays that are passed on, or taken from a tuple, are counted each time.
    n_columns = recent.keys.size // recent.rows.size
    found.n_holders[:] = 0
    limits = found.limits[found.limits.size - keys.size :] if keys.size > 1 else found.limits[:1]
    find_recent(
        keys, limits, n_columns, recent.rows, recent.slots, recent.nexts, kept.held, found.holders, found.n_holders
    )
    for_all = (keys, limits, first, kept.held, found.holders, found.n_holders, found.bounds)
    _find_in_run(runs.entries[3], runs.directories[3], runs.bits[3], *for_all)
    _find_in_run(runs.entries[2], runs.directories[2], runs.bits[2], *for_all)
    _find_in_run(runs.entries[1], runs.directories[1], runs.bits[1], *for_all)
    _find_in_run(runs.entries[0], runs.directories[0], runs.bits[0], *for_all)
    return _collect(keys, layout, found.holders, found.n_holders, found.rows)


@compiled
def _find_in_run(
    entries: NDArray[np.uint64],
    directory: NDArray[np.uint32],
    bits: int,
    keys: NDArray[np.uint32],
    limits: NDArray[np.int64],
    first: int,
    held: NDArray[np.bool_],
    holders: NDArray[np.uint32],
    n_holders: NDArray[np.int64],
    bounds: NDArray[np.int64],
) -> None:
    """The same for a sorted run: write its holders behind those that are there already."""
    if entries.size == 0:
        return
    # Loads that do not wait for each other go on at once: first all of the directory, then all of the entries.
    for key in range(keys.size):
        bucket = np.int64(np.uint64(keys[key]) >> np.uint64(32 - bits))
        bounds[key, 0], bounds[key, 1] = directory[bucket], directory[bucket + 1]
    touched = np.uint64(0)
    for key in range(keys.size):
        touched |= entries[min(bounds[key, 0], entries.size - 1)]
    bounds[keys.size, 0] = np.int64(touched)
    for key in range(keys.size):
        oldest = (np.uint64(keys[key]) << _U32) | np.uint64(first)
        at = end_of(oldest | _LOW, entries, bounds[key, 0], bounds[key, 1])
        while at > 0 and entries[at - 1] >= oldest and n_holders[key] < limits[key]:
            at -= 1
            row = np.int64(entries[at] & _LOW)
            if held[row]:
                holders[key, n_holders[key]] = row
                n_holders[key] += 1


@compiled
def _collect(
    keys: NDArray[np.uint32],
    layout: Layout,
    holders: NDArray[np.uint32],
    n_holders: NDArray[np.int64],
    rows: NDArray[np.uint32],
) -> int:
    """Write the holders that count, of all keys; how many there are."""
    end = 0
    mask = np.uint32((1 << layout.column_bits) - 1)
    for key in range(keys.size):
        is_lane = (keys[key] & mask) > layout.bands
        if is_lane and n_holders[key] > layout.most_holders:
            continue
        for at in range(n_holders[key]):
            rows[end] = holders[key, at]
            end += 1
    return end


@compiled
def keep_alike(
    n_found: int,
    signature: NDArray[np.uint32],
    size: float,
    bounds: Bounds,
    kept: Kept,
    stamp: int,
    found: Found,
) -> int:
    """Leave of the rows found each one once, and only where the estimated Jaccard similarity is worth a comparison.

    ``stamp`` is of no row yet.
    """
    num_perm, sizes, stamps = signature.size, kept.sizes, kept.stamps
    rows, n_shared = found.rows, found.n_shared
    lowest_bytes = kept.lowest_bytes.view(np.uint64)
    own = np.empty(kept.lowest_bytes.shape[1], dtype=np.uint8)
    write_lowest_bytes(signature, own)
    own_bytes = own.view(np.uint64)
    n_left = 0
    for at in range(n_found):
        row = rows[at]
        if stamps[row] == stamp:
            continue
        stamps[row] = stamp
        n_same = n_alike(own_bytes, size, lowest_bytes, sizes, row, bounds, num_perm)
        if n_same >= 0:
            rows[n_left], n_shared[n_left] = row, n_same
            n_left += 1
    return n_left


@compiled
def search(
    signature: NDArray[np.uint32],
    text_key: NDArray[np.uint64],
    layout: Layout,
    bounds: Bounds,
    first: int,
    stamp: int,
    kept: Kept,
    recent: Recent,
    runs: Runs,
    found: Found,
) -> tuple[int, int]:
    """The row of an equal text, -1 without one, and how many rows are alike, which are left in ``found``.

    A text key of zeros is none.
    """
    keys = np.empty(1 + layout.bands + layout.lanes, dtype=np.uint32)
    n_keys = write_keys(signature, text_key, layout, keys)
    begin = 0 if text_key[0] or text_key[1] else 1
    n_found = find_holders(keys[begin:n_keys], layout, first, kept, recent, runs, found)
    if n_found == 0:
        return -1, 0
    same = _row_of_text(text_key, n_found, kept.text_keys, found.rows)
    if n_keys == 1:
        return same, 0
    size = n_shingles_of(signature)
    return same, keep_alike(n_found, signature, size, bounds, kept, stamp, found)


@compiled
def add(
    signature: NDArray[np.uint32],
    text_key: NDArray[np.uint64],
    layout: Layout,
    row: int,
    at: int,
    kept: Kept,
    recent: Recent,
) -> None:
    """Keep what is kept of a row, and enter it into the recent ones at their place ``at``."""
    keys = np.empty(1 + layout.bands + layout.lanes, dtype=np.uint32)
    n_keys = write_keys(signature, text_key, layout, keys)
    kept.held[row], kept.sizes[row] = True, n_shingles_of(signature)
    kept.text_keys[row, 0], kept.text_keys[row, 1] = text_key[0], text_key[1]
    if n_keys > 1:
        write_lowest_bytes(signature, kept.lowest_bytes[row])
    insert_recent(keys[:n_keys], at, row, recent)


@compiled
def add_until_found(
    signatures: NDArray[np.uint32],
    text_keys: NDArray[np.uint64],
    layout: Layout,
    bounds: Bounds,
    first: int,
    n_rows: int,
    n_recent: int,
    stamp: int,
    kept: Kept,
    recent: Recent,
    runs: Runs,
    found: Found,
) -> tuple[int, int, int]:
    """Add articles up to the first that something is found for: how many, and for it what `search` gives.

    There must be room for all of them in what is kept and in the recent rows; ``stamp`` and the numbers that follow it,
    one an article, are of no row yet.
    """
    for at in range(signatures.shape[0]):
        signature, text_key = signatures[at], text_keys[at]
        same, n_found = search(signature, text_key, layout, bounds, first, stamp + at, kept, recent, runs, found)
        if same >= 0 or n_found > 0:
            return at, same, n_found
        add(signature, text_key, layout, n_rows + at, n_recent + at, kept, recent)
    return signatures.shape[0], -1, 0


@compiled
def _row_of_text(
    text_key: NDArray[np.uint64], n_found: int, text_keys: NDArray[np.uint64], rows: NDArray[np.uint32]
) -> int:
    """The oldest row of those found that has the text."""
    same = -1
    for at in range(n_found):
        row = int(rows[at])
        if text_keys[row, 0] == text_key[0] and text_keys[row, 1] == text_key[1] and (same < 0 or row < same):
            same = row
    return same

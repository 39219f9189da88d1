"""Compiled loops of the index: the keys of an article, who holds them, and who of those is like it."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedupe.near_duplicates.bounds import MORE_SHINGLES, SAME_LENGTH, Bounds
from dedupe.near_duplicates.keys import BAND_SALT, FIRST_FACTOR, LANE_SALT, MULTIPLY, Layout
from dedupe.near_duplicates.rows import Kept
from dedupe.text.kernels_numba import compiled

NO_ENTRY = np.uint64(0xFFFFFFFFFFFFFFFF)
"""What an empty slot holds."""

_EMPTY = np.uint32(0xFFFFFFFF)
_U32 = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
_LOW_BITS = np.uint64(0x7F7F7F7F7F7F7F7F)
_ONES = np.uint64(0x0101010101010101)
_FEW = 32  # entries that are passed over one by one


class Recent(NamedTuple):
    """The newest rows and a table of their keys; entry ``at * n_columns + column`` is a key of row ``rows[at]``.

    ``slots`` hold ``key << 32 | entry`` of the newest entry of a key, or `NO_ENTRY`; ``nexts`` the next older entry of
    the same key, or -1.
    """

    keys: NDArray[np.uint32]
    rows: NDArray[np.uint32]
    n_keys: NDArray[np.int64]
    slots: NDArray[np.uint64]
    nexts: NDArray[np.int32]


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


class Suspicions(NamedTuple):
    """Room for what searches found: articles, rows that are like them, and how many values they share."""

    articles: NDArray[np.int16]
    rows: NDArray[np.uint32]
    n_shared: NDArray[np.int16]


@compiled
def write_keys(
    signature: NDArray[np.uint32], text_key: NDArray[np.uint64], layout: Layout, keys: NDArray[np.uint32]
) -> int:
    """Write the keys of an article, one a column; how many it has: without shingles only the text's."""
    mask = np.uint32((1 << layout.column_bits) - 1)
    keys[0] = np.uint32(text_key[0] >> _U32) & ~mask
    if _lowest(signature) == _EMPTY:
        return 1
    for band in range(layout.bands):
        total, factor = np.uint64(0), FIRST_FACTOR
        for row in range(layout.rows):
            total += np.uint64(signature[band * layout.rows + row]) * factor
            factor *= FIRST_FACTOR
        column = 1 + band
        keys[column] = (_mixed(total, np.uint64(band + 1), BAND_SALT) & ~mask) | np.uint32(column)
    for lane in range(layout.lanes):
        value = np.uint64(signature[signature.size - layout.lanes + lane])
        column = 1 + layout.bands + lane
        keys[column] = (_mixed(value, np.uint64(lane + 1), LANE_SALT) & ~mask) | np.uint32(column)
    return int(keys.size)


@compiled
def _lowest(signature: NDArray[np.uint32]) -> np.uint32:
    lowest = _EMPTY
    for value in signature:
        lowest = min(lowest, value)
    return lowest


@compiled
def _mixed(value: np.uint64, number: np.uint64, salt: np.uint64) -> np.uint32:
    key = (value + number * salt) * MULTIPLY
    return np.uint32(((key ^ (key >> _U32)) * MULTIPLY) >> _U32)


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
    _find_recent(
        keys, limits, n_columns, recent.rows, recent.slots, recent.nexts, kept.held, found.holders, found.n_holders
    )
    for_all = (keys, limits, first, kept.held, found.holders, found.n_holders, found.bounds)
    _find_in_run(runs.entries[3], runs.directories[3], runs.bits[3], *for_all)
    _find_in_run(runs.entries[2], runs.directories[2], runs.bits[2], *for_all)
    _find_in_run(runs.entries[1], runs.directories[1], runs.bits[1], *for_all)
    _find_in_run(runs.entries[0], runs.directories[0], runs.bits[0], *for_all)
    return _collect(keys, layout, found.holders, found.n_holders, found.rows)


@compiled
def _find_recent(
    keys: NDArray[np.uint32],
    limits: NDArray[np.int64],
    n_columns: int,
    rows: NDArray[np.uint32],
    slots: NDArray[np.uint64],
    nexts: NDArray[np.int32],
    held: NDArray[np.bool_],
    holders: NDArray[np.uint32],
    n_holders: NDArray[np.int64],
) -> None:
    """Write the recent holders of each key, the newest first, as far as there is room."""
    for key in range(keys.size):
        slot = _slot_of(keys[key], slots)
        if slots[slot] == NO_ENTRY:
            continue
        entry = np.int64(slots[slot] & _LOW)
        while entry >= 0 and n_holders[key] < limits[key]:
            row = rows[entry // n_columns]
            if held[row]:
                holders[key, n_holders[key]] = row
                n_holders[key] += 1
            entry = np.int64(nexts[entry])


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
        at = _end_of(oldest | _LOW, entries, bounds[key, 0], bounds[key, 1])
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
def _slot_of(key: np.uint32, slots: NDArray[np.uint64]) -> np.int64:
    """The slot of a key, an empty one where it has none."""
    slot = np.int64((np.uint64(key) * np.uint64(slots.size)) >> _U32)
    while slots[slot] != NO_ENTRY and slots[slot] >> _U32 != key:
        slot = (slot + 1) & (slots.size - 1)
    return slot


@compiled
def _end_of(last: np.uint64, entries: NDArray[np.uint64], low: int, high: int) -> int:
    """How many entries of a sorted run are ``last`` or lower, which are between ``low`` and ``high``."""
    while high - low > _FEW:
        middle = (low + high) >> 1
        if entries[middle] <= last:
            low = middle + 1
        else:
            high = middle
    while low < high and entries[low] <= last:
        low += 1
    return low


@compiled
def merge(one: NDArray[np.uint64], other: NDArray[np.uint64], merged: NDArray[np.uint64]) -> None:
    """Write two sorted arrays of different numbers as one."""
    at = at_other = 0
    while at < one.size and at_other < other.size:
        # No branch: which is lower cannot be predicted.
        mine, others = one[at], other[at_other]
        merged[at + at_other] = min(mine, others)
        at, at_other = at + (mine <= others), at_other + (mine > others)
    merged[at + at_other : at_other + one.size] = one[at:]
    merged[one.size + at_other :] = other[at_other:]


@compiled
def write_directory(entries: NDArray[np.uint64], bits: int, directory: NDArray[np.uint32]) -> None:
    """Write where the entries begin whose first ``bits`` bits are 0, 1, 2 ..., and at last their number."""
    bucket = np.int64(0)
    for at in range(entries.size):
        own = np.int64((entries[at] >> _U32) >> np.uint64(32 - bits))
        while bucket <= own:
            directory[bucket] = at
            bucket += 1
    while bucket < directory.size:
        directory[bucket] = entries.size
        bucket += 1


@compiled
def insert_recent(keys: NDArray[np.uint32], at: int, row: int, recent: Recent) -> None:
    """Enter the keys of a row into the table of recent rows, at place ``at`` of it."""
    recent_keys, slots, nexts = recent.keys, recent.slots, recent.nexts
    first_entry = at * (recent_keys.size // recent.rows.size)
    recent.rows[at], recent.n_keys[at] = row, keys.size
    for column in range(keys.size):
        entry, key = first_entry + column, keys[column]
        slot = _slot_of(key, slots)
        recent_keys[entry] = key
        nexts[entry] = -1 if slots[slot] == NO_ENTRY else np.int64(slots[slot] & _LOW)
        slots[slot] = (np.uint64(key) << _U32) | np.uint64(entry)


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
    _write_lowest_bytes(signature, own)
    own_eights = own.view(np.uint64)
    n_left = 0
    for at in range(n_found):
        row = rows[at]
        if stamps[row] == stamp:
            continue
        stamps[row] = stamp
        n_same = _n_same(own_eights, lowest_bytes, row) - (own.size - num_perm)
        jaccard = max(n_same / num_perm - 1 / 256, 0.0) * (256 / 255)
        other = np.float64(sizes[row])
        if other > 0 and jaccard >= _least_jaccard(size, other, bounds, num_perm):
            rows[n_left], n_shared[n_left] = row, n_same
            n_left += 1
    return n_left


@compiled
def _least_jaccard(own: float, other: float, bounds: Bounds, num_perm: int) -> float:
    """`bounds.least_jaccard`, in the same order of the same operations."""
    smaller, larger = min(own, other), max(own, other)
    n_shingles = smaller * MORE_SHINGLES
    ample = (n_shingles - bounds.least_shingles) / (bounds.ample_shingles - bounds.least_shingles)
    short = 1.0 - min(max(ample, 0.0), 1.0)
    near = bounds.jaccard + short * (bounds.short_jaccard - bounds.jaccard)
    if n_shingles >= bounds.edited_shingles and smaller >= SAME_LENGTH * larger:
        near = min(near, bounds.edited_jaccard)
    shared = (bounds.containment + short * (bounds.short_containment - bounds.containment)) * smaller
    least = min(near, shared / (own + other - shared))
    floor = bounds.floor * smaller
    return max(least - bounds.deviations * math.sqrt(least * (1.0 - least) / num_perm), floor / (own + other - floor))


@compiled
def _n_same(own: NDArray[np.uint64], others: NDArray[np.uint64], row: int) -> int:
    """How many bytes of a row of others are those of ``own``, eight at a time."""
    n_same = np.uint64(0)
    for at in range(own.size):
        differing = own[at] ^ others[row, at]
        # The high bit of a byte that is not zero is set: by itself, or by a carry from its lower bits.
        is_other = ((differing & _LOW_BITS) + _LOW_BITS) | differing
        n_same += ((~(is_other | _LOW_BITS) >> np.uint64(7)) * _ONES) >> np.uint64(56)
    return int(n_same)


@compiled
def n_shingles_of(signature: NDArray[np.uint32]) -> float:
    """How many distinct shingles the text of a signature has, estimated; 0 without any."""
    if _lowest(signature) == _EMPTY:
        return 0.0
    total = np.uint64(0)
    for value in signature:
        total += np.uint64(value)
    return max(1.0, signature.size * 2.0**32 / (np.float64(total) + signature.size) - 1.0)


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
        _write_lowest_bytes(signature, kept.lowest_bytes[row])
    insert_recent(keys[:n_keys], at, row, recent)


@compiled
def search_and_add(
    signatures: NDArray[np.uint32],
    text_keys: NDArray[np.uint64],
    stops: bool,
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
    same: NDArray[np.int64],
    pairs: Suspicions,
) -> tuple[int, int, int, int]:
    """Search for each article and add those of a new text; how many are done, rows added, pairs, and rows left found.

    ``same`` gets the row of an equal text, -1 without one, and ``pairs`` each article with each row that is like it.
    Ends where there is no more room in ``pairs`` and, if it ``stops``, at the first article that something is found
    for, which is left in ``found``. There must be room for all of them in what is kept and in the recent rows;
    ``stamp`` and the numbers that follow it, one an article, are of no row yet.
    """
    n_added = n_pairs = 0
    for at in range(signatures.shape[0]):
        signature, text_key = signatures[at], text_keys[at]
        same[at], n_alike = search(signature, text_key, layout, bounds, first, stamp + at, kept, recent, runs, found)
        if n_pairs + n_alike > pairs.rows.size or (stops and (same[at] >= 0 or n_alike > 0)):
            return at, n_added, n_pairs, n_alike
        for alike in range(n_alike):
            pairs.rows[n_pairs], pairs.n_shared[n_pairs] = found.rows[alike], found.n_shared[alike]
            pairs.articles[n_pairs] = at
            n_pairs += 1
        if same[at] < 0:
            add(signature, text_key, layout, n_rows + n_added, n_recent + n_added, kept, recent)
            n_added += 1
    return signatures.shape[0], n_added, n_pairs, 0


@compiled
def _write_lowest_bytes(signature: NDArray[np.uint32], lowest_bytes: NDArray[np.uint8]) -> None:
    for lane in range(signature.size):
        lowest_bytes[lane] = np.uint8(signature[lane])
    lowest_bytes[signature.size :] = 0


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

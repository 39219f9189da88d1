"""Compiled loops that join a block of articles with itself and with what is before it, by sorted keys.

An entry is ``key << 32 | row``; sorted entries of one key are its holders from the oldest to the newest.
"""

import numpy as np
from numpy.typing import NDArray

from dedupe.near_duplicates.bounds import Bounds
from dedupe.near_duplicates.kernels_alike import n_alike, write_lowest_bytes
from dedupe.near_duplicates.kernels_keys import n_shingles_of, write_keys
from dedupe.near_duplicates.kernels_runs import end_of
from dedupe.near_duplicates.keys import Layout
from dedupe.near_duplicates.rows import Kept
from dedupe.text.kernels_numba import compiled

_U32 = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)


@compiled
def fill_slots(text_keys: NDArray[np.uint64], held: NDArray[np.bool_], n_rows: int, slots: NDArray[np.int32]) -> None:
    """Enter the held ones of the first rows into an empty table of texts, which has a power of two of slots."""
    for row in range(n_rows):
        if held[row]:
            slots[_slot_of(text_keys, row, slots)] = row


@compiled
def enter_texts(first: int, n_rows: int, kept: Kept, slots: NDArray[np.int32], same: NDArray[np.int64]) -> int:
    """Hold the rows from ``first`` on whose texts are new; how many are. ``same`` gets the held row, or -1, of each."""
    held, text_keys = kept.held, kept.text_keys
    n_new = 0
    for row in range(first, n_rows):
        slot = _slot_of(text_keys, row, slots)
        same[row - first] = slots[slot]
        held[row] = slots[slot] < 0
        if held[row]:
            slots[slot] = row
            n_new += 1
    return n_new


@compiled
def _slot_of(text_keys: NDArray[np.uint64], row: int, slots: NDArray[np.int32]) -> np.int64:
    """The slot of a row's text, an empty one where it has none."""
    slot = np.int64(text_keys[row, 1] & np.uint64(slots.size - 1))
    while slots[slot] >= 0:
        other = slots[slot]
        if text_keys[other, 0] == text_keys[row, 0] and text_keys[other, 1] == text_keys[row, 1]:
            break
        slot = (slot + 1) & (slots.size - 1)
    return slot


@compiled
def write_entries(
    signatures: NDArray[np.uint32], layout: Layout, first: int, kept: Kept, entries: NDArray[np.uint64]
) -> int:
    """Write the entries of all keys but the texts', row ``first`` and so on, and what is kept; how many entries."""
    keys = np.empty(1 + layout.bands + layout.lanes, dtype=np.uint32)
    no_text = np.zeros(2, dtype=np.uint64)
    sizes, lowest_bytes = kept.sizes, kept.lowest_bytes
    n_entries = 0
    for at in range(signatures.shape[0]):
        row = first + at
        n_keys = write_keys(signatures[at], no_text, layout, keys)
        if n_keys == 1:
            continue
        sizes[row] = n_shingles_of(signatures[at])
        write_lowest_bytes(signatures[at], lowest_bytes[row])
        for key in range(1, n_keys):
            entries[n_entries] = (np.uint64(keys[key]) << _U32) | np.uint64(row)
            n_entries += 1
    return n_entries


@compiled
def _most_holders(key: np.uint64, layout: Layout) -> int:
    """How many holders of a key count at most, or for how many more none does."""
    column = key & np.uint64((1 << layout.column_bits) - 1)
    return layout.most_holders if column > layout.bands else layout.most_sharers


@compiled
def _is_lane(key: np.uint64, layout: Layout) -> bool:
    return bool(key & np.uint64((1 << layout.column_bits) - 1) > layout.bands)


@compiled
def _end_of_key(entries: NDArray[np.uint64], begin: int) -> int:
    """Where the entries end that have the key of that at ``begin``."""
    last = entries[begin] | _LOW
    end = begin + 1
    while end < entries.size and entries[end] <= last:
        end += 1
    return end


@compiled
def find_in_run(
    entries: NDArray[np.uint64],
    layout: Layout,
    run: NDArray[np.uint64],
    directory: NDArray[np.uint32],
    bits: int,
    ends: NDArray[np.int64],
    lengths: NDArray[np.int64],
) -> int:
    """Where the newest entries of a run end that hold the keys of sorted entries, and how many; how many of all.

    Only as many of a key as may count, and one more. ``ends`` and ``lengths`` get one a key.
    """
    n_keys = n_found = begin = 0
    while begin < entries.size:
        key = entries[begin] >> _U32
        bucket = np.int64(key >> np.uint64(32 - bits))
        oldest = key << _U32
        end = end_of(oldest | _LOW, run, np.int64(directory[bucket]), np.int64(directory[bucket + 1]))
        most = _most_holders(key, layout) + 1
        length = 0
        while length < most and length < end and run[end - 1 - length] >= oldest:
            length += 1
        ends[n_keys], lengths[n_keys] = end, length
        n_keys, n_found = n_keys + 1, n_found + length
        begin = _end_of_key(entries, begin)
    return n_found


@compiled
def copy_found(
    run: NDArray[np.uint64], ends: NDArray[np.int64], lengths: NDArray[np.int64], found: NDArray[np.uint64]
) -> None:
    """Write what `find_in_run` found, sorted."""
    n_found = key = 0
    while n_found < found.size:
        for entry in range(ends[key] - lengths[key], ends[key]):
            found[n_found] = run[entry]
            n_found += 1
        key += 1


@compiled
def count_candidates(
    entries: NDArray[np.uint64], layout: Layout, first: int, held: NDArray[np.bool_], counts: NDArray[np.int64]
) -> None:
    """Count for each row from ``first`` on the holders before it of each of its keys, as far as they count."""
    begin = 0
    while begin < entries.size:
        end = _end_of_key(entries, begin)
        if end > begin + 1:
            key = entries[begin] >> _U32
            most, is_lane = _most_holders(key, layout), _is_lane(key, layout)
            n_holders = 0
            for at in range(begin, end):
                row = np.int64(entries[at] & _LOW)
                if row >= first:
                    counts[row - first] += 0 if is_lane and n_holders > most else min(n_holders, most)
                n_holders += held[row]
        begin = end


@compiled
def write_candidates(
    entries: NDArray[np.uint64],
    layout: Layout,
    first: int,
    held: NDArray[np.bool_],
    places: NDArray[np.int64],
    candidates: NDArray[np.uint32],
) -> None:
    """Write those holders for as many rows from ``first`` on as there are ``places``, where those of each begin.

    Afterwards they end there.
    """
    holders = np.empty(entries.size, dtype=np.uint32)
    begin = 0
    while begin < entries.size:
        end = _end_of_key(entries, begin)
        if end > begin + 1:
            key = entries[begin] >> _U32
            most, is_lane = _most_holders(key, layout), _is_lane(key, layout)
            n_holders = 0
            for at in range(begin, end):
                row = np.int64(entries[at] & _LOW)
                if first <= row < first + places.size and not (is_lane and n_holders > most):
                    place = places[row - first]
                    for holder in range(max(0, n_holders - most), n_holders):
                        candidates[place] = holders[holder]
                        place += 1
                    places[row - first] = place
                holders[n_holders] = row
                n_holders += held[row]
        begin = end


@compiled
def keep_alike(
    first: int,
    ends: NDArray[np.int64],
    candidates: NDArray[np.uint32],
    bounds: Bounds,
    num_perm: int,
    kept: Kept,
    pairs: NDArray[np.uint64],
    n_shared: NDArray[np.int16],
) -> int:
    """Write the rows from ``first`` on with each candidate, once, that is worth a comparison; how many pairs.

    The candidates of each end at its place in ``ends``. A pair is ``row << 32 | candidate``. ``n_shared`` gets how many
    values they share, as far as their lowest bytes tell.
    """
    sizes, stamps, lowest_bytes = kept.sizes, kept.stamps, kept.lowest_bytes.view(np.uint64)
    n_pairs = begin = 0
    for at in range(ends.size):
        row, end = first + at, ends[at]
        own_bytes, own_size = lowest_bytes[row], np.float64(sizes[row])
        for place in range(begin, end):
            other = candidates[place]
            # No row is its own candidate, so its number is a stamp that nothing else has.
            if stamps[other] == row:
                continue
            stamps[other] = row
            n_same = n_alike(own_bytes, own_size, lowest_bytes, sizes, other, bounds, num_perm)
            if n_same >= 0:
                pairs[n_pairs] = (np.uint64(row) << _U32) | np.uint64(other)
                n_shared[n_pairs] = n_same
                n_pairs += 1
        begin = end
    return n_pairs


@compiled
def keep_held(entries: NDArray[np.uint64], held: NDArray[np.bool_]) -> int:
    """Leave the entries of rows that are held; how many they are."""
    n_left = 0
    for entry in entries:
        entries[n_left] = entry
        n_left += held[np.int64(entry & _LOW)]
    return n_left

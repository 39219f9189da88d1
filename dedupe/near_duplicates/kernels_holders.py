"""Compiled loops that count who holds a shingle, and mark what many hold: see `Holders`."""

from math import ceil

import numpy as np
from numpy.typing import NDArray

from dedupe.near_duplicates.rule import Rule
from dedupe.text.kernels_numba import compiled, inlined

_EMPTY = np.uint32(0xFFFFFFFF)
_ONE = np.uint8(1)


@compiled
def count_holders(
    signatures: NDArray[np.uint32],
    reverse: NDArray[np.uint32],
    times: int,
    slot_bits: int,
    counts: NDArray[np.int32],
    n_articles: NDArray[np.int64],
    is_seen: NDArray[np.bool_],
) -> None:
    """Count, so many times, the articles of some signatures as holders of the shingles that gave them their values.

    ``reverse`` are the addends and inverse factors of the permutations. No slot ``is_seen`` before and after.
    """
    addends, factors = reverse[0], reverse[1]
    slots = np.empty(signatures.shape[1], dtype=np.uint32)
    for article in range(signatures.shape[0]):
        lowest = _EMPTY
        for lane in range(slots.size):
            value = signatures[article, lane]
            lowest = min(lowest, value)
            finished = np.uint32(np.uint32(value - addends[lane]) * factors[lane])
            slots[lane] = finished >> np.uint32(32 - slot_bits)
        if lowest == _EMPTY:
            continue
        n_articles[0] += times
        for slot in slots:
            counts[slot] += 0 if is_seen[slot] else times
            is_seen[slot] = True
        for slot in slots:
            is_seen[slot] = False


@inlined
def _slot(hashed: np.uint32, slot_bits: int) -> np.uint32:
    """The slot of a shingle: MurmurHash3's finaliser, which comes before the permutations, and the first bits."""
    value = np.uint32((hashed ^ (hashed >> np.uint32(16))) * np.uint32(0x85EBCA6B))
    value = np.uint32((value ^ (value >> np.uint32(13))) * np.uint32(0xC2B2AE35))
    return np.uint32((value ^ (value >> np.uint32(16))) >> np.uint32(32 - slot_bits))


@compiled
def write_slots(
    shingles: NDArray[np.uint32],
    sequences: NDArray[np.int32],
    offsets: NDArray[np.int64],
    slot_bits: int,
    slots: NDArray[np.uint32],
) -> None:
    """Write the slot of each shingle of each text, in reading order; the texts are those of `ShingleSets`."""
    for text in range(offsets.shape[1] - 1):
        begin = offsets[0, text]
        for place in range(offsets[1, text], offsets[1, text + 1]):
            slots[place] = _slot(shingles[begin + sequences[place]], slot_bits)


@compiled
def mark_furniture(
    slots: NDArray[np.uint32],
    sequence: NDArray[np.int32],
    rule: Rule,
    counts: NDArray[np.int32],
    n_articles: int,
    room: NDArray[np.uint8],
    is_furniture: NDArray[np.bool_],
) -> int:
    """Say of each shingle of a text whether it is furniture; how many are. There must be ``room`` for the sequence."""
    least = np.int64(ceil(max(np.float64(rule.least_holders), rule.least_share * n_articles)))
    run, least_in_run = rule.run, rule.least_in_run
    is_furniture[:] = False
    for at in range(slots.size):
        room[at] = counts[slots[at]] >= least
    if not _mark_runs(room, slots.size, run, least_in_run):
        return 0
    for at in range(slots.size):
        is_furniture[sequence[at]] |= room[at] != 0
    n_furniture = np.uint32(0)
    for is_one in is_furniture:
        n_furniture += np.uint32(is_one)
    return int(np.int64(n_furniture))


@compiled
def furniture_places(
    hashes: NDArray[np.uint32],
    rule: Rule,
    slot_bits: int,
    counts: NDArray[np.int32],
    n_articles: int,
    slots: NDArray[np.uint32],
    marks: NDArray[np.uint8],
) -> int:
    """Mark which shingles, in reading order, are furniture; how many. Where none is, the marks say nothing.

    There must be room for as many slots, and for as many marks up to a multiple of eight, and eight more.
    """
    least = np.int64(ceil(max(np.float64(rule.least_holders), rule.least_share * n_articles)))
    # Apart, so that several slots are computed at once.
    for at in range(hashes.size):
        slots[at] = _slot(hashes[at], slot_bits)
    n_common = np.uint32(0)
    for at in range(hashes.size):
        is_common = counts[slots[at]] >= least
        marks[at] = is_common
        n_common += np.uint32(is_common)
    if n_common < rule.least_in_run or not _may_have_run(marks, hashes.size, rule.run, rule.least_in_run):
        return 0
    if not _mark_runs(marks, hashes.size, rule.run, rule.least_in_run):
        return 0
    n_furniture = np.uint32(0)
    for at in range(hashes.size):
        n_furniture += np.uint32(marks[at])
    return int(np.int64(n_furniture))


@compiled
def _may_have_run(is_common: NDArray[np.uint8], size: int, run: int, least_in_run: int) -> bool:
    """Whether two neighbouring eights of places have enough marks for a run, which lies in two of them if it is short.

    What is behind the places gets no marks.
    """
    if run > 9:
        return True
    n_words = size // 8 + 1
    is_common[size : 8 * n_words] = 0
    words = is_common[: 8 * n_words].view(np.uint64)
    before = np.uint64(0)
    for at in range(n_words):
        # Each byte is 0 or 1, so that the highest byte of the product is their sum.
        own = (words[at] * np.uint64(0x0101010101010101)) >> np.uint64(56)
        if before + own >= least_in_run:
            return True
        before = own
    return False


@compiled
def _mark_runs(is_common: NDArray[np.uint8], size: int, run: int, least_in_run: int) -> bool:
    """Leave marks at all places of the runs in which so many places are marked; whether there are any."""
    n_in_run = n_runs = np.int64(0)
    # Last bit: whether it is marked; the one before: whether a run ends here that has enough. No branches.
    for end in range(size):
        n_in_run += np.int64(is_common[end] & _ONE)
        if end >= run:
            n_in_run -= np.int64(is_common[end - run] & _ONE)
        is_enough = (end + 1 >= run) & (n_in_run >= least_in_run)
        n_runs += is_enough
        is_common[end] |= np.uint8(is_enough) << _ONE
    if n_runs == 0:
        return False
    n_left = np.int64(0)
    for end in range(size - 1, -1, -1):
        n_left = max(n_left - 1, run * np.int64(is_common[end] >> _ONE))
        is_common[end] = n_left > 0
    return True

"""Compiled loops that make sets of the shingles of texts, and take texts out of many."""

import numpy as np
from numpy.typing import NDArray

from dedupe.near_duplicates import judging
from dedupe.text.kernels_numba import compiled

_NAMED, _FIGURED, _NONE = np.uint8(judging.NAMED), np.uint8(judging.FIGURED), np.uint8(0)
_U32 = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
_MOST_BITS = 12  # of buckets, whose places stay in a core's first cache
_MOST_MOVES = 16  # of a value, on average


@compiled
def write_sets(
    hashes: NDArray[np.uint32],
    is_named: NDArray[np.bool_],
    is_figured: NDArray[np.bool_],
    begins: NDArray[np.int64],
    ends: NDArray[np.int64],
    first: int,
    shingles: NDArray[np.uint32],
    flags: NDArray[np.uint8],
    sequences: NDArray[np.int32],
    offsets: NDArray[np.int64],
) -> None:
    """Write the distinct hashes of texts, ascending, their flags, and which of them is at each place of a text.

    The hashes of a text are from its ``begins`` to its ``ends``. Its set is written, as number ``first`` and so on,
    where ``offsets`` say that the one before it ended, which get where it ends: as in `ShingleSets`.
    """
    longest = 0
    for text in range(begins.size):
        longest = max(longest, ends[text] - begins[text])
    packed, room = np.empty(longest, dtype=np.uint64), np.empty(longest, dtype=np.uint64)
    counts = np.empty((1 << _MOST_BITS) + 1, dtype=np.int64)
    for text in range(begins.size):
        begin, size = begins[text], ends[text] - begins[text]
        _pack_sorted(hashes, begin, size, counts, packed, room)
        at, place = offsets[0, first + text] - 1, offsets[1, first + text]
        end = at
        last = np.uint64(0)
        for entry in range(size):
            own = packed[entry]
            source = begin + np.int64(own & _LOW)
            if entry == 0 or own >> _U32 != last:
                end += 1
                last = own >> _U32
                shingles[end], flags[end] = np.uint32(last), 0
            flags[end] |= (_NAMED if is_named[source] else _NONE) | (_FIGURED if is_figured[source] else _NONE)
            sequences[place + np.int64(own & _LOW)] = end - at - 1
        offsets[0, first + text + 1], offsets[1, first + text + 1] = end + 1, place + size


@compiled
def _pack_sorted(
    hashes: NDArray[np.uint32],
    begin: int,
    size: int,
    counts: NDArray[np.int64],
    packed: NDArray[np.uint64],
    room: NDArray[np.uint64],
) -> None:
    """Write each hash before its place in the text, sorted."""
    bits = 1
    while (1 << bits) < size and bits < _MOST_BITS:
        bits += 1
    shift, places = np.uint64(64 - bits), counts[: (1 << bits) + 1]
    places[:] = 0
    for at in range(size):
        room[at] = (np.uint64(hashes[begin + at]) << _U32) | np.uint64(at)
        places[(room[at] >> shift) + np.uint64(1)] += 1
    for bucket in range(1, places.size):
        places[bucket] += places[bucket - 1]
    for at in range(size):
        bucket = room[at] >> shift
        packed[places[bucket]] = room[at]
        places[bucket] += 1
    if not _insert_all(packed, size):
        packed[:size].sort()


@compiled
def _insert_all(values: NDArray[np.uint64], size: int) -> bool:
    """Sort values none of which is far from its place; whether that was so, for where they crowd it takes too long."""
    n_moves = 0
    for at in range(1, size):
        value, place = values[at], at
        while place > 0 and values[place - 1] > value:
            values[place] = values[place - 1]
            place -= 1
        values[place] = value
        n_moves += at - place
        if n_moves > _MOST_MOVES * size:
            return False
    return True

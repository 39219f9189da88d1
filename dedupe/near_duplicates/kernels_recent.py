"""Compiled loops over the newest rows of an index, a hash table of their keys."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedupe.text.kernels_numba import compiled

NO_ENTRY = np.uint64(0xFFFFFFFFFFFFFFFF)
"""What an empty slot holds."""

_U32 = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)


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


@compiled
def find_recent(
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
def _slot_of(key: np.uint32, slots: NDArray[np.uint64]) -> np.int64:
    """The slot of a key, an empty one where it has none."""
    slot = np.int64((np.uint64(key) * np.uint64(slots.size)) >> _U32)
    while slots[slot] != NO_ENTRY and slots[slot] >> _U32 != key:
        slot = (slot + 1) & (slots.size - 1)
    return slot

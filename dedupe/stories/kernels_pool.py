"""Compiled loops over the memory of the term index: a table of terms, a pool of the entries of each. Imports numba."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedupe.text.kernels_numba import compiled, inlined

NONE = -1
LEAST_ROOM = 2  # entries of a term that is new
N_ROOMS = 40  # a term's entries stand side by side, with room for a power of two of them
_NO_PLACE = np.uint32(0xFFFFFFFF)

# What `Postings.counters` count.
N_TERMS, POOL_END, N_SLOTS, N_LIVE = range(4)


class Postings(NamedTuple):
    """A hash table of terms (``numbers`` are -1 where it is empty), and by the number of a term who holds it.

    The entries of a term stand in the pool from ``begins`` on, ``sizes`` of them where there is room for ``rooms``; the
    first entry of a room that is free is where the next free one of its size begins, and ``free`` where the first does.
    """

    terms: NDArray[np.uint32]
    numbers: NDArray[np.int32]
    begins: NDArray[np.int64]
    sizes: NDArray[np.int32]
    rooms: NDArray[np.int32]
    n_held: NDArray[np.int32]
    slots: NDArray[np.uint32]
    weights: NDArray[np.float32]
    free: NDArray[np.int64]
    is_live: NDArray[np.bool_]
    counters: NDArray[np.int64]


@inlined
def place_of(term: np.uint32, terms: NDArray[np.uint32], numbers: NDArray[np.int32]) -> int:
    """The place of a term in the table, or the empty one where it belongs."""
    mask = numbers.size - 1
    place = int(term) & mask
    while numbers[place] != NONE and terms[place] != term:
        place = (place + 1) & mask
    return place


@compiled
def _place_for(room: int, held: Postings) -> int:
    """Where there is so much room; a power of two."""
    level = _level(room)
    begin = int(held.free[level])
    if begin == NONE:
        begin = int(held.counters[POOL_END])
        held.counters[POOL_END] += room
        return begin
    following = held.slots[begin]
    held.free[level] = NONE if following == _NO_PLACE else np.int64(following)
    return begin


@inlined
def _level(room: int) -> int:
    level = 0
    while (1 << level) < room:
        level += 1
    return level


@compiled
def give_more_room(number: int, held: Postings) -> None:
    """Give a term twice the room."""
    begin, room = int(held.begins[number]), int(held.rooms[number])
    moved = _place_for(2 * room, held)
    held.slots[moved : moved + room] = held.slots[begin : begin + room]
    held.weights[moved : moved + room] = held.weights[begin : begin + room]
    level = _level(room)
    following = held.free[level]
    held.slots[begin] = _NO_PLACE if following == NONE else np.uint32(following)
    held.free[level] = begin
    held.begins[number], held.rooms[number] = moved, 2 * room


@compiled
def number_given(term: np.uint32, held: Postings) -> int:
    """The number of a term, the next free one for one never seen."""
    place = place_of(term, held.terms, held.numbers)
    number = int(held.numbers[place])
    if number != NONE:
        return number
    number = int(held.counters[N_TERMS])
    held.counters[N_TERMS] += 1
    held.terms[place], held.numbers[place] = term, number
    held.begins[number], held.sizes[number] = _place_for(LEAST_ROOM, held), 0
    held.rooms[number], held.n_held[number] = LEAST_ROOM, 0
    return number


@compiled
def enter_terms(before: Postings, held: Postings) -> None:
    """Enter the terms of one table into a larger, empty one."""
    for place in range(before.numbers.size):
        if before.numbers[place] != NONE:
            own = place_of(before.terms[place], held.terms, held.numbers)
            held.terms[own], held.numbers[own] = before.terms[place], before.numbers[place]


@compiled
def copy_live(before: Postings, slot_after: NDArray[np.int64], held: Postings) -> None:
    """Copy into empty postings what live slots hold, under their new numbers."""
    for place in range(before.numbers.size):
        old = before.numbers[place]
        if old == NONE or before.n_held[old] == 0:
            continue
        room = LEAST_ROOM
        while room < before.n_held[old]:
            room *= 2
        number = number_given(before.terms[place], held)
        if room > LEAST_ROOM:
            held.begins[number], held.rooms[number] = _place_for(room, held), room
        begin = before.begins[old]
        for entry in range(begin, begin + before.sizes[old]):
            slot = slot_after[before.slots[entry]]
            if slot >= 0:
                at = held.begins[number] + held.sizes[number]
                held.slots[at], held.weights[at] = slot, before.weights[entry]
                held.sizes[number] += 1
        held.n_held[number] = before.n_held[old]

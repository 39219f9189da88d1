"""Compiled loops of the term index: see `TermPostings`. Importing this imports numba; `dedupe.text.kernels` decides."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedupe.stories.kernels_pool import (
    LEAST_ROOM,
    N_LIVE,
    N_SLOTS,
    NONE,
    POOL_END,
    Postings,
    give_more_room,
    number_given,
    place_of,
)
from dedupe.stories.term_postings import Asked, Near
from dedupe.stories.term_postings import TermRows as Rows
from dedupe.text.kernels_numba import compiled


class Work(NamedTuple):
    """Room for a look-up: zeros by slot, slots touched, and of each term of an article its number and its weight."""

    similarity: NDArray[np.float64]
    touched: NDArray[np.int64]
    numbers: NDArray[np.int32]
    vector: NDArray[np.float64]


@compiled
def _find(terms: NDArray[np.uint32], held: Postings, work: Work) -> None:
    for at in range(terms.size):
        work.numbers[at] = held.numbers[place_of(terms[at], held.terms, held.numbers)]


@compiled
def _weigh(
    weights: NDArray[np.float32],
    background: NDArray[np.uint16],
    n_imagined: int,
    logs: NDArray[np.float64],
    held: Postings,
    work: Work,
) -> None:
    """Write the vector of length 1 of the terms whose numbers were found."""
    imagined = 0
    for at in range(background.size):
        if background[at] != 0:
            imagined = n_imagined
            break
    everything = logs[1 + held.counters[N_LIVE] + imagined]
    total = 0.0
    for at in range(weights.size):
        number = work.numbers[at]
        holding = np.int64(background[at]) + (0 if number == NONE else np.int64(held.n_held[number]))
        weight = np.float64(weights[at]) * max(everything - logs[1 + holding] + 1, 0.0)
        work.vector[at] = weight
        total += weight * weight
    length = np.sqrt(total)
    if length > 0:
        for at in range(weights.size):
            work.vector[at] /= length


@compiled
def _sum_products(n_terms: int, longest: float, held: Postings, work: Work) -> int:
    """Add up the products with every slot that holds one of the terms; how many slots were touched."""
    n_touched = 0
    for at in range(n_terms):
        number, weight = work.numbers[at], work.vector[at]
        if number == NONE or held.n_held[number] > longest:
            continue
        begin = held.begins[number]
        for entry in range(begin, begin + held.sizes[number]):
            slot, product = held.slots[entry], np.float64(held.weights[entry]) * weight
            if product > 0:
                if work.similarity[slot] == 0:
                    work.touched[n_touched] = slot
                    n_touched += 1
                work.similarity[slot] += product
    return n_touched


@compiled
def _choose(
    n_touched: int,
    is_live: NDArray[np.bool_],
    work: Work,
    slots: NDArray[np.int64],
    similarities: NDArray[np.float64],
) -> int:
    """Write the highest of the slots touched, the lower slot of two equal ones first, and forget all; how many."""
    n_chosen = 0
    for at in range(n_touched):
        slot = work.touched[at]
        own = work.similarity[slot]
        work.similarity[slot] = 0
        if not is_live[slot]:
            continue
        if n_chosen == slots.size:
            last = n_chosen - 1
            if own < similarities[last] or (own == similarities[last] and slot > slots[last]):
                continue
        else:
            n_chosen += 1
        place = n_chosen - 1
        while place > 0 and (
            own > similarities[place - 1] or (own == similarities[place - 1] and slot < slots[place - 1])
        ):
            similarities[place], slots[place] = similarities[place - 1], slots[place - 1]
            place -= 1
        similarities[place], slots[place] = own, slot
    for place in range(n_chosen):
        similarities[place] = min(similarities[place], 1.0)
    return n_chosen


@compiled
def _room_needed(n_terms: int, held: Postings, work: Work) -> int:
    """The most that an article takes at the end of the pool."""
    needed = 0
    for at in range(n_terms):
        number = work.numbers[at]
        if number == NONE:
            needed += LEAST_ROOM
        elif held.sizes[number] == held.rooms[number]:
            needed += 2 * held.rooms[number]
    return needed


@compiled
def _enter(n_terms: int, slot: int, held: Postings, work: Work) -> None:
    """Write a slot down under each of its terms, with its weight there."""
    for at in range(n_terms):
        number = work.numbers[at]
        if held.sizes[number] == held.rooms[number]:
            give_more_room(number, held)
        entry = held.begins[number] + held.sizes[number]
        held.slots[entry], held.weights[entry] = slot, np.float32(work.vector[at])
        held.sizes[number] += 1


@compiled
def take(
    first: int,
    rows: Rows,
    asked: Asked,
    max_df: float,
    least_df: float,
    n_imagined: int,
    logs: NDArray[np.float64],
    held: Postings,
    work: Work,
    near: Near,
) -> tuple[int, int]:
    """Look up and add rows from ``first`` on; how many are done, and what room the next one needs in the pool.

    There must be room for the slots and for the terms of all of them.
    """
    for row in range(first, rows.offsets.size - 1):
        begin, end = rows.offsets[row], rows.offsets[row + 1]
        terms, weights, background = rows.terms[begin:end], rows.weights[begin:end], rows.background[begin:end]
        _find(terms, held, work)
        needed = _room_needed(terms.size, held, work) if asked.is_added[row] else 0
        if held.counters[POOL_END] + needed > held.slots.size:
            return row, needed
        if asked.is_asked[row]:
            _weigh(weights, background, n_imagined, logs, held, work)
            longest = max(least_df, max_df * held.counters[N_LIVE])
            n_touched = _sum_products(terms.size, longest, held, work)
            near.counts[row] = _choose(n_touched, held.is_live, work, near.slots[row], near.similarities[row])
        if asked.is_added[row]:
            slot = held.counters[N_SLOTS]
            held.counters[N_SLOTS] += 1
            held.counters[N_LIVE] += 1
            held.is_live[slot] = True
            for at in range(terms.size):
                number = number_given(terms[at], held)
                work.numbers[at] = number
                held.n_held[number] += 1
            _weigh(weights, background, n_imagined, logs, held, work)
            _enter(terms.size, slot, held, work)
    return rows.offsets.size - 1, 0


@compiled
def remove(slot: int, terms: NDArray[np.uint32], held: Postings) -> None:
    """Take a slot out, which has these terms."""
    held.is_live[slot] = False
    held.counters[N_LIVE] -= 1
    for term in terms:
        held.n_held[held.numbers[place_of(term, held.terms, held.numbers)]] -= 1

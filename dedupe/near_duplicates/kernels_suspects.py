"""Compiled loops that compare an article with those it may repeat, from their shingles as they were read.

Most pairs fail, and most of those by far: a bound on what they can have in common, from bits, tells without a set of
the earlier text. What is bounded never passes it, so what is found is what `kernels_verify` finds.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedupe.near_duplicates.kernels_holders import count_holders, furniture_places
from dedupe.near_duplicates.kernels_judging import judge_matched, may_pass
from dedupe.near_duplicates.kernels_numbers import (
    MOST_WORDS,
    mark_bits,
    match_numbers,
    n_words,
    number_shingles,
    take_bits,
    write_flags,
)
from dedupe.near_duplicates.kernels_siblings import are_siblings
from dedupe.near_duplicates.rule import Rule
from dedupe.text.kernels_numba import compiled

_EXACT = 1


class Texts(NamedTuple):
    """Shingles of texts as in `ManyShingles`; ``n_distinct`` gets how many each has at least, -1 before."""

    hashes: NDArray[np.uint32]
    is_named: NDArray[np.bool_]
    is_figured: NDArray[np.bool_]
    begins: NDArray[np.int64]
    ends: NDArray[np.int64]
    n_distinct: NDArray[np.int32]


class Room(NamedTuple):
    """Room for two texts, a row each, the later one's first; ``slots`` are 0 before and after."""

    bits: NDArray[np.uint64]
    slots: NDArray[np.int32]
    shingles: NDArray[np.uint32]
    flags: NDArray[np.uint8]
    sequences: NDArray[np.int32]
    marks: NDArray[np.uint8]
    is_furniture: NDArray[np.bool_]
    places: NDArray[np.int32]


def room_for(longest: int) -> Room:
    """Room for texts of so many shingles."""
    n_slots = 1 << max(4, (4 * longest).bit_length())
    return Room(
        bits=np.empty((2, MOST_WORDS), dtype=np.uint64),
        slots=np.zeros((2, n_slots), dtype=np.int32),
        shingles=np.empty((2, longest), dtype=np.uint32),
        flags=np.empty((2, longest), dtype=np.uint8),
        sequences=np.empty((2, longest), dtype=np.int32),
        marks=np.empty((2, 8 * (longest // 8 + 2)), dtype=np.uint8),
        is_furniture=np.empty((2, longest), dtype=np.bool_),
        places=np.empty((2, longest + 1), dtype=np.int32),
    )


@compiled
def compare_many(
    texts: Texts,
    pairs: NDArray[np.int64],
    n_pairs: NDArray[np.int64],
    signatures: NDArray[np.uint32],
    rules: NDArray[np.void],
    slot_bits: int,
    reverse: NDArray[np.uint32],
    counts: NDArray[np.int32],
    n_articles: NDArray[np.int64],
    is_seen: NDArray[np.bool_],
    room: Room,
    kinds: NDArray[np.int8],
    ratios: NDArray[np.float64],
    larger: NDArray[np.int8],
) -> None:
    """`kernels_verify.compare_in_order` without sets; how the sizes of a pair's texts compare."""
    exact = _EXACT if rules[0].wants_exact else 0
    end = 0
    for article in range(n_pairs.size):
        begin, end = end, end + n_pairs[article]
        n_others = 0
        for pair in range(begin, end):
            kinds[pair], ratios[pair, 0], ratios[pair, 1], larger[pair] = exact, 1.0, 1.0, 0
            n_others += pairs[pair, 2] == 0
        if n_others:
            compare_with_each(
                texts, pairs[begin:end], rules, slot_bits, counts, n_articles[0], room,
                kinds[begin:end], ratios[begin:end], larger[begin:end],
            )  # fmt: skip
        if not kinds[begin:end].any():
            count_holders(signatures[article : article + 1], reverse, 1, slot_bits, counts, n_articles, is_seen)


@compiled
def compare_with_each(
    texts: Texts,
    pairs: NDArray[np.int64],
    rules: NDArray[np.void],
    slot_bits: int,
    counts: NDArray[np.int32],
    n_articles: int,
    room: Room,
    kinds: NDArray[np.int8],
    ratios: NDArray[np.float64],
    larger: NDArray[np.int8],
) -> None:
    """Compare one text, the second of each of the pairs, with the first of each, but those that are equal.

    Of a pair, ``larger`` gets 1 where the first has more distinct shingles, -1 where it has fewer, else 0.
    """
    rule = rules[0]
    text = pairs[0, 1]
    own = texts.hashes[texts.begins[text] : texts.ends[text]]
    words = n_words(own.size)
    bits, left = room.bits[0, :words], room.bits[1, :words]
    bits[:] = 0
    n_bits = mark_bits(own, bits)
    n_furniture = furniture_places(own, rule, slot_bits, counts, n_articles, room.shingles[1], room.marks[0])
    size = _number(texts, text, room, 0, n_furniture)
    texts.n_distinct[text] = size
    for at in range(len(pairs)):
        other = pairs[at, 0]
        if pairs[at, 2]:
            continue
        hashes = texts.hashes[texts.begins[other] : texts.ends[other]]
        if texts.n_distinct[other] < 0:
            texts.n_distinct[other] = _least_distinct(hashes, room)
        left[:] = bits
        # Of shingles that share a bit one is taken, whichever of them the other text has.
        n_common = take_bits(hashes, left) + size - n_bits
        n_other_furniture = furniture_places(
            hashes, rule, slot_bits, counts, n_articles, room.shingles[1], room.marks[1]
        )
        if not may_pass(texts.n_distinct[other], size, n_common, n_other_furniture, n_furniture, rule):
            kinds[at] = 0
            continue
        other_size = _number(texts, other, room, 1, n_other_furniture)
        texts.n_distinct[other] = other_size
        room.slots[1, : _n_slots(hashes.size)] = 0
        kinds[at] = _judge(texts, text, other, room, size, other_size, rule, ratios[at])
        larger[at] = np.sign(other_size - size)
    room.slots[0, : _n_slots(own.size)] = 0


@compiled
def _least_distinct(hashes: NDArray[np.uint32], room: Room) -> int:
    bits = room.bits[1, : n_words(hashes.size)]
    bits[:] = 0
    return mark_bits(hashes, bits)


@compiled
def _number(texts: Texts, text: int, room: Room, row: int, n_furniture: int) -> int:
    """Make a set of a text, in a row of the room, of which so many places are marked as furniture; its size."""
    begin, end = texts.begins[text], texts.ends[text]
    sequence, marks, is_furniture = room.sequences[row], room.marks[row], room.is_furniture[row]
    slots = room.slots[row, : _n_slots(end - begin)]
    n_distinct = number_shingles(texts.hashes[begin:end], slots, room.shingles[row], sequence)
    is_furniture[:n_distinct] = False
    if n_furniture:
        for at in range(end - begin):
            is_furniture[sequence[at]] |= marks[at] != 0
    return n_distinct


@compiled
def _judge(
    texts: Texts, text: int, other: int, room: Room, size: int, other_size: int, rule: Rule, ratios: NDArray[np.float64]
) -> int:
    """The number of the kind of the pair in the room; 0 for none."""
    begin, end = texts.begins[text], texts.ends[text]
    other_begin, other_end = texts.begins[other], texts.ends[other]
    places, other_places = room.places[0], room.places[1]
    slots = room.slots[0, : _n_slots(end - begin)]
    n_common = match_numbers(slots, room.shingles[0], room.shingles[1, :other_size], places, other_places)
    sequence, other_sequence = room.sequences[0, : end - begin], room.sequences[1, : other_end - other_begin]
    kind = judge_matched(
        room.is_furniture[1, :other_size], other_sequence, other_places[:n_common],
        room.is_furniture[0, :size], sequence, places[:n_common], rule, ratios,
    )  # fmt: skip
    if kind == 0 or rule.sibling_gap >= 1:
        return kind
    flags, other_flags = room.flags[0, :size], room.flags[1, :other_size]
    write_flags(texts.is_named[begin:end], texts.is_figured[begin:end], sequence, flags)
    write_flags(
        texts.is_named[other_begin:other_end], texts.is_figured[other_begin:other_end], other_sequence, other_flags
    )
    return 0 if are_siblings(other_flags, other_places[:n_common], flags, places[:n_common], rule) else kind


@compiled
def _n_slots(size: int) -> int:
    n_slots = 16
    while n_slots < 4 * size:
        n_slots *= 2
    return n_slots

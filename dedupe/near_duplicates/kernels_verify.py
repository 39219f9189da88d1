"""Compiled loops that make sets of shingles, count who holds them, and compare them: `judging` says by what rule.

A ``rule`` is a record with the fields of `Rule`.
"""

from math import ceil

import numpy as np
from numpy.typing import NDArray

from dedupe.near_duplicates import judging
from dedupe.near_duplicates.judging import LEAST_TO_TELL
from dedupe.near_duplicates.rule import Rule
from dedupe.text.kernels_numba import compiled, inlined

NAMED, FIGURED = np.uint8(judging.NAMED), np.uint8(judging.FIGURED)

_EXACT, _NEAR, _CONTAINED = 1, 2, 3
_COMMON, _DROPPED, _NONE = np.uint8(1), np.uint8(2), np.uint8(0)
_U32 = np.uint64(32)
_EMPTY = np.uint32(0xFFFFFFFF)


@compiled
def pack(hashes: NDArray[np.uint32], packed: NDArray[np.uint64]) -> None:
    """Write each hash before its place."""
    for at in range(hashes.size):
        packed[at] = (np.uint64(hashes[at]) << _U32) | np.uint64(at)


@compiled
def unpack(
    packed: NDArray[np.uint64],
    is_named: NDArray[np.bool_],
    is_figured: NDArray[np.bool_],
    shingles: NDArray[np.uint32],
    flags: NDArray[np.uint8],
    sequence: NDArray[np.int32],
) -> int:
    """Write the distinct hashes of sorted ones, their flags, and which of them is at each place; how many they are."""
    at = -1
    for one in packed:
        hashed, place = np.uint32(one >> _U32), np.int64(one & np.uint64(0xFFFFFFFF))
        if at < 0 or shingles[at] != hashed:
            at += 1
            shingles[at], flags[at] = hashed, 0
        flags[at] |= (NAMED if is_named[place] else _NONE) | (FIGURED if is_figured[place] else _NONE)
        sequence[place] = at
    return at + 1


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
def mark_furniture(
    shingles: NDArray[np.uint32],
    sequence: NDArray[np.int32],
    rule: Rule,
    slot_bits: int,
    counts: NDArray[np.int32],
    n_articles: int,
    is_furniture: NDArray[np.bool_],
) -> int:
    """Say of each shingle of a text whether it is furniture; how many are."""
    least = np.int64(ceil(max(np.float64(rule.least_holders), rule.least_share * n_articles)))
    run, least_in_run = rule.run, rule.least_in_run
    is_common = np.empty(shingles.size, dtype=np.bool_)
    n_common = 0
    for at in range(shingles.size):
        is_common[at] = counts[_slot(shingles[at], slot_bits)] >= least
        is_furniture[at] = False
        n_common += is_common[at]
    if n_common == 0:
        return 0
    n_in_run = marked = 0
    for end in range(sequence.size):
        n_in_run += is_common[sequence[end]]
        if end >= run:
            n_in_run -= is_common[sequence[end - run]]
        if end + 1 >= run and n_in_run >= least_in_run:
            for at in range(max(marked, end + 1 - run), end + 1):
                is_furniture[sequence[at]] = True
            marked = end + 1
    n_furniture = 0
    for at in range(shingles.size):
        n_furniture += is_furniture[at]
    return n_furniture


@compiled
def compare_in_order(
    shingles: NDArray[np.uint32],
    flags: NDArray[np.uint8],
    sequences: NDArray[np.int32],
    offsets: NDArray[np.int64],
    pairs: NDArray[np.int64],
    n_pairs: NDArray[np.int64],
    signatures: NDArray[np.uint32],
    rules: NDArray[np.void],
    slot_bits: int,
    reverse: NDArray[np.uint32],
    counts: NDArray[np.int32],
    n_articles: NDArray[np.int64],
    is_seen: NDArray[np.bool_],
    kinds: NDArray[np.int64],
    ratios: NDArray[np.float64],
) -> None:
    """Compare articles, each with as many others as ``n_pairs`` says; count those that repeat none of them.

    Text ``i`` has the distinct shingles from ``offsets[0, i]`` to ``offsets[0, i + 1]``, and a sequence of them by
    ``offsets[1]``. ``pairs`` are two texts, the later second, and whether these are equal. ``kinds`` gets 0 for no
    pair, else its kind's number from 1 on, ``ratios`` its Jaccard similarity and containment. Without ``signatures``
    nothing is counted, without ``counts`` nothing is furniture.
    """
    rule = rules[0]
    is_furniture = np.zeros(shingles.size, dtype=np.bool_)
    end = 0
    for article in range(n_pairs.size):
        begin, end = end, end + n_pairs[article]
        for text in _texts_of(pairs[begin:end]) if counts.size else pairs[:0, 0]:
            own = slice(offsets[0, text], offsets[0, text + 1])
            sequence = sequences[offsets[1, text] : offsets[1, text + 1]]
            mark_furniture(shingles[own], sequence, rule, slot_bits, counts, n_articles[0], is_furniture[own])
        is_new = True
        for pair in range(begin, end):
            a, b, is_same = pairs[pair]
            if is_same:
                kinds[pair], ratios[pair, 0], ratios[pair, 1] = _EXACT if rule.wants_exact else 0, 1.0, 1.0
            else:
                own, other = slice(offsets[0, b], offsets[0, b + 1]), slice(offsets[0, a], offsets[0, a + 1])
                kinds[pair] = _compare(
                    shingles[other], flags[other], is_furniture[other], sequences[offsets[1, a] : offsets[1, a + 1]],
                    shingles[own], flags[own], is_furniture[own], sequences[offsets[1, b] : offsets[1, b + 1]],
                    rule, ratios[pair],
                )  # fmt: skip
            is_new &= kinds[pair] == 0
        if is_new and signatures.size:
            count_holders(signatures[article : article + 1], reverse, 1, slot_bits, counts, n_articles, is_seen)


@compiled
def _texts_of(pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """The texts of an article's pairs that are not of equal texts, each once."""
    texts = np.empty(len(pairs) + 1, dtype=np.int64)
    n_texts = 0
    for a, b, is_same in pairs:
        if not is_same:
            texts[n_texts + 1], texts[0] = a, b
            n_texts += 1
    return texts[: n_texts + 1 if n_texts else 0]


@compiled
def _compare(
    shingles: NDArray[np.uint32],
    flags: NDArray[np.uint8],
    is_furniture: NDArray[np.bool_],
    sequence: NDArray[np.int32],
    others: NDArray[np.uint32],
    other_flags: NDArray[np.uint8],
    is_other_furniture: NDArray[np.bool_],
    other_sequence: NDArray[np.int32],
    rule: Rule,
    ratios: NDArray[np.float64],
) -> int:
    """The number of a pair's kind, 0 for none; ``ratios`` get the two that it was judged on."""
    room = min(shingles.size, others.size)
    places, other_places = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int32)
    n_common = _match(shingles, others, places, other_places)
    places, other_places = places[:n_common], other_places[:n_common]
    marks = _marks(is_furniture, places, is_other_furniture, other_places)
    other_marks = _marks(is_other_furniture, other_places, is_furniture, places)
    kind = _judge(marks, sequence, other_marks, other_sequence, rule, ratios)
    if (kind == _NEAR and not rule.wants_near) or (kind == _CONTAINED and not rule.wants_contained):
        return 0
    if kind and rule.sibling_gap < 1 and _are_siblings(flags, places, other_flags, other_places, rule):
        return 0
    return kind


@compiled
def _match(
    shingles: NDArray[np.uint32],
    others: NDArray[np.uint32],
    places: NDArray[np.int32],
    other_places: NDArray[np.int32],
) -> int:
    """Write where the shingles of both are in each; how many are in both."""
    at = other = n_common = 0
    while at < shingles.size and other < others.size:
        mine, theirs = shingles[at], others[other]
        if mine == theirs:
            places[n_common], other_places[n_common] = at, other
            n_common += 1
        # Both may move: no branch that could be mispredicted.
        at += mine <= theirs
        other += theirs <= mine
    return n_common


@compiled
def _marks(
    is_furniture: NDArray[np.bool_],
    places: NDArray[np.int32],
    is_other_furniture: NDArray[np.bool_],
    other_places: NDArray[np.int32],
) -> NDArray[np.uint8]:
    """Of each shingle of a text whether it is in the other too, and whether it is furniture of either."""
    marks = np.empty(is_furniture.size, dtype=np.uint8)
    for at in range(marks.size):
        marks[at] = _DROPPED if is_furniture[at] else _NONE
    for at in range(places.size):
        marks[places[at]] |= _COMMON | (_DROPPED if is_other_furniture[other_places[at]] else _NONE)
    return marks


@compiled
def _judge(
    marks: NDArray[np.uint8],
    sequence: NDArray[np.int32],
    other_marks: NDArray[np.uint8],
    other_sequence: NDArray[np.int32],
    rule: Rule,
    ratios: NDArray[np.float64],
) -> int:
    """`judging.judged`: on what is left without furniture, or on the whole texts."""
    n_shingles = min(marks.size, other_marks.size)
    n_rest, n_common = _sizes(marks, _DROPPED)
    n_other_rest = _sizes(other_marks, _DROPPED)[0]
    n_fewer = min(n_rest, n_other_rest)
    has_furniture = n_rest < marks.size or n_other_rest < other_marks.size
    if has_furniture:
        is_form = n_fewer < rule.least_rest
        n_judged = min(n_fewer, rule.least_shingles) if is_form else n_shingles
        without = _NONE if is_form else _DROPPED
        kind = _passed(marks, sequence, other_marks, other_sequence, without, n_judged, rule, ratios)
        least = rule.form_containment if is_form else rule.rest_containment
        if kind or n_fewer < LEAST_TO_TELL or n_common < least * n_fewer:
            return kind
        is_smaller, window, least_match = n_rest <= n_other_rest, rule.window, rule.least_match
        lost = _most_lost(
            marks, sequence, other_marks, other_sequence, _DROPPED, False, is_smaller, window, least_match
        )
        if lost > rule.rest_lost:
            return 0
    return _passed(marks, sequence, other_marks, other_sequence, _NONE, n_shingles, rule, ratios)


@compiled
def _sizes(marks: NDArray[np.uint8], without: np.uint8) -> tuple[int, int]:
    """How many shingles are left without those so marked, and how many of them are in the other text."""
    n_left = n_common = np.uint32(0)
    for mark in marks:
        is_left = np.uint32((mark & without) == 0)
        n_left += is_left
        n_common += is_left & np.uint32(mark & _COMMON)
    return int(np.int64(n_left)), int(np.int64(n_common))


@compiled
def _passed(
    marks: NDArray[np.uint8],
    sequence: NDArray[np.int32],
    other_marks: NDArray[np.uint8],
    other_sequence: NDArray[np.int32],
    without: np.uint8,
    n_shingles: int,
    rule: Rule,
    ratios: NDArray[np.float64],
) -> int:
    """`judging.passed`: the kind of two texts, or of what is left of them, by the thresholds for so many shingles."""
    (n_a, n_common), (n_b, _) = _sizes(marks, without), _sizes(other_marks, without)
    n_few, n_many = min(n_a, n_b), max(n_a, n_b)
    jaccard, containment = n_common / max(n_a + n_b - n_common, 1), n_common / max(n_few, 1)
    ratios[0], ratios[1] = jaccard, containment
    short = 1 - _ampleness(n_shingles, rule)
    kind = 0
    if jaccard >= rule.jaccard + short * rule.more_jaccard:
        kind = _NEAR
    elif n_few >= rule.least_shingles and containment >= rule.containment + short * rule.more_containment:
        kind = _CONTAINED
    if kind and (jaccard >= rule.sure_jaccard or containment >= rule.sure_containment):
        return kind
    window, least_match, most_lost = rule.window, rule.least_match, rule.most_lost
    both = n_a == n_b or containment < rule.containment
    if (
        kind
        and _most_lost(marks, sequence, other_marks, other_sequence, without, both, n_a < n_b, window, least_match)
        <= most_lost
    ):
        return kind
    if not rule.edited_jaccard <= jaccard < rule.sure_jaccard:
        return 0
    if n_few < rule.edited_shingles or n_few < rule.edited_ratio * n_many:
        return 0
    window, least_match, most_lost = rule.edited_window, rule.edited_match, rule.edited_lost
    lost = _most_lost(marks, sequence, other_marks, other_sequence, without, True, False, window, least_match)
    return _NEAR if lost <= most_lost else 0


@compiled
def _most_lost(
    marks: NDArray[np.uint8],
    sequence: NDArray[np.int32],
    other_marks: NDArray[np.uint8],
    other_sequence: NDArray[np.int32],
    without: np.uint8,
    both: bool,
    is_first: bool,
    window: int,
    least_match: float,
) -> float:
    """The larger share that is lost of both texts; or of the first alone, or of the other."""
    own = _lost(marks, sequence, without, window, least_match) if both or is_first else 0.0
    other = _lost(other_marks, other_sequence, without, window, least_match) if both or not is_first else 0.0
    return max(own, other)


@compiled
def _ampleness(n_shingles: int, rule: Rule) -> float:
    return min(max((n_shingles - rule.least_shingles) / (rule.ample_shingles - rule.least_shingles), 0.0), 1.0)


@compiled
def _lost(
    marks: NDArray[np.uint8], sequence: NDArray[np.int32], without: np.uint8, window: int, least_match: float
) -> float:
    """`judging.lost`: the share of the runs of a text, or of what is left of it, that are not in the other."""
    is_common = np.empty(sequence.size, dtype=np.uint8)
    size = 0
    for place in sequence:
        is_common[size] = marks[place] & _COMMON
        size += (marks[place] & without) == 0
    if size == 0:
        return 0.0
    window = min(window, size)
    n_common = n_lost = 0
    for end in range(size):
        n_common += is_common[end]
        if end >= window:
            n_common -= is_common[end - window]
        n_lost += end + 1 >= window and n_common < least_match * window
    return n_lost / (size - window + 1)


@compiled
def _are_siblings(
    flags: NDArray[np.uint8],
    places: NDArray[np.int32],
    other_flags: NDArray[np.uint8],
    other_places: NDArray[np.int32],
    rule: Rule,
) -> bool:
    """`judging.are_siblings`."""
    plain, figured = _plain_and_flagged(FIGURED, rule.least_figured, flags, places, other_flags, other_places)
    if plain - figured > rule.figured_gap and figured < rule.most_figured:
        return True
    plain, named = _plain_and_flagged(NAMED, rule.least_named, flags, places, other_flags, other_places)
    short = 1 - _ampleness(min(flags.size, other_flags.size), rule)
    return plain - named > rule.sibling_gap and named < rule.sibling_named + short * (1 - rule.sibling_named)


@compiled
def _plain_and_flagged(
    flag: np.uint8,
    least_flagged: int,
    flags: NDArray[np.uint8],
    places: NDArray[np.int32],
    other_flags: NDArray[np.uint8],
    other_places: NDArray[np.int32],
) -> tuple[float, float]:
    n_a, n_b = _n_flagged(flags, flag), _n_flagged(other_flags, flag)
    n_either = 0
    for at in range(places.size):
        own, other = (flags[places[at]] & flag) != 0, (other_flags[other_places[at]] & flag) != 0
        n_either += own | other
        n_a += other & ~own
        n_b += own & ~other
    n_flagged, n_plain = min(n_a, n_b), min(flags.size - n_a, other_flags.size - n_b)
    if n_flagged < least_flagged or n_plain < LEAST_TO_TELL:
        return 0.0, 0.0
    return (places.size - n_either) / n_plain, n_either / n_flagged


@compiled
def _n_flagged(flags: NDArray[np.uint8], flag: np.uint8) -> int:
    n_flagged = np.uint32(0)
    for own in flags:
        n_flagged += np.uint32((own & flag) != 0)
    return int(np.int64(n_flagged))

"""Compiled loops that compare sets of shingles: `judging` says by what rule.

A ``rule`` is a record with the fields of `Rule`.
"""

from math import ceil

import numpy as np
from numpy.typing import NDArray

from dedupe.near_duplicates.judging import LEAST_TO_TELL
from dedupe.near_duplicates.kernels_holders import count_holders, mark_furniture, write_slots
from dedupe.near_duplicates.kernels_siblings import ampleness, are_siblings
from dedupe.near_duplicates.rule import Rule
from dedupe.text.kernels_numba import compiled

_EXACT, _NEAR, _CONTAINED = 1, 2, 3
_COMMON, _DROPPED, _NONE = np.uint8(1), np.uint8(2), np.uint8(0)


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
    is_furniture, slots = np.zeros(shingles.size, dtype=np.bool_), np.empty(sequences.size, dtype=np.uint32)
    if counts.size:
        write_slots(shingles, sequences, offsets, slot_bits, slots)
    n_furniture = np.zeros(offsets.shape[1], dtype=np.int64)
    room = np.empty((2, _largest(offsets[0]) + 1), dtype=np.int32)
    marks = np.empty(_largest(offsets[1]), dtype=np.uint8)
    end = 0
    for article in range(n_pairs.size):
        begin, end = end, end + n_pairs[article]
        texts = _texts_of(pairs[begin:end])
        for text in texts if counts.size else texts[:0]:
            own, run = slice(offsets[0, text], offsets[0, text + 1]), slice(offsets[1, text], offsets[1, text + 1])
            n_furniture[text] = mark_furniture(
                slots[run], sequences[run], rule, counts, n_articles[0], marks, is_furniture[own]
            )
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
                    n_furniture[a], n_furniture[b], room, rule, ratios[pair],
                )  # fmt: skip
            is_new &= kinds[pair] == 0
        if is_new and signatures.size:
            count_holders(signatures[article : article + 1], reverse, 1, slot_bits, counts, n_articles, is_seen)


@compiled
def _largest(offsets: NDArray[np.int64]) -> int:
    largest = 0
    for text in range(offsets.size - 1):
        largest = max(largest, offsets[text + 1] - offsets[text])
    return largest


@compiled
def _texts_of(pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """The texts of an article's pairs that are not of equal texts, each once, the article's own first."""
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
    n_furniture: int,
    n_other_furniture: int,
    room: NDArray[np.int32],
    rule: Rule,
    ratios: NDArray[np.float64],
) -> int:
    """The number of a pair's kind, 0 for none; ``ratios`` get the two that it was judged on."""
    n_common = _match(shingles, others, room[0], room[1])
    if not _may_pass(shingles.size, others.size, n_common, n_furniture, n_other_furniture, rule):
        return 0
    places, other_places = room[0, :n_common], room[1, :n_common]
    marks = _marks(is_furniture, places, is_other_furniture, other_places)
    other_marks = _marks(is_other_furniture, other_places, is_furniture, places)
    kind = _judge(marks, sequence, other_marks, other_sequence, rule, ratios)
    if (kind == _NEAR and not rule.wants_near) or (kind == _CONTAINED and not rule.wants_contained):
        return 0
    if kind and rule.sibling_gap < 1 and are_siblings(flags, places, other_flags, other_places, rule):
        return 0
    return kind


@compiled
def _match(
    shingles: NDArray[np.uint32],
    others: NDArray[np.uint32],
    places: NDArray[np.int32],
    other_places: NDArray[np.int32],
) -> int:
    """Write where the shingles of both are in each; how many are in both. There must be room for one more."""
    at = other = n_common = 0
    while at < shingles.size and other < others.size:
        # No branch, which could not be predicted: what is not in both is written over, and both may move.
        mine, theirs = shingles[at], others[other]
        places[n_common], other_places[n_common] = at, other
        n_common += mine == theirs
        at += mine <= theirs
        other += theirs <= mine
    return n_common


@compiled
def _may_pass(n_a: int, n_b: int, n_common: int, n_furniture: int, n_other_furniture: int, rule: Rule) -> bool:
    """Whether two texts might be alike enough, with what is furniture or without: no marks are needed to tell."""
    least_a = n_a - n_furniture - min(n_other_furniture, n_common)
    least_b = n_b - n_other_furniture - min(n_furniture, n_common)
    least_few, least_all = min(least_a, least_b), max(least_a + least_b - n_common, least_a, least_b)
    if least_few <= 0 or n_common / least_few >= rule.containment:
        return True
    return n_common / least_all >= min(rule.jaccard, rule.edited_jaccard)


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
    short = 1 - ampleness(n_shingles, rule)
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
    n_common = np.int64(0)
    for end in range(window):
        n_common += is_common[end]
    least = np.int64(ceil(least_match * window))
    n_lost = np.int64(n_common < least)
    for end in range(window, size):
        n_common += np.int64(is_common[end]) - np.int64(is_common[end - window])
        n_lost += n_common < least
    return n_lost / (size - window + 1)

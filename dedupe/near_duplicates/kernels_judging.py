"""Compiled loops that judge two texts by what they have in common: `judging` says by what rule.

A ``rule`` is a record with the fields of `Rule`.
"""

from math import ceil

import numpy as np
from numpy.typing import NDArray

from dedupe.near_duplicates.judging import LEAST_TO_TELL
from dedupe.near_duplicates.kernels_siblings import ampleness
from dedupe.near_duplicates.rule import Rule
from dedupe.text.kernels_numba import compiled

NEAR, CONTAINED = 2, 3
_COMMON, _DROPPED, _NONE = np.uint8(1), np.uint8(2), np.uint8(0)


@compiled
def judge_matched(
    is_furniture: NDArray[np.bool_],
    sequence: NDArray[np.int32],
    places: NDArray[np.int32],
    is_other_furniture: NDArray[np.bool_],
    other_sequence: NDArray[np.int32],
    other_places: NDArray[np.int32],
    rule: Rule,
    ratios: NDArray[np.float64],
) -> int:
    """The number of the kind of two texts whose shingles in both stand at these places of their sets, if it counts.

    Whether they are siblings is another question.
    """
    own, other, both = _n_furniture(is_furniture, places, is_other_furniture, other_places)
    n_a, n_b = is_furniture.size, is_other_furniture.size
    n_rest = places.size - (own[1] + other[1] - both)
    rests = n_a - own[0] - (other[1] - both), n_b - other[0] - (own[1] - both), n_rest
    if not may_pass(n_a, n_b, places.size, own[0], other[0], rule):
        return 0
    is_decided, kind = _judge_by_sizes((n_a, n_b, places.size), rests, rule, ratios)
    if not is_decided:
        marks = _marks(is_furniture, places, is_other_furniture, other_places)
        other_marks = _marks(is_other_furniture, other_places, is_furniture, places)
        kind = _judge(marks, sequence, other_marks, other_sequence, rule, ratios)
    if (kind == NEAR and not rule.wants_near) or (kind == CONTAINED and not rule.wants_contained):
        return 0
    return kind


@compiled
def _n_furniture(
    is_furniture: NDArray[np.bool_],
    places: NDArray[np.int32],
    is_other_furniture: NDArray[np.bool_],
    other_places: NDArray[np.int32],
) -> tuple[tuple[int, int], tuple[int, int], int]:
    """How much of each text is furniture, and how much of that is in both; what is the furniture of both."""
    n_own, n_other, n_here, n_there, n_both = np.uint32(0), np.uint32(0), np.uint32(0), np.uint32(0), np.uint32(0)
    for is_own in is_furniture:
        n_own += np.uint32(is_own)
    for is_other in is_other_furniture:
        n_other += np.uint32(is_other)
    for at in range(places.size if n_own or n_other else 0):
        here, there = np.uint32(is_furniture[places[at]]), np.uint32(is_other_furniture[other_places[at]])
        n_here, n_there, n_both = n_here + here, n_there + there, n_both + (here & there)
    own = int(np.int64(n_own)), int(np.int64(n_here))
    other = int(np.int64(n_other)), int(np.int64(n_there))
    return own, other, int(np.int64(n_both))


@compiled
def _judge_by_sizes(
    sizes: tuple[int, int, int], rests: tuple[int, int, int], rule: Rule, ratios: NDArray[np.float64]
) -> tuple[bool, int]:
    """Whether the kind is known without a look at where the texts agree, and what it is then.

    Of two sets and of what is in both: how many there are, and how many are left without what is furniture of either.
    """
    n_a, n_b, n_common = sizes
    n_rest, n_other_rest, n_common_rest = rests
    if n_rest == n_a and n_other_rest == n_b:
        return _by_sizes(n_a, n_b, n_common, min(n_a, n_b), rule, ratios)
    n_fewer = min(n_rest, n_other_rest)
    is_form = n_fewer < rule.least_rest
    if is_form:
        is_decided, kind = _by_sizes(n_a, n_b, n_common, min(n_fewer, rule.least_shingles), rule, ratios)
    else:
        is_decided, kind = _by_sizes(n_rest, n_other_rest, n_common_rest, min(n_a, n_b), rule, ratios)
    least = rule.form_containment if is_form else rule.rest_containment
    return is_decided and (kind != 0 or n_fewer < LEAST_TO_TELL or n_common_rest < least * n_fewer), kind


@compiled
def may_pass(n_a: int, n_b: int, n_common: int, n_furniture: int, n_other_furniture: int, rule: Rule) -> bool:
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
    is_decided, kind = _by_sizes(n_a, n_b, n_common, n_shingles, rule, ratios)
    if is_decided:
        return kind
    window, least_match, most_lost = rule.window, rule.least_match, rule.most_lost
    both = n_a == n_b or ratios[1] < rule.containment
    if (
        kind
        and _most_lost(marks, sequence, other_marks, other_sequence, without, both, n_a < n_b, window, least_match)
        <= most_lost
    ):
        return kind
    if not _may_be_edited(n_a, n_b, ratios[0], rule):
        return 0
    window, least_match, most_lost = rule.edited_window, rule.edited_match, rule.edited_lost
    lost = _most_lost(marks, sequence, other_marks, other_sequence, without, True, False, window, least_match)
    return NEAR if lost <= most_lost else 0


@compiled
def _by_sizes(
    n_a: int, n_b: int, n_common: int, n_shingles: int, rule: Rule, ratios: NDArray[np.float64]
) -> tuple[bool, int]:
    """Whether the kind is known without a look at where the texts agree, and the kind as far as that goes."""
    n_few = min(n_a, n_b)
    jaccard, containment = n_common / max(n_a + n_b - n_common, 1), n_common / max(n_few, 1)
    ratios[0], ratios[1] = jaccard, containment
    short = 1 - ampleness(n_shingles, rule)
    kind = 0
    if jaccard >= rule.jaccard + short * rule.more_jaccard:
        kind = NEAR
    elif n_few >= rule.least_shingles and containment >= rule.containment + short * rule.more_containment:
        kind = CONTAINED
    if kind:
        return jaccard >= rule.sure_jaccard or containment >= rule.sure_containment, kind
    return not _may_be_edited(n_a, n_b, jaccard, rule), 0


@compiled
def _may_be_edited(n_a: int, n_b: int, jaccard: float, rule: Rule) -> bool:
    if not rule.edited_jaccard <= jaccard < rule.sure_jaccard:
        return False
    return min(n_a, n_b) >= rule.edited_shingles and min(n_a, n_b) >= rule.edited_ratio * max(n_a, n_b)


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

"""Compiled loops that compare sets of shingles.

A ``rule`` is a record with the fields of `Rule`.
"""

import numpy as np
from numpy.typing import NDArray

from dedupe.near_duplicates.kernels_holders import count_holders, mark_furniture, write_slots
from dedupe.near_duplicates.kernels_judging import judge_matched, may_pass
from dedupe.near_duplicates.kernels_siblings import are_siblings
from dedupe.near_duplicates.rule import Rule
from dedupe.text.kernels_numba import compiled

_EXACT = 1


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
    if not may_pass(shingles.size, others.size, n_common, n_furniture, n_other_furniture, rule):
        return 0
    places, other_places = room[0, :n_common], room[1, :n_common]
    kind = judge_matched(is_furniture, sequence, places, is_other_furniture, other_sequence, other_places, rule, ratios)
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

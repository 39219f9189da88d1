"""From suspicion to fact: whether one article repeats another, computed on their shingles."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dedupe.models import ArticleId, DuplicateKind, DuplicatePair
from dedupe.near_duplicates.furniture import Holders
from dedupe.near_duplicates.judging import Likeness, Text, judged
from dedupe.near_duplicates.shingle_sets import ManyShingles, ShingleSets, distinct, joined_sets, shingle_sets
from dedupe.near_duplicates.sketching import TextSketches
from dedupe.settings import DuplicateParams
from dedupe.text import kernels

KINDS = tuple(DuplicateKind)
"""Kinds of pairs; a number of a kind is its place here and one."""

_EXACTLY = Likeness(DuplicateKind.EXACT, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a comparison needs of an article: ``text_key`` (16 bytes) and its distinct shingle hashes, ascending.

    ``flags`` (uint8) say of each whether it holds a name or a figure; where none does, no siblings are told from
    copies. ``sequence`` (int32) are the places among them of all shingles in reading order, repetitions included.
    """

    article_id: ArticleId
    text_key: bytes
    shingles: NDArray[np.uint32]
    flags: NDArray[np.uint8]
    sequence: NDArray[np.int32]


Pair = tuple[Candidate, Candidate]


def candidate_of(
    article_id: ArticleId,
    text_key: bytes,
    hashes: NDArray[np.uint32],
    is_named: NDArray[np.bool_],
    is_figured: NDArray[np.bool_],
) -> Candidate:
    """A candidate of shingle hashes in reading order; named, or figured, is a shingle that is so once."""
    return Candidate(article_id, text_key, *distinct(hashes, is_named, is_figured))


def candidate_at(article_id: ArticleId, sketches: TextSketches, at: int) -> Candidate:
    """What a comparison needs of the ``at``-th text."""
    own = slice(sketches.offsets[at], sketches.offsets[at + 1])
    hashes, is_named, is_figured = sketches.hashes[own], sketches.is_named[own], sketches.is_figured[own]
    return candidate_of(article_id, sketches.text_keys[at].tobytes(), hashes, is_named, is_figured)


def best_pair(pairs: Iterable[DuplicatePair | None]) -> DuplicatePair | None:
    """The closest pair, None without any.

    An equal text goes before a near one and that before containment; then the more similar, then the first given.
    """
    return max((pair for pair in pairs if pair is not None), key=_closeness, default=None)


def compare(a: Candidate, b: Candidate, params: DuplicateParams) -> DuplicatePair | None:
    """Two articles as a verified pair, or None where neither repeats the other; nothing is known of furniture.

    Equal texts are exact copies at any length; of others `judging.judged` decides. What contains the other is the one
    with more shingles, ``b`` where they have as many.
    """
    return compare_all([(a, b)], Holders(params))[0]


def compare_all(pairs: Sequence[Pair], holders: Holders) -> list[DuplicatePair | None]:
    """`compare` for all pairs of an article, which is ``b`` in each, without what is furniture now."""
    no_signatures = np.empty((0, 0), dtype=np.uint32)
    return compare_in_order(pairs, [len(pairs)], no_signatures, holders) if pairs else []


def compare_in_order(
    pairs: Sequence[Pair], n_pairs: Sequence[int], signatures: NDArray[np.uint32], holders: Holders
) -> list[DuplicatePair | None]:
    """`compare_all` for articles one after another: each is ``b`` of the next so many pairs as ``n_pairs`` says.

    An article that makes no verified pair is counted among the holders before the next one is compared; without
    ``signatures``, of which there is a row an article, none is.
    """
    texts = {id(candidate): candidate for pair in pairs for candidate in pair}
    number = {key: at for at, key in enumerate(texts)}
    sets = joined_sets([(text.shingles, text.flags, text.sequence) for text in texts.values()])
    suspected = [(number[id(a)], number[id(b)], a.text_key == b.text_key) for a, b in pairs]
    kinds, ratios = likenesses(
        sets, np.array(suspected, dtype=np.int64).reshape(-1, 3), np.array(n_pairs), signatures, holders
    )
    found: list[DuplicatePair | None] = [None] * len(pairs)
    for at in np.flatnonzero(kinds).tolist():
        found[at] = _pair(*pairs[at], Likeness(KINDS[kinds[at] - 1], *ratios[at].tolist()))
    return found


def likenesses(
    sets: ShingleSets,
    pairs: NDArray[np.int64],
    n_pairs: NDArray[np.int64],
    signatures: NDArray[np.uint32],
    holders: Holders,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """What `compare_in_order` makes pairs of.

    Parameters
    ----------
    pairs
        Shape ``(n, 3)``: numbers of two texts of the ``sets``, the later one second, and whether they are equal, in
        which case their sets are not looked at.

    Returns
    -------
    For each pair the number of its kind among `KINDS`, from 1 on, 0 for none; and, shape ``(n, 2)``, its Jaccard
    similarity and containment, which say nothing where it is none.
    """
    if kernels.are_used():
        from dedupe.near_duplicates.comparing import compared  # noqa: PLC0415 - imports numba

        return compared(sets, pairs, n_pairs, signatures, holders)
    kinds, ratios = np.zeros(len(pairs), dtype=np.int64), np.zeros((len(pairs), 2))
    for at, (begin, end) in enumerate(pairwise([0, *n_pairs.cumsum().tolist()])):
        for place, likeness in enumerate(_likenesses(sets, pairs[begin:end].tolist(), holders), start=begin):
            if likeness is not None:
                kinds[place], ratios[place] = KINDS.index(likeness.kind) + 1, likeness[1:]
        if len(signatures) and not kinds[begin:end].any():
            holders.count(signatures[at : at + 1])
    return kinds, ratios


def likenesses_of_texts(
    texts: ManyShingles,
    pairs: NDArray[np.int64],
    n_pairs: NDArray[np.int64],
    signatures: NDArray[np.uint32],
    holders: Holders,
) -> tuple[NDArray[np.int8], NDArray[np.float64], NDArray[np.int8]]:
    """`likenesses` of texts that are no sets yet; and how the sizes of those that make a pair compare.

    1 where the first text has more distinct shingles, -1 where it has fewer, and 0 where it has as many.
    """
    if kernels.are_used():
        from dedupe.near_duplicates.comparing import compared_texts  # noqa: PLC0415 - imports numba

        return compared_texts(texts, pairs, n_pairs, signatures, holders)
    sets = shingle_sets([texts])
    kinds, ratios = likenesses(sets, pairs, n_pairs, signatures, holders)
    sizes, is_other = sets.sizes(), pairs[:, 2] == 0
    larger = np.zeros(len(pairs), dtype=np.int8)
    larger[is_other] = np.sign(sizes[pairs[is_other, 0]] - sizes[pairs[is_other, 1]])
    return kinds.astype(np.int8), ratios, larger


def container_of(a: Candidate, b: Candidate, kind: DuplicateKind) -> ArticleId | None:
    """The one with more shingles, ``b`` where they have as many; None unless one is contained in the other."""
    if kind is not DuplicateKind.CONTAINED:
        return None
    return a.article_id if a.shingles.size > b.shingles.size else b.article_id


def _likenesses(sets: ShingleSets, pairs: Sequence[Sequence[int]], holders: Holders) -> list[Likeness | None]:
    """Of all pairs of one article, on the plain path."""
    params = holders.params
    read = {text: _text(sets, text, holders) for a, b, is_same in pairs if not is_same for text in (a, b)}
    exactly = _EXACTLY if DuplicateKind.EXACT in params.kinds else None
    return [exactly if is_same else judged(read[a], read[b], params) for a, b, is_same in pairs]


def _text(sets: ShingleSets, text: int, holders: Holders) -> Text:
    (begin, first), (end, last) = sets.offsets[:, text], sets.offsets[:, text + 1]
    shingles, sequence = sets.shingles[begin:end], sets.sequences[first:last]
    return Text(shingles, sets.flags[begin:end], sequence, holders.furniture(shingles, sequence))


def _pair(a: Candidate, b: Candidate, likeness: Likeness) -> DuplicatePair:
    return DuplicatePair(a.article_id, b.article_id, *likeness, container_of(a, b, likeness.kind))


def _closeness(pair: DuplicatePair) -> tuple[int, float, float]:
    return -KINDS.index(pair.kind), pair.jaccard, pair.containment

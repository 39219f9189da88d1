"""From suspicion to fact: whether one article repeats another, computed on their shingles."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedupe.models import ArticleId, DuplicateKind, DuplicatePair
from dedupe.near_duplicates.furniture import Holders
from dedupe.near_duplicates.judging import FIGURED, NAMED, Likeness, Text, judged
from dedupe.near_duplicates.sketching import TextSketches
from dedupe.settings import DuplicateParams
from dedupe.text import kernels

_KINDS = tuple(DuplicateKind)
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
    if kernels.are_used():
        from dedupe.near_duplicates.comparing import distinct  # noqa: PLC0415 - imports numba

        return Candidate(article_id, text_key, *distinct(hashes, is_named, is_figured))
    shingles, sequence = np.unique(hashes, return_inverse=True)
    flags = np.zeros(shingles.size, dtype=np.uint8)
    flags[sequence[is_named]] |= NAMED
    flags[sequence[is_figured]] |= FIGURED
    return Candidate(article_id, text_key, shingles, flags, sequence.astype(np.int32))


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
    found = likenesses(pairs, n_pairs, signatures, holders)
    return [None if own is None else _pair(a, b, own) for (a, b), own in zip(pairs, found, strict=True)]


def likenesses(
    pairs: Sequence[Pair], n_pairs: Sequence[int], signatures: NDArray[np.uint32], holders: Holders
) -> list[Likeness | None]:
    """What `compare_in_order` makes pairs of."""
    if kernels.are_used():
        from dedupe.near_duplicates.comparing import compared  # noqa: PLC0415 - imports numba

        numbers, ratios = compared(pairs, n_pairs, signatures, holders)
        copies = np.flatnonzero(numbers)
        compiled: list[Likeness | None] = [None] * len(pairs)
        for at, number, own in zip(copies.tolist(), numbers[copies].tolist(), ratios[copies].tolist(), strict=True):
            compiled[at] = Likeness(_KINDS[number - 1], *own)
        return compiled
    found: list[Likeness | None] = []
    for at, n in enumerate(n_pairs):
        likeness = _likenesses(pairs[len(found) : len(found) + n], holders)
        found.extend(likeness)
        if not any(likeness) and len(signatures):
            holders.count(signatures[at : at + 1])
    return found


def container_of(a: Candidate, b: Candidate, kind: DuplicateKind) -> ArticleId | None:
    """The one with more shingles, ``b`` where they have as many; None unless one is contained in the other."""
    if kind is not DuplicateKind.CONTAINED:
        return None
    return a.article_id if a.shingles.size > b.shingles.size else b.article_id


def _likenesses(pairs: Sequence[Pair], holders: Holders) -> list[Likeness | None]:
    """Of all pairs of one article, on the plain path."""
    params = holders.params
    texts = {id(one): one for a, b in pairs if a.text_key != b.text_key for one in (a, b)}
    read = {key: _text(candidate, holders) for key, candidate in texts.items()}
    exactly = _EXACTLY if DuplicateKind.EXACT in params.kinds else None
    return [exactly if a.text_key == b.text_key else judged(read[id(a)], read[id(b)], params) for a, b in pairs]


def _text(candidate: Candidate, holders: Holders) -> Text:
    is_furniture = holders.furniture(candidate.shingles, candidate.sequence)
    return Text(candidate.shingles, candidate.flags, candidate.sequence, is_furniture)


def _pair(a: Candidate, b: Candidate, likeness: Likeness) -> DuplicatePair:
    return DuplicatePair(a.article_id, b.article_id, *likeness, container_of(a, b, likeness.kind))


def _closeness(pair: DuplicatePair) -> tuple[int, float, float]:
    return -_KINDS.index(pair.kind), pair.jaccard, pair.containment

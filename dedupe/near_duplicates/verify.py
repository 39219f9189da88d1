"""From suspicion to fact: whether one article repeats another, computed on their shingles."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dedupe.models import ArticleId, DuplicateKind, DuplicatePair
from dedupe.settings import DuplicateParams

_KINDS = tuple(DuplicateKind)
_LEAST_TO_TELL = 8  # a share of fewer shingles says nothing


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a comparison needs of an article: ``text_key`` (16 bytes) and its distinct shingle hashes, ascending.

    ``named`` are those of ``shingles`` that hold a name or a figure; without them no siblings are told from copies.
    """

    article_id: ArticleId
    text_key: bytes
    shingles: NDArray[np.uint32]
    named: NDArray[np.uint32] = field(default_factory=lambda: np.empty(0, dtype=np.uint32))


def best_pair(pairs: Iterable[DuplicatePair | None]) -> DuplicatePair | None:
    """The closest pair, None without any.

    An equal text goes before a near one and that before containment; then the more similar, then the first given.
    """
    return max((pair for pair in pairs if pair is not None), key=_closeness, default=None)


def least_estimate(params: DuplicateParams) -> float:
    """Containment that a pair of signatures has to be estimated at to be worth a comparison.

    Copies of Jaccard similarity ``j`` have a containment of ``2 * j / (1 + j)`` at least. The estimate of the least
    alike of them, and of an excerpt of a fifth, falls under half of that once in some hundred times.
    """
    return min(params.containment, 2 * params.jaccard / (1 + params.jaccard)) / 2


def compare(a: Candidate, b: Candidate, params: DuplicateParams) -> DuplicatePair | None:
    """Two articles as a verified pair, or None where neither repeats the other.

    Equal texts are exact copies at any length. A text of fewer than ``least_shingles`` shingles is no excerpt: a
    headline alone is contained in nothing. Siblings, which agree but for their names and figures, are no copies.
    """
    if a.text_key == b.text_key:
        return DuplicatePair(a.article_id, b.article_id, DuplicateKind.EXACT, 1.0, 1.0)
    n_shingles = min(a.shingles.size, b.shingles.size)
    common = shared(a.shingles, b.shingles)
    jaccard, containment = _ratios(common.size, a.shingles.size, b.shingles.size)
    least_jaccard, least_containment = thresholds(n_shingles, params)
    if jaccard >= least_jaccard:
        kind = DuplicateKind.NEAR
    elif n_shingles >= params.least_shingles and containment >= least_containment:
        kind = DuplicateKind.CONTAINED
    else:
        return None
    if are_siblings(a, b, common, params):
        return None
    return DuplicatePair(a.article_id, b.article_id, kind, jaccard, containment)


def thresholds(n_shingles: int, params: DuplicateParams) -> tuple[float, float]:
    """Jaccard similarity and containment that a pair needs whose smaller text has so many distinct shingles.

    ``short_jaccard`` and ``short_containment`` up to ``least_shingles``, ``jaccard`` and ``containment`` from
    ``ample_shingles`` on, a straight line between: what short notes share is mostly their form, and a web page's
    furniture is a larger part of them. Never less for a shorter text.
    """
    short = 1 - ampleness(n_shingles, params)
    return (
        params.jaccard + short * max(params.short_jaccard - params.jaccard, 0.0),
        params.containment + short * max(params.short_containment - params.containment, 0.0),
    )


def ampleness(n_shingles: int, params: DuplicateParams) -> float:
    """0 up to ``least_shingles``, 1 from ``ample_shingles`` on, a straight line between."""
    ample = (n_shingles - params.least_shingles) / (params.ample_shingles - params.least_shingles)
    return min(max(ample, 0.0), 1.0)


def overlap(a: NDArray[np.uint32], b: NDArray[np.uint32]) -> tuple[float, float]:
    """Jaccard similarity of two shingle sets and the containment of the smaller in the larger, each in [0, 1].

    ``a`` and ``b`` are ascending and distinct. With an empty set both are 0: no shingles is no likeness.
    """
    return _ratios(shared(a, b).size, a.size, b.size)


def are_siblings(a: Candidate, b: Candidate, common: NDArray[np.uint32], params: DuplicateParams) -> bool:
    """Whether two articles fill one template: they differ in names, dates and figures, and in little else.

    Edits cost a copy plain and named shingles alike, siblings keep the plain ones: theirs contain one another by more
    than ``sibling_gap`` over the named ones. Copies whose names were edited share most of the named ones still, so
    ``sibling_named`` and more of them make no siblings; of short texts, where dates and sums recur, more are needed.
    """
    plain, named = plain_and_named(a, b, common)
    short = 1 - ampleness(min(a.shingles.size, b.shingles.size), params)
    return plain - named > params.sibling_gap and named < params.sibling_named + short * (1 - params.sibling_named)


def plain_and_named(a: Candidate, b: Candidate, common: NDArray[np.uint32]) -> tuple[float, float]:
    """Containment of the plain shingles of the two, and of those with names and figures, each in [0, 1].

    Both 0 where either kind is too rare to tell, as in a text all in capitals. A shingle is named when it is in either
    article: case is often lost. ``common`` is `shared` by the two.
    """
    in_a, in_b = holds(a.named, common), holds(b.named, common)
    n_common, n_both = np.count_nonzero(in_a | in_b), np.count_nonzero(in_a & in_b)
    n_named_a = a.named.size + np.count_nonzero(in_b) - n_both
    n_named_b = b.named.size + np.count_nonzero(in_a) - n_both
    n_named, n_plain = min(n_named_a, n_named_b), min(a.shingles.size - n_named_a, b.shingles.size - n_named_b)
    if min(n_named, n_plain) < _LEAST_TO_TELL:
        return 0.0, 0.0
    return float((common.size - n_common) / n_plain), float(n_common / n_named)


def _closeness(pair: DuplicatePair) -> tuple[int, float, float]:
    return -_KINDS.index(pair.kind), pair.jaccard, pair.containment


def _ratios(n_shared: int, n_a: int, n_b: int) -> tuple[float, float]:
    if n_a == 0 or n_b == 0:
        return 0.0, 0.0
    return n_shared / (n_a + n_b - n_shared), n_shared / min(n_a, n_b)


def shared(a: NDArray[np.uint32], b: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Shingles of both, ascending; ``a`` and ``b`` are ascending and distinct."""
    few, many = (a, b) if a.size <= b.size else (b, a)
    common: NDArray[np.uint32] = few[holds(many, few)]
    return common


def holds(shingles: NDArray[np.uint32], wanted: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Whether each wanted shingle is among ``shingles``, which are ascending; shape and order of ``wanted``."""
    if shingles.size == 0:
        return np.zeros(wanted.shape, dtype=np.bool_)
    # The methods: the functions of the same names cost as much again, and this runs for every suspicion.
    found: NDArray[np.bool_] = shingles.take(shingles.searchsorted(wanted), mode="clip") == wanted
    return found

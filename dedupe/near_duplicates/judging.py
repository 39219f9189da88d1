"""The rule by which one text repeats another, in plain NumPy; `kernels_verify` has the same in compiled loops."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedupe.models import DuplicateKind
from dedupe.settings import DuplicateParams

LEAST_TO_TELL = 8
"""A share of fewer shingles says nothing."""

NAMED, FIGURED = 1, 2
"""Flags of a shingle: it holds a name or a figure, it holds a figure."""


class Text(NamedTuple):
    """A text's distinct shingles (uint32, ascending), their flags (uint8), and which of them come one after another.

    ``is_furniture`` says of each distinct one whether it is furniture of the text's page.
    """

    shingles: NDArray[np.uint32]
    flags: NDArray[np.uint8]
    sequence: NDArray[np.int32]
    is_furniture: NDArray[np.bool_]


class Likeness(NamedTuple):
    """How one of two texts repeats the other, and the Jaccard similarity and containment that it was decided on."""

    kind: DuplicateKind
    jaccard: float
    containment: float


@dataclass(frozen=True, slots=True)
class Side:
    """One of two texts: which of its distinct shingles the other has too, and which of them are left of it."""

    sequence: NDArray[np.int32]
    is_common: NDArray[np.bool_]
    is_left: NDArray[np.bool_]

    @property
    def size(self) -> int:
        """How many distinct shingles are left."""
        return int(np.count_nonzero(self.is_left))

    @property
    def n_common(self) -> int:
        """How many of them the other text has too."""
        return int(np.count_nonzero(self.is_left & self.is_common))

    def whole(self) -> "Side":
        """The same with all that is no longer left."""
        return Side(self.sequence, self.is_common, np.ones_like(self.is_left))


def judged(a: Text, b: Text, params: DuplicateParams) -> Likeness | None:
    """How one of two different texts repeats the other, None where neither does.

    Siblings, which agree but for their names and figures, are no copies; nor are pairs of a kind that does not count.
    """
    likeness = _without_furniture(*sides_of(a, b), params)
    if likeness is None or likeness.kind not in params.kinds or are_siblings(a, b, params):
        return None
    return likeness


def sides_of(a: Text, b: Text) -> tuple[Side, Side]:
    """Two texts side by side; what is furniture of either is left of neither."""
    places, other_places = matched(a.shingles, b.shingles)
    return (
        _side(a, places, b.is_furniture[other_places]),
        _side(b, other_places, a.is_furniture[places]),
    )


def matched(shingles: NDArray[np.uint32], others: NDArray[np.uint32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where those that are in both are in the one, and where in the other."""
    found = others.searchsorted(shingles)
    is_common = np.zeros(shingles.size, dtype=np.bool_)
    if others.size:
        is_common = others.take(found, mode="clip") == shingles
    return np.flatnonzero(is_common), found[is_common]


def _side(text: Text, places: NDArray[np.intp], is_furniture_there: NDArray[np.bool_]) -> Side:
    is_common, is_left = np.zeros(text.shingles.size, dtype=np.bool_), ~text.is_furniture
    is_common[places] = True
    is_left[places] &= ~is_furniture_there
    return Side(text.sequence, is_common, is_left)


def _without_furniture(a: Side, b: Side, params: DuplicateParams) -> Likeness | None:
    """The likeness of what is left of two texts, or of the whole ones, as `FurnitureParams` says."""
    furniture, n_shingles = params.furniture, min(a.is_left.size, b.is_left.size)
    if a.is_left.all() and b.is_left.all():
        return passed(a, b, n_shingles, params)
    n_rest = min(a.size, b.size)
    is_form = n_rest < furniture.least_rest
    if is_form:
        likeness = passed(a.whole(), b.whole(), min(n_rest, params.least_shingles), params)
    else:
        likeness = passed(a, b, n_shingles, params)
    least = furniture.form_containment if is_form else furniture.rest_containment
    if likeness is not None or n_rest < LEAST_TO_TELL or a.n_common < least * n_rest:
        return likeness
    smaller = a if a.size <= b.size else b
    if lost(smaller, params.scatter.window, params.scatter.least_match) > furniture.rest_lost:
        return None
    return passed(a.whole(), b.whole(), n_shingles, params)


def passed(a: Side, b: Side, n_shingles: int, params: DuplicateParams) -> Likeness | None:
    """The likeness of two sides by the thresholds for so many shingles, None where they do not pass.

    A text of fewer than ``least_shingles`` shingles is no excerpt: a headline alone is contained in nothing.
    """
    n_common, n_smaller = a.n_common, min(a.size, b.size)
    jaccard, containment = n_common / max(a.size + b.size - n_common, 1), n_common / max(n_smaller, 1)
    least_jaccard, least_containment = thresholds(n_shingles, params)
    if jaccard >= least_jaccard:
        found = Likeness(DuplicateKind.NEAR, jaccard, containment)
    elif n_smaller >= params.least_shingles and containment >= least_containment:
        found = Likeness(DuplicateKind.CONTAINED, jaccard, containment)
    else:
        return _edited(a, b, jaccard, containment, params)
    is_sure = jaccard >= params.scatter.sure_jaccard or containment >= params.scatter.sure_containment
    return found if is_sure or _is_scattered(a, b, containment, params) else _edited(a, b, jaccard, containment, params)


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


def lost(side: Side, window: int, least_match: float) -> float:
    """Share, in [0, 1], of a side's runs of ``window`` shingles that have under ``least_match`` of them in common.

    A text that has fewer shingles is one run; one that has none loses nothing.
    """
    is_common = side.is_common[side.sequence][side.is_left[side.sequence]]
    if is_common.size == 0:
        return 0.0
    window = min(window, is_common.size)
    n_before = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(is_common)])
    is_lost = n_before[window:] - n_before[:-window] < least_match * window
    return int(np.count_nonzero(is_lost)) / int(is_lost.size)


def _is_scattered(a: Side, b: Side, containment: float, params: DuplicateParams) -> bool:
    """Whether little of the smaller is lost, and of the larger too unless it contains the smaller."""
    both = a.size == b.size or containment < params.containment
    tested = [own for own, other in ((a, b), (b, a)) if both or own.size < other.size]
    scatter = params.scatter
    return all(lost(side, scatter.window, scatter.least_match) <= scatter.most_lost for side in tested)


def _edited(a: Side, b: Side, jaccard: float, containment: float, params: DuplicateParams) -> Likeness | None:
    """A pair of heavily edited copies, as `EditedParams` says."""
    edited, (n_few, n_many) = params.edited, sorted((a.size, b.size))
    if not params.jaccard - edited.allowance <= jaccard < params.scatter.sure_jaccard:
        return None
    if n_few < edited.least_shingles or n_few < edited.least_ratio * n_many:
        return None
    if any(lost(side, edited.window, edited.least_match) > edited.most_lost for side in (a, b)):
        return None
    return Likeness(DuplicateKind.NEAR, jaccard, containment)


def are_siblings(a: Text, b: Text, params: DuplicateParams) -> bool:
    """Whether two articles fill one template: they differ in names, dates and figures, and in little else.

    Edits cost a copy plain and named shingles alike, siblings keep the plain ones: theirs contain one another by more
    than ``sibling_gap`` over the named ones. Copies whose names were edited share most of the named ones still, so
    ``sibling_named`` and more of them make no siblings; of short texts, where dates and sums recur, more are needed.
    Where case says nothing of names, figures do: see `FigureParams`.
    """
    if params.sibling_gap == 1:
        return False
    figures = params.figures
    plain, figured = plain_and_flagged(a, b, FIGURED, least_flagged=figures.least_shingles)
    if plain - figured > figures.gap and figured < figures.most_shared:
        return True
    plain, named = plain_and_flagged(a, b, NAMED, least_flagged=LEAST_TO_TELL)
    short = 1 - ampleness(min(a.shingles.size, b.shingles.size), params)
    return plain - named > params.sibling_gap and named < params.sibling_named + short * (1 - params.sibling_named)


def plain_and_flagged(a: Text, b: Text, flag: int, *, least_flagged: int) -> tuple[float, float]:
    """Containment of the shingles without a flag, and of those with it, each in [0, 1].

    A shingle is flagged when it is in either text: case is often lost. Both 0 where either kind is too rare to tell,
    as in a text all in capitals.
    """
    places, other_places = matched(a.shingles, b.shingles)
    has_flag, other_has_flag = (a.flags & flag) != 0, (b.flags & flag) != 0
    is_either = has_flag[places] | other_has_flag[other_places]
    has_flag[places] = other_has_flag[other_places] = is_either
    n_either, n_a, n_b = (int(np.count_nonzero(flags)) for flags in (is_either, has_flag, other_has_flag))
    n_flagged, n_plain = min(n_a, n_b), min(has_flag.size - n_a, other_has_flag.size - n_b)
    if n_flagged < least_flagged or n_plain < LEAST_TO_TELL:
        return 0.0, 0.0
    return (places.size - n_either) / n_plain, n_either / n_flagged

"""How alike two signatures have to be for their texts to be worth a comparison."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedupe.settings import DuplicateParams

_DEVIATIONS = 3.0
# The number of a text's shingles is an estimate too, and so is the ratio of two of them; seldom that far off.
MORE_SHINGLES = 1.2
SAME_LENGTH = 0.75


class Bounds(NamedTuple):
    """What a copy has to reach, in shingles: the figures of `DuplicateParams`, of which a signature estimates the rest.

    ``edited_jaccard`` is enough for two texts of one length with ``edited_shingles`` at least. The estimate may fall
    short by so many ``deviations``, but the estimated containment not under ``floor``. All 0, anything is alike.
    """

    jaccard: float
    containment: float
    short_jaccard: float
    short_containment: float
    least_shingles: float
    ample_shingles: float
    edited_jaccard: float
    edited_shingles: float
    deviations: float
    floor: float


NO_BOUNDS = Bounds(0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0)
"""That of any two texts."""


def bounds_of(params: DuplicateParams) -> Bounds:
    """What is worth a comparison: an estimate of three standard errors below what a copy has, once in a thousand."""
    return Bounds(
        jaccard=params.jaccard,
        containment=params.containment,
        short_jaccard=max(params.jaccard, params.short_jaccard),
        short_containment=max(params.containment, params.short_containment),
        least_shingles=float(params.least_shingles),
        ample_shingles=float(params.ample_shingles),
        edited_jaccard=max(params.jaccard - params.edited.allowance, 0.0),
        edited_shingles=float(params.edited.least_shingles),
        deviations=_DEVIATIONS,
        floor=min(params.containment, 2 * params.jaccard / (1 + params.jaccard)) / 2,
    )


def least_jaccard(own: float, others: NDArray[np.float64], bounds: Bounds, *, num_perm: int) -> NDArray[np.float64]:
    """Jaccard similarity that signatures of so many values must be estimated at, by the sizes of both shingle sets.

    Shape of ``others``. Of a copy by containment it is that of an excerpt of the smaller text's size. The compiled
    loops do the same.
    """
    smaller, larger = np.minimum(own, others), np.maximum(own, others)
    n_shingles = smaller * MORE_SHINGLES
    ample = (n_shingles - bounds.least_shingles) / (bounds.ample_shingles - bounds.least_shingles)
    short = 1.0 - np.minimum(np.maximum(ample, 0.0), 1.0)
    near = bounds.jaccard + short * (bounds.short_jaccard - bounds.jaccard)
    is_edited = (n_shingles >= bounds.edited_shingles) & (smaller >= SAME_LENGTH * larger)
    near = np.where(is_edited, np.minimum(near, bounds.edited_jaccard), near)
    shared = (bounds.containment + short * (bounds.short_containment - bounds.containment)) * smaller
    least = np.minimum(near, shared / (own + others - shared))
    floor = bounds.floor * smaller
    return np.maximum(
        least - bounds.deviations * np.sqrt(least * (1.0 - least) / num_perm), floor / (own + others - floor)
    )

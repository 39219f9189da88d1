"""Compiled loops that tell siblings from copies, as `judging` says."""

import numpy as np
from numpy.typing import NDArray

from dedupe.near_duplicates import judging
from dedupe.near_duplicates.judging import LEAST_TO_TELL
from dedupe.near_duplicates.rule import Rule
from dedupe.text.kernels_numba import compiled

_NAMED, _FIGURED = np.uint8(judging.NAMED), np.uint8(judging.FIGURED)


@compiled
def are_siblings(
    flags: NDArray[np.uint8],
    places: NDArray[np.int32],
    other_flags: NDArray[np.uint8],
    other_places: NDArray[np.int32],
    rule: Rule,
) -> bool:
    """`judging.are_siblings`."""
    plain, figured = _plain_and_flagged(_FIGURED, rule.least_figured, flags, places, other_flags, other_places)
    if plain - figured > rule.figured_gap and figured < rule.most_figured:
        return True
    plain, named = _plain_and_flagged(_NAMED, rule.least_named, flags, places, other_flags, other_places)
    short = 1 - ampleness(min(flags.size, other_flags.size), rule)
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


@compiled
def ampleness(n_shingles: int, rule: Rule) -> float:
    """How far so many shingles are on the way from few to ample ones, from 0 to 1."""
    return min(max((n_shingles - rule.least_shingles) / (rule.ample_shingles - rule.least_shingles), 0.0), 1.0)

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
    named = _n_flagged_in_both(_NAMED, flags, places, other_flags, other_places)
    figured = _n_flagged_in_both(_FIGURED, flags, places, other_flags, other_places)
    sizes = flags.size, other_flags.size, places.size
    plain, flagged = _plain_and_flagged(
        sizes, _n_flagged(flags, _FIGURED), _n_flagged(other_flags, _FIGURED), figured, rule.least_figured
    )
    if plain - flagged > rule.figured_gap and flagged < rule.most_figured:
        return True
    plain, flagged = _plain_and_flagged(
        sizes, _n_flagged(flags, _NAMED), _n_flagged(other_flags, _NAMED), named, rule.least_named
    )
    short = 1 - ampleness(min(flags.size, other_flags.size), rule)
    return plain - flagged > rule.sibling_gap and flagged < rule.sibling_named + short * (1 - rule.sibling_named)


@compiled
def _n_flagged_in_both(
    flag: np.uint8,
    flags: NDArray[np.uint8],
    places: NDArray[np.int32],
    other_flags: NDArray[np.uint8],
    other_places: NDArray[np.int32],
) -> tuple[int, int, int]:
    """How many shingles of both have a flag in either text, and how many of those lack it in the one, in the other."""
    n_either = n_there = n_here = np.int64(0)
    for at in range(places.size):
        own, other = (flags[places[at]] & flag) != 0, (other_flags[other_places[at]] & flag) != 0
        n_either += own | other
        n_there += other & ~own
        n_here += own & ~other
    return int(n_either), int(n_there), int(n_here)


@compiled
def _plain_and_flagged(
    sizes: tuple[int, int, int], n_a: int, n_b: int, in_both: tuple[int, int, int], least_flagged: int
) -> tuple[float, float]:
    """`judging.plain_and_flagged`, of two texts of these sizes, the last of them that of what they have in common."""
    n_flagged = min(n_a + in_both[1], n_b + in_both[2])
    n_plain = min(sizes[0] - n_a - in_both[1], sizes[1] - n_b - in_both[2])
    if n_flagged < least_flagged or n_plain < LEAST_TO_TELL:
        return 0.0, 0.0
    return (sizes[2] - in_both[0]) / n_plain, in_both[0] / n_flagged


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

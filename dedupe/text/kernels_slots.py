"""The table in which the compiled loops look words up that lines begin with."""

import numpy as np
from numpy.typing import NDArray

from dedupe.text.kernels_numba import inlined

SPREAD, TO_SLOT = 0x9E3779B97F4A7C15, 54
N_OPENINGS = 1 << 11
"""An opening is looked for from the place on that it has times `SPREAD`, shifted by `TO_SLOT`, up to a zero."""

ANY, LATER, NAMED = 1, 2, 3
"""Stand for a next word in the table, where each is added to its opening times `SPREAD`: see `normalise.NEXT_WORDS`."""
AGENCY, MONTH, LONGEST_AGENCY = 1 << 62, 3 << 62, 7
"""Added to the letters, the last one lowest, of agencies of one word no longer than that, and of months."""

_ONE, _SPREAD, _TO_SLOT = np.uint64(1), np.uint64(SPREAD), np.uint64(TO_SLOT)


@inlined
def slot_of(openings: NDArray[np.uint64], key: np.uint64) -> int:
    """Place of a key, negative where the table has none."""
    slot = (key * _SPREAD) >> _TO_SLOT
    while openings[slot] != 0 and openings[slot] != key:
        slot += _ONE
    return int(slot) if openings[slot] != 0 else -1

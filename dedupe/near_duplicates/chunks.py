"""Much work in pieces that fit into memory."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


def cut_by_cost(costs: NDArray[np.int64], *, most: int) -> Iterator[slice]:
    """Consecutive items whose costs are ``most`` together at most, or one item that costs more."""
    ends = costs.cumsum()
    begin = 0
    while begin < costs.size:
        spent = int(ends[begin - 1]) if begin else 0
        end = max(begin + 1, int(ends.searchsorted(spent + most, side="right")))
        yield slice(begin, end)
        begin = end

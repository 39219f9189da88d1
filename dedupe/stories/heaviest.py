"""Which terms of a text are worth remembering."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedupe.text import kernels


class WeighedTerms(NamedTuple):
    """Terms of texts, those of text ``i`` from ``ends[i]`` (integer) to ``ends[i + 1]``, one a word.

    ``term`` (uint32, two words may share one), ``weight`` (float32), ``importance`` (float64) and the ``documents``
    (float64) of the background that hold the word.
    """

    term: NDArray[np.uint32]
    weight: NDArray[np.float32]
    importance: NDArray[np.float64]
    documents: NDArray[np.float64]
    ends: NDArray[np.signedinteger]


def heaviest_of_each(rows: WeighedTerms, limit: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of the ``limit`` most important words of each text, in the order of their terms; where each text ends.

    Of equally important words those of the smaller terms. Of two that share a term the heavier stands for both, of
    equals the rarer.
    """
    if kernels.are_used():
        from dedupe.stories.kernels_heaviest import write_heaviest  # noqa: PLC0415 - imports numba

        kept = np.empty(rows.term.size, dtype=np.int64)
        ends = np.empty(rows.ends.size - 1, dtype=np.int64)
        write_heaviest(*rows[:4], rows.ends.astype(np.int64), limit, kept, ends)
        return kept[: ends[-1] if ends.size else 0], ends
    text = np.repeat(np.arange(rows.ends.size - 1), np.diff(rows.ends))
    order = np.lexsort((rows.term, -rows.importance, text))
    kept = order[np.arange(order.size) - rows.ends[text[order]] < limit]
    kept = kept[np.lexsort((rows.documents[kept], -rows.weight[kept], rows.term[kept], text[kept]))]
    is_first = np.diff(text[kept].astype(np.int64) << 32 | rows.term[kept], prepend=-1) != 0
    kept = kept[is_first]
    return kept, np.cumsum(np.bincount(text[kept], minlength=rows.ends.size - 1))

"""Words that belong beside a story's keywords: more than one of its articles puts them there."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from dedupe.stories.occurrences import Occurrences

_READ_WORDS = 400
_MOST_TEXTS = 6

Pair = tuple[str, str]


def companion_pairs(
    words: Occurrences, rows: NDArray[np.int64], *, keywords: NDArray[np.int32], telling: NDArray[np.int32]
) -> frozenset[Pair]:
    """Pairs of telling words, one a keyword, side by side in the first article and in another; of one article its own.

    Parameters
    ----------
    rows
        Articles of the story, the representative first.
    keywords, telling
        Terms; telling are those of the representative that are not too frequent to tell anything.
    """
    said = set(telling.tolist())
    first, *others = (_pairs(words.terms_of(row)[:_READ_WORDS], keywords) for row in rows[:_MOST_TEXTS].tolist())
    told = {pair for pair in _told(first) if said.issuperset(pair)}
    shared = told & {pair for other in others for pair in _told(other)} if others else told
    return frozenset((words.vocabulary[left], words.vocabulary[right]) for left, right in shared)


def _pairs(said: NDArray[np.int32], keywords: NDArray[np.int32]) -> NDArray[np.int32]:
    """Terms side by side, one of them a keyword: shape ``(n, 2)``."""
    held = (said[:, np.newaxis] == keywords).any(axis=1)
    at = np.flatnonzero(held[:-1] | held[1:])
    return np.column_stack([said[at], said[at + 1]])


def _told(pairs: NDArray[np.int32]) -> Iterator[tuple[int, int]]:
    return zip(pairs[:, 0].tolist(), pairs[:, 1].tolist(), strict=True)

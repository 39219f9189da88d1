"""What the articles of a batch are compared with as they are taken in: texts by place, and room. Imports numba."""

import numpy as np
from numpy.typing import NDArray

from dedupe.models import ArticleId, DuplicateKind, DuplicatePair
from dedupe.near_duplicates.comparing import texts_of
from dedupe.near_duplicates.furniture import Holders
from dedupe.near_duplicates.index import MOST_CANDIDATES
from dedupe.near_duplicates.kernels_suspects import room_for
from dedupe.near_duplicates.kernels_unrepeated import Compared, Placed
from dedupe.near_duplicates.shelf import place_id
from dedupe.near_duplicates.shingle_sets import ManyShingles
from dedupe.near_duplicates.shingle_store import joined
from dedupe.near_duplicates.verify import KINDS

_LEAST_LENGTH = 1024  # shingles of a text that there is room for from the beginning


class Comparison:
    """The texts of all articles so far, and which of them are the rows of an index."""

    def __init__(self, holders: Holders) -> None:
        self.holders = holders
        self.placed = Placed(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
        self.room = room_for(_LEAST_LENGTH)
        # An article and the canonical one of its group are two to compare with.
        self.compared = Compared(
            np.empty((2 * MOST_CANDIDATES, 3), dtype=np.int64),
            np.empty(2 * MOST_CANDIDATES, dtype=np.int8),
            np.empty((2 * MOST_CANDIDATES, 2), dtype=np.float64),
            np.empty(2 * MOST_CANDIDATES, dtype=np.int8),
        )
        self._n_distinct = np.empty(0, dtype=np.int32)
        self.texts = texts_of(joined([]))

    def take(self, shingles: ManyShingles, *, n_rows: int) -> None:
        """Take the shingles of all texts, before articles of so many more rows are compared."""
        n_texts, known = shingles.begins.size, self._n_distinct
        if n_texts > known.size:
            self._n_distinct = np.full(max(n_texts, 2 * known.size), -1, dtype=np.int32)
            self._n_distinct[: known.size] = known
        self.texts = texts_of(shingles)._replace(n_distinct=self._n_distinct)
        longest = int((shingles.ends - shingles.begins).max(initial=0))
        if longest > self.room.shingles.shape[1]:
            self.room = room_for(2 * longest)
        self.placed = Placed._make(_with_rows(column, n_rows) for column in self.placed)

    def pairs(self, n_compared: int) -> list[tuple[ArticleId, DuplicatePair | None, int]]:
        """Each that the last article was compared with, the pair they make, and how their sizes compare."""
        places, kinds, ratios, larger = (column[:n_compared].tolist() for column in self.compared)
        ids = [(place_id(a), place_id(b)) for a, b, _ in places]
        return [
            (pair[0], _pair(pair, KINDS[kind - 1], both, is_larger) if kind else None, is_larger)
            for pair, kind, both, is_larger in zip(ids, kinds, ratios, larger, strict=True)
        ]


def _pair(ids: tuple[ArticleId, ArticleId], kind: DuplicateKind, ratios: list[float], larger: int) -> DuplicatePair:
    jaccard, containment = ratios
    container = ids[larger <= 0] if kind is DuplicateKind.CONTAINED else None
    return DuplicatePair(*ids, kind, jaccard, containment, container)


def _with_rows(column: NDArray[np.int64], n_rows: int) -> NDArray[np.int64]:
    if n_rows <= column.size:
        return column
    room = np.empty(max(n_rows, 2 * column.size), dtype=np.int64)
    room[: column.size] = column
    return room

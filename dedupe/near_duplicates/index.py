"""An index over signatures, in memory: which articles might be near-duplicates of this one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dedupe.models import ArticleId
from dedupe.near_duplicates.bounds import NO_BOUNDS, Bounds
from dedupe.near_duplicates.keys import Layout, has_shingles, layout_of
from dedupe.near_duplicates.postings import Postings, Search
from dedupe.near_duplicates.rows import LEAST_ROWS, nbytes, no_rows, resized, taken
from dedupe.near_duplicates.signatures import EMPTY
from dedupe.settings import SketchParams
from dedupe.text import kernels

if TYPE_CHECKING:
    from dedupe.near_duplicates.comparison import Comparison

MOST_CANDIDATES = 128
MOST_SHARERS = 256
NO_TEXT = bytes(16)

_LAST_STAMP = (1 << 32) - (1 << 20)


class SignatureIndex:
    """Articles by their texts' keys and by their signatures: bands of several values, and values that few hold.

    Two articles that agree in all rows of a band share a bucket, of which the newest ``most_sharers`` count. An excerpt
    seldom does: its Jaccard similarity to the whole is low. Yet it shares single values, each the hash of one shingle
    of both, and those that at most ``most_holders`` indexed articles hold say that the texts have something rare in
    common. Either is a suspicion, not a fact. An article without shingles, whose signature is empty, is found by its
    text alone.

    What is found depends on the articles held and their order alone, not on any that were removed; nor on whether
    compiled loops are used, which is decided when an index is made. A signature is kept as its values' lowest bytes.
    """

    def __init__(self, params: SketchParams | None = None, *, most_sharers: int = MOST_SHARERS) -> None:
        self._params = SketchParams() if params is None else params
        self._layout = layout_of(self._params, most_sharers=most_sharers)
        self._postings = _new_postings(self._layout)
        self._kept = no_rows(self._params.num_perm)
        self._ids: list[ArticleId] = []
        self._rows: dict[ArticleId, int] = {}
        self._no_shingles = np.full(self._params.num_perm, EMPTY, dtype=np.uint32)
        self._first = self._n_holes = self._stamp = 0

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, article_id: object) -> bool:
        return article_id in self._rows

    @property
    def nbytes(self) -> int:
        """Bytes that the arrays take; the names and the table of them come on top."""
        return self._postings.nbytes + nbytes(self._kept) + 8 * len(self._ids)

    def add(self, article_id: ArticleId, signature: NDArray[np.uint32], text_key: bytes = NO_TEXT) -> None:
        """Index an article; one that is there already is replaced and becomes the newest.

        ``text_key`` has 16 bytes. With an empty signature the article is found by it alone.
        """
        self.remove(article_id)
        row = len(self._ids)
        self._make_room(1)
        self._enter([article_id])
        own = signature if has_shingles(signature) else self._no_shingles
        self._postings.add(row, own, np.frombuffer(text_key, dtype=np.uint64), self._kept)

    def add_until_found(
        self,
        ids: Sequence[ArticleId],
        signatures: NDArray[np.uint32],
        text_keys: NDArray[np.uint64],
        *,
        begin: int = 0,
        bounds: Bounds,
    ) -> tuple[int, ArticleId | None, list[ArticleId]]:
        """Add articles from the ``begin``-th on, up to the first that an equal text or a candidate is held for.

        Its number, ``len(ids)`` if there is none, and what `search` finds for it. None of the ids is there already.
        ``signatures`` has shape ``(len(ids), num_perm)`` and ``text_keys`` ``(len(ids), 2)``, 16 bytes each.
        """
        while begin < len(ids):
            room = slice(begin, begin + self._postings.room)
            n_added, found = self._postings.add_until_found(
                signatures[room],
                text_keys[room],
                bounds,
                first=self._first,
                n_rows=len(self._ids),
                stamp=self._ready_for(len(ids[room])),
                kept=self._kept,
            )
            self._enter(ids[begin : begin + n_added])
            begin += n_added
            if found is not None:
                return begin, *self._named(found, MOST_CANDIDATES)
        return begin, None, []

    def add_until_repeated(
        self,
        ids: Sequence[ArticleId],
        signatures: NDArray[np.uint32],
        text_keys: NDArray[np.uint64],
        *,
        begin: int,
        bounds: Bounds,
        comparison: "Comparison",
    ) -> tuple[int, ArticleId | None, list[ArticleId], int]:
        """The same up to the first that an equal text is held for, or a candidate that it makes a pair with.

        All ids are places in the ``comparison``, and no article was ever removed. How many were compared comes last,
        0 where none was. The compiled loops must be used.
        """
        while begin < len(ids):
            room = slice(begin, begin + self._postings.room)
            n_added, found, n_compared = self._postings.add_until_repeated(
                signatures[room],
                text_keys[room],
                bounds,
                first_text=int(ids[begin]),
                n_rows=len(self._ids),
                stamp=self._ready_for(len(ids[room])),
                kept=self._kept,
                comparison=comparison,
            )
            self._enter(ids[begin : begin + n_added])
            begin += n_added
            if found is not None:
                return begin, *self._named(found, MOST_CANDIDATES), n_compared
        return begin, None, [], 0

    def search(
        self,
        signature: NDArray[np.uint32],
        text_key: bytes,
        *,
        limit: int = MOST_CANDIDATES,
        bounds: Bounds = NO_BOUNDS,
    ) -> tuple[ArticleId | None, list[ArticleId]]:
        """The oldest article of this text, of which the index should hold but one, None without any; and `candidates`.

        Candidates share a bucket or a rare value with the signature; they are distinct, in the order they were added.
        Only those whose estimated Jaccard similarity is worth a comparison. Of more than ``limit``, as a much used
        template gives, those that share most values; the oldest of equals.
        """
        own = signature if has_shingles(signature) else self._no_shingles
        key = np.frombuffer(text_key, dtype=np.uint64)
        found = self._postings.search(own, key, bounds, first=self._first, stamp=self._next_stamps(1), kept=self._kept)
        return self._named(found, limit)

    def candidates(
        self, signature: NDArray[np.uint32], *, limit: int = MOST_CANDIDATES, bounds: Bounds = NO_BOUNDS
    ) -> list[ArticleId]:
        """The candidates alone that `search` finds."""
        return self.search(signature, NO_TEXT, limit=limit, bounds=bounds)[1]

    def same_text(self, text_key: bytes) -> ArticleId | None:
        """The article of this text alone that `search` finds."""
        return self.search(self._no_shingles, text_key)[0]

    def remove(self, article_id: ArticleId) -> None:
        """Forget an article; one that is not there stays not there."""
        row = self._rows.pop(article_id, None)
        if row is None:
            return
        self._kept.held[row] = False
        self._ids[row] = ArticleId("")
        self._n_holes += 1
        while self._first < len(self._ids) and not self._kept.held[self._first]:
            self._first += 1
            self._n_holes -= 1
        n_empty = self._first + self._n_holes
        if 4 * n_empty > len(self._ids) + 4 * LEAST_ROWS or n_empty == len(self._ids):
            self._compact()

    def n_shingles(self, article_id: ArticleId) -> float:
        """How many distinct shingles an article has, estimated; 0 for one without, and for one that is not there."""
        row = self._rows.get(article_id)
        return 0.0 if row is None else float(self._kept.sizes[row])

    def _enter(self, ids: Sequence[ArticleId]) -> None:
        """Name the rows that were added last, or will be next."""
        n_rows = len(self._ids)
        self._ids.extend(ids)
        self._rows.update(zip(ids, range(n_rows, len(self._ids)), strict=True))

    def _named(self, found: Search, limit: int) -> tuple[ArticleId | None, list[ArticleId]]:
        alike = self._nearest(found.rows, found.n_shared, limit) if found.rows.size else []
        return (None if found.same < 0 else self._ids[found.same]), alike

    def _nearest(self, rows: NDArray[np.uint32], n_shared: NDArray[np.int16], limit: int) -> list[ArticleId]:
        if rows.size > limit:
            rows = rows[np.lexsort((rows, -n_shared))[:limit]]
        return [self._ids[row] for row in sorted(rows.tolist())]

    def _make_room(self, n_more: int) -> None:
        n_rows, wanted = len(self._kept.held), len(self._ids) + n_more
        if wanted > n_rows:
            self._kept = resized(self._kept, max(wanted, n_rows + n_rows // 16))

    def _ready_for(self, n_more: int) -> int:
        """Make room for so many more rows; the first of as many stamps."""
        self._make_room(n_more)
        return self._next_stamps(n_more)

    def _next_stamps(self, n: int) -> int:
        """The first of so many numbers that no row is stamped with."""
        if self._stamp > _LAST_STAMP:
            self._kept.stamps.fill(0)
            self._stamp = 0
        self._stamp += n
        return self._stamp - n + 1

    def _compact(self) -> None:
        n_rows = len(self._ids)
        kept = np.flatnonzero(self._kept.held[:n_rows])
        new_rows = np.full(n_rows, -1, dtype=np.int64)
        new_rows[kept] = np.arange(kept.size)
        self._ids = [self._ids[row] for row in kept.tolist()]
        self._rows = {article_id: row for row, article_id in enumerate(self._ids)}
        self._kept = taken(self._kept, kept)
        self._postings.renumber(new_rows)
        self._first = self._n_holes = 0


def _new_postings(layout: Layout) -> Postings:
    if kernels.are_used():
        from dedupe.near_duplicates.postings_compiled import CompiledPostings  # noqa: PLC0415 - imports numba

        return CompiledPostings(layout)
    return Postings(layout)

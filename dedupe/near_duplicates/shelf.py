"""What a finder was given, by place: the first article has place 0, the next 1, and so on."""

from array import array
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dedupe.models import ArticleId
from dedupe.near_duplicates.shingle_sets import ManyShingles
from dedupe.near_duplicates.shingle_store import ShinglesInMemory, ShingleStore, joined, of_sketches, taken
from dedupe.near_duplicates.sketching import TextSketches
from dedupe.near_duplicates.verify import Candidate, candidate_of

_MOST_REMEMBERED = 8_000_000  # shingles, of some nine bytes each
_KEY_BYTES = 16


class Shelf:
    """Ids, texts' keys and numbers of shingles in memory, and shingles where a store has them.

    For what takes ids of articles that never repeat, a place is written as an id.
    """

    def __init__(self, shingles: ShingleStore) -> None:
        self._shingles = shingles
        self._ids: list[ArticleId] = []
        self._text_keys = bytearray()
        self._n_shingles = array("I")
        self._remembered: OrderedDict[ArticleId, Candidate] = OrderedDict()
        self._n_remembered = 0

    def append(self, ids: Sequence[ArticleId], sketches: TextSketches) -> int:
        """Take the next articles in; the place of the first."""
        first = len(self._ids)
        self._shingles.append(sketches)
        self._ids.extend(ids)
        self._text_keys += sketches.text_keys.tobytes()
        self._n_shingles.frombytes(np.diff(sketches.offsets).astype(np.uintc).tobytes())
        return first

    def id_at(self, place: int) -> ArticleId:
        """The id of an article."""
        return self._ids[place]

    def id_of(self, place: ArticleId) -> ArticleId:
        """The id of an article by its place written as an id."""
        return self._ids[int(place)]

    def text_key(self, place: ArticleId) -> bytes:
        """The key of its text."""
        at = _KEY_BYTES * int(place)
        return bytes(self._text_keys[at : at + _KEY_BYTES])

    def candidate(self, place: ArticleId) -> Candidate:
        """What a comparison needs of it."""
        known = self._remembered.get(place)
        if known is None:
            shingles = self._shingles.read(int(place))
            known = self._remembered[place] = candidate_of(place, self.text_key(place), *shingles)
            self._n_remembered += known.sequence.size
            while self._n_remembered > _MOST_REMEMBERED:
                _, forgotten = self._remembered.popitem(last=False)
                self._n_remembered -= forgotten.sequence.size
        return known

    def n_shingles(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many shingles each article has, repetitions included."""
        return np.frombuffer(self._n_shingles, dtype=np.uintc)[places].astype(np.int64)

    def all_shingles(self) -> ManyShingles:
        """Shingles of all articles."""
        if isinstance(self._shingles, ShinglesInMemory):
            return self._shingles.all()
        return joined(self._shingles.read_many(np.arange(len(self._ids))))

    def shingles(self, places: NDArray[np.int64], sketches: TextSketches) -> ManyShingles:
        """Shingles of articles, whose places ascend; ``sketches`` are those that were taken in last."""
        if isinstance(self._shingles, ShinglesInMemory):
            return joined(self._shingles.read_many(places))
        first = len(self._ids) - len(sketches.text_keys)
        n_before = int(places.searchsorted(first))
        newest = taken(of_sketches(sketches), places[n_before:] - first)
        return joined([*self._shingles.read_many(places[:n_before]), newest])


def place_id(place: int) -> ArticleId:
    """A place written as an id."""
    return ArticleId(str(place))

"""An index over signatures, in memory: which articles might be near-duplicates of this one."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dedupe.models import ArticleId
from dedupe.near_duplicates.postings import Postings
from dedupe.near_duplicates.signatures import EMPTY
from dedupe.settings import SketchParams

MOST_CANDIDATES = 128

_FIRST = np.uint64(0x9E3779B97F4A7C15)
_MULTIPLY = np.uint64(0xBF58476D1CE4E5B9)
_BAND_SALT = np.uint64(0x94D049BB133111EB)
_LANE_SALT = np.uint64(0xD1B54A32D192ED03)
_HALF = np.uint64(32)
_ANY_NUMBER = np.iinfo(np.int64).max
_LEAST_ROWS = 64


class SignatureIndex:
    """Articles by their signatures: by bands of several values, and by single values that few articles hold.

    Two articles that agree in all rows of a band share a bucket. An excerpt seldom does: its Jaccard similarity to
    the whole is low. Yet it shares single values, each the hash of one shingle of both, and those that at most
    ``most_holders`` indexed articles hold say that the texts have something rare in common. Either is a suspicion,
    not a fact. An article without shingles, whose signature is empty, is known to the index but never found.

    What is found depends on the articles held and their order alone, not on any that were removed. A signature is
    kept as its values' lowest bytes, which estimate as well.
    """

    def __init__(self, params: SketchParams | None = None) -> None:
        self._params = SketchParams() if params is None else params
        bands, lanes = self._params.bands, min(self._params.lanes, self._params.num_perm)
        self._postings = Postings(bands + lanes)
        self._most_holders = np.repeat([_ANY_NUMBER, self._params.most_holders], [bands, lanes])
        self._rows = _Rows(self._params.num_perm)
        self._places: dict[ArticleId, int] = {}

    def __len__(self) -> int:
        return len(self._places)

    @property
    def nbytes(self) -> int:
        """Bytes that the arrays take; the ids and the table of them come on top."""
        return self._postings.nbytes + self._rows.nbytes

    def add(self, article_id: ArticleId, signature: NDArray[np.uint32]) -> None:
        """Index an article under its signature; one that is there already is replaced and becomes the newest."""
        self.remove(article_id)
        place = self._places[article_id] = self._rows.append(article_id, signature)
        if has_shingles(signature):
            self._postings.add(place, self._keys_of(signature))

    def candidates(
        self, signature: NDArray[np.uint32], *, limit: int = MOST_CANDIDATES, least_containment: float = 0.0
    ) -> list[ArticleId]:
        """Articles that share a bucket or a rare value with the signature, distinct, in the order they were added.

        Only those whose estimated containment, of the smaller in the larger, reaches ``least_containment``. Of more
        than ``limit``, as a much used template gives, those that share most values; the oldest of equals.
        """
        if not has_shingles(signature) or not self._places:
            return []
        places = self._suspects(self._keys_of(signature))
        n_shared, containment = self._rows.compared(places, signature)
        likely = containment >= least_containment
        places, n_shared = places[likely], n_shared[likely]
        if places.size > limit:
            places = np.sort(places[np.argsort(-n_shared, kind="stable")[:limit]])
        return [self._rows.ids[place] for place in places.tolist()]

    def remove(self, article_id: ArticleId) -> None:
        """Forget an article; one that is not there stays not there."""
        place = self._places.pop(article_id, None)
        if place is None:
            return
        self._rows.remove(place)
        if self._rows.is_wasteful():
            new_places = self._rows.compact()
            self._postings.renumber(new_places)
            self._places = {name: at for at, name in enumerate(self._rows.ids)}

    def n_shingles(self, article_id: ArticleId) -> float:
        """How many distinct shingles an article has, estimated; 0 for one without, and for one that is not there."""
        place = self._places.get(article_id)
        return 0.0 if place is None else float(self._rows.sizes[place])

    def _suspects(self, keys: NDArray[np.uint32]) -> NDArray[np.int64]:
        # Removed rows count as holders until they are dropped from the postings, so those are counted here.
        n_holes = self._rows.n_holes
        longest = np.minimum(self._most_holders, _ANY_NUMBER - n_holes) + n_holes
        found, which = self._postings.find(keys, first_place=self._rows.first, longest=longest)
        if n_holes:
            held = self._rows.held[found]
            found, which = found[held], which[held]
            found = found[(np.bincount(which, minlength=keys.size) <= self._most_holders)[which]]
        # By hand: np.unique costs several times as much for so few.
        found = np.sort(found)
        is_first = np.ones(found.size, dtype=np.bool_)
        is_first[1:] = found[1:] != found[:-1]
        return found[is_first].astype(np.int64)

    def _keys_of(self, signature: NDArray[np.uint32]) -> NDArray[np.uint32]:
        bands = band_keys(signature, bands=self._params.bands, rows=self._params.rows)
        lanes = lane_keys(signature, lanes=self._params.lanes)
        return np.concatenate([bands >> _HALF, lanes >> _HALF]).astype(np.uint32)


@dataclass(slots=True)
class _Rows:
    """What is kept of each article, by its place: places below ``first`` are empty, ``n_holes`` above it too."""

    num_perm: int
    ids: list[ArticleId] = field(default_factory=list)
    first: int = 0
    n_holes: int = 0
    held: NDArray[np.bool_] = field(init=False)
    lowest_bytes: NDArray[np.uint8] = field(init=False)
    sizes: NDArray[np.float32] = field(init=False)

    def __post_init__(self) -> None:
        self.held = np.zeros(_LEAST_ROWS, dtype=np.bool_)
        self.lowest_bytes = np.zeros((_LEAST_ROWS, self.num_perm), dtype=np.uint8)
        self.sizes = np.zeros(_LEAST_ROWS, dtype=np.float32)

    @property
    def nbytes(self) -> int:
        return self.held.nbytes + self.lowest_bytes.nbytes + self.sizes.nbytes + 8 * len(self.ids)

    def append(self, article_id: ArticleId, signature: NDArray[np.uint32]) -> int:
        place = len(self.ids)
        if place == self.held.size:
            self._resize(place + place // 8)
        self.ids.append(article_id)
        self.held[place], self.sizes[place] = True, n_shingles_of(signature)
        if has_shingles(signature):
            self.lowest_bytes[place] = signature.astype(np.uint8)
        return place

    def compared(
        self, places: NDArray[np.int64], signature: NDArray[np.uint32]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """How many values each place shares with the signature, and their estimated containment."""
        n_shared = (self.lowest_bytes[places] == signature.astype(np.uint8)).sum(axis=1, dtype=np.int64)
        # One of 256 agrees by chance.
        jaccard = np.maximum(n_shared / self.num_perm - 1 / 256, 0.0) * (256 / 255)
        own, others = n_shingles_of(signature), self.sizes[places].astype(np.float64)
        return n_shared, jaccard / (1 + jaccard) * (own + others) / np.minimum(own, others)

    def remove(self, place: int) -> None:
        self.held[place] = False
        self.ids[place] = ArticleId("")
        self.n_holes += 1
        while self.first < len(self.ids) and not self.held[self.first]:
            self.first += 1
            self.n_holes -= 1

    def is_wasteful(self) -> bool:
        n_empty = self.first + self.n_holes
        return 4 * n_empty > len(self.ids) + 4 * _LEAST_ROWS or n_empty == len(self.ids)

    def compact(self) -> NDArray[np.int64]:
        """Close the gaps; the new place of each old one, -1 where it was empty."""
        n_places = len(self.ids)
        kept = np.flatnonzero(self.held[:n_places])
        new_places = np.full(n_places, -1, dtype=np.int64)
        new_places[kept] = np.arange(kept.size)
        self.ids = [self.ids[place] for place in kept.tolist()]
        self.held, self.first, self.n_holes = self.held[kept], 0, 0
        self.lowest_bytes, self.sizes = self.lowest_bytes[kept], self.sizes[kept]
        self._resize(max(kept.size, _LEAST_ROWS))
        return new_places

    def _resize(self, n_rows: int) -> None:
        more = n_rows - self.held.size
        self.held = np.concatenate([self.held, np.zeros(more, dtype=np.bool_)])
        self.lowest_bytes = np.concatenate([self.lowest_bytes, np.zeros((more, self.num_perm), dtype=np.uint8)])
        self.sizes = np.concatenate([self.sizes, np.zeros(more, dtype=np.float32)])


def has_shingles(signature: NDArray[np.uint32]) -> bool:
    """Whether the signature is of a text with at least one shingle."""
    return signature.size > 0 and bool(signature.min() != EMPTY)


def n_shingles_of(signature: NDArray[np.uint32]) -> float:
    """How many distinct shingles the text of a signature has, estimated from its minima; 0 for an empty signature.

    The relative standard error is about ``1 / sqrt(num_perm)``.
    """
    if not has_shingles(signature):
        return 0.0
    return max(1.0, signature.size * 2.0**32 / (float(signature.sum(dtype=np.float64)) + signature.size) - 1.0)


def band_keys(signature: NDArray[np.uint32], *, bands: int, rows: int) -> NDArray[np.uint64]:
    """Cut a signature into the bucket keys of a banded LSH index.

    At Jaccard similarity ``s`` two articles share a key with probability ``1 - (1 - s**rows)**bands``.

    Parameters
    ----------
    signature
        Shape ``(num_perm,)``, dtype uint32; values past ``bands * rows`` are unused.

    Returns
    -------
    Shape ``(bands,)``, dtype uint64, in band order. The band number is mixed in, so equal rows of different bands
    do not share a bucket.

    Raises
    ------
    ValueError
        If ``bands * rows`` exceeds ``num_perm``.

    References
    ----------
    Leskovec, Rajaraman, Ullman, *Mining of Massive Datasets*, section 3.4.
    """
    if bands * rows > signature.size:
        raise ValueError(f"bands * rows = {bands * rows} exceeds num_perm = {signature.size}")
    table = signature[: bands * rows].reshape(bands, rows).astype(np.uint64)
    by_row = np.full(rows, _FIRST).cumprod(dtype=np.uint64)
    return _mixed((table * by_row).sum(axis=1, dtype=np.uint64), _BAND_SALT)


def lane_keys(signature: NDArray[np.uint32], *, lanes: int) -> NDArray[np.uint64]:
    """Keys of the last ``lanes`` values of a signature, of all where there are fewer, each mixed with its number.

    Shape ``(lanes,)``, dtype uint64.

    The last, because the bands use the first: two independent chances are better than one taken twice.
    """
    return _mixed(signature[max(0, signature.size - lanes) :].astype(np.uint64), _LANE_SALT)


def _mixed(values: NDArray[np.uint64], salt: np.uint64) -> NDArray[np.uint64]:
    """A hash of each value and its number."""
    keys = (values + np.arange(1, values.size + 1, dtype=np.uint64) * salt) * _MULTIPLY
    return (keys ^ keys >> _HALF) * _MULTIPLY

"""A banded LSH index over signatures, in memory: which articles might be near-duplicates of this one."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from dedupe.models import ArticleId
from dedupe.near_duplicates.signatures import EMPTY
from dedupe.settings import SketchParams

MOST_CANDIDATES = 128

_FIRST = np.uint64(0x9E3779B97F4A7C15)
_MULTIPLY = np.uint64(0xBF58476D1CE4E5B9)


class SignatureIndex:
    """Articles by the bands of their signatures.

    Two articles that agree in all rows of a band share a bucket; a shared bucket is a suspicion, not a fact. An
    article without shingles, whose signature is empty, is known to the index but never found.
    """

    def __init__(self, params: SketchParams | None = None) -> None:
        self._params = SketchParams() if params is None else params
        # Almost every bucket holds one article, and a bare number takes a fifth of a list's memory.
        self._buckets: dict[int, int | list[int]] = {}
        self._keys: dict[int, NDArray[np.uint64]] = {}
        self._ids: dict[int, ArticleId] = {}
        self._places: dict[ArticleId, int] = {}
        self._n_added = 0

    def __len__(self) -> int:
        return len(self._places)

    def add(self, article_id: ArticleId, signature: NDArray[np.uint32]) -> None:
        """Index an article under its signature; one that is there already is replaced and becomes the newest."""
        self.remove(article_id)
        place, self._n_added = self._n_added, self._n_added + 1
        keys = self._keys_of(signature)
        self._keys[place], self._ids[place], self._places[article_id] = keys, article_id, place
        for key in keys.tolist():
            self._buckets[key] = _with(self._buckets.get(key), place)

    def candidates(self, signature: NDArray[np.uint32], *, limit: int = MOST_CANDIDATES) -> list[ArticleId]:
        """Articles that share a bucket with the signature, distinct, in the order they were added.

        Of more than ``limit``, as a much used template gives, those that share most buckets; the oldest of equals.
        """
        n_shared: Counter[int] = Counter()
        for bucket in map(self._buckets.get, self._keys_of(signature).tolist()):
            if bucket is not None:
                n_shared.update((bucket,) if isinstance(bucket, int) else bucket)
        places = sorted(n_shared)
        if len(places) > limit:
            places = sorted(sorted(places, key=lambda place: -n_shared[place])[:limit])
        return [self._ids[place] for place in places]

    def remove(self, article_id: ArticleId) -> None:
        """Forget an article; one that is not there stays not there."""
        place = self._places.pop(article_id, None)
        if place is None:
            return
        del self._ids[place]
        for key in self._keys.pop(place).tolist():
            left = _without(self._buckets.pop(key), place)
            if left is not None:
                self._buckets[key] = left

    def _keys_of(self, signature: NDArray[np.uint32]) -> NDArray[np.uint64]:
        if not has_shingles(signature):
            return np.empty(0, dtype=np.uint64)
        return band_keys(signature, bands=self._params.bands, rows=self._params.rows)


def has_shingles(signature: NDArray[np.uint32]) -> bool:
    """Whether the signature is of a text with at least one shingle."""
    return bool((signature != EMPTY).any())


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
    keys = np.arange(1, bands + 1, dtype=np.uint64) * _FIRST
    for row in table.T:
        keys = (keys ^ row) * _MULTIPLY
        keys ^= keys >> np.uint64(32)
    return keys


def _with(bucket: int | list[int] | None, place: int) -> int | list[int]:
    if bucket is None:
        return place
    if isinstance(bucket, int):
        return [bucket, place]
    bucket.append(place)
    return bucket


def _without(bucket: int | list[int], place: int) -> int | list[int] | None:
    if isinstance(bucket, int):
        return None
    bucket.remove(place)
    return bucket if len(bucket) > 1 else bucket[0]

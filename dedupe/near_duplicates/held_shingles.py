"""Shingles of the articles that an index holds: kept in memory, or cut from texts that are kept elsewhere."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dedupe.models import Article, ArticleId
from dedupe.near_duplicates.signatures import signatures_of
from dedupe.near_duplicates.sketching import TextSketches, sketch_texts
from dedupe.near_duplicates.verify import Candidate, candidate_at, candidate_of
from dedupe.settings import SketchParams
from dedupe.text.normalise import content

_KEY_BYTES = 16
_SHINGLE_BYTES = 5
_NAMED, _FIGURED = np.uint8(1), np.uint8(2)


class HeldShingles(Protocol):
    """What an index compares its articles by."""

    @property
    def nbytes(self) -> int:
        """Bytes that are kept for it."""

    def keep(self, article_id: ArticleId, sketches: TextSketches, at: int) -> None:
        """Hold an article, whose sketches are those of the ``at``-th text."""

    def forget(self, article_id: ArticleId) -> None:
        """Hold an article no more."""

    def candidates(self, ids: Sequence[ArticleId]) -> list[Candidate]:
        """The articles to compare with, without those that cannot be had."""

    def signature(self, article_id: ArticleId) -> NDArray[np.uint32] | None:
        """The signature of an article, None where it cannot be had."""


class KeptShingles:
    """Shingles in memory: of each article a string of bytes, which are its text's key, hashes and a flag for each."""

    def __init__(self, params: SketchParams) -> None:
        self.nbytes = 0
        self._params = params
        self._by_id: dict[ArticleId, bytes] = {}

    def keep(self, article_id: ArticleId, sketches: TextSketches, at: int) -> None:
        """Hold an article, whose sketches are those of the ``at``-th text."""
        own = slice(sketches.offsets[at], sketches.offsets[at + 1])
        flags = sketches.is_named[own] * _NAMED | sketches.is_figured[own] * _FIGURED
        packed = sketches.text_keys[at].tobytes() + sketches.hashes[own].tobytes() + flags.tobytes()
        self._by_id[article_id] = packed
        self.nbytes += len(packed)

    def forget(self, article_id: ArticleId) -> None:
        """Hold an article no more."""
        self.nbytes -= len(self._by_id.pop(article_id))

    def candidates(self, ids: Sequence[ArticleId]) -> list[Candidate]:
        """The articles to compare with."""
        return [self._candidate(article_id) for article_id in ids]

    def signature(self, article_id: ArticleId) -> NDArray[np.uint32]:
        """The signature of an article, from its shingles."""
        hashes = _hashes(self._by_id[article_id])
        row: NDArray[np.uint32] = signatures_of(hashes, np.array([0, hashes.size]), self._params)[0]
        return row

    def _candidate(self, article_id: ArticleId) -> Candidate:
        packed = self._by_id[article_id]
        hashes = _hashes(packed)
        flags = np.frombuffer(packed, dtype=np.uint8, offset=_KEY_BYTES + hashes.nbytes)
        return candidate_of(article_id, packed[:_KEY_BYTES], hashes, flags & _NAMED != 0, flags & _FIGURED != 0)


class FetchedShingles:
    """Shingles of texts that are kept elsewhere, cut again whenever they are needed."""

    nbytes = 0

    def __init__(self, article_of: Callable[[ArticleId], Article | None], params: SketchParams) -> None:
        self._article_of = article_of
        self._params = params

    def keep(self, article_id: ArticleId, sketches: TextSketches, at: int) -> None:
        """Nothing to do."""

    def forget(self, article_id: ArticleId) -> None:
        """Nothing to do."""

    def candidates(self, ids: Sequence[ArticleId]) -> list[Candidate]:
        """The articles to compare with, without those that are gone."""
        names, sketches = self._sketched(ids)
        return [candidate_at(name, sketches, at) for at, name in enumerate(names)]

    def signature(self, article_id: ArticleId) -> NDArray[np.uint32] | None:
        """The signature of an article, None when it is gone."""
        names, sketches = self._sketched([article_id])
        return sketches.signatures[0] if names else None

    def _sketched(self, ids: Sequence[ArticleId]) -> tuple[list[ArticleId], TextSketches]:
        texts = {name: content(article) for name in ids if (article := self._article_of(name)) is not None}
        return list(texts), sketch_texts(list(texts.values()), self._params)


def _hashes(packed: bytes) -> NDArray[np.uint32]:
    n_shingles = (len(packed) - _KEY_BYTES) // _SHINGLE_BYTES
    return np.frombuffer(packed, dtype=np.uint32, count=n_shingles, offset=_KEY_BYTES)

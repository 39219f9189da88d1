"""Words of a collection as arrays: which article says what, where."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Every word of a collection, in reading order: titles before texts, one entry of ``term`` an occurrence.

    ``term`` are positions in ``vocabulary``, those of article ``i`` from ``offsets[i]`` to ``offsets[i + 1]``, of which
    the first ``title_lengths[i]`` are its title's. ``background`` has shape ``(n_languages, n_terms)``: of 10,000
    documents in that language, how many hold the term. ``language`` has one row of it an article.
    """

    vocabulary: tuple[str, ...]
    term: NDArray[np.int32]
    offsets: NDArray[np.int64]
    title_lengths: NDArray[np.int64]
    capitalised: NDArray[np.bool_]
    background: NDArray[np.float64]
    language: NDArray[np.int64]

    @property
    def shape(self) -> tuple[int, int]:
        """Articles and terms."""
        return len(self.language), len(self.vocabulary)

    @property
    def article(self) -> NDArray[np.int64]:
        """Row of each occurrence."""
        return np.repeat(np.arange(len(self.language)), np.diff(self.offsets))

    def terms_of(self, row: int) -> NDArray[np.int32]:
        """Terms of one article in reading order."""
        return self.term[self.offsets[row] : self.offsets[row + 1]]

    def taken(self, rows: NDArray[np.int64]) -> "Occurrences":
        """The words of some of the articles, ascending; the vocabulary stays."""
        if len(rows) == len(self.language):
            return self
        keep = np.zeros(len(self.language), dtype=np.bool_)
        keep[rows] = True
        lengths = np.diff(self.offsets)
        own = np.repeat(keep, lengths)
        return replace(
            self,
            term=self.term[own],
            offsets=np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths[rows])]),
            title_lengths=self.title_lengths[rows],
            capitalised=self.capitalised[own],
            language=self.language[rows],
        )

"""What the words of an article weigh by themselves: what can be kept of it from one explanation to the next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from sys import intern

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from dedupe.models import Article
from dedupe.settings import EventParams
from dedupe.stories.occurrences import Occurrences
from dedupe.stories.vectors import language_of, term_weights, title_and_text
from dedupe.text.background import BACKGROUND_DOCUMENTS, background_documents, background_frequency
from dedupe.text.words import pieces, tokens


@dataclass(frozen=True, slots=True)
class Reading:
    """An article's distinct words, and of each what it weighs and how common it is; nothing of any other article.

    ``weights`` are 0 for words too frequent to tell anything. ``background`` says how many of 10,000 documents of the
    article's language hold the word. ``imagined`` is how many such documents there are: none where no word of the
    article is known.
    """

    words: tuple[str, ...]
    weights: NDArray[np.float64]
    background: NDArray[np.float64]
    imagined: int


@dataclass(frozen=True, slots=True)
class Read:
    """Articles as rows over the words of all of them, each matrix of shape ``(n, n_terms)``.

    ``tfidf`` is what the terms weigh. ``rarity``, the part of it that is the term's own, and ``holds`` (0 or 1) know
    the words too that are too frequent to weigh anything.
    """

    vocabulary: tuple[str, ...]
    tfidf: sparse.csr_matrix[np.float64]
    rarity: sparse.csr_matrix[np.float64]
    holds: sparse.csr_matrix[np.float64]


def read_each(articles: Sequence[Article]) -> list[Reading]:
    """Reading of each article, in order; that of one does not depend on the others."""
    words = _occurrences(articles)
    n_terms = max(1, len(words.vocabulary))
    cell = np.unique(words.article * n_terms + words.term)
    row, term = np.divmod(cell, n_terms)
    background = words.background[words.language[row], term]
    names = list(map(intern, map(words.vocabulary.__getitem__, term.tolist())))
    weights = _weights_of(cell, term_weights(words, EventParams().terms))
    ends = np.searchsorted(row, np.arange(len(articles) + 1)).tolist()
    return [_reading(names[begin:end], weights[begin:end], background[begin:end]) for begin, end in pairwise(ends)]


def _occurrences(articles: Sequence[Article]) -> Occurrences:
    """What `read_occurrences` says of the articles, but for capitals, to which events give no weight.

    It reads thousands of articles at once; of a few, most of its time would go into telling how words are written.
    """
    number = _Numbering()
    titles, texts = zip(*map(title_and_text, articles), strict=True) if articles else ((), ())
    halves = [half for article in zip(titles, texts, strict=True) for half in article]
    ids = [list(map(number.__getitem__, _words_of(half))) for half in halves]
    lengths = np.array([len(own) for own in ids], dtype=np.int64).reshape(-1, 2)
    languages = [language_of(article, text) for article, text in zip(articles, texts, strict=True)]
    known = sorted(set(languages))
    background = [background_documents(background_frequency(tuple(number), name or None)) for name in known]
    return Occurrences(
        vocabulary=tuple(number),
        term=np.fromiter(chain.from_iterable(ids), dtype=np.int32),
        offsets=np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths.sum(axis=1))]),
        title_lengths=lengths[:, 0],
        capitalised=np.zeros(lengths.sum(), dtype=np.bool_),
        background=np.array(background).reshape(len(known), len(number)),
        language=np.array([known.index(name) for name in languages], dtype=np.int64),
    )


class _Numbering(dict[str, int]):
    """Numbers of words in order of first sight."""

    def __missing__(self, word: str) -> int:
        number = self[word] = len(self)
        return number


def _words_of(text: str) -> Sequence[str]:
    found = tokens(text)
    return found if text.isascii() else [piece for token in found for piece in pieces(token)]


def _weights_of(cell: NDArray[np.int64], weights: sparse.csr_matrix[np.float64]) -> NDArray[np.float64]:
    """Weights of ascending cells, numbered row after row; 0 of those that have none."""
    n_rows, n_terms = weights.shape
    row = np.repeat(np.arange(n_rows), np.diff(weights.indptr))
    values = np.zeros(len(cell))
    values[np.searchsorted(cell, row * max(1, n_terms) + weights.indices)] = weights.data
    return values


def _reading(words: Sequence[str], weights: NDArray[np.float64], background: NDArray[np.float64]) -> Reading:
    # Copies, so that what is kept of one article does not keep the others.
    return Reading(tuple(words), weights.copy(), background.copy(), BACKGROUND_DOCUMENTS if background.any() else 0)


def read_together(readings: Sequence[Reading]) -> Read:
    """Rows of the articles that were read, over the words of all; how rare a word is depends on them all."""
    number = _Numbering()
    cells = _Cells.of(readings, number)
    weighed = cells.where(cells.weights > 0)
    return Read(
        vocabulary=tuple(number),
        tfidf=weighed.rows(weighed.weights * weighed.rarity()),
        rarity=cells.rows(cells.rarity()),
        holds=cells.rows(np.ones(len(cells.term))),
    )


@dataclass(frozen=True, slots=True)
class _Cells:
    """A word of an article each, by rows and in each by term."""

    shape: tuple[int, int]
    row: NDArray[np.int64]
    term: NDArray[np.int64]
    weights: NDArray[np.float64]
    background: NDArray[np.float64]
    imagined: NDArray[np.float64]

    @classmethod
    def of(cls, readings: Sequence[Reading], number: _Numbering) -> "_Cells":
        sizes = [len(reading.words) for reading in readings]
        row = np.repeat(np.arange(len(readings)), sizes)
        words = chain.from_iterable(reading.words for reading in readings)
        term = np.fromiter(map(number.__getitem__, words), dtype=np.int64, count=sum(sizes))
        by_term = np.lexsort((term, row))
        return cls(
            shape=(len(readings), len(number)),
            row=row,
            term=term[by_term],
            weights=_joined(reading.weights for reading in readings)[by_term],
            background=_joined(reading.background for reading in readings)[by_term],
            imagined=np.repeat(np.array([reading.imagined for reading in readings], dtype=np.float64), sizes),
        )

    def where(self, kept: NDArray[np.bool_]) -> "_Cells":
        return _Cells(
            self.shape,
            row=self.row[kept],
            term=self.term[kept],
            weights=self.weights[kept],
            background=self.background[kept],
            imagined=self.imagined[kept],
        )

    def rarity(self) -> NDArray[np.float64]:
        """Inverse document frequency of each cell's word, counted in the articles and the language together.

        The imagined documents of the language keep the rarities steady among five articles.
        """
        n_articles, n_terms = self.shape
        holding = np.bincount(self.term, minlength=n_terms)[self.term]
        rarity = np.log((1 + n_articles + self.imagined) / (1 + holding + self.background)) + 1
        return np.asarray(np.maximum(rarity, 0))

    def rows(self, values: NDArray[np.float64]) -> sparse.csr_matrix[np.float64]:
        ends = np.cumsum(np.bincount(self.row + 1, minlength=self.shape[0] + 1))
        return sparse.csr_matrix((values, self.term, ends), shape=self.shape)


def _joined(arrays: Iterable[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.concatenate([np.empty(0), *arrays])

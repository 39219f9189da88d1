"""TF-IDF rows of articles: what each word weighs by where it stands, and how rare it is in its language."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from dedupe.models import Article
from dedupe.settings import TermParams
from dedupe.stories.smoothing import unit_rows
from dedupe.text.background import (
    BACKGROUND_DOCUMENTS,
    background_documents,
    background_frequency,
    guess_language,
)
from dedupe.text.normalise import normalise
from dedupe.text.words import cut_words, tokens

_IN_TITLE = -1
_GUESSED_FROM = 2000  # characters


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Every word of a collection, in reading order, one entry an occurrence.

    ``article`` and ``term`` are rows and positions in ``vocabulary``; ``position`` counts the words of the text, and is
    -1 in the title. ``background`` has shape ``(n_languages, n_terms)``: of 10,000 documents in that language,
    how many hold the term. ``language`` has one row of it an article.
    """

    vocabulary: tuple[str, ...]
    article: NDArray[np.int64]
    term: NDArray[np.int32]
    position: NDArray[np.int64]
    capitalised: NDArray[np.bool_]
    background: NDArray[np.float64]
    language: NDArray[np.int64]

    @property
    def shape(self) -> tuple[int, int]:
        """Articles and terms."""
        return len(self.language), len(self.vocabulary)


def read_occurrences(articles: Sequence[Article]) -> Occurrences:
    """Words of the articles, titles first; a text that begins with its title does not repeat it."""
    halves = [half for article in articles for half in title_and_text(article)]
    words = cut_words(halves)
    lengths = np.diff(words.offsets)
    half = np.repeat(np.arange(len(halves)), lengths)
    position = np.arange(len(words.ids)) - np.repeat(words.offsets[:-1], lengths)
    languages = [language_of(article, halves[2 * row + 1]) for row, article in enumerate(articles)]
    known = sorted(set(languages))
    background = [_background(words.vocabulary, language) for language in known]
    return Occurrences(
        vocabulary=words.vocabulary,
        article=half // 2,
        term=words.ids,
        position=np.where(half % 2 == 0, _IN_TITLE, position),
        capitalised=words.capitalised,
        background=np.array(background).reshape(len(known), len(words.vocabulary)),
        language=np.array([known.index(language) for language in languages], dtype=np.int64),
    )


def title_and_text(article: Article) -> tuple[str, str]:
    """Normalised title and text of an article, either may be empty."""
    title = normalise(article.title) if article.title else ""
    return title, normalise(article.text).removeprefix(title)


def language_of(article: Article, text: str) -> str:
    """Language as given, else as guessed from the head of the text; empty where nobody knows."""
    if article.lang is not None:
        return article.lang
    return guess_language(tokens(text[:_GUESSED_FROM])) or ""


def _background(vocabulary: Sequence[str], language: str) -> NDArray[np.float64]:
    return background_documents(background_frequency(vocabulary, language or None))


def term_weights(words: Occurrences, params: TermParams) -> sparse.csr_matrix[np.float64]:
    """Weight of each term in each article before its rarity counts, at least 1: shape ``words.shape``.

    Words too frequent in the article's language, and single letters, have none.
    """
    emphasis = np.where(words.position < params.lead_words, params.lead_weight, 1.0)
    emphasis[words.position == _IN_TITLE] = params.title_weight
    emphasis[words.capitalised] *= params.capital_weight
    usable = _usable_terms(words, params.max_df)[words.language[words.article], words.term]
    cells = (emphasis[usable], (words.article[usable], words.term[usable]))
    weights = sparse.csr_matrix(sparse.coo_matrix(cells, shape=words.shape))
    weights.data = 1 + np.log(weights.data)
    return weights


def _usable_terms(words: Occurrences, max_df: float) -> NDArray[np.bool_]:
    telling = np.array([len(word) > 1 or not word.isascii() for word in words.vocabulary], dtype=np.bool_)
    return (words.background <= max_df * BACKGROUND_DOCUMENTS) & telling


def with_rarity(weights: sparse.csr_matrix[np.float64], words: Occurrences) -> sparse.csr_matrix[np.float64]:
    """Weights times the inverse document frequency, counted in the collection and the language together.

    The imagined documents of the language keep the rarities steady when the collection has five articles.
    """
    n_articles, n_terms = words.shape
    holding = np.bincount(weights.indices, minlength=n_terms)
    imagined = np.where(words.background.any(axis=1), BACKGROUND_DOCUMENTS, 0)[:, np.newaxis]
    rarity = np.log((1 + n_articles + imagined) / (1 + holding + words.background)) + 1
    rows = np.repeat(words.language, np.diff(weights.indptr))
    result = weights.copy()
    result.data = weights.data * np.maximum(rarity[rows, weights.indices], 0)
    return result


def tfidf_rows(words: Occurrences, params: TermParams) -> sparse.csr_matrix[np.float64]:
    """TF-IDF rows of length 1 (empty for an article without usable words): shape ``words.shape``."""
    return unit_rows(with_rarity(term_weights(words, params), words))

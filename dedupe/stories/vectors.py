"""TF-IDF rows of articles: what each word weighs by where it stands, and how rare it is in its language."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from dedupe.models import Article
from dedupe.settings import TermParams
from dedupe.stories.counting import emphasised_counts
from dedupe.stories.languages import guess_languages
from dedupe.stories.occurrences import Occurrences
from dedupe.stories.reading import cut_raw_words
from dedupe.stories.row_blocks import heaviest_terms, whole_or_cut
from dedupe.stories.smoothing import unit_rows
from dedupe.text.background import (
    BACKGROUND_DOCUMENTS,
    background_documents,
    background_frequency,
    guess_language,
)
from dedupe.text.normalise import normalise
from dedupe.text.words import Words, is_cut_inside, tokens

_GUESSED_FROM = 2000  # characters
_TITLE_HEAD = 16
_BEFORE_TITLE = 200  # characters: datelines and lines that normalising cuts


def read_occurrences(articles: Sequence[Article]) -> Occurrences:
    """Words of the articles, titles first; a text that begins with its title does not repeat it."""
    halves = [half for article in articles for half in _raw_halves(article)]
    words = cut_raw_words(halves)
    languages = _languages(articles, words, halves)
    known = sorted(set(languages))
    background = [_background(words.vocabulary, language) for language in known]
    row_of = {language: row for row, language in enumerate(known)}
    return Occurrences(
        vocabulary=words.vocabulary,
        term=words.ids,
        offsets=words.offsets[::2].copy(),
        title_lengths=np.diff(words.offsets)[::2].copy(),
        capitalised=words.capitalised,
        background=np.array(background).reshape(len(known), len(words.vocabulary)),
        language=np.array([row_of[language] for language in languages], dtype=np.int64),
    )


def _raw_halves(article: Article) -> tuple[str, str]:
    """Title and text as they are to be normalised; normalised where the title may be repeated."""
    title = article.title or ""
    head = " ".join(title.split())[:_TITLE_HEAD]
    if head and head in " ".join(article.text[: len(title) + _BEFORE_TITLE].split()):
        return title_and_text(article)
    return title, article.text


def _languages(articles: Sequence[Article], words: Words, halves: Sequence[str]) -> list[str]:
    wanted = np.array([row for row, article in enumerate(articles) if article.lang is None], dtype=np.int64)
    languages = ["" if article.lang is None else article.lang for article in articles]
    for row, guessed in zip(wanted.tolist(), guess_languages(words, halves, 2 * wanted + 1), strict=True):
        languages[row] = guessed
    return languages


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
    return term_weights_by(words, [params])[0]


def term_weights_by(words: Occurrences, ways: Sequence[TermParams]) -> list[sparse.csr_matrix[np.float64]]:
    """`term_weights` in each of some ways; those that differ in emphasis alone share one reading and their indices."""
    weights: list[sparse.csr_matrix[np.float64]] = [sparse.csr_matrix(words.shape, dtype=np.float64)] * len(ways)
    for max_df in dict.fromkeys(way.max_df for way in ways):
        alike = [at for at, way in enumerate(ways) if way.max_df == max_df]
        counts = emphasised_counts(words, _usable_terms(words, max_df), [ways[at] for at in alike])
        for at, counted in zip(alike, counts, strict=True):
            np.log(counted.data, out=counted.data)
            counted.data += 1
            weights[at] = counted
    return weights


def _usable_terms(words: Occurrences, max_df: float) -> NDArray[np.bool_]:
    telling = np.fromiter(map(len, words.vocabulary), dtype=np.int64, count=len(words.vocabulary)) > 1
    for at in np.flatnonzero(~telling).tolist():
        telling[at] = not words.vocabulary[at].isascii()
    return (words.background <= max_df * BACKGROUND_DOCUMENTS) & telling


def with_rarity(weights: sparse.csr_matrix[np.float64], words: Occurrences) -> sparse.csr_matrix[np.float64]:
    """Weights times the inverse document frequency, counted in the collection and the language together.

    The imagined documents of the language keep the rarities steady when the collection has five articles.
    """
    n_articles, n_terms = words.shape
    holding = np.bincount(weights.indices, minlength=n_terms)
    imagined = np.where(words.background.any(axis=1), BACKGROUND_DOCUMENTS, 0)[:, np.newaxis]
    rarity = np.maximum(np.log((1 + n_articles + imagined) / (1 + holding + words.background)) + 1, 0)
    lengths = np.diff(weights.indptr)
    # One language needs no look-up of each entry's own.
    cell = weights.indices if len(rarity) == 1 else np.repeat(words.language * n_terms, lengths) + weights.indices
    return sparse.csr_matrix((weights.data * rarity.ravel()[cell], weights.indices, weights.indptr), shape=words.shape)


def tfidf_rows(
    weights: sparse.csr_matrix[np.float64], words: Occurrences, *, max_terms: int
) -> sparse.csr_matrix[np.float64]:
    """TF-IDF rows of the ``max_terms`` heaviest terms of each article, of length 1: shape ``words.shape``.

    Of an article in a script without spaces all terms: they are pairs of characters, which say less each. The row of an
    article without usable words is empty.
    """
    rows = with_rarity(weights, words)
    return unit_rows(whole_or_cut(rows, heaviest_terms(rows, max_terms), _are_unspaced(rows, words.vocabulary)))


def _are_unspaced(rows: sparse.csr_matrix[np.float64], vocabulary: Sequence[str]) -> NDArray[np.bool_]:
    """Whether most terms of each row are pairs of characters of a script without spaces."""
    pairs = [at for at, word in enumerate(vocabulary) if len(word) == 2 and not word.isascii()]
    is_pair = np.zeros(rows.shape[1])
    is_pair[[at for at in pairs if is_cut_inside(vocabulary[at][0])]] = 1
    lengths = np.diff(rows.indptr)
    n_pairs = np.bincount(np.repeat(np.arange(rows.shape[0]), lengths), is_pair[rows.indices], minlength=rows.shape[0])
    return np.asarray((lengths > 0) & (2 * n_pairs > lengths))

"""From articles to sketches: the signature and the terms that stand for an article instead of its text."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedupe.models import Article, Sketch
from dedupe.near_duplicates.find import prepare, prepare_words
from dedupe.near_duplicates.index import has_shingles
from dedupe.near_duplicates.verify import Candidate
from dedupe.settings import AttachParams, DuplicateParams
from dedupe.stories.attach import TermVector, term_vectors
from dedupe.stories.vectors import language_of
from dedupe.text.normalise import content, normalise
from dedupe.text.words import cut_words

_NO_SIGNATURE = np.empty(0, dtype=np.uint32)


@dataclass(frozen=True, slots=True)
class Sketched:
    """An article's sketch, to keep, and its shingles, to compare while its text is at hand."""

    sketch: Sketch
    candidate: Candidate


def sketch_articles(
    articles: Sequence[Article], *, duplicates: DuplicateParams, attach: AttachParams
) -> list[Sketched]:
    """A sketch of each article, in order; it depends on nothing but the article and the parameters.

    The words are cut once: shingles and terms both come from them.
    """
    texts = [normalise(content(article)) for article in articles]
    words = cut_words(texts)
    prepared = prepare_words([article.id for article in articles], texts, words, duplicates.sketch)
    langs = [language_of(article, text) or None for article, text in zip(articles, texts, strict=True)]
    vectors = term_vectors(words, langs, _title_lengths(articles), attach)
    return [
        Sketched(_sketch(candidate, signature, vector), candidate)
        for (candidate, signature), vector in zip(prepared, vectors, strict=True)
    ]


def candidates_of(articles: Sequence[Article], *, duplicates: DuplicateParams) -> list[Candidate]:
    """What a comparison needs of each article, in order."""
    return [candidate for candidate, _ in prepare(articles, duplicates.sketch)]


def _title_lengths(articles: Sequence[Article]) -> list[int]:
    """How many words of each text are its title; the title comes first whether or not the text repeats it."""
    titles = cut_words(["" if article.title is None else normalise(article.title) for article in articles])
    return [int(length) for length in np.diff(titles.offsets)]


def _sketch(candidate: Candidate, signature: NDArray[np.uint32], vector: TermVector) -> Sketch:
    kept = signature if has_shingles(signature) else _NO_SIGNATURE
    return Sketch(candidate.article_id, candidate.text_key, kept, *vector)

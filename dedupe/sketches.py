"""From articles to sketches: the signature and the terms that stand for an article instead of its text."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedupe.models import Article, Sketch
from dedupe.near_duplicates.find import prepare, prepare_words
from dedupe.near_duplicates.verify import Candidate
from dedupe.settings import AttachParams, DuplicateParams
from dedupe.stories.attach import TermVector, term_vectors
from dedupe.stories.labels import headline
from dedupe.stories.vectors import language_of
from dedupe.text.normalise import content, normalise
from dedupe.text.words import cut_words

_NO_SIGNATURE = np.empty(0, dtype=np.uint32)


@dataclass(frozen=True, slots=True)
class Sketched:
    """An article's sketch, to keep; its shingles, to compare, and what was told of its text while that is at hand."""

    sketch: Sketch
    candidate: Candidate
    article: Article
    headline: str
    lang: str | None


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
    titles = ["" if article.title is None else normalise(article.title) for article in articles]
    vectors = term_vectors(words, langs, _lengths(titles), attach)
    return [
        Sketched(_sketch(candidate, signature, vector), candidate, article, headline(title, text), lang)
        for article, (candidate, signature), vector, title, text, lang in zip(
            articles, prepared, vectors, titles, texts, langs, strict=True
        )
    ]


def candidates_of(articles: Sequence[Article], *, duplicates: DuplicateParams) -> list[Candidate]:
    """What a comparison needs of each article, in order."""
    return [candidate for candidate, _ in prepare(articles, duplicates.sketch)]


def _lengths(titles: Sequence[str]) -> list[int]:
    """How many words of each text are its title; the title comes first whether or not the text repeats it."""
    return [int(length) for length in np.diff(cut_words(titles).offsets)]


def _sketch(candidate: Candidate, signature: NDArray[np.uint32], vector: TermVector) -> Sketch:
    kept = signature if candidate.shingles.size else _NO_SIGNATURE
    return Sketch(candidate.article_id, candidate.text_key, kept, *vector)

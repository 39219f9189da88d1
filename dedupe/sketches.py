"""From articles to sketches: the signature and the terms that stand for an article instead of its text."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dedupe.models import Article, Sketch
from dedupe.near_duplicates.find import prepare
from dedupe.near_duplicates.index import has_shingles
from dedupe.near_duplicates.verify import Candidate
from dedupe.settings import AttachParams, DuplicateParams
from dedupe.stories.attach import TermVector, term_vectors
from dedupe.stories.vectors import language_of, title_and_text
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
    """A sketch of each article, in order; it depends on nothing but the article and the parameters."""
    prepared = prepare(articles, duplicates.sketch)
    return [
        Sketched(
            Sketch(
                candidate.article_id,
                candidate.text_key,
                signature if has_shingles(signature) else _NO_SIGNATURE,
                *vector,
            ),
            candidate,
        )
        for (candidate, signature), vector in zip(prepared, _term_vectors(articles, attach), strict=True)
    ]


def candidates_of(articles: Sequence[Article], *, duplicates: DuplicateParams) -> list[Candidate]:
    """What a comparison needs of each article, in order."""
    return [candidate for candidate, _ in prepare(articles, duplicates.sketch)]


def _term_vectors(articles: Sequence[Article], params: AttachParams) -> list[TermVector]:
    halves = [title_and_text(article) for article in articles]
    titles = cut_words([title for title, _ in halves])
    langs = [language_of(article, text) or None for article, (_, text) in zip(articles, halves, strict=True)]
    words = cut_words([f"{title}\n{text}" for title, text in halves])
    return term_vectors(words, langs, np.diff(titles.offsets).tolist(), params)

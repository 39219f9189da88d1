"""From articles to sketches: the signature and the terms that stand for an article instead of its text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dedupe.models import Article, ArticleId, Sketch
from dedupe.near_duplicates.find import prepare
from dedupe.near_duplicates.shingle_sets import ManyShingles, shingle_sets
from dedupe.near_duplicates.sketching import TextSketches, compiled_sketches, sketches_of
from dedupe.near_duplicates.verify import Candidate
from dedupe.settings import AttachParams, DuplicateParams
from dedupe.stories.attach import TermVector, term_vectors
from dedupe.stories.labels import headline
from dedupe.stories.reading import cut_raw_words
from dedupe.stories.vectors import language_of
from dedupe.text import kernels
from dedupe.text.keys import key_bytes
from dedupe.text.normalise import content, normalise
from dedupe.text.words import cut_words

_HEAD_CHARACTERS = 2_000
_LONGER_THAN_FURNITURE = 300  # characters: no line that normalising cuts is as long
_OWN_LINE = "x" * (_LONGER_THAN_FURNITURE + 1)
_NO_SIGNATURE = np.empty(0, dtype=np.uint32)


@dataclass(frozen=True, slots=True)
class Sketched:
    """An article's sketch, to keep; its shingles, to compare, and its language while the text is at hand."""

    sketch: Sketch
    candidate: Candidate
    article: Article
    lang: str | None


def sketch_articles(
    articles: Sequence[Article], *, duplicates: DuplicateParams, attach: AttachParams
) -> list[Sketched]:
    """A sketch of each article, in order; it depends on nothing but the article and the parameters."""
    contents = [content(article) for article in articles]
    if articles and kernels.are_used_for(contents):
        texts, words = compiled_sketches(contents, duplicates.sketch), cut_raw_words(contents)
        langs = [article.lang or _guessed(article, text) for article, text in zip(articles, contents, strict=True)]
    else:
        # The words are cut once: shingles and terms both come from them.
        normalised = [normalise(text) for text in contents]
        words = cut_words(normalised)
        texts = sketches_of(words, normalised, duplicates.sketch)
        langs = [language_of(article, text) or None for article, text in zip(articles, normalised, strict=True)]
    titles = cut_raw_words(["" if article.title is None else article.title for article in articles])
    # A title comes first whether or not the text repeats it.
    vectors = term_vectors(words, langs, np.diff(titles.offsets).tolist(), attach)
    candidates = _candidates([article.id for article in articles], texts)
    return [
        Sketched(_sketch(candidate, signature, vector), candidate, article, lang)
        for candidate, signature, vector, article, lang in zip(
            candidates, texts.signatures, vectors, articles, langs, strict=True
        )
    ]


def _candidates(ids: Sequence[ArticleId], texts: TextSketches) -> Iterator[Candidate]:
    """What a comparison needs of each article; all sets of shingles are made at once."""
    sets = shingle_sets(
        [ManyShingles(texts.hashes, texts.is_named, texts.is_figured, texts.offsets[:-1], texts.offsets[1:])]
    )
    places = zip(*(pairwise(offsets) for offsets in sets.offsets.tolist()), strict=True)
    for article_id, key, ((begin, end), (first, last)) in zip(ids, key_bytes(texts.text_keys), places, strict=True):
        own = sets.shingles[begin:end], sets.flags[begin:end], sets.sequences[first:last]
        yield Candidate(article_id, key, *own)


def _sketch(candidate: Candidate, signature: NDArray[np.uint32], vector: TermVector) -> Sketch:
    kept = signature if candidate.shingles.size else _NO_SIGNATURE
    return Sketch(candidate.article_id, candidate.text_key, kept, *vector)


def candidates_of(articles: Sequence[Article], *, duplicates: DuplicateParams) -> list[Candidate]:
    """What a comparison needs of each article, in order."""
    return [candidate for candidate, _ in prepare(articles, duplicates.sketch)]


def headline_of(article: Article) -> str:
    """What a story is called that begins with an article: its title, or the first line of its text."""
    if article.title:
        title = normalise(article.title)
        if title:
            return headline(title, "")
    return headline("", _beginning(article.text))


def _beginning(text: str) -> str:
    """The normalised text, at least the beginning of its first line."""
    head = normalise(text[:_HEAD_CHARACTERS])
    first, feed, _ = head.partition("\n")
    # The head alone may have been left as it is because nothing in it is the article's own; and it may end in a line.
    is_own = len(first) > _LONGER_THAN_FURNITURE or (
        feed and normalise(f"{first}\n{_OWN_LINE}") == f"{first}\n{_OWN_LINE}"
    )
    return head if is_own or len(text) <= _HEAD_CHARACTERS else normalise(text)


def _guessed(article: Article, text: str) -> str | None:
    return language_of(article, normalise(text)) or None

"""The batch path from articles to pairs and verdicts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dedupe.models import Article, ArticleId, DuplicatePair, Verdict
from dedupe.near_duplicates.index import SignatureIndex
from dedupe.near_duplicates.shingles import named_shingles, shingle_hashes
from dedupe.near_duplicates.signatures import signatures_of
from dedupe.near_duplicates.stars import Stars
from dedupe.near_duplicates.verify import Candidate, compare, least_estimate
from dedupe.settings import DuplicateParams, SketchParams
from dedupe.text.normalise import content, key_of_normalised, normalise
from dedupe.text.words import Words, blocks_of, cut_words

_MOST_PAIRED = 1000


def find_near_duplicates(articles: Iterable[Article], params: DuplicateParams | None = None) -> list[DuplicatePair]:
    """Every verified pair once, ``a`` before ``b`` in the input; pairs in the order of ``b``, then of ``a``.

    Candidate pairs come from the index of signatures and from equal texts; each is verified on its shingles. An
    article with more than 1,000 candidates before it is compared with the nearest of them.
    """
    params = DuplicateParams() if params is None else params
    seen = _Seen(params)
    pairs: list[DuplicatePair] = []
    for article, signature in prepare(articles, params.sketch):
        compared = (compare(other, article, params) for other in seen.candidates(article, signature))
        pairs.extend(pair for pair in compared if pair is not None)
        seen.add(article, signature)
    return pairs


def verdicts(articles: Iterable[Article], params: DuplicateParams | None = None) -> list[Verdict]:
    """Whether each article repeats an earlier one, in input order.

    Groups are `Stars`: the canonical article of a group is its first in the input. A stream of the same articles,
    judged one by one, gets the same answers.
    """
    params = DuplicateParams() if params is None else params
    stars, held, ids = Stars(params), dict[ArticleId, Candidate](), list[ArticleId]()
    given: list[Verdict] = []
    for article, signature in prepare(articles, params.sketch):
        # Places and not ids: a file may give two articles one id, and both are articles.
        placed = replace(article, article_id=ArticleId(str(len(ids))))
        ids.append(article.article_id)
        suspects = stars.suspects(placed.text_key, signature)
        verdict = stars.judge(placed, [held[other] for other in suspects])
        stars.add(placed.text_key, signature, verdict)
        held[placed.article_id] = placed
        given.append(_named(verdict, ids))
    return given


def _named(verdict: Verdict, ids: Sequence[ArticleId]) -> Verdict:
    """The verdict on the last of the articles, places replaced by ids."""
    of = None if verdict.duplicate_of is None else ids[int(verdict.duplicate_of)]
    return replace(verdict, article_id=ids[-1], group=ids[int(verdict.group)], duplicate_of=of)


def prepare(articles: Iterable[Article], params: SketchParams) -> Iterator[tuple[Candidate, NDArray[np.uint32]]]:
    """What comparing needs of each article, and its signature, in input order."""
    held = list(articles)
    texts = [content(article) for article in held]
    begin = 0
    for block in blocks_of(texts):
        ids = [article.id for article in held[begin : begin + len(block)]]
        begin += len(block)
        normalised = [normalise(text) for text in block]
        yield from prepare_words(ids, normalised, cut_words(normalised), params)


def prepare_words(
    ids: Sequence[ArticleId], texts: Sequence[str], words: Words, params: SketchParams
) -> Iterator[tuple[Candidate, NDArray[np.uint32]]]:
    """The same for normalised texts whose words are cut already, to be cut once for more than one purpose."""
    hashes, offsets = shingle_hashes(words, shingle_words=params.shingle_words)
    named = named_shingles(words, shingle_words=params.shingle_words)
    signatures = signatures_of(hashes, offsets, params)
    for at, (article_id, text) in enumerate(zip(ids, texts, strict=True)):
        own = slice(offsets[at], offsets[at + 1])
        shingles = np.unique(hashes[own])
        candidate = Candidate(article_id, key_of_normalised(text), shingles, np.unique(hashes[own][named[own]]))
        yield candidate, signatures[at]


class _Seen:
    """Articles to compare with, found by equal text or by likeness of signatures."""

    def __init__(self, params: DuplicateParams) -> None:
        self._least_estimate = least_estimate(params)
        self._index = SignatureIndex(params.sketch)
        self._articles: list[Candidate] = []
        self._places_by_key: dict[bytes, list[int]] = {}

    def candidates(self, article: Candidate, signature: NDArray[np.uint32]) -> list[Candidate]:
        """Candidates in the order they were added."""
        found = self._index.candidates(signature, limit=_MOST_PAIRED, least_containment=self._least_estimate)
        places = {int(place) for place in found}
        places.update(self._places_by_key.get(article.text_key, ()))
        return [self._articles[place] for place in sorted(places)]

    def add(self, article: Candidate, signature: NDArray[np.uint32]) -> None:
        """Have an article found from now on."""
        place = len(self._articles)
        self._articles.append(article)
        self._places_by_key.setdefault(article.text_key, []).append(place)
        # Places and not ids, as above.
        self._index.add(ArticleId(str(place)), signature)

"""The batch path from articles to pairs and verdicts."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from dedupe.models import Article, ArticleId, DuplicatePair, Verdict
from dedupe.near_duplicates.ahead import sketched_ahead
from dedupe.near_duplicates.chunks import cut_by_cost
from dedupe.near_duplicates.finder import Finder
from dedupe.near_duplicates.sketching import TextSketches
from dedupe.near_duplicates.verify import Candidate, candidate_at
from dedupe.settings import DuplicateParams, SketchParams
from dedupe.text import kernels
from dedupe.text.normalise import content

_BLOCK_CHARACTERS = 4_000_000


def find_near_duplicates(articles: Iterable[Article], params: DuplicateParams | None = None) -> list[DuplicatePair]:
    """Every verified pair once, ``a`` before ``b`` in the input; pairs in the order of ``b``, then of ``a``.

    Candidate pairs come from the index of signatures and from equal texts; each is verified on its shingles. An
    article with more than 1,000 candidates before it is compared with the nearest of them.

    Examples
    --------
    >>> pairs = find_near_duplicates([Article("a", "The bridge is open."), Article("b", "The BRIDGE is open")])
    >>> [(pair.a, pair.b, pair.kind.value) for pair in pairs]
    [('a', 'b', 'exact')]
    """
    params = DuplicateParams() if params is None else params
    blocks = sketched(articles, params.sketch)
    finder = Finder(params)
    return [pair for ids, sketches in blocks for some in finder.find_pairs(ids, sketches) for pair in some]


def verdicts(articles: Iterable[Article], params: DuplicateParams | None = None) -> list[Verdict]:
    """Whether each article repeats an earlier one, in input order.

    Groups are `Stars`: the canonical article of a group is its first in the input. A stream of the same articles,
    judged one by one, gets the same answers.
    """
    params = DuplicateParams() if params is None else params
    blocks = sketched(articles, params.sketch)
    finder = Finder(params)
    return [verdict for ids, sketches in blocks for verdict in finder.judge(ids, sketches)]


def prepare(articles: Iterable[Article], params: SketchParams) -> Iterator[tuple[Candidate, NDArray[np.uint32]]]:
    """What comparing needs of each article, and its signature, in input order."""
    for ids, sketches in sketched(articles, params):
        yield from _candidates(ids, sketches)


def sketched(articles: Iterable[Article], params: SketchParams) -> Iterator[tuple[list[ArticleId], TextSketches]]:
    """Ids and sketches of the articles, block by block."""
    held = list(articles)
    texts = [content(article) for article in held]
    # Here and not block by block: the first decides for what is made before the first block is read.
    kernels.are_used_for(texts)
    sizes = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    own = list(cut_by_cost(sizes, most=_BLOCK_CHARACTERS))
    blocks = sketched_ahead((texts[block] for block in own), params)
    return (([article.id for article in held[block]], sketches) for block, sketches in zip(own, blocks, strict=True))


def _candidates(ids: Sequence[ArticleId], sketches: TextSketches) -> Iterator[tuple[Candidate, NDArray[np.uint32]]]:
    return ((candidate_at(name, sketches, at), sketches.signatures[at]) for at, name in enumerate(ids))

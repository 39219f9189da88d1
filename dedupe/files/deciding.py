"""One pass over more articles than memory holds: verdicts or pairs, a block at a time, as they are decided."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import chain, islice
from typing import TypeAlias

import numpy as np
import orjson
from numpy.typing import NDArray

from dedupe.errors import BadInput
from dedupe.files.corpora import of_corpus
from dedupe.files.results import row_of_verdict, verdict_of_row
from dedupe.files.spool import InOrder, Spool, SpooledShingles, SpooledSketches
from dedupe.files.written import ForeignRows
from dedupe.models import Article, ArticleId, DuplicatePair, Verdict
from dedupe.near_duplicates.finder import Finder
from dedupe.near_duplicates.sketching import TextSketches, sketch_texts
from dedupe.settings import DuplicateParams
from dedupe.text import kernels
from dedupe.text.normalise import content

Block: TypeAlias = Sequence[Article]

_MOST_ARTICLES = 4_096
_MOST_CHARACTERS = 4_000_000
_MOST_TAKEN = 1_024  # an article may be long
# The compiled loops are there in a second or two; the plain ones take as long for this much.
_WORTH_LOADING_ARTICLES = 4_096
_WORTH_LOADING_CHARACTERS = 4_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NEVER = np.iinfo(np.int64).max


class Keep(StrEnum):
    """Which article of a group is the canonical one."""

    FIRST = "first"
    LONGEST = "longest"
    EARLIEST = "earliest"


def blocks_of_articles(articles: Iterable[Article]) -> Iterator[Block]:
    """Cut articles into blocks that fit into memory; before a ``BadInput`` comes out, so do the articles before it."""
    block, n_characters = list[Article](), 0
    try:
        for article in articles:
            block.append(article)
            n_characters += len(article.text) + len(article.title or "")
            if len(block) >= _MOST_ARTICLES or n_characters >= _MOST_CHARACTERS:
                yield block
                block, n_characters = [], 0
    except BadInput:
        if block:
            yield block
        raise
    if block:
        yield block


def verdicts_in_order(
    corpus: Iterable[Block],
    blocks: Iterable[Block],
    params: DuplicateParams,
    *,
    decided: Iterator[Verdict],
    folder: str | None,
) -> Iterator[Sequence[Verdict]]:
    """Verdicts on the articles of ``blocks``, each judged against all before it, those of the corpus first of all.

    The first articles have the verdicts ``decided`` already, and those are not given again; ``ForeignRows`` where they
    are about other articles. What does not fit into memory is in ``folder`` meanwhile.
    """
    corpus, blocks = _begun(corpus), _begun(blocks)
    first = list(islice(decided, 1))
    decided = chain(first, decided)
    with Spool(folder=folder) as spool, Spool(folder=folder) as spool_apart:
        finder = Finder(params, shingles=SpooledShingles(spool))
        # What is known of the files speaks of articles of the corpus, which the finder then has to know as well.
        apart = Finder(params, shingles=SpooledShingles(spool_apart)) if first else None
        for block in corpus:
            ids, sketches = _ids_of_corpus(block), _sketches(block, params)
            if apart is None:
                finder.judge(ids, sketches)
            else:
                finder.know(ids, sketches, apart.judge(ids, sketches))
        for block in blocks:
            known = list(islice(decided, len(block)))
            if known:
                _know(finder, block[: len(known)], known, params)
            rest = block[len(known) :]
            yield finder.judge(_ids(rest), _sketches(rest, params)) if rest else ()
        if next(decided, None) is not None:
            raise ForeignRows("the output has more rows than there are articles")


def pairs_in_order(
    corpus: Iterable[Block],
    blocks: Iterable[Block],
    params: DuplicateParams,
    *,
    begin_at: ArticleId | None,
    folder: str | None,
) -> Iterator[Sequence[DuplicatePair]]:
    """Pairs of which ``b`` is an article of ``blocks``, by ``b`` and then by ``a``, which may be one of the corpus.

    Those of the articles before ``begin_at`` are not given. ``ForeignRows`` where there is no such article.
    """
    corpus, blocks = _begun(corpus), _begun(blocks)
    with Spool(folder=folder) as spool:
        finder = Finder(params, shingles=SpooledShingles(spool))
        for block in corpus:
            finder.know(_ids_of_corpus(block), _sketches(block, params), ())
        for block in blocks:
            n_known = _n_before(begin_at, block)
            if n_known > 0:
                finder.know(_ids(block[:n_known]), _sketches(block[:n_known], params), ())
            rest = block[n_known:]
            begin_at = None if rest else begin_at
            if rest:
                yield from finder.find_pairs(_ids(rest), _sketches(rest, params))
        if begin_at is not None:
            raise ForeignRows(f"the output has pairs of {begin_at!r}, and no article has this id")


def verdicts_by_rank(
    corpus: Iterable[Block],
    blocks: Iterable[Block],
    params: DuplicateParams,
    *,
    keep: Keep,
    folder: str | None,
    on_judged: Callable[[Sequence[Verdict]], None],
) -> Iterator[Sequence[Verdict]]:
    """Verdicts in input order on articles that are judged in another, so that the wanted one is the canonical one.

    The corpus is judged before the files, whatever the rank. No verdict comes out before all are judged;
    ``on_judged`` hears when all are read, and then of verdicts as they are given.
    """
    corpus, blocks = _begun(corpus), _begun(blocks)
    with ExitStack() as stack:
        heads, shingles, rows = (stack.enter_context(Spool(folder=folder)) for _ in range(3))
        gathered = _Gathered(SpooledSketches(heads, shingles), params, keep)
        for block in corpus:
            gathered.add(_ids_of_corpus(block), block)
        n_corpus = len(gathered.ids)
        for block in blocks:
            gathered.add(_ids(block), block)
        order = gathered.order(n_first=n_corpus)
        finder = Finder(params, shingles=InOrder(gathered.sketches, order))
        on_judged(())
        for begin in range(0, len(order), _MOST_TAKEN):
            places = order[begin : begin + _MOST_TAKEN].tolist()
            given = finder.judge([gathered.ids[place] for place in places], gathered.sketches.take(places))
            on_judged([verdict for verdict, place in zip(given, places, strict=True) if place >= n_corpus])
            rows.append([orjson.dumps(row_of_verdict(verdict)) for verdict in given])
        yield from _in_input_order(rows, order, n_corpus)


class _Gathered:
    """Articles that are sketched and wait to be judged: their ids, ranks and sketches."""

    def __init__(self, sketches: SpooledSketches, params: DuplicateParams, keep: Keep) -> None:
        self.ids: list[ArticleId] = []
        self.sketches = sketches
        self._ranks = array("q")
        self._params = params
        self._keep = keep

    def add(self, ids: Sequence[ArticleId], block: Block) -> None:
        sketches = _sketches(block, self._params)
        self.ids.extend(ids)
        self.sketches.append(sketches)
        if self._keep is Keep.EARLIEST:
            self._ranks.extend(_microseconds(article.published_at) for article in block)
        else:
            self._ranks.extend((-np.diff(sketches.offsets)).tolist())

    def order(self, *, n_first: int) -> NDArray[np.int64]:
        """Places by rank, ties as they came; the first so many articles before all others."""
        return np.lexsort((np.array(self._ranks, dtype=np.int64), np.arange(len(self.ids)) >= n_first))


def _microseconds(time: datetime | None) -> int:
    return _NEVER if time is None else (time - _EPOCH) // timedelta(microseconds=1)


def _in_input_order(rows: Spool, order: NDArray[np.int64], n_corpus: int) -> Iterator[Sequence[Verdict]]:
    judged_at = np.argsort(order)[n_corpus:]
    for begin in range(0, len(judged_at), _MOST_ARTICLES):
        block = judged_at[begin : begin + _MOST_ARTICLES].tolist()
        yield [verdict_of_row(orjson.loads(rows.read(place))) for place in block]


def _begun(blocks: Iterable[Block]) -> Iterator[Block]:
    """The same blocks; the first has been read, because a finder has to know whether there will be much text."""
    left = iter(blocks)
    first = next(left, None)
    if first is None:
        return left
    if len(first) >= _WORTH_LOADING_ARTICLES or _n_characters(first) >= _WORTH_LOADING_CHARACTERS:
        kernels.load()
    return chain([first], left)


def _n_characters(block: Block) -> int:
    return sum(len(article.text) + len(article.title or "") for article in block)


def _sketches(block: Block, params: DuplicateParams) -> TextSketches:
    return sketch_texts([content(article) for article in block], params.sketch)


def _ids(block: Block) -> list[ArticleId]:
    return [article.id for article in block]


def _ids_of_corpus(block: Block) -> list[ArticleId]:
    return [of_corpus(article.id) for article in block]


def _n_before(article_id: ArticleId | None, block: Block) -> int:
    """How many articles of a block come before this one; all of them where it is not among them."""
    if article_id is None:
        return 0
    return next((place for place, article in enumerate(block) if article.id == article_id), len(block))


def _know(finder: Finder, block: Block, known: Sequence[Verdict], params: DuplicateParams) -> None:
    for verdict, article in zip(known, block, strict=True):
        if verdict.article_id != article.id:
            raise ForeignRows(f"the output has a row of {verdict.article_id!r} where the files have {article.id!r}")
    try:
        finder.know(_ids(block), _sketches(block, params), known)
    except KeyError as unknown:
        raise ForeignRows(f"the output names {unknown}, and no article before has this id") from None

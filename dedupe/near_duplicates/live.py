"""An index that lives: articles are judged as they come, and go when they are too old, too many or taken out."""

import sys
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import takewhile

from dedupe.models import Article, ArticleId, Verdict
from dedupe.near_duplicates.find import sketched
from dedupe.near_duplicates.held_shingles import FetchedShingles, HeldShingles, KeptShingles
from dedupe.near_duplicates.sketching import TextSketches, sketch_texts
from dedupe.near_duplicates.stars import Stars
from dedupe.near_duplicates.verify import candidate_at
from dedupe.settings import DuplicateParams
from dedupe.text.normalise import content

_NO_TIME = datetime.min.replace(tzinfo=UTC)


class NearDuplicateIndex:
    """Judges each article against those it holds, and holds it from then on.

    It says what `verdicts` says of the same articles in the same order. It holds the newest ``max_articles``, and what
    was added within ``max_age`` before now, which is the latest ``at`` a caller gave: it has no clock of its own.
    Groups are `Stars`: once a canonical article goes, its group takes nothing more in, and the next copy of what is
    left of the group begins another. What is said depends on the articles held and on what was said of them, on nothing
    that has gone.

    Of an article some 700 bytes are kept, whatever its length, and its shingles, which are as many as its words: a
    suspicion is verified on them. They take five bytes each, and none with ``article_of``, which is asked for a
    suspect's text, and once more for a canonical article's when that goes. A suspect that it gives None for is not
    compared with. Counts of what many articles share take 1.3 MB, however few there are.

    A process that adds articles one by one saves time with `dedupe.text.kernels.load` before the first.

    Raises
    ------
    ValueError
        If ``max_articles`` is under 1 or ``max_age`` not above zero.
    """

    def __init__(
        self,
        params: DuplicateParams | None = None,
        *,
        max_articles: int | None = None,
        max_age: timedelta | None = None,
        article_of: Callable[[ArticleId], Article | None] | None = None,
    ) -> None:
        if max_articles is not None and max_articles < 1:
            raise ValueError(f"max_articles must be at least 1, got {max_articles}")
        if max_age is not None and max_age <= timedelta(0):
            raise ValueError(f"max_age must be above zero, got {max_age}")
        self._params = DuplicateParams() if params is None else params
        self._max_articles = max_articles
        self._max_age = max_age
        self._made: Stars | None = None
        self._times: OrderedDict[ArticleId, datetime] = OrderedDict()
        self._copies: set[ArticleId] = set()
        self._now = _NO_TIME
        self._shingles: HeldShingles = (
            KeptShingles(self._params.sketch)
            if article_of is None
            else FetchedShingles(article_of, self._params.sketch)
        )

    def __len__(self) -> int:
        return len(self._times)

    def __contains__(self, article_id: object) -> bool:
        return article_id in self._times

    @property
    def nbytes(self) -> int:
        """Bytes that signatures, keys and shingles take; the ids and the tables of them come on top."""
        return self._shingles.nbytes + (0 if self._made is None else self._made.nbytes)

    def add(self, article: Article, at: datetime | None = None) -> Verdict:
        """The verdict on an article, which is held from now on; `add_all` says the rest."""
        return self.add_all([article], at)[0]

    def add_all(self, articles: Iterable[Article], at: datetime | None = None) -> list[Verdict]:
        """The verdict on each article, in order, as if added one by one; this is many times faster.

        ``at`` is when they are added, for an index with ``max_age``, and only for one; an earlier time than was given
        before counts as that. An article is judged against those held before it; only then the oldest goes for it.

        Raises
        ------
        ValueError
            If an id is there already, or twice among the articles; then none is added.
        """
        given = list(articles)
        if (at is None) != (self._max_age is None):
            raise ValueError("at goes with max_age: give both or neither")
        if at is not None:
            self.expire(at)
        self._check_ids(article.id for article in given)
        return [
            verdict for ids, sketches in sketched(given, self._params.sketch) for verdict in self._take(ids, sketches)
        ]

    def query(self, article: Article) -> Verdict:
        """The verdict on an article that is not added; of one that is held, that it repeats itself."""
        if not self._times:
            return Verdict(article.id, article.id)
        sketches = sketch_texts([content(article)], self._params.sketch)
        suspects = self._stars.suspects(sketches.text_keys[0].tobytes(), sketches.signatures[0])
        return self._judged(article.id, suspects, sketches, 0)

    def remove(self, article_id: ArticleId) -> None:
        """Let go of an article; one that is not there stays not there."""
        if article_id not in self._times:
            return
        # A canonical article is counted as a holder of its shingles; a copy is not.
        counted = None if article_id in self._copies else self._shingles.signature(article_id)
        self._stars.remove(article_id, counted)
        self._shingles.forget(article_id)
        self._copies.discard(article_id)
        del self._times[article_id]

    def expire(self, at: datetime) -> None:
        """Let go of what was added longer than ``max_age`` before a time, and count that as now.

        Adding articles does the same; asking does not.
        """
        if self._max_age is None:
            raise ValueError("an index without max_age lets nothing go by time")
        if at.tzinfo is None:
            raise ValueError(f"at must have a timezone, got {at}")
        self._now = max(self._now, at)
        oldest = self._now - self._max_age
        for article_id in list(takewhile(lambda held: self._times[held] < oldest, self._times)):
            self.remove(article_id)

    @property
    def _stars(self) -> Stars:
        # Made late: the first articles decide, by how much text they are, whether compiled loops are used.
        if self._made is None:
            self._made = Stars(self._params)
        return self._made

    def _check_ids(self, ids: Iterable[ArticleId]) -> None:
        met = set[ArticleId]()
        for article_id in ids:
            if article_id in self or article_id in met:
                raise ValueError(f"article {article_id!r} is there already: remove it first")
            met.add(article_id)

    def _take(self, ids: Sequence[ArticleId], sketches: TextSketches) -> Iterator[Verdict]:
        begin = 0
        while begin < len(ids):
            end = min(begin + self._n_free(), len(ids))
            yield from self._take_together(ids, sketches, begin=begin, end=end)
            begin = end
            self._let_the_oldest_go()

    def _n_free(self) -> int:
        """How many articles can be added before the oldest has to go, at least one."""
        return sys.maxsize if self._max_articles is None else max(1, self._max_articles - len(self._times))

    def _let_the_oldest_go(self) -> None:
        while self._max_articles is not None and len(self._times) > self._max_articles:
            self.remove(next(iter(self._times)))

    def _take_together(
        self, ids: Sequence[ArticleId], sketches: TextSketches, *, begin: int, end: int
    ) -> Iterator[Verdict]:
        names, own = ids[begin:end], slice(begin, end)
        signatures, text_keys = sketches.signatures[own], sketches.text_keys[own]

        def judge(at: int, suspects: Sequence[ArticleId]) -> Verdict:
            return self._judged(names[at], suspects, sketches, begin + at)

        for at, verdict in enumerate(self._stars.take(names, signatures, text_keys, judge)):
            yield self._held(verdict, sketches, begin + at)

    def _judged(self, article_id: ArticleId, suspects: Sequence[ArticleId], sketches: TextSketches, at: int) -> Verdict:
        if not suspects:
            return Verdict(article_id, article_id)
        return self._stars.judge(candidate_at(article_id, sketches, at), self._shingles.candidates(suspects))

    def _held(self, verdict: Verdict, sketches: TextSketches, at: int) -> Verdict:
        """The same verdict, on an article that is held from now on."""
        self._times[verdict.article_id] = self._now
        if verdict.duplicate_of is not None:
            self._copies.add(verdict.article_id)
        self._shingles.keep(verdict.article_id, sketches, at)
        return verdict

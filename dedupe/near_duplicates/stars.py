"""Groups as they grow: canonical articles and their direct copies, to judge the next article against."""

from collections.abc import Sequence, Set
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dedupe.models import ArticleId, DuplicateKind, DuplicatePair, Verdict
from dedupe.near_duplicates.index import MOST_CANDIDATES, SignatureIndex
from dedupe.near_duplicates.verify import Candidate, best_pair, compare, least_estimate
from dedupe.settings import DuplicateParams


class Stars:
    """Duplicate groups, built article by article.

    An article joins the group of what it repeats best: of a canonical article, or of a *bridge*, which is a direct
    copy that differs enough from its canonical article to be compared with on its own. So every article of a group is
    one verified step from the canonical article, or two, the first of them to a bridge. Where it repeats the
    canonical article too, the verdict says that.

    A group whose canonical article is removed takes nothing more in. What is said about an article depends on those
    before it that are still held, on nothing else.
    """

    def __init__(self, params: DuplicateParams) -> None:
        self._params = params
        self._least_estimate = least_estimate(params)
        self._index = SignatureIndex(params.sketch)
        self._verdicts: dict[ArticleId, Verdict] = {}
        self._by_text: dict[bytes, ArticleId] = {}
        self._copies: dict[ArticleId, dict[ArticleId, bytes]] = {}
        self._wholes: dict[ArticleId, ArticleId] = {}

    def suspects(self, text_key: bytes, signature: NDArray[np.uint32]) -> list[ArticleId]:
        """Articles to compare the next one with: of an equal text that one alone, else all that may be repeated."""
        same = self._by_text.get(text_key)
        if same is not None:
            return [same]
        found = self._index.candidates(signature, limit=MOST_CANDIDATES, least_containment=self._least_estimate)
        return list(dict.fromkeys(name for other in found for name in (self._verdicts[other].group, other)))

    def judge(self, article: Candidate, suspects: Sequence[Candidate]) -> Verdict:
        """The verdict on the next article, verified against its suspects.

        An equal text gets the verdict of its equal. Else the best pair decides the group: a near one before one of
        containment, then the more similar, then the first given.
        """
        same = self._by_text.get(article.text_key)
        if same is not None:
            return _repeated(article.article_id, self._verdicts[same])
        pairs = {other.article_id: compare(other, article, self._params) for other in suspects}
        repeated = {name for name, pair in pairs.items() if pair is not None}
        larger = {other.article_id for other in suspects if other.shingles.size >= article.shingles.size}
        best = best_pair(pair for pair in pairs.values() if self._joins(pair, repeated, larger))
        if best is None:
            return Verdict(article.article_id, group=article.article_id)
        group = self._verdicts[best.a].group
        return _verdict(pairs.get(group) or best, group)

    def _joins(self, pair: DuplicatePair | None, repeated: Set[ArticleId], larger: Set[ArticleId]) -> bool:
        """Whether a pair is reason to join: not when it is a part of the article that others have too."""
        if pair is None:
            return False
        if pair.kind is not DuplicateKind.CONTAINED or pair.a in larger:
            return True
        if self._verdicts[pair.a].group != pair.a:
            return False
        return pair.a not in self._wholes or self._wholes[pair.a] in repeated

    def add(self, text_key: bytes, signature: NDArray[np.uint32], verdict: Verdict) -> None:
        """Take the next article in, with the verdict on it; an unknown group, or one that is gone, takes nothing."""
        article_id, group = verdict.article_id, verdict.group
        if article_id == group:
            self._copies[group] = {}
        elif group not in self._copies:
            return
        self._copies[group][article_id] = text_key
        self._verdicts[article_id] = verdict
        self._by_text.setdefault(text_key, article_id)
        if article_id == group or self._is_bridge(verdict):
            self._index.add(article_id, signature)
        if verdict.kind is DuplicateKind.CONTAINED and verdict.duplicate_of == group:
            self._note_whole(article_id, group)

    def remove(self, article_id: ArticleId) -> None:
        """Forget an article; with a canonical one all that is known of its group."""
        verdict = self._verdicts.get(article_id)
        if verdict is None:
            return
        copies = self._copies[verdict.group]
        gone = self._copies.pop(article_id) if article_id == verdict.group else {article_id: copies.pop(article_id)}
        for name, text_key in gone.items():
            del self._verdicts[name]
            self._index.remove(name)
            if self._by_text.get(text_key) == name:
                del self._by_text[text_key]
        self._wholes.pop(article_id, None)
        if self._wholes.get(verdict.group) == article_id:
            del self._wholes[verdict.group]

    def _note_whole(self, article_id: ArticleId, canonical: ArticleId) -> None:
        # By the signatures, for a replay has nothing else; when only one side is contained they differ enough.
        if self._index.n_shingles(article_id) > self._index.n_shingles(canonical):
            self._wholes.setdefault(canonical, article_id)

    def _is_bridge(self, verdict: Verdict) -> bool:
        return verdict.duplicate_of == verdict.group and verdict.jaccard < self._params.close_jaccard


def _verdict(pair: DuplicatePair, group: ArticleId) -> Verdict:
    return Verdict(pair.b, group, pair.a, pair.kind, pair.jaccard, pair.containment)


def _repeated(article_id: ArticleId, verdict: Verdict) -> Verdict:
    if verdict.duplicate_of is None:
        return Verdict(article_id, verdict.group, verdict.group, DuplicateKind.EXACT, 1.0, 1.0)
    return replace(verdict, article_id=article_id)

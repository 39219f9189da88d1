"""Groups as they grow: canonical articles and their direct copies, to judge the next article against."""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from dedupe.models import ArticleId, DuplicateKind, DuplicatePair, Verdict
from dedupe.near_duplicates.bounds import bounds_of
from dedupe.near_duplicates.furniture import Holders
from dedupe.near_duplicates.index import SignatureIndex
from dedupe.near_duplicates.verify import Candidate, best_pair, compare_all
from dedupe.settings import DuplicateParams

MOST_BRIDGES = 16

NO_VERDICTS: Mapping[ArticleId, Verdict] = MappingProxyType({})

_NO_SIGNATURE = np.empty(0, dtype=np.uint32)


class Stars:
    """Duplicate groups, built article by article.

    An article joins the group of what it repeats best: of a canonical article, or of a *bridge*, which is one of the
    first 16 direct copies that differ enough from their canonical article to be compared with on their own. So every
    article of a group is one verified step from the canonical article, or two, the first of them to a bridge. Where it
    repeats the canonical article too, the verdict says that.

    Canonical articles alone are counted as holders of their shingles, so that what is copied often is no furniture.

    A group whose canonical article is removed takes nothing more in. What is said about an article depends on those
    before it that are still held, on nothing else.
    """

    def __init__(self, params: DuplicateParams) -> None:
        self._params = params
        self._bounds = bounds_of(params)
        # Canonical articles and bridges by text and likeness, other copies by their text alone.
        self._index = SignatureIndex(params.sketch)
        self._holders = Holders(params)
        self._verdicts: dict[ArticleId, Verdict] = {}
        self._copies: dict[ArticleId, list[ArticleId]] = {}
        self._bridges: dict[ArticleId, set[ArticleId]] = {}
        self._wholes: dict[ArticleId, ArticleId] = {}
        # The text that was last looked for, if it is not held: it need not be looked for again when it is added.
        self._not_held: bytes | None = None

    @property
    def nbytes(self) -> int:
        """Bytes that the arrays take; the names and the tables of them come on top."""
        return self._index.nbytes + self._holders.nbytes

    def take(
        self,
        ids: Sequence[ArticleId],
        signatures: NDArray[np.uint32],
        text_keys: NDArray[np.uint64],
        judge: Callable[[int, list[ArticleId]], Verdict],
        known: Mapping[ArticleId, Verdict] = NO_VERDICTS,
    ) -> Iterator[Verdict]:
        """Take articles in one after the other, with the verdict on each: the known one, or `judge`'s where it has
        `suspects`. It is asked by number and suspects, when all articles before have been taken in.
        """
        done = 0
        while done < len(ids):
            verdict = known.get(ids[done])
            if verdict is None:
                end = next((at for at in range(done, len(ids)) if ids[at] in known), len(ids)) if known else len(ids)
                own = ids[:end], signatures[:end], text_keys[:end]
                first, suspects = self.add_until_suspects(*own, begin=done)
                yield from (Verdict(name, name) for name in ids[done:first])
                done = first
                if done == end:
                    continue
                verdict = judge(done, suspects) if suspects else Verdict(ids[done], ids[done])
            self.add(text_keys[done].tobytes(), signatures[done], verdict)
            yield verdict
            done += 1

    def add_until_suspects(
        self,
        ids: Sequence[ArticleId],
        signatures: NDArray[np.uint32],
        text_keys: NDArray[np.uint64],
        *,
        begin: int = 0,
    ) -> tuple[int, list[ArticleId]]:
        """Take articles in from the ``begin``-th on, as canonical ones, up to the first that has suspects.

        The number of that one, ``len(ids)`` if there is none, and its `suspects`.
        """
        end, same, found = self._index.add_until_found(ids, signatures, text_keys, begin=begin, bounds=self._bounds)
        if end > begin:
            self._holders.count(signatures[begin:end])
        return end, self._suspects(text_keys[end].tobytes(), same, found) if end < len(ids) else []

    def suspects(self, text_key: bytes, signature: NDArray[np.uint32]) -> list[ArticleId]:
        """Articles to compare the next one with: of an equal text that one alone, else all that may be repeated."""
        return self._suspects(text_key, *self._index.search(signature, text_key, bounds=self._bounds))

    def _suspects(self, text_key: bytes, same: ArticleId | None, found: Sequence[ArticleId]) -> list[ArticleId]:
        self._not_held = text_key if same is None else None
        if same is not None and DuplicateKind.EXACT in self._params.kinds:
            return [same]
        return list(dict.fromkeys(name for other in found for name in (self._group(other), other)))

    def judge(self, article: Candidate, suspects: Sequence[Candidate]) -> Verdict:
        """The verdict on the next article, verified against its suspects.

        An equal text gets the verdict of its equal. Else the best pair decides the group: a near one before one of
        containment, then the more similar, then the first given.
        """
        for other in suspects:
            if other.text_key == article.text_key and DuplicateKind.EXACT in self._params.kinds:
                return self.repeated(article.article_id, other.article_id)
        compared = compare_all([(other, article) for other in suspects], self._holders)
        pairs = {other.article_id: pair for other, pair in zip(suspects, compared, strict=True)}
        larger = {other.article_id for other in suspects if other.shingles.size >= article.shingles.size}
        return self._verdict_of(article.article_id, pairs, larger)

    def repeated(self, article_id: ArticleId, same: ArticleId) -> Verdict:
        """The verdict on the next article when its text is that of another one, which is held."""
        verdict = self._verdicts.get(same)
        if verdict is None:
            return Verdict(article_id, same, same, DuplicateKind.EXACT, 1.0, 1.0)
        container = article_id if verdict.container == same else verdict.container
        return replace(verdict, article_id=article_id, container=container)

    def add(self, text_key: bytes, signature: NDArray[np.uint32], verdict: Verdict) -> None:
        """Take the next article in, with the verdict on it; an unknown group, or one that is gone, takes nothing."""
        article_id, group = verdict.article_id, verdict.group
        is_new, self._not_held = self._not_held == text_key, None
        if article_id == group:
            self._index.add(article_id, signature, text_key)
            self._count(signature)
            return
        if group not in self._index:
            return
        self._verdicts[article_id] = verdict
        self._copies.setdefault(group, []).append(article_id)
        if is_new or self._index.same_text(text_key) is None:
            is_bridge = self._is_bridge(verdict)
            self._index.add(article_id, signature if is_bridge else _NO_SIGNATURE, text_key)
            if is_bridge:
                self._bridges.setdefault(group, set()).add(article_id)
        if verdict.duplicate_of == group and verdict.container == article_id:
            self._wholes.setdefault(group, article_id)

    def remove(self, article_id: ArticleId, signature: NDArray[np.uint32] | None = None) -> None:
        """Forget an article; with a canonical one all that is known of its group.

        ``signature`` is the one it was added with; without it, a canonical article stays counted as a holder.
        """
        is_canonical = article_id in self._index and article_id not in self._verdicts
        if is_canonical and signature is not None:
            self._count(signature, times=-1)
        self._index.remove(article_id)
        self._not_held = None
        verdict = self._verdicts.pop(article_id, None)
        if verdict is not None:
            self._remove_copy(verdict)
            return
        for copy in self._copies.pop(article_id, ()):
            del self._verdicts[copy]
            self._index.remove(copy)
        self._bridges.pop(article_id, None)
        self._wholes.pop(article_id, None)

    def _count(self, signature: NDArray[np.uint32], *, times: int = 1) -> None:
        if signature.size:
            self._holders.count(signature[np.newaxis], times=times)

    def _verdict_of(
        self, article_id: ArticleId, pairs: Mapping[ArticleId, DuplicatePair | None], larger: Set[ArticleId]
    ) -> Verdict:
        """The verdict by the pairs with all suspects, of which the ``larger`` are as large as the article at least."""
        repeated = {name for name, pair in pairs.items() if pair is not None}
        best = best_pair(pair for pair in pairs.values() if self._joins(pair, repeated, larger))
        if best is None:
            return Verdict(article_id, group=article_id)
        group = self._group(best.a)
        return _verdict(pairs.get(group) or best, group)

    def _remove_copy(self, verdict: Verdict) -> None:
        group = verdict.group
        self._copies[group].remove(verdict.article_id)
        self._bridges.get(group, set()).discard(verdict.article_id)
        if self._wholes.get(group) == verdict.article_id:
            del self._wholes[group]

    def _group(self, article_id: ArticleId) -> ArticleId:
        verdict = self._verdicts.get(article_id)
        return article_id if verdict is None else verdict.group

    def _joins(self, pair: DuplicatePair | None, repeated: Set[ArticleId], larger: Set[ArticleId]) -> bool:
        """Whether a pair is reason to join: not when it is a part of the article that others have too."""
        if pair is None:
            return False
        if pair.kind is not DuplicateKind.CONTAINED or pair.a in larger:
            return True
        if self._group(pair.a) != pair.a:
            return False
        return pair.a not in self._wholes or self._wholes[pair.a] in repeated

    def _is_bridge(self, verdict: Verdict) -> bool:
        if verdict.duplicate_of != verdict.group or verdict.jaccard >= self._params.close_jaccard:
            return False
        return len(self._bridges.get(verdict.group, ())) < MOST_BRIDGES


def _verdict(pair: DuplicatePair, group: ArticleId) -> Verdict:
    return Verdict(pair.b, group, pair.a, pair.kind, pair.jaccard, pair.containment, pair.container)

"""Articles by the thousand: each judged against those before it, or paired with them."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from operator import itemgetter
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from dedupe.models import ArticleId, DuplicateKind, DuplicatePair, Verdict
from dedupe.near_duplicates.bounds import bounds_of
from dedupe.near_duplicates.furniture import Holders
from dedupe.near_duplicates.index import SignatureIndex
from dedupe.near_duplicates.judging import Likeness
from dedupe.near_duplicates.sketching import TextSketches
from dedupe.near_duplicates.stars import Stars
from dedupe.near_duplicates.verify import Candidate, candidate_of, container_of, likenesses
from dedupe.settings import DuplicateParams

_MOST_PAIRED = 1000
_MOST_REMEMBERED = 8_000_000  # shingles, of some nine bytes each
_COMPARED_AT_ONCE = 1024
_KEY_BYTES = 16


Shingles = tuple[NDArray[np.uint32], NDArray[np.bool_], NDArray[np.bool_]]
"""Shingle hashes of a text in reading order and with repetitions, whether each is named, whether it is figured."""


class ShingleStore(Protocol):
    """Shingles by place: 0, 1, 2 and so on, in the order in which they were appended."""

    def append(self, sketches: TextSketches) -> None:
        """Keep the shingles of the next texts."""

    def read(self, place: int) -> Shingles:
        """Shingles of a text."""


class ShinglesInMemory:
    """Shingles of all texts, six bytes each."""

    def __init__(self) -> None:
        self._blocks: list[_Block] = []
        self._firsts: list[int] = []
        self._n_texts = 0

    def append(self, sketches: TextSketches) -> None:
        """Keep the shingles of the next texts."""
        self._firsts.append(self._n_texts)
        self._blocks.append(_Block(sketches.hashes, sketches.is_named, sketches.is_figured, sketches.offsets))
        self._n_texts += len(sketches.offsets) - 1

    def read(self, place: int) -> Shingles:
        """Shingles of a text."""
        number = bisect_right(self._firsts, place) - 1
        block, at = self._blocks[number], place - self._firsts[number]
        own = slice(block.offsets[at], block.offsets[at + 1])
        return block.hashes[own], block.is_named[own], block.is_figured[own]


@dataclass(frozen=True, slots=True)
class _Block:
    hashes: NDArray[np.uint32]
    is_named: NDArray[np.bool_]
    is_figured: NDArray[np.bool_]
    offsets: NDArray[np.int64]


class _Suspected(NamedTuple):
    """An article and what it is to be compared with: articles of different texts, each with all of its text."""

    place: ArticleId
    equals: Mapping[ArticleId, Sequence[ArticleId]]


class Finder:
    """Says of each article what it repeats of those given before; a finder either judges or pairs.

    An article that repeats nothing leaves its sketch in memory, some kilobyte, and its shingles in ``shingles``: they
    are read when something is suspected of repeating it. Ids may repeat; articles are told apart by their order.
    """

    def __init__(self, params: DuplicateParams, *, shingles: ShingleStore | None = None) -> None:
        self._params = params
        self._shelf = _Shelf(ShinglesInMemory() if shingles is None else shingles)
        self._stars = Stars(params)
        self._seen = _Seen(params)
        self._place_by_id: dict[ArticleId, int] = {}

    def judge(self, ids: Sequence[ArticleId], sketches: TextSketches) -> list[Verdict]:
        """The verdict on each article, in order, against those before it; then they are before the next ones.

        Groups are `Stars`: the canonical article of a group is its first.
        """
        places = self._shelf.append(ids, sketches)
        given: list[Verdict] = []
        while len(given) < len(ids):
            begin = len(given)
            end, suspects = self._stars.add_until_suspects(places, sketches.signatures, sketches.text_keys, begin=begin)
            given.extend(Verdict(article_id, article_id) for article_id in ids[begin:end])
            if end < len(ids):
                given.append(self._judge_one(places[end], sketches.signatures[end], suspects))
        return given

    def find_pairs(self, ids: Sequence[ArticleId], sketches: TextSketches) -> list[DuplicatePair]:
        """Every verified pair of an article and one before it, in the order of the later one, then of the other.

        An article with more than 1,000 candidates before it is compared with the nearest of them.
        """
        places = self._shelf.append(ids, sketches)
        pairs: list[DuplicatePair] = []
        begin = 0
        for chunk in _chunks(self._seen.pair(places, sketches.signatures, sketches.text_keys)):
            pairs.extend(self._verified(chunk, sketches.signatures[begin : begin + len(chunk)]))
            begin += len(chunk)
        return pairs

    def know(self, ids: Sequence[ArticleId], sketches: TextSketches, verdicts: Sequence[Verdict]) -> None:
        """Take articles in whose verdicts, or pairs, are known. Without verdicts, to be paired.

        With verdicts nothing is compared. What is common among articles to be paired is known from comparing them.
        Ids must not repeat here.
        """
        if not verdicts:
            self.find_pairs(ids, sketches)
            return
        places = self._shelf.append(ids, sketches)
        self._place_by_id.update(zip(ids, map(int, places), strict=True))
        for place, signature, verdict in zip(places, sketches.signatures, verdicts, strict=True):
            self._stars.add(self._shelf.text_key(place), signature, self._placed(verdict, place))

    def _judge_one(self, place: ArticleId, signature: NDArray[np.uint32], suspects: Sequence[ArticleId]) -> Verdict:
        text_key = self._shelf.text_key(place)
        is_equal = bool(suspects) and self._shelf.text_key(suspects[0]) == text_key
        if is_equal and DuplicateKind.EXACT in self._params.kinds:
            verdict = self._stars.repeated(place, suspects[0])
        else:
            others = [self._shelf.candidate(other) for other in suspects]
            verdict = self._stars.judge(self._shelf.candidate(place), others)
        self._stars.add(text_key, signature, verdict)
        return self._named(verdict)

    def _verified(self, suspected: Sequence[_Suspected], signatures: NDArray[np.uint32]) -> Iterator[DuplicatePair]:
        """Pairs of consecutive articles, of places as pairs of ids; each text is compared once."""
        candidate = self._shelf.candidate
        pairs = [(candidate(first), candidate(own.place)) for own in suspected for first in own.equals]
        n_pairs = [len(own.equals) for own in suspected]
        found = iter(zip(pairs, likenesses(pairs, n_pairs, signatures, self._seen.holders), strict=True))
        for own in suspected:
            copies = [(a, b, likeness) for (a, b), likeness in islice(found, len(own.equals)) if likeness is not None]
            pairs_by_place = [
                (int(other), self._between(other, a, b, likeness))
                for a, b, likeness in copies
                for other in own.equals[a.article_id]
            ]
            yield from (pair for _, pair in sorted(pairs_by_place, key=itemgetter(0)))

    def _between(self, other: ArticleId, a: Candidate, b: Candidate, likeness: Likeness) -> DuplicatePair:
        """A pair of ids: of an article with the text of ``a``, and of ``b``."""
        id_of = self._shelf.id_of
        container = container_of(a, b, likeness.kind)
        within = None if container is None else id_of(b.article_id if container == b.article_id else other)
        return DuplicatePair(id_of(other), id_of(b.article_id), *likeness, within)

    def _named(self, verdict: Verdict) -> Verdict:
        """The same verdict with ids for places."""
        id_of, of, within = self._shelf.id_of, verdict.duplicate_of, verdict.container
        # Not `replace`, which takes several times as long: this runs for every copy.
        return Verdict(
            id_of(verdict.article_id),
            id_of(verdict.group),
            None if of is None else id_of(of),
            verdict.kind,
            verdict.jaccard,
            verdict.containment,
            None if within is None else id_of(within),
        )

    def _placed(self, verdict: Verdict, place: ArticleId) -> Verdict:
        """The same verdict with places for ids."""
        of, within = verdict.duplicate_of, verdict.container
        return replace(
            verdict,
            article_id=place,
            group=self._place_of(verdict.group),
            duplicate_of=None if of is None else self._place_of(of),
            container=None if within is None else self._place_of(within),
        )

    def _place_of(self, article_id: ArticleId) -> ArticleId:
        return _place(self._place_by_id[article_id])


class _Shelf:
    """What was given, by place, which is a number written as an id."""

    def __init__(self, shingles: ShingleStore) -> None:
        self._shingles = shingles
        self._ids: list[ArticleId] = []
        self._text_keys = bytearray()
        self._remembered: OrderedDict[ArticleId, Candidate] = OrderedDict()
        self._n_remembered = 0

    def append(self, ids: Sequence[ArticleId], sketches: TextSketches) -> list[ArticleId]:
        """The places of the next articles."""
        first = len(self._ids)
        self._shingles.append(sketches)
        self._ids.extend(ids)
        self._text_keys += sketches.text_keys.tobytes()
        return [_place(number) for number in range(first, len(self._ids))]

    def id_of(self, place: ArticleId) -> ArticleId:
        return self._ids[int(place)]

    def text_key(self, place: ArticleId) -> bytes:
        at = _KEY_BYTES * int(place)
        return bytes(self._text_keys[at : at + _KEY_BYTES])

    def candidate(self, place: ArticleId) -> Candidate:
        known = self._remembered.get(place)
        if known is None:
            shingles = self._shingles.read(int(place))
            known = self._remembered[place] = candidate_of(place, self.text_key(place), *shingles)
            self._n_remembered += known.sequence.size
            while self._n_remembered > _MOST_REMEMBERED:
                _, forgotten = self._remembered.popitem(last=False)
                self._n_remembered -= forgotten.sequence.size
        return known


def _chunks(suspected: Iterable[_Suspected]) -> Iterator[list[_Suspected]]:
    """Consecutive articles of about so many pairs together as are compared at once."""
    chunk: list[_Suspected] = []
    n_pairs = 0
    for own in suspected:
        chunk.append(own)
        n_pairs += len(own.equals)
        if n_pairs >= _COMPARED_AT_ONCE:
            yield chunk
            chunk, n_pairs = [], 0
    if chunk:
        yield chunk


class _Seen:
    """Articles to pair with, found by equal text or by likeness of signatures."""

    def __init__(self, params: DuplicateParams) -> None:
        self.holders = Holders(params)
        self._bounds = bounds_of(params)
        self._index = SignatureIndex(params.sketch, most_sharers=_MOST_PAIRED)
        self._equals: dict[ArticleId, list[ArticleId]] = {}

    def pair(
        self, places: Sequence[ArticleId], signatures: NDArray[np.uint32], text_keys: NDArray[np.uint64]
    ) -> Iterator[_Suspected]:
        """Candidates of each article; then it is there too."""
        found = self._index.pair(places, signatures, text_keys, limit=_MOST_PAIRED, bounds=self._bounds)
        for place, (same, alike) in zip(places, found, strict=True):
            firsts = alike if same is None else [*alike, same]
            yield _Suspected(place, {first: [first, *self._equals.get(first, ())] for first in firsts})
            if same is not None:
                self._equals.setdefault(same, []).append(place)


def _place(number: int) -> ArticleId:
    return ArticleId(str(number))

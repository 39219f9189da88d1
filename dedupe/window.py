"""What a worker holds in memory: the sketches of the window, replayed from the log in its order."""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from dedupe.models import ArticleId, Assignment, Sketch, StoryId, Verdict
from dedupe.near_duplicates.signatures import EMPTY
from dedupe.near_duplicates.stars import NO_VERDICTS, Stars
from dedupe.near_duplicates.verify import Candidate
from dedupe.settings import AttachParams, DuplicateParams
from dedupe.stories.attach import attach
from dedupe.stories.ids import story_id_of
from dedupe.stories.term_index import Neighbours, TermIndex

NO_ASSIGNMENTS: Mapping[ArticleId, Assignment] = MappingProxyType({})

Judge: TypeAlias = Callable[[Sketch, Sequence[ArticleId]], Verdict]


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the log as the window remembers it: its number, its time (ms), its article."""

    number: int
    at: int
    sketch: Sketch


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about an entry; a story opens with the first article that is in it."""

    verdict: Verdict
    assignment: Assignment
    opens_story: bool


class Window:
    """An index over the log's last ``window_ms``, built entry by entry.

    What it answers about an entry is a function of the entries before it and of the stories they have, so every
    worker that replays the same log answers the same.
    """

    def __init__(self, *, duplicates: DuplicateParams, attaching: AttachParams, window_ms: int) -> None:
        self.position = 0
        self._attaching = attaching
        self._window_ms = window_ms
        self._places: deque[Place] = deque()
        self._text_keys: dict[ArticleId, bytes] = {}
        self._last_slid = -1
        self._stars = Stars(duplicates)
        self._no_shingles = np.full(duplicates.sketch.num_perm, EMPTY, dtype=np.uint32)
        self._terms = TermIndex(attaching)
        self._verdicts: dict[ArticleId, Verdict] = {}
        self._assignments: dict[ArticleId, Assignment] = {}
        self._story_of: dict[ArticleId, StoryId] = {}
        self._sizes: Counter[StoryId] = Counter()

    def __len__(self) -> int:
        return len(self._places)

    def ids(self) -> Iterator[tuple[int, ArticleId]]:
        """Number and article of every entry in the window, in order."""
        return ((place.number, place.sketch.article_id) for place in self._places)

    @property
    def newest(self) -> Place | None:
        """The last entry, None in an empty window."""
        return self._places[-1] if self._places else None

    def text_key(self, article_id: ArticleId) -> bytes | None:
        """The key of an entry's text, None when it has left the window."""
        return self._text_keys.get(article_id)

    def verdict(self, article_id: ArticleId) -> Verdict:
        """What was decided about an entry of the window; an article that repeats nothing heads its own group."""
        return self._verdicts.get(article_id) or Verdict(article_id, article_id)

    def assignment(self, article_id: ArticleId) -> Assignment | None:
        """The story an entry of the window is in, None when it has left the window."""
        return self._assignments.get(article_id)

    def slide(self, at: int) -> None:
        """Let go of what is older than the window at a time (ms): that of the next entry, so that all let go alike."""
        while self._places and self._places[0].at < at - self._window_ms:
            self._forget(self._places.popleft())
            self._last_slid = self.position

    def can_rebase(self, position: int) -> bool:
        """Whether the window still has all that was in it at a position: nothing was let go for a later entry."""
        return self._last_slid < position

    def judge(self, candidate: Candidate, suspects: Sequence[Candidate]) -> Verdict:
        """The verdict on the next entry, verified against its suspects."""
        return self._stars.judge(candidate, suspects)

    def take(
        self,
        places: Sequence[Place],
        judge: Judge,
        *,
        verdicts: Mapping[ArticleId, Verdict] = NO_VERDICTS,
        assignments: Mapping[ArticleId, Assignment] = NO_ASSIGNMENTS,
    ) -> list[Decision]:
        """Take the next entries of the log in, and say what is decided about each.

        Each is decided by those before it, as if it came alone, where that is not known already. ``judge`` is asked
        for the verdict on one that has suspects: canonical articles that it may repeat, because they have the same text
        or share an LSH bucket. What it raises is raised here, and the window is good for nothing then.
        """
        pieces = self._together(places)
        return [decision for piece in pieces for decision in self._take(piece, judge, verdicts, assignments)]

    def _together(self, places: Sequence[Place]) -> Iterator[Sequence[Place]]:
        """The entries in pieces: before each what is too old is let go, within it nothing is."""
        begin = 0
        while begin < len(places):
            self.slide(places[begin].at)
            oldest = self._places[0].at if self._places else places[begin].at
            ends = (end for end in range(begin + 1, len(places)) if places[end].at > oldest + self._window_ms)
            end = next(ends, len(places))
            yield places[begin:end]
            begin = end

    def _take(
        self,
        places: Sequence[Place],
        judge: Judge,
        verdicts: Mapping[ArticleId, Verdict],
        assignments: Mapping[ArticleId, Assignment],
    ) -> Iterator[Decision]:
        sketches = [place.sketch for place in places]
        self._text_keys.update((sketch.article_id, sketch.text_key) for sketch in sketches)
        judged = self._judged(sketches, judge, verdicts)
        neighbours = self._neighbours(sketches, judged, assignments)
        for place, verdict, near in zip(places, judged, neighbours, strict=True):
            assignment = assignments.get(verdict.article_id) or self._attached(place, verdict, near)
            opens = assignment.story_id not in self._sizes
            self._enter(place, verdict, assignment)
            yield Decision(verdict, assignment, opens)

    def _judged(self, sketches: Sequence[Sketch], judge: Judge, known: Mapping[ArticleId, Verdict]) -> list[Verdict]:
        ids = [sketch.article_id for sketch in sketches]
        signatures = np.stack([_whole_signature(sketch, self._no_shingles) for sketch in sketches])
        text_keys = np.frombuffer(bytearray().join(sketch.text_key for sketch in sketches), dtype=np.uint64)
        return list(
            self._stars.take(
                ids, signatures, text_keys.reshape(-1, 2), lambda at, suspects: judge(sketches[at], suspects), known
            )
        )

    def _neighbours(
        self, sketches: Sequence[Sketch], judged: Sequence[Verdict], assignments: Mapping[ArticleId, Assignment]
    ) -> list[Neighbours]:
        """The nearest articles of each that has no story yet and no original whose story it takes."""
        own = {sketch.article_id for sketch in sketches}
        asked = [
            verdict.article_id not in assignments
            and (verdict.duplicate_of is None or not (verdict.group in self._assignments or verdict.group in own))
            for verdict in judged
        ]
        added = [verdict.duplicate_of is None for verdict in judged]
        return self._terms.take(sketches, asked, added, limit=self._attaching.n_neighbors)

    def _attached(self, place: Place, verdict: Verdict, neighbours: Neighbours) -> Assignment:
        """The provisional story of the next entry: its canonical article's, the nearest one, or a new one."""
        original = self._assignments.get(verdict.group) if verdict.duplicate_of is not None else None
        if original is not None:
            return Assignment(original.story_id, settled=False, confidence=original.confidence)
        story_id, confidence = attach(neighbours, self._story_of, self._attaching)
        return Assignment(story_id or self._new_story(place), settled=False, confidence=confidence)

    def _new_story(self, place: Place) -> StoryId:
        """An id no story of the window has: one that this article once opened may have gone on without it.

        The place in the log makes it another one than the article's that had the same id, long ago.
        """
        salts = chain([f"@{place.number}"], (f"@{place.number}.{again}" for again in count(1)))
        ids = (story_id_of([place.sketch.article_id], salt=salt) for salt in salts)
        return next(story_id for story_id in ids if story_id not in self._sizes)

    def _enter(self, place: Place, verdict: Verdict, assignment: Assignment) -> None:
        self._places.append(place)
        self.position = place.number
        self._place(verdict.article_id, assignment)
        if verdict.duplicate_of is not None:
            self._verdicts[verdict.article_id] = verdict

    def rebase(self, position: int, assignments: Mapping[ArticleId, Assignment]) -> None:
        """Go back to a position of the log, with the stories a recluster gave the articles up to it.

        Every entry of the window up to ``position`` has to be in ``assignments``, and the window has to be one that
        `can_rebase`. What followed is forgotten, to be replayed.
        """
        while self._places and self._places[-1].number > position:
            self._forget(self._places.pop())
        for place in self._places:
            self._place(place.sketch.article_id, assignments[place.sketch.article_id])
        self.position = min(self.position, position)

    def _place(self, article_id: ArticleId, assignment: Assignment) -> None:
        self._displace(article_id)
        self._assignments[article_id] = assignment
        self._story_of[article_id] = assignment.story_id
        self._sizes[assignment.story_id] += 1

    def _displace(self, article_id: ArticleId) -> None:
        before = self._assignments.pop(article_id, None)
        if before is not None:
            del self._story_of[article_id]
            self._sizes[before.story_id] -= 1
            if not self._sizes[before.story_id]:
                del self._sizes[before.story_id]

    def _forget(self, place: Place) -> None:
        article_id = place.sketch.article_id
        self._text_keys.pop(article_id, None)
        self._displace(article_id)
        self._stars.remove(article_id, place.sketch.signature)
        if self._verdicts.pop(article_id, None) is not None:
            return
        self._terms.remove(article_id)


def _whole_signature(sketch: Sketch, no_shingles: NDArray[np.uint32]) -> NDArray[np.uint32]:
    return sketch.signature if sketch.signature.size else no_shingles

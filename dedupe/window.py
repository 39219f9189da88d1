"""What a worker holds in memory: the sketches of the window, replayed from the log in its order."""

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count

from dedupe.models import ArticleId, Assignment, Sketch, StoryId, Verdict
from dedupe.near_duplicates.stars import Stars
from dedupe.near_duplicates.verify import Candidate
from dedupe.settings import AttachParams, DuplicateParams
from dedupe.stories.attach import attach
from dedupe.stories.ids import story_id_of
from dedupe.stories.term_index import TermIndex


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the log as the window remembers it: its number, its time (ms), its article."""

    number: int
    at: int
    sketch: Sketch


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

    def suspects(self, sketch: Sketch) -> list[ArticleId]:
        """Canonical articles that may be what this one repeats: the same text, or a shared LSH bucket."""
        return self._stars.suspects(sketch.text_key, sketch.signature)

    def judge(self, candidate: Candidate, suspects: Sequence[Candidate]) -> Verdict:
        """The verdict on the next entry, verified against its suspects."""
        return self._stars.judge(candidate, suspects)

    def attach(self, sketch: Sketch, verdict: Verdict) -> Assignment:
        """The provisional story of the next entry: its canonical article's, the nearest one, or a new one."""
        original = self._assignments.get(verdict.group) if verdict.duplicate_of is not None else None
        if original is not None:
            return Assignment(original.story_id, settled=False, confidence=original.confidence)
        neighbours = self._terms.nearest(sketch, limit=self._attaching.n_neighbors)
        story_id, confidence = attach(neighbours, self._story_of, self._attaching)
        return Assignment(story_id or self._new_story(sketch.article_id), settled=False, confidence=confidence)

    def _new_story(self, article_id: ArticleId) -> StoryId:
        """An id no story of the window has: one that this article once opened may have gone on without it."""
        salts = chain([""], map(str, count(1)))
        ids = (story_id_of([article_id], salt=salt) for salt in salts)
        return next(story_id for story_id in ids if story_id not in self._sizes)

    def opens_story(self, assignment: Assignment) -> bool:
        """Whether the story of the next entry begins with it."""
        return assignment.story_id not in self._sizes

    def add(self, place: Place, verdict: Verdict, assignment: Assignment) -> None:
        """Take the next entry of the log in."""
        sketch, article_id = place.sketch, place.sketch.article_id
        self._places.append(place)
        self.position = place.number
        self._text_keys[article_id] = sketch.text_key
        self._place(article_id, assignment)
        self._stars.add(sketch.text_key, sketch.signature, verdict)
        if verdict.duplicate_of is not None:
            self._verdicts[article_id] = verdict
            return
        self._terms.add(sketch)

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

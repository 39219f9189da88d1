"""Follows the log: brings a window up to its tail and decides what nobody has decided yet."""

import sys
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from dedupe.errors import StoreUnavailable
from dedupe.models import Article, ArticleId, Assignment, Facts, Member, Sketch, Story, Verdict
from dedupe.near_duplicates.stars import NO_VERDICTS
from dedupe.near_duplicates.verify import Candidate
from dedupe.sketches import Sketched, headline_of
from dedupe.store.ledger import Ledger
from dedupe.store.log import Entry, Log
from dedupe.store.partitions import Attached, AttachOutcome, Generation, Partitions
from dedupe.stories.ids import topic_id_of
from dedupe.stories.sources import source_of
from dedupe.stories.vectors import language_of, title_and_text
from dedupe.window import NO_ASSIGNMENTS, Place, Window

CHUNK = 500
REMEMBERED_SHINGLES = 4_096
MOST_ROUNDS = 100


class Follower:
    """A window and the way to keep it level with the log and the current generation.

    Every follower of a log decides every entry in order, or takes the decision that is stored already, which is the
    same one. So it does not matter which worker finishes an article.
    """

    def __init__(
        self,
        ledger: Ledger,
        log: Log,
        partitions: Partitions,
        *,
        new_window: Callable[[], Window],
        candidates_of: Callable[[Sequence[Article]], list[Candidate]],
    ) -> None:
        self._ledger = ledger
        self._log = log
        self._partitions = partitions
        self._new_window = new_window
        self._candidates_of = candidates_of
        self._window = new_window()
        self._generation = Generation(0, 0)
        self._unstored: dict[ArticleId, Attached] = {}
        self._shingles: OrderedDict[ArticleId, Candidate] = OrderedDict()
        self._about: dict[ArticleId, _About] = {}

    def expect(self, articles: Sequence[Sketched]) -> None:
        """Keep what is at hand of articles that will soon be in the log, so that their texts need not be read again."""
        self._remember(item.candidate for item in articles)
        self._about = {item.article.id: _About(item.article, item.lang) for item in articles}

    def _remember(self, candidates: Iterable[Candidate]) -> None:
        for candidate in candidates:
            self._shingles[candidate.article_id] = candidate
            self._shingles.move_to_end(candidate.article_id)
        while len(self._shingles) > REMEMBERED_SHINGLES:
            self._shingles.popitem(last=False)

    def catch_up(self, appended: Sequence[Entry] = ()) -> None:
        """Bring the window level with the log, and store the stories that nobody has stored yet.

        When a recluster is published meanwhile, everything after it is decided again on top of it. Entries that were
        ``appended`` just now are not read again, and the log is followed no further than to the last of them.
        """
        try:
            for _ in range(MOST_ROUNDS):
                self._follow(appended)
                if self._store():
                    return
                appended = ()  # others may have decided them by now
        except StoreUnavailable:
            raise
        except BaseException:
            # A time limit may strike in the middle of an entry: only a replay gives a whole window again.
            self._forget()
            raise
        self._forget()
        raise StoreUnavailable(f"the stories changed {MOST_ROUNDS} times while the log was followed")

    def _forget(self) -> None:
        self._window = self._new_window()
        self._unstored.clear()

    def decided(self, ids: Sequence[ArticleId]) -> list[Verdict]:
        """The verdicts on these entries of the window; an article that has left it is decided no more."""
        return [self._window.verdict(i) for i in ids if self._window.assignment(i) is not None]

    def _follow(self, appended: Sequence[Entry]) -> None:
        current = self._partitions.current()
        if current.number != self._generation.number:
            self._rebase(current)
        if not self._is_on_the_log():
            self._forget()  # the server lost what it had not written to disk, and the log goes on from before
        for entries in _in_a_row(appended):
            self._read_on(until=entries[0].number - 1)
            if self._window.position == entries[0].number - 1:
                self._apply(entries, NO_VERDICTS, NO_ASSIGNMENTS)
            self._read_on(until=entries[-1].number)
        if not appended:
            self._read_on(until=sys.maxsize)

    def _read_on(self, *, until: int) -> None:
        """Follow the log up to a number, or to its tail."""
        while self._window.position < until:
            entries = self._log.after(self._window.position, limit=min(CHUNK, until - self._window.position))
            if not entries:
                return
            ids = [entry.sketch.article_id for entry in entries]
            self._apply(entries, self._ledger.verdicts(ids), self._partitions.assignments(self._generation, ids))

    def _is_on_the_log(self) -> bool:
        """Whether the window's newest entry is the log's: numbers of entries that were lost are given again."""
        newest = self._window.newest
        if newest is None:
            return self._window.position == 0  # else there is little to replay
        return self._log.has(newest.number, at=newest.at, article_id=newest.sketch.article_id)

    def _rebase(self, current: Generation) -> None:
        assignments = self._partitions.assignments(current) if len(self._window) else {}
        is_known = all(i in assignments for number, i in self._window.ids() if number <= current.position)
        if is_known and self._window.can_rebase(current.position):
            self._window.rebase(current.position, assignments)
            self._unstored.clear()
        else:
            # The recluster knew less than this window, or the window knows less than the recluster: only a replay
            # from the start gives the common answer.
            self._forget()
        self._generation = current

    def _apply(
        self,
        entries: Sequence[Entry],
        verdicts: Mapping[ArticleId, Verdict],
        assignments: Mapping[ArticleId, Assignment],
    ) -> None:
        places = [Place(entry.number, entry.at, entry.sketch) for entry in entries]
        try:
            decisions = self._window.take(places, self._judge, verdicts=verdicts, assignments=assignments)
        except StoreUnavailable:
            self._forget()  # it has taken in some of them, and only a replay gives a whole window again
            raise
        for decision in decisions:
            article_id = decision.verdict.article_id
            if article_id not in assignments:
                self._unstored[article_id] = Attached(article_id, decision.assignment, opens_story=decision.opens_story)

    def _judge(self, sketch: Sketch, suspects: Sequence[ArticleId]) -> Verdict:
        keys = {i: self._window.text_key(i) for i in suspects} | {sketch.article_id: sketch.text_key}
        known = self._candidates(keys)
        own = known.pop(sketch.article_id, None)
        if own is None:  # the record has expired: nothing can be verified, and nobody waits for the answer
            return Verdict(sketch.article_id, sketch.article_id)
        return self._window.judge(own, [known[i] for i in suspects if i in known])

    def _candidates(self, text_keys: Mapping[ArticleId, bytes | None]) -> dict[ArticleId, Candidate]:
        """Shingles of articles, as far as their texts are those of the log: an id may come back with another text."""
        found = {i: own for i, key in text_keys.items() if (own := self._held(i, key)) is not None}
        missing = [i for i in text_keys if i not in found]
        fetched = self._ledger.articles(missing) if missing else {}
        cut = self._candidates_of(list(fetched.values()))
        self._remember([*found.values(), *cut])
        return found | {own.article_id: own for own in cut if own.text_key == text_keys[own.article_id]}

    def _held(self, article_id: ArticleId, text_key: bytes | None) -> Candidate | None:
        own = self._shingles.get(article_id)
        return own if own is not None and own.text_key == text_key else None

    def _store(self) -> bool:
        """Write the stories decided here; False when they have to be decided again on what others wrote."""
        places = list(self._unstored.values())
        for start in range(0, len(places), CHUNK):
            chunk = places[start : start + CHUNK]
            about = self._about_of([place.article_id for place in chunk])
            told = [self._with_facts(place, about.get(place.article_id)) for place in chunk]
            outcome = self._partitions.attach(self._generation, told, _opened(chunk, about))
            if outcome is AttachOutcome.OUTDATED:
                self._forget()
            if outcome is not AttachOutcome.DONE:
                return False
        self._unstored.clear()
        return self._partitions.current().number == self._generation.number

    def _about_of(self, ids: Sequence[ArticleId]) -> "dict[ArticleId, _About]":
        """What the stories have to know of articles; nothing of one whose record has expired."""
        missing = [i for i in ids if i not in self._about]
        fetched = self._ledger.articles(missing) if missing else {}
        return self._about | {i: _about(article) for i, article in fetched.items()}

    def _with_facts(self, place: Attached, about: "_About | None") -> Attached:
        if about is None:
            return place
        repeated = self._window.verdict(place.article_id).duplicate_of
        facts = Facts(source_of(about.article), about.lang, about.article.published_at, repeated)
        return replace(place, facts=facts)


def _in_a_row(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """The entries in pieces within which each has the number that follows the one before."""
    for _, piece in groupby(enumerate(entries), key=lambda entry: entry[1].number - entry[0]):
        yield [entry for _, entry in piece]


@dataclass(frozen=True, slots=True)
class _About:
    """An article with what its sketch told of it."""

    article: Article
    lang: str | None


def _about(article: Article) -> _About:
    return _About(article, language_of(article, title_and_text(article)[1]) or None)


def _opened(places: Sequence[Attached], about: Mapping[ArticleId, _About]) -> dict[ArticleId, Story]:
    """The stories that begin here, by the article each begins with; until a recluster it is all they are."""
    openers = [place for place in places if place.opens_story]
    labels = {i: headline_of(about[i].article) for i in (place.article_id for place in openers) if i in about}
    return {place.article_id: _new_story(place, labels.get(place.article_id, "")) for place in openers}


def _new_story(place: Attached, label: str) -> Story:
    return Story(
        id=place.assignment.story_id,
        topic=topic_id_of([place.article_id]),
        label=label,
        keywords=(),
        representative=place.article_id,
        members=(Member(place.article_id, None, place.assignment.confidence),),
    )

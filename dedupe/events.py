"""The log of changes as it is read: from a cursor, a page at a time, some types or all."""

from collections.abc import Iterator, Set
from itertools import islice

from dedupe.changes import Event, EventType
from dedupe.event_pages import EVERY_TYPE, OLDEST, EventPage, Place, cursor_at, place_of
from dedupe.store.clock import Clock
from dedupe.store.keys import SETTLED_MS, TOLD_MS
from dedupe.store.lives import Lives

MOST_SCANNED = 10_000  # events that are looked at for one page
_CHUNK = 1_000


class Events:
    """The changes of one corpus for those who read them; reading changes nothing."""

    def __init__(self, lives: Lives, *, now: Clock) -> None:
        self._lives = lives
        self._now = now

    def newest(self) -> str:
        """The cursor of the newest event."""
        return self._lives.last_cursor()

    def tail(self) -> str:
        """A cursor that everything follows which is told from now on, and nothing that was told before."""
        return cursor_at(max(place_of(self.newest()), (self._now() - SETTLED_MS, 0)))

    def after(self, cursor: str, *, limit: int) -> list[Event]:
        """Up to ``limit`` events that follow a cursor, in order."""
        return self._lives.events(cursor, limit=limit)

    def page(self, since: str | None, *, limit: int, types: Set[EventType] = EVERY_TYPE) -> EventPage:
        """The first events of these types that follow a cursor; without one, the first that are kept.

        Where none follows, the next cursor moves on with the time, so that one who asks every other day misses nothing.
        Raises ``ValueError`` for what is no cursor.
        """
        place = place_of(OLDEST if since is None else since)
        now = self._now()  # first, because whatever is told later is later
        missed = since is not None and self._may_have_missed(place, now)
        found: list[Event] = []
        last, n_scanned = place, 0
        for event in islice(self._following(cursor_at(place), _CHUNK if types != EVERY_TYPE else limit), MOST_SCANNED):
            last, n_scanned = place_of(event.cursor), n_scanned + 1
            if event.type in types:
                found.append(event)
            if len(found) == limit:
                break
        more = (len(found) == limit or n_scanned == MOST_SCANNED) and bool(self.after(cursor_at(last), limit=1))
        following = last if more else max(last, (now - SETTLED_MS, 0))
        return EventPage(tuple(found), cursor_at(following), more=more, missed=missed)

    def may_have_missed(self, cursor: str) -> bool:
        """Whether events after this cursor may have been forgotten; ``ValueError`` for what is no cursor."""
        return self._may_have_missed(place_of(cursor), self._now())

    def _may_have_missed(self, place: Place, now: int) -> bool:
        if place[0] >= now - TOLD_MS:
            return False
        first = self._lives.first_cursor()
        return first is None or place < place_of(first)

    def _following(self, cursor: str, chunk: int) -> Iterator[Event]:
        while events := self._lives.events(cursor, limit=chunk):
            yield from events
            if len(events) < chunk:
                return
            cursor = events[-1].cursor

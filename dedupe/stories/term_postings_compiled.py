"""The same inverted index in compiled loops: the entries of all terms in one pool of memory."""

import numpy as np
from numpy.typing import NDArray

from dedupe.stories import kernels_postings as loops
from dedupe.stories.kernels_pool import (
    LEAST_ROOM,
    N_LIVE,
    N_ROOMS,
    N_SLOTS,
    N_TERMS,
    POOL_END,
    Postings,
    copy_live,
    enter_terms,
)
from dedupe.stories.kernels_postings import Work
from dedupe.stories.term_postings import (
    ALWAYS_LOOKED_UP,
    Asked,
    Near,
    TermPostings,
    TermRows,
    logarithms,
    no_neighbours,
)
from dedupe.text.background import BACKGROUND_DOCUMENTS
from dedupe.text.kernels import Value, as_loops_take

_LEAST = 1024


class CompiledTermPostings(TermPostings):
    """`TermPostings` by compiled loops: what they find is what it finds."""

    def __init__(self, max_window_df: float) -> None:
        super().__init__(max_window_df)
        self._held = _no_postings(n_terms=_LEAST, n_entries=_LEAST, n_slots=_LEAST)
        self._work = _work(0, 0)

    @property
    def n_terms(self) -> int:
        """How many terms are known."""
        return int(self._held.counters[N_TERMS])

    def take(self, rows: TermRows, asked: Asked) -> Near:
        """Look up rows and add rows, one after the other; each that is added gets the next slot."""
        n_rows = len(rows.offsets) - 1
        near = no_neighbours(n_rows, asked.limit)
        self._make_room(n_slots=n_rows, n_terms=len(rows.terms))
        done = 0
        while done < n_rows:
            df = self._max_window_df, float(ALWAYS_LOOKED_UP)
            done, needed = loops.take(
                done, rows, asked, *df, BACKGROUND_DOCUMENTS, self._logs, self._held, self._work, near
            )
            if done < n_rows:
                self._make_pool(needed)
        return near

    def remove(self, slot: int, terms: NDArray[np.uint32]) -> None:
        """Take a slot out, which has these terms."""
        loops.remove(slot, as_loops_take(terms), self._held)

    def renumber(self, slot_after: NDArray[np.int64], n_live: int) -> None:
        """Give the slots new numbers, in the old order; those of negative ones, and terms that nobody holds, go."""
        before = self._held
        n_held = before.n_held[: before.counters[N_TERMS]]
        n_held = n_held[n_held > 0]
        # A power of two is less than twice as much; the least room of a term stays free where it got more.
        n_entries = 2 * int(n_held.sum()) + LEAST_ROOM * n_held.size
        self._held = _no_postings(n_terms=2 * n_held.size, n_entries=n_entries, n_slots=2 * n_live)
        copy_live(before, slot_after, self._held)
        self._held.is_live[:n_live] = True
        self._held.counters[[N_SLOTS, N_LIVE]] = n_live

    def _make_room(self, *, n_slots: int, n_terms: int) -> None:
        """Have room for so many more slots and terms."""
        held = self._held
        n_slots += int(held.counters[N_SLOTS])
        self._logs = logarithms(1 + n_slots + BACKGROUND_DOCUMENTS, known=self._logs)
        if n_slots > held.is_live.size:
            held = held._replace(is_live=_longer(held.is_live, 2 * n_slots))
        if self._work.similarity.size < held.is_live.size or self._work.vector.size < n_terms:
            self._work = _work(held.is_live.size, n_terms)
        n_terms += int(held.counters[N_TERMS])
        if 2 * n_terms > held.numbers.size:
            held = _with_room_for_terms(held, 2 * n_terms)
        self._held = held

    def _make_pool(self, needed: int) -> None:
        n_entries = int(self._held.counters[POOL_END]) + needed
        n_entries += n_entries // 4 + _LEAST
        slots, weights = _longer(self._held.slots, n_entries), _longer(self._held.weights, n_entries)
        self._held = self._held._replace(slots=slots, weights=weights)


def load() -> None:
    """Have every loop ready, those among them that an index needs only once it has grown."""
    row = np.zeros(1, dtype=np.uint32), np.ones(1, dtype=np.float32), np.zeros(1, dtype=np.uint16), np.arange(2)
    postings = CompiledTermPostings(1.0)
    postings.take(TermRows(*row), Asked(np.ones(1, dtype=np.bool_), np.ones(1, dtype=np.bool_), 1))
    postings._make_room(n_slots=1, n_terms=2 * _LEAST)
    postings.renumber(np.zeros(1, dtype=np.int64), 1)
    postings.remove(0, row[0])


def _no_postings(*, n_terms: int, n_entries: int, n_slots: int) -> Postings:
    n_places = 1 << (2 * max(n_terms, _LEAST) - 1).bit_length()
    n_numbers = n_places // 2
    return Postings(
        terms=np.zeros(n_places, dtype=np.uint32),
        numbers=np.full(n_places, -1, dtype=np.int32),
        begins=np.zeros(n_numbers, dtype=np.int64),
        sizes=np.zeros(n_numbers, dtype=np.int32),
        rooms=np.zeros(n_numbers, dtype=np.int32),
        n_held=np.zeros(n_numbers, dtype=np.int32),
        slots=np.zeros(max(n_entries, _LEAST), dtype=np.uint32),
        weights=np.zeros(max(n_entries, _LEAST), dtype=np.float32),
        free=np.full(N_ROOMS, -1, dtype=np.int64),
        is_live=np.zeros(max(n_slots, _LEAST), dtype=np.bool_),
        counters=np.zeros(4, dtype=np.int64),
    )


def _with_room_for_terms(before: Postings, n_terms: int) -> Postings:
    larger = _no_postings(n_terms=n_terms, n_entries=0, n_slots=0)
    enter_terms(before, larger)
    n_numbers = larger.begins.size
    return before._replace(
        terms=larger.terms,
        numbers=larger.numbers,
        begins=_longer(before.begins, n_numbers),
        sizes=_longer(before.sizes, n_numbers),
        rooms=_longer(before.rooms, n_numbers),
        n_held=_longer(before.n_held, n_numbers),
    )


def _work(n_slots: int, n_terms: int) -> Work:
    return Work(
        similarity=np.zeros(n_slots),
        touched=np.zeros(n_slots, dtype=np.int64),
        numbers=np.zeros(n_terms, dtype=np.int32),
        vector=np.zeros(n_terms),
    )


def _longer(values: NDArray[Value], size: int) -> NDArray[Value]:
    longer = np.zeros(size, dtype=values.dtype)
    longer[: values.size] = values
    return longer

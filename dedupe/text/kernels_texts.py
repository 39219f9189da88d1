"""Texts to arrays of characters, in memory that is used again."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from threading import local

import numpy as np
from numpy.typing import NDArray

from dedupe.text import kernels_reading as reading
from dedupe.text import normalise as normaliser
from dedupe.text.kernels_openings import MOST_LOST, openings
from dedupe.text.kernels_strings import addresses_of
from dedupe.text.kernels_table import UNSEEN_CHARACTERS, character_table

_MOST_HELD = 200_000  # places; what a thread keeps is 30 bytes for each
_held = local()
_NO_OPENINGS = np.empty(0, dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class Room:
    """Arrays to be written again and again: memory that is new costs more than what is done with it."""

    codes: NDArray[np.uint16]
    lower: NDArray[np.uint8]
    in_word: NDArray[np.uint64]
    capital: NDArray[np.uint64]
    begins: NDArray[np.int64]
    ends: NDArray[np.int64]
    line_feeds: NDArray[np.uint64]
    line_ends: NDArray[np.int32]
    suspects: NDArray[np.int32]
    bounds: NDArray[np.int32]
    words: NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class ReadTexts:
    """Texts as the loops have read them.

    Each is between its place in ``begins`` and that in ``ends`` (int64), where a line feed is. In the room, ``codes``
    are their code points, ``lower`` is the same in lower case, 255 for letters outside ASCII, and ``in_word`` and
    ``capital`` have a bit a character. Of a text that ``is_hard`` (bool) nothing but its place is right.
    """

    texts: Sequence[str]
    begins: NDArray[np.int64]
    ends: NDArray[np.int64]
    is_hard: NDArray[np.bool_]
    n_suspects: int
    room: Room

    def spelled(self, text: int) -> str:
        """A text as it was read, by its place: without the unseen characters that were left out."""
        own = self.texts[text]
        if len(own) == self.ends[text] - self.begins[text]:
            return own
        for character in UNSEEN_CHARACTERS:  # a twentieth of the time of a regular expression
            own = own.replace(character, "")
        return own

    @property
    def n_blocks(self) -> int:
        """How many times 64 characters the texts take."""
        return int(self.ends[-1]) // 64 + 1


def blocks_to_read(sizes: Sequence[int], *, n_places: int) -> list[slice]:
    """Consecutive texts, given by their sizes, that take about so many places together."""
    cuts, n_taken = [0], 0
    for text, size in enumerate(sizes):
        n_taken += size + 64
        if n_taken > n_places and text > cuts[-1]:
            cuts.append(text)
            n_taken = size + 64
    return [slice(*pair) for pair in pairwise([*cuts, len(sizes)])]


def room_for(sizes: Sequence[int], blocks: Sequence[slice]) -> Room:
    """Room for each of some blocks of texts, given by their sizes.

    A thread gets the same room again where it is large enough, so no two readings may be under way in a thread.
    """
    n_texts = max(block.stop - block.start for block in blocks)
    n_places = max(sum(sizes[block]) for block in blocks) + 64 * n_texts
    held: Room | None = getattr(_held, "room", None)
    if held is not None and len(held.lower) >= n_places + 64 and len(held.ends) >= n_texts:
        return held
    room = _new_room(n_places + 64, n_texts)
    if n_places <= _MOST_HELD:
        _held.room = room
    return room


def _new_room(n_places: int, n_texts: int) -> Room:
    n_words = n_places // 2 + 16
    return Room(
        codes=np.empty(n_places, dtype=np.uint16),
        lower=np.empty(n_places, dtype=np.uint8),
        in_word=np.empty(n_places // 64 + 1, dtype=np.uint64),
        capital=np.empty(n_places // 64 + 1, dtype=np.uint64),
        begins=np.empty(n_texts, dtype=np.int64),
        ends=np.empty(n_texts, dtype=np.int64),
        line_feeds=np.empty(n_places // 64 + 1, dtype=np.uint64),
        line_ends=np.empty(n_places, dtype=np.int32),
        suspects=np.empty((n_places // 2, 7), dtype=np.int32),
        bounds=np.empty(2 * n_words, dtype=np.int32),
        words=np.empty(n_words, dtype=np.uint64),
    )


def read_texts(texts: Sequence[str], is_hard: NDArray[np.bool_], room: Room, *, are_normalised: bool) -> ReadTexts:
    """Texts, at least one, read by the loops; what was read into the room before is gone.

    ``is_hard``, all false, gets an answer a text. Where texts are normalised there are no suspects.
    """
    begins, ends = room.begins[: len(texts)], room.ends[: len(texts)]
    n_suspects = reading.read_texts(
        addresses_of(texts), character_table(), room.codes, room.lower, room.in_word, room.capital,
        is_hard, room.line_feeds, room.line_ends, begins, ends, _NO_OPENINGS if are_normalised else openings(),
        normaliser._LONGEST_BOILERPLATE, normaliser._N_LINES_WITH_DATELINE, MOST_LOST, room.suspects,
    )  # fmt: skip
    return ReadTexts(texts, begins, ends, is_hard, n_suspects, room)

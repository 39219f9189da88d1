"""Texts to arrays of characters, in memory that is used again."""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import local

import numpy as np
from numpy.typing import NDArray

from dedupe.text import kernels_reading as reading
from dedupe.text.kernels_table import character_table

_MOST_HELD = 200_000  # characters; what a thread keeps is 50 bytes for each
_held = local()
_SPACES = " " * 63


@dataclass(frozen=True, slots=True)
class Room:
    """Arrays to be written again and again: memory that is new costs more than what is done with it."""

    codes: NDArray[np.uint32]
    lower: NDArray[np.uint8]
    in_word: NDArray[np.uint64]
    capital: NDArray[np.uint64]
    ends: NDArray[np.int64]
    line_ends: NDArray[np.int32]
    suspects: NDArray[np.int32]
    starts: NDArray[np.int32]
    stops: NDArray[np.int32]
    words: NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class ReadTexts:
    """Texts as the loops have read them.

    ``whole`` is all of them, each followed by a line feed, at ``ends`` (int64), and padding; ``codes`` (uint32) are its
    code points. In the room, ``lower`` is the same in lower case, 255 for letters outside ASCII, and ``in_word`` and
    ``capital`` have a bit a character. Of a text that ``is_hard`` (bool) nothing but its place is right.
    """

    whole: str
    codes: NDArray[np.uint32]
    ends: NDArray[np.int64]
    is_hard: NDArray[np.bool_]
    n_lines: int
    room: Room


def room_for(blocks: Sequence[Sequence[str]]) -> Room:
    """Room for each of some blocks of texts, of less than 2**31 characters together.

    A thread gets the same room again where it is large enough, so no two readings may be under way in a thread.
    """
    n_texts = max(map(len, blocks))
    n_most = max(sum(map(len, block)) + len(block) for block in blocks)
    held: Room | None = getattr(_held, "room", None)
    if held is not None and len(held.codes) >= n_most + 64 and len(held.ends) >= n_texts:
        return held
    room = _new_room(n_most + 64 - n_most % 64, n_texts)
    if n_most <= _MOST_HELD:
        _held.room = room
    return room


def _new_room(n_characters: int, n_texts: int) -> Room:
    n_words = n_characters // 2 + 16
    return Room(
        codes=np.empty(n_characters, dtype=np.uint32),
        lower=np.empty(n_characters + 16, dtype=np.uint8),
        in_word=np.empty(n_characters // 64 + 1, dtype=np.uint64),
        capital=np.empty(n_characters // 64 + 1, dtype=np.uint64),
        ends=np.empty(n_texts, dtype=np.int64),
        line_ends=np.empty(n_characters, dtype=np.int32),
        suspects=np.empty((n_characters, 7), dtype=np.int32),
        starts=np.empty(n_words, dtype=np.int32),
        stops=np.empty(n_words, dtype=np.int32),
        words=np.empty(n_words, dtype=np.uint64),
    )


def read_texts(texts: Sequence[str], sizes: NDArray[np.int64], is_hard: NDArray[np.bool_], room: Room) -> ReadTexts:
    """Texts, at least one, of those sizes, read by the loops; what was read into the room before is gone.

    ``is_hard``, all false, gets an answer a text.
    """
    # Each text is followed by a line feed, and padding fills the last block; to add it afterwards would copy all.
    n_padding = -(int(sizes.sum()) + len(texts)) % 64
    whole = "\n".join((*texts, _SPACES[:n_padding]))
    codes, ends = room.codes[: len(whole)], room.ends[: len(texts)]
    codes.view(f"U{len(whole)}")[0] = whole
    n_lines = reading.read_characters(
        codes, sizes, character_table(), room.lower, room.in_word, room.capital, is_hard, room.line_ends, ends
    )
    return ReadTexts(whole, codes, ends, is_hard, n_lines, room)

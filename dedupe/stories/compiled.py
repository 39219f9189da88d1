"""Texts to hashes of their words by the compiled loops; normalised texts are never made. Imports numba."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedupe.text.kernels_finding import find_words, spell_words
from dedupe.text.kernels_furniture import unmark_furniture
from dedupe.text.kernels_table import character_table
from dedupe.text.kernels_texts import Room, read_texts, room_for


@dataclass(frozen=True, slots=True)
class ReadWords:
    """Words of texts, those of text ``i`` from ``offsets[i]`` to ``offsets[i + 1]``; wrong where it ``is_hard``.

    ``room``, where they are spelled, is theirs until the next texts are read.
    """

    hashes: NDArray[np.uint64]
    capitalised: NDArray[np.bool_]
    offsets: NDArray[np.int64]
    is_hard: NDArray[np.bool_]
    room: Room

    def spell(self, places: NDArray[np.int64]) -> list[str]:
        """Words at some places, in lower case."""
        if not len(places):
            return []
        room = self.room
        size = int((room.bounds[2 * places + 1] - room.bounds[2 * places] + 1).sum())
        spelled = np.empty(size, dtype=np.uint32)
        spell_words(room.codes, room.lower, character_table(), room.bounds, places.astype(np.int32), spelled)
        return spelled.tobytes().decode("utf-32").split(" ")[:-1]


def read_words(texts: Sequence[str]) -> ReadWords:
    """Words of texts, at least one, without what normalising would cut.

    Hard are those that the loops cannot read, and those without a word: normalising may have left them whole.
    """
    sizes = [*map(len, texts)]
    room = room_for(sizes, [slice(0, len(texts))])
    read = read_texts(texts, np.zeros(len(texts), dtype=np.bool_), room, are_normalised=False)
    unmark_furniture(read)
    n_words = find_words(
        room.codes, room.lower, room.in_word, character_table(), 0, read.n_blocks, room.bounds, room.words
    )
    starts = room.bounds[: 2 * n_words : 2]
    capitals = room.capital[starts >> 6] >> (starts & 63).astype(np.uint64)
    offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.searchsorted(starts, read.ends)])
    is_hard = read.is_hard | ((np.diff(offsets) == 0) & (np.array(sizes) > 0))
    return ReadWords(room.words[:n_words].copy(), (capitals & np.uint64(1)).astype(np.bool_), offsets, is_hard, room)

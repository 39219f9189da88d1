"""What lines begin with that normalising may cut, as the loops look for it."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dedupe.text import kernels_slots as slots
from dedupe.text import normalise as normaliser
from dedupe.text.kernels_reading import OTHER_LETTER

MOST_LOST = 3
"""Of the first lines of a text, before all of its lines are looked at."""

_MEANINGS = {normaliser.ANY: slots.ANY, normaliser.LATER: slots.LATER, normaliser.NAMED: slots.NAMED}
_PARTS = re.compile(r"\(\?:[^)]*\)\?")  # that a name may have or not
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def openings() -> NDArray[np.uint64]:
    """The table that `suspect_lines` takes."""
    return _openings()[0]


def patterns_by_slot() -> Mapping[int, Sequence[re.Pattern[str]]]:
    """The patterns of boilerplate by place in `openings`."""
    return _openings()[1]


@lru_cache(maxsize=1)
def _openings() -> tuple[NDArray[np.uint64], Mapping[int, Sequence[re.Pattern[str]]]]:
    """The table of `kernels_suspects.suspect_lines`, and the patterns of boilerplate by place in it."""
    table = np.zeros(slots.N_OPENINGS, dtype=np.uint64)
    patterns: dict[int, list[re.Pattern[str]]] = {slots.N_OPENINGS: [normaliser._BOILERPLATE["©"]]}
    for word, pattern in normaliser._BOILERPLATE.items():
        opening = _spelling(word)
        patterns.setdefault(_put(table, opening), []).append(pattern)
        for next_word in normaliser.NEXT_WORDS[word].split():
            _put(table, opening * slots.SPREAD + _MEANINGS.get(next_word, _spelling(next_word)))
    for agency in _PARTS.sub("", normaliser._AGENCY.removeprefix("(?:").removesuffix(")")).split("|"):
        if agency.isalpha() and len(agency) <= slots.LONGEST_AGENCY:
            _put(table, slots.AGENCY + int.from_bytes(agency.encode(), "big"))
    for month in _MONTHS:
        for spelled in (month, month.lower()):
            _put(table, slots.MONTH + int.from_bytes(spelled.encode(), "big"))
    return table, patterns


def _spelling(word: str) -> int:
    letters = bytes(ord(letter) if letter.isascii() else OTHER_LETTER for letter in word[:8])
    return int.from_bytes(letters, "little")


def _put(table: NDArray[np.uint64], key: int) -> int:
    """Place of a key, which is put into the table where it was not there."""
    key %= 1 << 64
    slot = key * slots.SPREAD % (1 << 64) >> slots.TO_SLOT
    while table[slot] not in (0, key):
        slot += 1
    table[slot] = key
    return slot

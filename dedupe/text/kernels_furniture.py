"""What normalising would cut is no word: the loops find suspected lines, the normaliser's patterns decide."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from dedupe.text import kernels_suspects as suspecting
from dedupe.text import normalise as normaliser
from dedupe.text.kernels_reading import OTHER_LETTER
from dedupe.text.kernels_table import character_table
from dedupe.text.kernels_texts import ReadTexts

_LINE = re.compile(r"[^\n\r]+")
_SIGN = re.compile(r"\S")
_MEANINGS = {normaliser.ANY: suspecting.ANY, normaliser.LATER: suspecting.LATER, normaliser.NAMED: suspecting.NAMED}
_PARTS = re.compile(r"\(\?:[^)]*\)\?")  # that a name may have or not
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MOST_LOST = 3  # of the first lines of a text, before all of its lines are looked at
_N_LOOKED_AT = normaliser._N_LINES_WITH_DATELINE + _MOST_LOST


def unmark_furniture(read: ReadTexts) -> None:
    """Have no word be where normalising would cut.

    Normalising leaves a text alone that is nothing but furniture; such a text has no word left here.
    """
    suspects = _suspects(read)
    if not suspects:
        return
    is_done, n_lost = read.is_hard.tolist(), [0] * len(read.is_hard)
    for text, begin, end, n_before, is_single_spaced, slot, has_dash in suspects:
        if is_done[text]:
            continue
        if is_single_spaced and not has_dash and not _is_boilerplate(read.whole, begin, end, slot):
            continue
        raw = read.whole[begin:end]
        line = raw if is_single_spaced else " ".join(raw.split())
        is_head = n_before - n_lost[text] < normaliser._N_LINES_WITH_DATELINE
        n_lost[text] += _cut(read, begin, raw, line, is_head=is_head)
        if n_lost[text] > _MOST_LOST and n_before < _N_LOOKED_AT:
            _unmark_line_by_line(read, text)
            is_done[text] = True


def _cut(read: ReadTexts, begin: int, raw: str, line: str, *, is_head: bool) -> bool:
    """Unmark what normalising would cut of a line, given as it is and with single spaces; whether that is all of it."""
    n_cut = _n_furniture(raw, line, may_have_dateline=is_head)
    if n_cut:
        suspecting.clear_words(read.room.in_word, begin, begin + n_cut)
    return n_cut == len(raw)


def _is_boilerplate(whole: str, begin: int, end: int, slot: int) -> bool:
    """Whether a pattern of the opening finds a line as it stands; most suspects end here."""
    for pattern in _openings()[1][slot]:  # noqa: SIM110 - half the time of any()
        if pattern.fullmatch(whole, begin, end):
            return True
    return False


@lru_cache(maxsize=1)
def _openings() -> tuple[NDArray[np.uint64], Mapping[int, Sequence[re.Pattern[str]]]]:
    """The table of `suspecting.suspect_lines`, and the patterns of boilerplate by place in it."""
    table = np.zeros(suspecting.N_OPENINGS, dtype=np.uint64)
    patterns: dict[int, list[re.Pattern[str]]] = {suspecting.N_OPENINGS: [normaliser._BOILERPLATE["©"]]}
    for word, pattern in normaliser._BOILERPLATE.items():
        opening = _spelling(word)
        patterns.setdefault(_put(table, opening), []).append(pattern)
        for next_word in normaliser.NEXT_WORDS[word].split():
            _put(table, opening * suspecting.SPREAD + _MEANINGS.get(next_word, _spelling(next_word)))
    for agency in _PARTS.sub("", normaliser._AGENCY.removeprefix("(?:").removesuffix(")")).split("|"):
        if agency.isalpha() and len(agency) <= suspecting.LONGEST_AGENCY:
            _put(table, suspecting.AGENCY + int.from_bytes(agency.encode(), "big"))
    for month in _MONTHS:
        for spelled in (month, month.lower()):
            _put(table, suspecting.MONTH + int.from_bytes(spelled.encode(), "big"))
    return table, patterns


def _spelling(word: str) -> int:
    letters = bytes(ord(letter) if letter.isascii() else OTHER_LETTER for letter in word[:8])
    return int.from_bytes(letters, "little")


def _put(table: NDArray[np.uint64], key: int) -> int:
    """Place of a key, which is put into the table where it was not there."""
    key %= 1 << 64
    slot = key * suspecting.SPREAD % (1 << 64) >> suspecting.TO_SLOT
    while table[slot] not in (0, key):
        slot += 1
    table[slot] = key
    return slot


def _suspects(read: ReadTexts) -> list[list[int]]:
    """Lines that normalising may cut: see `suspecting.suspect_lines`."""
    n_suspects = suspecting.suspect_lines(
        read.codes,
        read.room.lower,
        read.room.in_word,
        read.ends,
        character_table(),
        read.room.line_ends,
        read.n_lines,
        _openings()[0],
        normaliser._LONGEST_BOILERPLATE,
        normaliser._N_LINES_WITH_DATELINE,
        _MOST_LOST,
        read.room.suspects,
    )
    found: list[list[int]] = read.room.suspects[:n_suspects].tolist()
    return found


def _unmark_line_by_line(read: ReadTexts, text: int) -> None:
    """The same for a text that loses so many lines that datelines are cut in lines that are no suspects."""
    begin = int(read.ends[text - 1]) + 1 if text else 0
    n_kept = 0
    for found in _LINE.finditer(read.whole, begin, int(read.ends[text])):
        if found.group().strip():
            is_head = n_kept < normaliser._N_LINES_WITH_DATELINE
            raw = found.group()
            n_kept += not _cut(read, found.start(), raw, " ".join(raw.split()), is_head=is_head)


def _n_furniture(raw: str, line: str, *, may_have_dateline: bool) -> int:
    """Characters at the head of a line that are no part of the text: none, a dateline's, all."""
    own = normaliser._without_dateline(line) if may_have_dateline else line
    if not own or normaliser._is_boilerplate(own):
        return len(raw)
    n_cut = len(line) - len(own)
    if n_cut == 0 or line == raw:
        return n_cut
    # White space may be wider there.
    return next(islice(_SIGN.finditer(raw), len(line[:n_cut].replace(" ", "")), None)).start()

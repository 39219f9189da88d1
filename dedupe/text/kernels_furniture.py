"""What normalising would cut is no word: the loops find suspected lines, the normaliser's patterns decide."""

import re
from itertools import islice

from dedupe.text import kernels_suspects as suspecting
from dedupe.text import normalise as normaliser
from dedupe.text.kernels_openings import MOST_LOST, patterns_by_slot
from dedupe.text.kernels_texts import ReadTexts

_LINE = re.compile(r"[^\n\r]+")
_SIGN = re.compile(r"\S")
_N_LOOKED_AT = normaliser._N_LINES_WITH_DATELINE + MOST_LOST


def unmark_furniture(read: ReadTexts) -> None:
    """Have no word be where normalising would cut.

    Normalising leaves a text alone that is nothing but furniture; such a text has no word left here.
    """
    if not read.n_suspects:
        return
    suspects: list[list[int]] = read.room.suspects[: read.n_suspects].tolist()
    begins = read.begins.tolist()
    is_done, n_lost = read.is_hard.tolist(), [0] * len(read.is_hard)
    for text, begin, end, n_before, is_single_spaced, slot, has_dash in suspects:
        if is_done[text]:
            continue
        own, first = read.spelled(text), begins[text]
        if is_single_spaced and not has_dash and not _is_boilerplate(own, begin - first, end - first, slot):
            continue
        is_head = n_before - n_lost[text] < normaliser._N_LINES_WITH_DATELINE
        n_lost[text] += _cut(read, begin, own[begin - first : end - first], is_head=is_head)
        if n_lost[text] > MOST_LOST and n_before < _N_LOOKED_AT:
            _unmark_line_by_line(read, text)
            is_done[text] = True


def _cut(read: ReadTexts, begin: int, raw: str, *, is_head: bool) -> bool:
    """Unmark what normalising would cut of a line; whether that is all of it."""
    n_cut = _n_furniture(raw, " ".join(raw.split()), may_have_dateline=is_head)
    if n_cut:
        suspecting.clear_words(read.room.in_word, begin, begin + n_cut)
    return n_cut == len(raw)


def _is_boilerplate(text: str, begin: int, end: int, slot: int) -> bool:
    """Whether a pattern of the opening finds a line as it stands; most suspects end here."""
    for pattern in patterns_by_slot()[slot]:  # noqa: SIM110 - half the time of any()
        if pattern.fullmatch(text, begin, end):
            return True
    return False


def _unmark_line_by_line(read: ReadTexts, text: int) -> None:
    """The same for a text that loses so many lines that datelines are cut in lines that are no suspects."""
    begin = int(read.begins[text])
    n_kept = 0
    for found in _LINE.finditer(read.spelled(text)):
        if found.group().strip():
            is_head = n_kept < normaliser._N_LINES_WITH_DATELINE
            raw = found.group()
            n_kept += not _cut(read, begin + found.start(), raw, is_head=is_head)


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

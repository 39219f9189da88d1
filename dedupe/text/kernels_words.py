"""Texts to arrays and back, around the compiled loops: what comes out is what the plain path gives, bit by bit."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, islice

import numpy as np
from numpy.typing import NDArray

from dedupe.text import kernels_reading as reading
from dedupe.text import kernels_sketching as sketching
from dedupe.text import normalise as normaliser
from dedupe.text.kernels_table import character_table
from dedupe.text.words import Words, blocks_of, cut_words_plainly

_LINE = re.compile(rb"[^\n\r]+")
_SIGN = re.compile(r"\S")


@dataclass(frozen=True, slots=True)
class ReadTexts:
    """Texts as the loops have read them.

    ``data`` (uint8) is their UTF-8, each text followed by a line feed, at ``ends`` (int64), and padding. ``eights``
    (uint64, longer by one) is the same in lower case, ``marks`` (uint8) says of each byte whether it is of a word and
    whether it begins one with a capital. Of a text that ``is_hard`` (bool) nothing but its place is right.
    """

    data: NDArray[np.uint8]
    ends: NDArray[np.int64]
    eights: NDArray[np.uint64]
    marks: NDArray[np.uint8]
    is_hard: NDArray[np.bool_]
    line_ends: NDArray[np.int32]


def read_texts(texts: Sequence[str]) -> ReadTexts:
    """Texts, at least one and less than 2**31 bytes together, read by the loops."""
    try:
        encoded = [text.encode() for text in texts]
    except UnicodeEncodeError:  # a lone surrogate
        encoded = [text.encode(errors="surrogatepass") for text in texts]
    ends = np.cumsum(np.fromiter(map(len, encoded), dtype=np.int64, count=len(encoded)) + 1) - 1
    encoded.append(b" " * (15 - int(ends[-1]) % 8))
    data = np.frombuffer(b"\n".join(encoded), dtype=np.uint8)
    eights = np.empty(data.size // 8 + 1, dtype=np.uint64)
    marks = np.empty(data.size, dtype=np.uint8)
    is_hard = np.zeros(len(texts), dtype=np.bool_)
    lower = eights.view(np.uint8)
    line_ends = np.empty(np.count_nonzero((data == 10) | (data == 13)), dtype=np.int32)
    reading.read_ascii(data, lower, marks)
    reading.read_others(data, data.view(np.uint64), ends, character_table(), lower, marks, is_hard, line_ends)
    return ReadTexts(data, ends, eights, marks, is_hard, line_ends)


def unmark_furniture(read: ReadTexts) -> None:
    """Take from the marks every word that normalising would cut."""
    losing_heads: set[int] = set()
    for text, begin, end, is_head in _suspects(read).tolist():
        if read.is_hard[text] or text in losing_heads:
            continue
        n_cut = _n_furniture(read.data[begin:end].tobytes().decode(), may_have_dateline=bool(is_head))
        read.marks[begin : begin + n_cut] = 0
        if is_head and n_cut == end - begin:
            losing_heads.add(text)
    for text in losing_heads:
        _unmark_line_by_line(read, text)


def cut_words_compiled(texts: Sequence[str]) -> Words:
    """`cut_words` of at least one text."""
    return _joined([part for block in blocks_of(texts) for part in _parts(block)])


def warm() -> None:
    """Have every loop ready, on a text that takes part in everything."""
    text = "All rights reserved.\nLONDON (AP) - Élan of the words.\n"
    read = read_texts([text])
    unmark_furniture(read)
    words = cut_words_compiled([text])
    turns = np.array([0, 13], dtype=np.uint64)
    permutations = np.ones((2, 16), dtype=np.uint32)
    rows = np.empty((1, 16), dtype=np.uint32)
    hashes = np.empty(len(words.ids) - 1, dtype=np.uint32)
    offsets = np.array([0, len(hashes)])
    sketching.minima_of_texts(read.eights, read.marks, read.ends, turns, np.uint64(1), permutations, rows)
    sketching.mix_shingles(words.hashes[words.ids], words.offsets, turns, np.uint64(1), offsets, hashes)
    sketching.minima_of_hashes(hashes, offsets, permutations, rows)


@lru_cache(maxsize=1)
def _openings() -> NDArray[np.uint64]:
    words = [word.encode()[:8] for word in normaliser._BOILERPLATE if word != "©"]
    return np.array([int.from_bytes(word, "little") for word in words], dtype=np.uint64)


def _suspects(read: ReadTexts) -> NDArray[np.int32]:
    """Lines that normalising may cut: text, begin, end, whether it may have a dateline."""
    suspects = np.empty((len(read.line_ends), 4), dtype=np.int32)
    n_suspects = reading.suspect_lines(
        read.data,
        read.ends,
        character_table(),
        read.line_ends,
        _openings(),
        normaliser._LONGEST_BOILERPLATE,
        normaliser._N_LINES_WITH_DATELINE,
        suspects,
    )
    return suspects[:n_suspects]


def _unmark_line_by_line(read: ReadTexts, text: int) -> None:
    """The same for a text that loses one of its first lines, so that datelines are cut in later ones."""
    begin = int(read.ends[text - 1]) + 1 if text else 0
    n_kept = 0
    for found in _LINE.finditer(read.data[begin : read.ends[text]].tobytes()):
        n_cut = _n_furniture(found.group().decode(), may_have_dateline=n_kept < normaliser._N_LINES_WITH_DATELINE)
        read.marks[begin + found.start() : begin + found.start() + n_cut] = 0
        n_kept += n_cut < len(found.group())
    # Normalising leaves a text alone that is nothing but furniture.
    read.is_hard[text] = n_kept == 0


def _n_furniture(raw: str, *, may_have_dateline: bool) -> int:
    """Bytes at the head of a line that are no part of the text: none, a dateline's, all."""
    line = raw if _is_single_spaced(raw) else " ".join(raw.split())
    own = normaliser._without_dateline(line) if may_have_dateline else line
    if not own or normaliser._is_boilerplate(own):
        return len(raw.encode())
    if own == line:
        return 0
    n_cut = len(line) - len(own)
    if line != raw:  # white space may be wider there
        n_cut = next(islice(_SIGN.finditer(raw), len(line[:n_cut].replace(" ", "")), None)).start()
    return len(raw[:n_cut].encode())


def _is_single_spaced(line: str) -> bool:
    # Of all white space, only the space is printable.
    return line.isprintable() and "  " not in line and line.strip(" ") == line


def _parts(texts: Sequence[str]) -> Iterator[Words]:
    """Words of consecutive texts, hard and others apart."""
    read = read_texts(texts)
    if not read.is_hard.any():
        yield _words_of(read)
        return
    begin = 0
    for is_hard, run in groupby(read.is_hard.tolist()):
        own = texts[begin : begin + len(list(run))]
        begin += len(own)
        yield cut_words_plainly(own) if is_hard else _words_of(read_texts(own))


def _words_of(read: ReadTexts) -> Words:
    bounds = np.empty(len(read.data) + 2, dtype=np.int32)
    offsets = np.zeros(len(read.ends) + 1, dtype=np.int64)
    sketching.mark_words(read.marks, read.ends, bounds, offsets)
    n_words = int(offsets[-1])
    slots = np.full(1 << (2 * n_words).bit_length(), -1, dtype=np.int32)
    hashes = np.empty(n_words, dtype=np.uint64)
    firsts = np.empty(n_words, dtype=np.int32)
    ids = np.empty(n_words, dtype=np.int32)
    capitalised = np.empty(n_words, dtype=np.bool_)
    n_distinct = sketching.number_words(read.eights, read.marks, bounds, slots, hashes, firsts, ids, capitalised)
    spelled = np.empty(len(read.data), dtype=np.uint8)
    size = sketching.spell_words(read.eights.view(np.uint8), bounds, firsts[:n_distinct], spelled)
    vocabulary = tuple(spelled[:size].tobytes().decode().split())
    return Words(vocabulary, hashes[:n_distinct].copy(), ids, offsets, capitalised)


def _joined(parts: Sequence[Words]) -> Words:
    """Words of consecutive batches as those of one."""
    if len(parts) == 1:
        return parts[0]
    vocabulary: dict[str, int] = {}
    ids = []
    for part in parts:
        places = [vocabulary.setdefault(word, len(vocabulary)) for word in part.vocabulary]
        ids.append(np.array(places, dtype=np.int32)[part.ids])
    hashes = np.empty(len(vocabulary), dtype=np.uint64)
    for part, own in zip(parts, ids, strict=True):
        hashes[own] = part.hashes[part.ids]
    sizes = np.concatenate([np.diff(part.offsets) for part in parts])
    return Words(
        vocabulary=tuple(vocabulary),
        hashes=hashes,
        ids=np.concatenate(ids),
        offsets=np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes)]),
        capitalised=np.concatenate([part.capitalised for part in parts]),
    )

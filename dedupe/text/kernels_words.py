"""Texts to arrays and back, around the compiled loops: what comes out is what the plain path gives, bit by bit."""

from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from dedupe.text import kernels_finding as finding
from dedupe.text import kernels_sketching as sketching
from dedupe.text.kernels_furniture import unmark_furniture
from dedupe.text.kernels_table import character_table
from dedupe.text.kernels_texts import ReadTexts, read_texts, room_for
from dedupe.text.words import Words, blocks_of, cut_words_plainly


def cut_words_compiled(texts: Sequence[str]) -> Words:
    """`cut_words` of at least one text."""
    return _joined([part for block in blocks_of(texts) for part in _parts(block)])


def warm() -> None:
    """Have every loop ready, on a text that takes part in everything."""
    texts = ["All rights reserved.\nLONDON (AP) - Élan of the words.\n"]
    words = cut_words_compiled(texts)
    turns = np.array([0, 13], dtype=np.uint64)
    permutations = np.ones((2, 16), dtype=np.uint32)
    rows = np.empty((1, 16), dtype=np.uint32)
    hashes = np.empty(len(words.ids) - 1, dtype=np.uint32)
    offsets = np.array([0, len(hashes)])
    read = _read(texts, are_normalised=False)
    unmark_furniture(read)
    keys = np.empty((1, 2), dtype=np.uint64)
    sketch_read(read, turns, np.uint64(1), permutations, rows, keys, hashes, hashes != 0, hashes != 0, offsets)
    sketching.mix_shingles(words.hashes[words.ids], words.offsets, turns, np.uint64(1), offsets, hashes)
    sketching.minima_of_hashes(hashes, offsets, permutations, rows)


def sketch_read(
    read: ReadTexts,
    turns: NDArray[np.uint64],
    multiply: np.uint64,
    permutations: NDArray[np.uint32],
    rows: NDArray[np.uint32],
    keys: NDArray[np.uint64],
    hashes: NDArray[np.uint32],
    is_named: NDArray[np.bool_],
    is_figured: NDArray[np.bool_],
    offsets: NDArray[np.int64],
) -> None:
    """Write signatures, keys and shingles of texts that are read: see `kernels_sketching.sketch_texts`."""
    room = read.room
    sketching.sketch_texts(
        room.codes, room.lower, room.in_word, room.capital, read.begins, read.ends, character_table(),
        room.bounds, room.words, turns, multiply, permutations, read.is_hard,
        rows, keys, hashes, is_named, is_figured, offsets,
    )  # fmt: skip


def _parts(texts: Sequence[str]) -> Iterator[Words]:
    """Words of consecutive texts, hard and others apart."""
    read = _read(texts)
    if not read.is_hard.any():
        yield _words_of(read)
        return
    begin = 0
    for is_hard, run in groupby(read.is_hard.tolist()):
        own = texts[begin : begin + len(list(run))]
        begin += len(own)
        yield cut_words_plainly(own) if is_hard else _words_of(_read(own))


def _read(texts: Sequence[str], *, are_normalised: bool = True) -> ReadTexts:
    room = room_for([*map(len, texts)], [slice(0, len(texts))])
    return read_texts(texts, np.zeros(len(texts), dtype=np.bool_), room, are_normalised=are_normalised)


def _words_of(read: ReadTexts) -> Words:
    room, table = read.room, character_table()
    codes, lower, bounds, by_word = room.codes, room.lower, room.bounds, room.words
    n_words = finding.find_words(codes, lower, room.in_word, table, 0, read.n_blocks, bounds, by_word)
    slots = np.full(1 << (2 * n_words).bit_length(), -1, dtype=np.int32)
    firsts = np.empty(n_words, dtype=np.int32)
    ids = np.empty(n_words, dtype=np.int32)
    capitalised = np.empty(n_words, dtype=np.bool_)
    n_distinct = finding.number_words(
        codes, lower, room.capital, table, bounds, by_word, slots, firsts, ids, capitalised
    )
    spelled = np.empty(64 * read.n_blocks, dtype=np.uint32)
    size = finding.spell_words(codes, lower, table, bounds, firsts[:n_distinct], spelled)
    vocabulary = tuple(spelled[:size].tobytes().decode("utf-32").split(" ")[:-1])
    starts = bounds[: 2 * n_words : 2]
    offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.searchsorted(starts, read.ends)])
    return Words(vocabulary, by_word[firsts[:n_distinct]], ids, offsets, capitalised)


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

"""Shingles, runs of consecutive words, as 32-bit hashes: what near-duplicates are compared on.

The hashes are persisted through signatures. Their definition is `shingle_hash`; anything faster has to return the
same bits.
"""

import numpy as np
from numpy.typing import NDArray

from dedupe.settings import SketchParams
from dedupe.text import kernels
from dedupe.text.words import Words, cut_words, word_hash

_MASK = (1 << 64) - 1
MULTIPLY = np.uint64(0x9E6C63D0876A9A47)
"""The factor that mixes a shingle; the compiled loops take it and `turns_of`."""
_TURN = 13  # odd, so that any 64 neighbours are turned differently


def cut_shingles(text: str, *, shingle_words: int = SketchParams().shingle_words) -> list[bytes]:
    """Shingles of a normalised text in reading order, each its words in UTF-8 joined by single spaces."""
    words = cut_words([text])
    spelled = [words.vocabulary[at].encode() for at in words.ids.tolist()]
    return [b" ".join(spelled[at : at + shingle_words]) for at in range(len(spelled) - shingle_words + 1)]


def shingle_hash(data: bytes) -> int:
    """32-bit hash of one shingle, given as `cut_shingles` gives it; datasketch takes it as ``hashfunc``."""
    mixed = sum(_turned(word_hash(word.decode()), at) for at, word in enumerate(data.split(b" "))) & _MASK
    mixed = (mixed * int(MULTIPLY)) & _MASK
    mixed = ((mixed ^ (mixed >> 32)) * int(MULTIPLY)) & _MASK
    return mixed >> 32


def shingle_hashes(words: Words, *, shingle_words: int) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Hash every shingle of a batch of texts.

    Returns
    -------
    Hashes in reading order, repetitions included, shape ``(n_shingles,)``, and offsets, shape ``(n_texts + 1,)``:
    text ``i`` has ``hashes[offsets[i]:offsets[i + 1]]``. A text with fewer words than a shingle has none.
    """
    if kernels.are_used():
        return _compiled_hashes(words, shingle_words)
    starts, offsets = _starts(words, shingle_words)
    by_word = words.hashes[words.ids]
    mixed = np.zeros(len(starts), dtype=np.uint64)
    for at in range(shingle_words):
        mixed += _turned_all(by_word[starts + at], at)
    mixed *= MULTIPLY
    mixed = (mixed ^ (mixed >> np.uint64(32))) * MULTIPLY
    return (mixed >> np.uint64(32)).astype(np.uint32), offsets


def named_shingles(words: Words, *, shingle_words: int) -> NDArray[np.bool_]:
    """Whether each shingle of `shingle_hashes` holds a name or a figure, that is, a capitalised word."""
    starts, _ = _starts(words, shingle_words)
    n_before = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(words.capitalised)])
    return n_before[starts + shingle_words] > n_before[starts]


def turns_of(shingle_words: int) -> NDArray[np.uint64]:
    """By how many bits the hash of each word of a shingle is turned."""
    return np.arange(shingle_words, dtype=np.uint64) * np.uint64(_TURN) % np.uint64(64)


def _compiled_hashes(words: Words, shingle_words: int) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    from dedupe.text import kernels_sketching  # noqa: PLC0415 - imports numba

    counts = np.maximum(np.diff(words.offsets) - (shingle_words - 1), 0)
    offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
    hashes = np.empty(offsets[-1], dtype=np.uint32)
    by_word = words.hashes[words.ids]
    kernels_sketching.mix_shingles(by_word, words.offsets, turns_of(shingle_words), MULTIPLY, offsets, hashes)
    return hashes, offsets


def _starts(words: Words, shingle_words: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First word of each shingle, and where each text's shingles begin."""
    counts = np.maximum(np.diff(words.offsets) - (shingle_words - 1), 0)
    offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
    return np.arange(offsets[-1]) + np.repeat(words.offsets[:-1] - offsets[:-1], counts), offsets


def _turned(value: int, at: int) -> int:
    turn = _TURN * at % 64
    return ((value << turn) | (value >> (64 - turn))) & _MASK


def _turned_all(values: NDArray[np.uint64], at: int) -> NDArray[np.uint64]:
    turn = _TURN * at % 64
    # A shift by 64 is undefined in C.
    return values if turn == 0 else (values << np.uint64(turn)) | (values >> np.uint64(64 - turn))

"""Keys of texts, equal where the words are equal in order.

They are persisted. Their definition is `text_keys_of`; the compiled loops have to return the same bits.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dedupe.text.words import FINISH, Words

STEP = 0x9E3779B97F4A7C15
"""What the hash of a word grows by from place to place, so that order counts."""
PLACE = 0xC2B2AE3D27D4EB4F
SIDES = (0xA0761D6478BD642F, 0xE7037ED1A0B428DB)
"""The factors of the two halves of a key."""

_HALF = np.uint64(32)


def text_keys_of(words: Words, texts: Sequence[str]) -> NDArray[np.uint64]:
    """Keys of the normalised texts that the words were cut from.

    Returns
    -------
    Shape ``(len(texts), 2)``, dtype uint64. A row is the key of the words of a text in order; of a text without
    words, of its characters, and never that of a text with words (but for chance, 1 in 2**128).
    """
    keys = _keys(words.hashes[words.ids], words.offsets)
    for text in np.flatnonzero(np.diff(words.offsets) == 0).tolist():
        keys[text] = _key_of_characters(texts[text])
    return keys


def key_of_words(hashes: NDArray[np.uint64]) -> bytes:
    """16 bytes, the key of a text with words, given by the hashes of its words in order."""
    return key_bytes(_keys(hashes, np.array([0, len(hashes)])))[0]


def key_bytes(keys: NDArray[np.uint64]) -> list[bytes]:
    """Rows of `text_keys_of` as the 16 bytes that are stored."""
    stored = keys.astype("<u8").tobytes()
    return [stored[at : at + 16] for at in range(0, len(stored), 16)]


def _keys(by_word: NDArray[np.uint64], offsets: NDArray[np.int64]) -> NDArray[np.uint64]:
    counts = np.diff(offsets)
    places = np.arange(1, len(by_word) + 1) - np.repeat(offsets[:-1], counts)
    placed = (by_word + places.astype(np.uint64) * np.uint64(STEP)) * np.uint64(PLACE)
    placed ^= placed >> _HALF
    keys = np.repeat(counts.astype(np.uint64)[:, None], 2, axis=1)
    filled = np.flatnonzero(counts)
    for side, factor in enumerate(SIDES):
        mixed = placed * np.uint64(factor)
        mixed ^= mixed >> _HALF
        if len(filled):
            keys[filled, side] += np.add.reduceat(mixed, offsets[filled])
    # A sum says little in its lowest bits.
    keys = (keys ^ (keys >> _HALF)) * np.uint64(FINISH)
    return keys ^ (keys >> _HALF)


def _key_of_characters(text: str) -> NDArray[np.uint64]:
    digest = hashlib.blake2b(text.strip().encode(), digest_size=16, person=b"characters").digest()
    return np.frombuffer(digest, dtype="<u8").astype(np.uint64)

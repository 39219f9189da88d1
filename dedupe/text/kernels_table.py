"""What the compiled loops know of a character: one number each, asked of this Python's own tables.

Built from `re`, `str.lower` and `unicodedata`, so that the compiled loops and the plain path know the same Unicode.
"""

import unicodedata
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dedupe.text.words import is_cut_inside, tokens

SEPARATOR = 0
"""The character stands between words, and normalising it changes no word."""
WHITE_SPACE = 2
"""The same, and lines may begin with it."""
HARD = 1
"""The character is not for the compiled loops: its text takes the plain path."""
UNSEEN = 3
"""The same, but normalising deletes it; of such characters, those that the web's texts hold."""
CAPITAL = 1 << 16
"""Added to the lower-case code point of a letter that is upper case, and of a digit."""

N_CHARACTERS = 1 << 16
UNSEEN_CHARACTERS = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_LEFT_OUT = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0xD800, 0xF900))  # Han, surrogates, private use


@lru_cache(maxsize=1)
def character_table() -> NDArray[np.uint32]:
    """What each character of the Basic Multilingual Plane is, by code point.

    Returns
    -------
    Shape ``(65536,)``, dtype uint32: `SEPARATOR`, `WHITE_SPACE`, `HARD`, `UNSEEN`, or the code point of the lower-case
    letter, plus `CAPITAL`.
    """
    table = np.full(N_CHARACTERS, HARD, dtype=np.uint32)
    composing = _composing_characters()
    for code in range(N_CHARACTERS):
        if not any(code in block for block in _LEFT_OUT) and (character := chr(code)) not in composing:
            table[code] = UNSEEN if character in UNSEEN_CHARACTERS else _entry(character)
    return table


def _composing_characters() -> frozenset[str]:
    """Characters that NFC may join to the one before; no other character's form depends on its neighbours."""
    apart = (unicodedata.normalize("NFD", chr(code)) for code in range(N_CHARACTERS) if code not in _LEFT_OUT[2])
    return frozenset(character for parts in apart for character in parts[1:])


def _entry(character: str) -> int:
    if not _is_plain(character):
        return HARD
    if not tokens(character):
        return WHITE_SPACE if character.isspace() else SEPARATOR
    lower = character.lower()
    # The loops write lower case over the original, and İ alone grows by a mark.
    if len(lower) != 1 or len(lower.encode()) != len(character.encode()):
        return HARD
    return ord(lower) + (CAPITAL if character.isupper() or character.isdigit() else 0)


def _is_plain(character: str) -> bool:
    """Whether normalising keeps the character, or makes a space of it, whatever stands around it."""
    if character in "\t\n\r":
        return True
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") or is_cut_inside(character):
        return False
    return unicodedata.combining(character) == 0 and unicodedata.is_normalized("NFC", character)

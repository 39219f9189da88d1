"""The one tokeniser: texts to words and their hashes, shared by shingles and terms.

The hashes are persisted. Their definition is `word_hash` here; anything faster has to return the same bits.
"""

import re
import unicodedata
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedupe.text import kernels

# Indic scripts, Thai, Lao, Tibetan, Myanmar and Khmer write vowels as marks inside a word; `\w` stops there.
_MARKED_BLOCKS = (range(0x0900, 0x10A0), range(0x1780, 0x1800))
_MARKS = "".join(
    chr(code) for block in _MARKED_BLOCKS for code in block if unicodedata.category(chr(code)) in ("Mn", "Mc")
)
_ANY_MARK = re.compile(f"[{_MARKS}]")
_PLAIN_WORD = re.compile(r"\w+")
_MARKED_WORD = re.compile(rf"[\w{_MARKS}]+")

_ASCII_GAPS = "".join(chr(code) if chr(code).isalnum() or chr(code) == "_" else " " for code in range(128))
_BYTE_GAPS = _ASCII_GAPS.encode() + bytes(range(128, 256))

_UNSPACED_RUN = re.compile(
    "(["
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f"  # Myanmar
    "\u1780-\u17ff"  # Khmer
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # Hiragana, Katakana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "]+)"
)

_MASK = (1 << 64) - 1
FIRST = 0x8D5FC03A91B7E46D
MULTIPLY = 0x9FB21C651E98DF25
FINISH = 0xD6E8FEB86659FD93
BLOCK_CHARACTERS = 1_000_000
_VECTORISED_BYTES = 32  # longer words are so rare that they go one by one


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a batch of texts.

    ``vocabulary`` holds the distinct words in order of first occurrence and ``hashes`` (uint64) their hashes.
    ``ids`` (int32) spells every text as positions in the vocabulary, text ``i`` from ``offsets[i]`` (int64)
    to ``offsets[i + 1]``. ``capitalised`` (bool, one a word of ``ids``) is true where the word was written
    with an upper-case letter or a digit at its head.
    """

    vocabulary: tuple[str, ...]
    hashes: NDArray[np.uint64]
    ids: NDArray[np.int32]
    offsets: NDArray[np.int64]
    capitalised: NDArray[np.bool_]


def tokens(text: str) -> list[str]:
    r"""Lower-cased tokens in reading order: exactly ``re.findall(r"\w+", text.lower())``.

    One exception: in the Indic scripts, Thai, Lao, Tibetan, Myanmar and Khmer, where ``\w`` would stop at
    every vowel mark, a mark belongs to its token.
    """
    lower = text.lower()
    return lower.translate(_ASCII_GAPS).split() if lower.isascii() else _find_tokens(lower)


def pieces(token: str) -> list[str]:
    """Words of one token: itself, but overlapping pairs of characters where its script has no spaces.

    ``"nato軍事費"`` gives ``nato``, ``軍事``, ``事費``; a single character of such a script stays itself.
    """
    if token.isascii():
        return [token]
    runs = _UNSPACED_RUN.split(token)
    return [piece for at, run in enumerate(runs) if run for piece in (_pairs(run) if at % 2 else [run])]


def is_cut_inside(character: str) -> bool:
    """Whether words of the character's script are cut further, or hold marks that no other script's words hold."""
    return _UNSPACED_RUN.search(character) is not None or _ANY_MARK.search(character) is not None


def cut_words(texts: Sequence[str]) -> Words:
    """Words of a batch of texts, which the caller has normalised: `tokens`, each cut into its `pieces`."""
    if texts and kernels.are_used_for(texts):
        from dedupe.text.kernels_words import cut_words_compiled  # noqa: PLC0415 - imports numba

        return cut_words_compiled(texts)
    return cut_words_plainly(texts)


def cut_words_plainly(texts: Sequence[str]) -> Words:
    """`cut_words` without the compiled loops."""
    forms = _Forms()
    codes = array("i")
    ends = [0]
    for text in texts:
        codes.extend(map(forms.__getitem__, _forms_of(text)))
        ends.append(len(codes))
    return _assemble(forms, np.array(codes, dtype=np.int32), np.array(ends, dtype=np.int64))


def blocks_of(texts: Sequence[str], *, n_characters: int = BLOCK_CHARACTERS) -> Iterator[Sequence[str]]:
    """Consecutive texts of about so many characters together: what a block takes in memory is bounded."""
    begin = n_seen = 0
    for end, text in enumerate(texts, start=1):
        n_seen += len(text)
        if n_seen >= n_characters or end == len(texts):
            yield texts[begin:end]
            begin, n_seen = end, 0


def word_hash(word: str) -> int:
    """64-bit hash of a word, from the 8-byte little-endian blocks of its UTF-8; equals `Words.hashes`."""
    data = word.encode()
    mixed = ((int.from_bytes(data[:8], "little") ^ FIRST ^ (len(data) << 56)) * MULTIPLY) & _MASK
    for at in range(8, len(data), 8):
        mixed ^= mixed >> 32
        mixed = ((mixed ^ int.from_bytes(data[at : at + 8], "little")) * MULTIPLY) & _MASK
    mixed = ((mixed ^ (mixed >> 32)) * FINISH) & _MASK
    return mixed ^ (mixed >> 32)


def word_hashes(words: Sequence[str]) -> NDArray[np.uint64]:
    """`word_hash` of every word, shape ``(len(words),)``, uint64."""
    encoded = [word.encode() for word in words]
    sizes = np.fromiter(map(len, encoded), dtype=np.int64, count=len(encoded))
    short = sizes <= _VECTORISED_BYTES
    hashes = np.zeros(len(encoded), dtype=np.uint64)
    hashes[short] = _hash_short([data for data in encoded if len(data) <= _VECTORISED_BYTES], sizes[short])
    for at in np.flatnonzero(~short).tolist():
        hashes[at] = word_hash(words[at])
    return hashes


def _find_tokens(text: str) -> list[str]:
    # The plain class is the faster of the two.
    return (_MARKED_WORD if _ANY_MARK.search(text) else _PLAIN_WORD).findall(text)


def _forms_of(text: str) -> list[bytes]:
    # What stands between ASCII separators is a form. Texts repeat their forms, so the regular expression, half
    # of the whole cost otherwise, sees each form once. Lower-casing form by form gives what lower-casing the
    # text gives, but for two letters: the dotted capital I grows a mark (written apart, it does not), and what
    # becomes of a capital sigma depends on its neighbours, so such a text brings its lower-case tokens along.
    spelled = text.replace("İ", "I\u0307")
    if "Σ" not in text:
        return spelled.encode(errors="surrogatepass").translate(_BYTE_GAPS).split()
    both = zip(_find_tokens(spelled), _find_tokens(spelled.lower()), strict=True)
    return [f"{original}\0{lower}".encode() for original, lower in both]


class _Vocabulary(dict[str, int]):
    """Positions of words in order of first sight."""

    def __missing__(self, word: str) -> int:
        at = self[word] = len(self)
        return at


class _Forms(dict[bytes, int]):
    """Codes of written forms, given on first sight, and the words each form stands for."""

    def __init__(self) -> None:
        super().__init__()
        self.vocabulary = _Vocabulary()
        self.word_ids: list[int] = []
        self.capitals: list[bool] = []
        self.ends: list[int] = [0]

    def __missing__(self, form: bytes) -> int:
        written, words = _read_form(form)
        self.word_ids.extend(map(self.vocabulary.__getitem__, words))
        self.capitals.extend([word[0].isupper() or word[0].isdigit() for word in written])
        self.ends.append(len(self.word_ids))
        code = self[form] = len(self.ends) - 2
        return code


def _read_form(form: bytes) -> tuple[list[str], list[str]]:
    """Words of a form, as written and lower-cased."""
    original, _, lower = form.decode(errors="surrogatepass").partition("\0")
    if original.isascii():
        return [original], [lower if lower else original.lower()]
    lower = lower if lower else original.lower()
    written = _words_of(original)
    return written, written if lower == original else _words_of(lower)


def _words_of(text: str) -> list[str]:
    return [word for token in _find_tokens(text) for word in pieces(token)]


def _assemble(forms: _Forms, codes: NDArray[np.int32], text_ends: NDArray[np.int64]) -> Words:
    ends = np.array(forms.ends, dtype=np.int64)
    n_words = np.diff(ends)[codes]
    form_ends = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(n_words)])
    at = np.arange(form_ends[-1]) + np.repeat(ends[codes] - form_ends[:-1], n_words)
    vocabulary = tuple(forms.vocabulary)
    return Words(
        vocabulary=vocabulary,
        hashes=word_hashes(vocabulary),
        ids=np.array(forms.word_ids, dtype=np.int32)[at],
        offsets=form_ends[text_ends],
        capitalised=np.array(forms.capitals, dtype=np.bool_)[at],
    )


def _pairs(run: str) -> list[str]:
    return [run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)]


def _hash_short(encoded: list[bytes], sizes: NDArray[np.int64]) -> NDArray[np.uint64]:
    # A fixed width costs a copy of padding and saves one Python step a word.
    table = (
        np.array(encoded, dtype=f"S{_VECTORISED_BYTES}")
        .view("<u8")
        .reshape(-1, _VECTORISED_BYTES // 8)
        .astype(np.uint64)
    )
    first, multiply, shift = np.uint64(FIRST), np.uint64(MULTIPLY), np.uint64(32)
    mixed = (table[:, 0] ^ first ^ (sizes.astype(np.uint64) << np.uint64(56))) * multiply
    for block in range(1, table.shape[1]):
        more = sizes > 8 * block
        mixed = np.where(more, ((mixed ^ (mixed >> shift)) ^ table[:, block]) * multiply, mixed)
    mixed = (mixed ^ (mixed >> shift)) * np.uint64(FINISH)
    return mixed ^ (mixed >> shift)

"""How common words are in their language, so that the first article's weights are already sensible.

The figures come from the small word lists of the ``wordfreq`` package.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from dedupe.text.words import pieces, tokens

BACKGROUND_DOCUMENTS = 10_000
DOCUMENT_WORDS = 300

_WORDLIST = "small"
_OTHER_CODES = {"no": "nb", "iw": "he", "in": "id", "tl": "fil", "sr": "sh", "hr": "sh", "bs": "sh"}
_GUESSED = ("en", "es", "fr", "de", "it", "pt", "nl", "pl", "ru", "tr", "ar", "id", "vi")
_N_FREQUENT = 200
_N_LOOKED_AT = 400
_LEAST_COVERAGE = 0.2
_LEAST_LEAD = 1.25


def background_frequency(words: Sequence[str], lang: str | None) -> NDArray[np.float64]:
    """Relative frequency of each word in the language, shape ``(len(words),)``.

    0 where the word is not listed, and everywhere for None or a language without a list. ``lang`` is a
    language tag; ``"en-US"`` and ``"EN"`` are ``"en"``.
    """
    listed = _frequencies(_language(lang))
    found = map(listed.get, map(str.casefold, words), repeat(0.0))
    return np.fromiter(found, np.float64, count=len(words))


def background_documents(frequency: NDArray[np.float64]) -> NDArray[np.float64]:
    """How many of `BACKGROUND_DOCUMENTS` documents of 300 words may be expected to hold such a word."""
    return -np.expm1(-DOCUMENT_WORDS * frequency) * BACKGROUND_DOCUMENTS


def guess_language(words: Sequence[str]) -> str | None:
    """Language of a text from its first words in reading order, or None where it is not clear.

    Scripts decide for Japanese, Chinese and Korean; for thirteen more languages the share of the text that is
    among the language's 200 most frequent words, which must be a fifth and well ahead of the next language's.
    """
    seen = Counter(words[:_N_LOOKED_AT])
    if not seen:
        return None
    by_script = _language_of_script("".join(seen))
    return _language_of_coverage(seen) if by_script is None else by_script


def _language(lang: str | None) -> str:
    code = "" if lang is None else lang.replace("_", "-").split("-")[0].strip().lower()
    return _OTHER_CODES.get(code, code)


@cache
def _frequencies(language: str) -> Mapping[str, float]:
    """Frequencies of the tokeniser's words, as far as the list's entries spell them."""
    frequencies: dict[str, float] = {}
    for entry, frequency in _listed(language):
        for word in _words_of(entry):
            key = word.casefold()
            frequencies[key] = frequencies.get(key, 0.0) + frequency
    return frequencies


def _listed(language: str) -> Iterable[tuple[str, float]]:
    from wordfreq import available_languages, get_frequency_dict  # noqa: PLC0415 - .2 s, only where needed

    if language not in available_languages(_WORDLIST):
        return ()
    return get_frequency_dict(language, wordlist=_WORDLIST).items()


def _words_of(entry: str) -> list[str]:
    if entry.isascii() and entry.isalpha():
        return [entry]
    # The list folds all numbers of one form into one of zeros, which is no word.
    return [word for token in tokens(entry) for word in pieces(token) if word.strip("0")]


def _language_of_script(characters: str) -> str | None:
    n_kana = sum("\u3040" <= c <= "\u30ff" for c in characters)
    n_hangul = sum("\uac00" <= c <= "\ud7a3" for c in characters)
    n_han = sum("\u4e00" <= c <= "\u9fff" for c in characters)
    if 2 * (n_kana + n_han) >= len(characters):
        return "ja" if 10 * n_kana >= n_han else "zh"
    return "ko" if 2 * n_hangul >= len(characters) else None


def _language_of_coverage(seen: Counter[str]) -> str | None:
    coverage = [
        (sum(n for word, n in seen.items() if word in frequent) / seen.total(), language)
        for language, frequent in frequent_words()
    ]
    (best, language), (second, _) = sorted(coverage, reverse=True)[:2]
    return language if leads_clearly(best, second) else None


def leads_clearly(best: float, second: float) -> bool:
    """Whether the share of a text that is frequent in one language tells it from the language with the next share."""
    return best >= max(_LEAST_COVERAGE, _LEAST_LEAD * second)


@cache
def frequent_words() -> tuple[tuple[str, frozenset[str]], ...]:
    """The most frequent words of each language that is guessed by them, with the language."""
    return tuple((language, _most_frequent(language)) for language in _GUESSED)


def _most_frequent(language: str) -> frozenset[str]:
    listed = sorted(_listed(language), key=lambda entry: (-entry[1], entry[0]))[:_N_FREQUENT]
    return frozenset(word for entry, _ in listed for word in _words_of(entry))

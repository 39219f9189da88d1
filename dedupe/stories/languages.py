"""Languages of many texts at once, where their articles do not say: what `guess_language` says of their first words."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dedupe.text.background import frequent_words, guess_language, leads_clearly
from dedupe.text.words import Words, tokens

_N_WORDS = 300
_N_CHARACTERS = 2000
# Scripts that decide by themselves, or whose words are cut further, so that the share of frequent words says nothing.
_OWN_SCRIPT = re.compile(
    "[\u0e00-\u0eff\u1000-\u11ff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\ua960-\ua97f\uac00-\ud7ff]"
)


def guess_languages(words: Words, texts: Sequence[str], wanted: NDArray[np.int64]) -> list[str]:
    """Language of some of the texts, by their places; empty where it is not clear."""
    heads = [texts[place][:_N_CHARACTERS] for place in wanted.tolist()]
    has_own = np.array([_OWN_SCRIPT.search(head) is not None for head in heads], dtype=np.bool_)
    found = [guess_language(tokens(head)) if own else None for head, own in zip(heads, has_own, strict=True)]
    for at, language in zip(np.flatnonzero(~has_own).tolist(), _covered(words, wanted[~has_own]), strict=True):
        found[at] = language
    return ["" if language is None else language for language in found]


def _covered(words: Words, wanted: NDArray[np.int64]) -> list[str | None]:
    """The language whose frequent words make up most of each text's first words, if it is well ahead."""
    coverage = _coverage(words, wanted)
    names = np.array([language for language, _ in frequent_words()])
    # By coverage and then by name, as `guess_language` settles a tie.
    order = np.lexsort((np.broadcast_to(names, coverage.shape), coverage), axis=-1)
    rows = np.arange(len(wanted))
    best, second = coverage[rows, order[:, -1]], coverage[rows, order[:, -2]]
    is_clear = map(leads_clearly, best.tolist(), second.tolist())
    return [name if clear else None for name, clear in zip(names[order[:, -1]].tolist(), is_clear, strict=True)]


def _coverage(words: Words, wanted: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share of frequent words of each language in the first words: shape ``(len(wanted), n_languages)``."""
    begins = words.offsets[wanted]
    n_read = np.minimum(words.offsets[wanted + 1] - begins, _N_WORDS)
    text = np.repeat(np.arange(len(wanted)), n_read)
    at = np.arange(len(text)) + np.repeat(begins - (np.cumsum(n_read) - n_read), n_read)
    held = words.ids[at]
    place = {word: number for number, word in enumerate(words.vocabulary)}
    shares = []
    for _, frequent in frequent_words():
        is_frequent = np.zeros(len(words.vocabulary), dtype=np.bool_)
        is_frequent[[place[word] for word in frequent if word in place]] = True
        n_frequent = np.bincount(text, is_frequent[held], minlength=len(wanted))
        shares.append(n_frequent / np.maximum(n_read, 1))
    return np.column_stack(shares)

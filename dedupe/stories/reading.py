"""Words of texts as they are submitted: what normalising would cut is left out, normalised texts are seldom made."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dedupe.text import kernels
from dedupe.text.normalise import normalise
from dedupe.text.words import Words, blocks_of, cut_words, cut_words_plainly

if TYPE_CHECKING:  # it imports numba
    from dedupe.stories.compiled import ReadWords

_SLOTS_A_WORD = 2


def cut_raw_words(texts: Sequence[str]) -> Words:
    """`cut_words` of the normalised texts, without normalising most of them where the compiled loops are used."""
    if texts and kernels.are_used_for(texts):
        return _cut_compiled(texts)
    return cut_words([normalise(text) for text in texts])


@dataclass(frozen=True, slots=True)
class _Run:
    """Words of consecutive texts: hashes and capitals one a word, how many words a text has, how a word is spelled."""

    hashes: NDArray[np.uint64]
    capitalised: NDArray[np.bool_]
    n_words: NDArray[np.int64]
    spell: Callable[[NDArray[np.int64]], Sequence[str]]


class _Numbering:
    """Numbers of words in order of first sight; a word is its hash, so two that share one are taken for one."""

    def __init__(self) -> None:
        self.vocabulary: list[str] = []
        self._known = np.empty(0, dtype=np.uint64)
        self._slots = np.empty(0, dtype=np.int32)

    def number(self, run: _Run) -> NDArray[np.int32]:
        """Numbers of the words of a run."""
        from dedupe.stories.kernels_reading import number_hashes  # noqa: PLC0415 - imports numba

        self._make_room(len(self.vocabulary) + len(run.hashes))
        ids, firsts = np.empty(len(run.hashes), dtype=np.int32), np.empty(len(run.hashes), dtype=np.int64)
        n_before = len(self.vocabulary)
        n_known = number_hashes(run.hashes, self._slots, self._known, n_before, ids, firsts)
        self.vocabulary += run.spell(firsts[: n_known - n_before])
        return ids

    @property
    def hashes(self) -> NDArray[np.uint64]:
        """Hash of each word of the vocabulary."""
        return self._known[: len(self.vocabulary)].copy()

    def _make_room(self, n_most: int) -> None:
        from dedupe.stories.kernels_reading import number_hashes  # noqa: PLC0415 - imports numba

        if n_most <= len(self._known):
            return
        held = self.hashes
        self._known = np.empty(2 * n_most, dtype=np.uint64)
        self._slots = np.full(1 << (_SLOTS_A_WORD * 2 * n_most).bit_length(), -1, dtype=np.int32)
        unused = np.empty(len(held), dtype=np.int64)
        number_hashes(held, self._slots, self._known, 0, unused.astype(np.int32), unused)


def _cut_compiled(texts: Sequence[str]) -> Words:
    numbering = _Numbering()
    ids, runs = [], []
    for block in blocks_of(texts):
        for run in _runs(block):
            ids.append(numbering.number(run))
            runs.append((run.capitalised, run.n_words))
    sizes = np.concatenate([n_words for _, n_words in runs])
    return Words(
        vocabulary=tuple(numbering.vocabulary),
        hashes=numbering.hashes,
        ids=np.concatenate(ids),
        offsets=np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes)]),
        capitalised=np.concatenate([capitalised for capitalised, _ in runs]),
    )


def _runs(texts: Sequence[str]) -> Iterator[_Run]:
    """Words of consecutive texts, of those that the loops cannot read apart."""
    from dedupe.stories.compiled import read_words  # noqa: PLC0415 - imports numba

    read = read_words(texts)
    begin = 0
    for is_hard, group in groupby(read.is_hard.tolist()):
        end = begin + len(list(group))
        yield _plain_run(texts[begin:end]) if is_hard else _read_run(read, begin, end)
        begin = end


def _read_run(read: "ReadWords", begin: int, end: int) -> _Run:
    first = int(read.offsets[begin])
    own = slice(first, int(read.offsets[end]))
    n_words = np.diff(read.offsets[begin : end + 1])
    return _Run(read.hashes[own], read.capitalised[own], n_words, lambda places: read.spell(places + first))


def _plain_run(texts: Sequence[str]) -> _Run:
    words = cut_words_plainly([normalise(text) for text in texts])

    def spell(places: NDArray[np.int64]) -> list[str]:
        return [words.vocabulary[number] for number in words.ids[places].tolist()]

    return _Run(words.hashes[words.ids], words.capitalised, np.diff(words.offsets), spell)

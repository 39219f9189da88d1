"""One pass over texts for all that a comparison needs: signatures, keys, and the shingles they come from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from dedupe.near_duplicates.shingles import named_shingles, shingle_hashes
from dedupe.near_duplicates.signatures import signatures_of
from dedupe.settings import SketchParams
from dedupe.text import kernels
from dedupe.text.keys import text_keys_of
from dedupe.text.normalise import normalise
from dedupe.text.words import Words, blocks_of, cut_words

Value = TypeVar("Value", np.uint32, np.bool_)


@dataclass(frozen=True, slots=True)
class TextSketches:
    """The sketches of a batch of ``n`` texts.

    ``signatures`` (uint32, shape ``(n, num_perm)``) are those of `signatures`, ``text_keys`` (uint64, shape ``(n, 2)``)
    those of `text_keys_of`. ``hashes`` (uint32) of all shingles in reading order, repetitions included, ``is_named``
    (bool), whether a shingle holds a name or a figure, and ``is_figured`` (bool), whether it holds a figure, are those
    of text ``i`` from ``offsets[i]`` (int64) to ``offsets[i + 1]``.
    """

    signatures: NDArray[np.uint32]
    text_keys: NDArray[np.uint64]
    hashes: NDArray[np.uint32]
    is_named: NDArray[np.bool_]
    offsets: NDArray[np.int64]
    is_figured: NDArray[np.bool_]


def sketch_texts(texts: Sequence[str], params: SketchParams) -> TextSketches:
    """Sketches of texts, which are normalised here."""
    if texts and kernels.are_used_for(texts):
        return compiled_sketches(texts, params)
    parts = [_plain_sketches([normalise(text) for text in block], params) for block in blocks_of(texts)]
    return _concatenated(parts) if parts else _plain_sketches([], params)


def sketches_of(words: Words, texts: Sequence[str], params: SketchParams) -> TextSketches:
    """Sketches of normalised texts, given with their words."""
    hashes, offsets = shingle_hashes(words, shingle_words=params.shingle_words)
    is_named = named_shingles(words, shingle_words=params.shingle_words)
    keys, is_figured = text_keys_of(words, texts), figured_shingles(words, shingle_words=params.shingle_words)
    return TextSketches(signatures_of(hashes, offsets, params), keys, hashes, is_named, offsets, is_figured)


def figured_shingles(words: Words, *, shingle_words: int) -> NDArray[np.bool_]:
    """Whether each shingle of `shingle_hashes` holds a figure, that is, a word that begins with a digit from 0 to 9."""
    begins = np.array(["0" <= word[0] <= "9" for word in words.vocabulary], dtype=np.bool_)
    return named_shingles(replace(words, capitalised=begins[words.ids]), shingle_words=shingle_words)


def _plain_sketches(texts: Sequence[str], params: SketchParams) -> TextSketches:
    return sketches_of(cut_words(texts), texts, params)


def compiled_sketches(
    texts: Sequence[str], params: SketchParams, *, are_normalised: bool = False, have_shingles: bool = True
) -> TextSketches:
    """Sketches of texts, at least one, made by the loops as far as they can; signatures alone where that is wanted.

    What normalising would cut is left out of the characters as they are. Texts that the loops cannot read are
    normalised and read again, then on the plain path.
    """
    from dedupe.near_duplicates.compiled import read_sketches  # noqa: PLC0415 - imports numba

    made, is_hard = read_sketches(texts, params, are_normalised=are_normalised, have_shingles=have_shingles)
    if not np.count_nonzero(is_hard):
        return made
    hard = [texts[at] for at in np.flatnonzero(is_hard).tolist()]
    others = [
        _others(block, params, are_normalised=are_normalised, have_shingles=have_shingles) for block in blocks_of(hard)
    ]
    if have_shingles:
        return _with(made, is_hard, _concatenated(others))
    made.signatures[is_hard] = np.concatenate([other.signatures for other in others])
    return made


def _others(texts: Sequence[str], params: SketchParams, *, are_normalised: bool, have_shingles: bool) -> TextSketches:
    if are_normalised:
        return _plain_sketches(texts, params)
    normalised = [normalise(text) for text in texts]
    return compiled_sketches(normalised, params, are_normalised=True, have_shingles=have_shingles)


def _with(made: TextSketches, is_other: NDArray[np.bool_], others: TextSketches) -> TextSketches:
    """Sketches of a batch, some of whose texts have been sketched apart; ``made`` is used up."""
    made.signatures[is_other], made.text_keys[is_other] = others.signatures, others.text_keys
    counts = np.diff(made.offsets)
    counts[is_other] = np.diff(others.offsets)
    places = np.flatnonzero(is_other)
    # Before, at and after each of the others, so that the many are copied in few pieces.
    begins = made.offsets[[0, *(places + 1)]].tolist()
    ends = made.offsets[[*places, len(is_other)]].tolist()
    own = [slice(*piece) for piece in zip(begins, ends, strict=True)]
    other = [slice(*piece) for piece in pairwise(others.offsets.tolist())]
    return TextSketches(
        signatures=made.signatures,
        text_keys=made.text_keys,
        hashes=_interleaved(made.hashes, own, others.hashes, other),
        is_named=_interleaved(made.is_named, own, others.is_named, other),
        offsets=np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)]),
        is_figured=_interleaved(made.is_figured, own, others.is_figured, other),
    )


def _interleaved(
    values: NDArray[Value], own: Sequence[slice], others: NDArray[Value], other: Sequence[slice]
) -> NDArray[Value]:
    """Pieces of two arrays in turns; the first has one piece more."""
    in_turns: list[tuple[NDArray[Value], NDArray[Value]]] = [
        (values[left], others[right]) for left, right in zip(own, other, strict=False)
    ]
    return np.concatenate([*chain.from_iterable(in_turns), values[own[-1]]])


def _concatenated(parts: Sequence[TextSketches]) -> TextSketches:
    counts = np.concatenate([np.diff(part.offsets) for part in parts])
    return TextSketches(
        signatures=np.concatenate([part.signatures for part in parts]),
        text_keys=np.concatenate([part.text_keys for part in parts]),
        hashes=np.concatenate([part.hashes for part in parts]),
        is_named=np.concatenate([part.is_named for part in parts]),
        offsets=np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)]),
        is_figured=np.concatenate([part.is_figured for part in parts]),
    )

"""A sketch as the bytes of a log entry, and back to the bit.

| bytes | hold |
|---|---|
| 1 | the format's number, 1 |
| 16 | the text key |
| 2, 2 | how many values the signature has, and how many terms |
| 4 a value | the signature |
| 3 a term | the lower bytes of each term |
| the rest | deflated, without a header: steps of the terms' highest bytes, weights, both bytes of the backgrounds |

Numbers are little-endian. Hashes do not compress, but the highest bytes of ascending ones, weights and backgrounds do.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedupe.models import ArticleId, Sketch

FORMAT = 1
WEIGHT_STEPS = 16  # a term's weight is a multiple of 1/16 and below 16, so that it is one byte

_HEAD = struct.Struct("<B16sHH")
# Little is said twice, but some values are common: codes of their own for a few columns at a time (the memory level)
# say it in fewer bytes than looking for repetitions does, and in two thirds of the time.
_LEVEL, _WINDOW_BITS, _MEMORY_LEVEL = 2, -10, 2
_NO_TERMS = np.empty(0, dtype=np.uint32)
_NO_WEIGHTS = np.empty(0, dtype=np.float32)
_NO_BACKGROUND = np.empty(0, dtype=np.uint16)


def encode_sketches(sketches: Sequence[Sketch]) -> list[bytes]:
    """All of each sketch but its article's id."""
    return [
        _HEAD.pack(FORMAT, sketch.text_key, sketch.signature.size, sketch.terms.size)
        + sketch.signature.astype("<u4", copy=False).tobytes()
        + terms
        for sketch, terms in zip(sketches, _encode_terms(sketches), strict=True)
    ]


def decode_sketch(article_id: ArticleId, data: bytes) -> Sketch:
    """The sketch that was encoded; ``ValueError`` for bytes of another format."""
    number, text_key, n_values, n_terms = _HEAD.unpack_from(data)
    if number != FORMAT:
        raise ValueError(f"a log entry must be of format {FORMAT}, got {number} for {article_id!r}")
    signature = np.frombuffer(data, "<u4", n_values, _HEAD.size).astype(np.uint32, copy=False)
    if not n_terms:
        return Sketch(article_id, text_key, signature, _NO_TERMS, _NO_WEIGHTS, _NO_BACKGROUND)
    return Sketch(article_id, text_key, signature, *_decode_terms(data[_HEAD.size + 4 * n_values :], n_terms))


def _encode_terms(sketches: Sequence[Sketch]) -> Iterator[bytes]:
    """The terms of each sketch; all of them are taken apart at once, and each is squeezed alone."""
    filled = [sketch for sketch in sketches if sketch.terms.size]
    ends = list(accumulate(sketch.terms.size for sketch in filled))
    columns = _columns(filled, ends) if filled else _Columns(b"", b"", b"", b"", b"")
    pieces = iter(pairwise([0, *ends]))
    for sketch in sketches:
        yield _squeezed(columns, *next(pieces)) if sketch.terms.size else b""


class _Columns(NamedTuple):
    """Of all terms: their lower bytes, steps of their highest, weights, lower and higher bytes of the backgrounds."""

    lower: bytes
    steps: bytes
    weights: bytes
    background: bytes
    background_high: bytes


def _columns(sketches: Sequence[Sketch], ends: Sequence[int]) -> _Columns:
    terms = np.concatenate([sketch.terms for sketch in sketches]).astype("<u4").view(np.uint8).reshape(-1, 4)
    steps = np.diff(terms[:, 3], prepend=np.uint8(0))
    begins = np.array([0, *ends[:-1]], dtype=np.int64)
    steps[begins] = terms[begins, 3]
    weights = np.rint(np.concatenate([sketch.weights for sketch in sketches]) * WEIGHT_STEPS)
    background = np.concatenate([sketch.background for sketch in sketches]).astype("<u2").view(np.uint8)
    return _Columns(
        terms[:, :3].tobytes(),
        steps.tobytes(),
        weights.clip(0, 255).astype(np.uint8).tobytes(),
        background[0::2].tobytes(),
        background[1::2].tobytes(),
    )


def _squeezed(columns: _Columns, begin: int, end: int) -> bytes:
    squeezer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW_BITS, _MEMORY_LEVEL, zlib.Z_HUFFMAN_ONLY)
    squeezed = squeezer.compress(b"".join(column[begin:end] for column in columns[1:]))
    return columns.lower[3 * begin : 3 * end] + squeezed + squeezer.flush()


def _decode_terms(data: bytes, n_terms: int) -> tuple[NDArray[np.uint32], NDArray[np.float32], NDArray[np.uint16]]:
    rows = np.frombuffer(zlib.decompress(data[3 * n_terms :], _WINDOW_BITS), np.uint8).reshape(4, n_terms)
    terms = np.empty((n_terms, 4), dtype=np.uint8)
    terms[:, :3] = np.frombuffer(data, np.uint8, 3 * n_terms).reshape(-1, 3)
    terms[:, 3] = rows[0].cumsum(dtype=np.uint8)
    weights = rows[1].astype(np.float32) / np.float32(WEIGHT_STEPS)
    background = rows[2] | rows[3].astype(np.uint16) << 8
    return terms.view("<u4").ravel().astype(np.uint32, copy=False), weights, background

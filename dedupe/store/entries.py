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

import numpy as np
from numpy.typing import NDArray

from dedupe.models import ArticleId, Sketch

FORMAT = 1
WEIGHT_STEPS = 16  # a term's weight is a multiple of 1/16 and below 16, so that it is one byte

_HEAD = struct.Struct("<B16sHH")
_LEVEL, _WINDOW_BITS, _MEMORY_LEVEL = 6, -10, 4  # of a few hundred bytes more has no use, and takes longer to set up
_NO_TERMS = np.empty(0, dtype=np.uint32)
_NO_WEIGHTS = np.empty(0, dtype=np.float32)
_NO_BACKGROUND = np.empty(0, dtype=np.uint16)


def encode_sketch(sketch: Sketch) -> bytes:
    """All of a sketch but its article's id."""
    head = _HEAD.pack(FORMAT, sketch.text_key, sketch.signature.size, sketch.terms.size)
    signature = sketch.signature.astype("<u4", copy=False).tobytes()
    return head + signature + _encode_terms(sketch) if sketch.terms.size else head + signature


def decode_sketch(article_id: ArticleId, data: bytes) -> Sketch:
    """The sketch that was encoded; ``ValueError`` for bytes of another format."""
    number, text_key, n_values, n_terms = _HEAD.unpack_from(data)
    if number != FORMAT:
        raise ValueError(f"a log entry must be of format {FORMAT}, got {number} for {article_id!r}")
    signature = np.frombuffer(data, "<u4", n_values, _HEAD.size).astype(np.uint32, copy=False)
    if not n_terms:
        return Sketch(article_id, text_key, signature, _NO_TERMS, _NO_WEIGHTS, _NO_BACKGROUND)
    return Sketch(article_id, text_key, signature, *_decode_terms(data[_HEAD.size + 4 * n_values :], n_terms))


def _encode_terms(sketch: Sketch) -> bytes:
    terms = sketch.terms.astype("<u4").view(np.uint8).reshape(-1, 4)
    steps = np.diff(terms[:, 3], prepend=np.uint8(0))
    weights = np.clip(np.rint(sketch.weights * WEIGHT_STEPS), 0, 255).astype(np.uint8)
    background = sketch.background.astype("<u2").view(np.uint8).reshape(-1, 2)
    squeezer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW_BITS, _MEMORY_LEVEL)
    squeezed = squeezer.compress(np.concatenate([steps, weights, background.T.ravel()]).tobytes())
    return terms[:, :3].tobytes() + squeezed + squeezer.flush()


def _decode_terms(data: bytes, n_terms: int) -> tuple[NDArray[np.uint32], NDArray[np.float32], NDArray[np.uint16]]:
    rows = np.frombuffer(zlib.decompress(data[3 * n_terms :], _WINDOW_BITS), np.uint8).reshape(4, n_terms)
    terms = np.empty((n_terms, 4), dtype=np.uint8)
    terms[:, :3] = np.frombuffer(data, np.uint8, 3 * n_terms).reshape(-1, 3)
    terms[:, 3] = rows[0].cumsum(dtype=np.uint8)
    weights = rows[1].astype(np.float32) / np.float32(WEIGHT_STEPS)
    background = rows[2] | rows[3].astype(np.uint16) << 8
    return terms.view("<u4").ravel().astype(np.uint32, copy=False), weights, background

"""Bytes of a file as UTF-8 without a byte order mark, unzipped where they are zipped, and their lines."""

import codecs
import gzip
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import count
from typing import BinaryIO, cast

from dedupe.files.odometer import Odometer
from dedupe.files.places import STDIN

GZIP_MAGIC = b"\x1f\x8b"
_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@contextmanager
def utf8_stream(path: str, *, odometer: Odometer | None = None) -> Iterator[BinaryIO]:
    """Open a file or standard input; what is read is always UTF-8 bytes.

    Gzip and UTF-16 are recognised by their first bytes, whatever the name says. What claims to be UTF-8
    is not checked here. An ``odometer`` counts what is read of a file.
    """
    if path == STDIN:
        yield _as_utf8(sys.stdin.buffer)
        return
    with open(path, "rb") as file, nullcontext() if odometer is None else odometer.on(file):
        yield _as_utf8(file)


def _as_utf8(stream: BinaryIO) -> BinaryIO:
    plain = _buffered(stream)
    if plain.peek(2).startswith(GZIP_MAGIC):
        plain = _buffered(gzip.GzipFile(fileobj=plain))
    start = plain.peek(3)
    if start.startswith(codecs.BOM_UTF8):
        plain.read(len(codecs.BOM_UTF8))
    elif start.startswith(_UTF_16_MARKS):
        plain = io.BufferedReader(_Recoded(plain))
    return plain


def _buffered(stream: BinaryIO | gzip.GzipFile) -> io.BufferedReader:
    return stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(cast("io.RawIOBase", stream))


class _Recoded(io.RawIOBase):
    """A stream of UTF-16 with a byte order mark, read as UTF-8."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-16")()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        # Two bytes of UTF-16 become at most three of UTF-8; half the room leaves some for what is held back.
        data, ended = b"", False
        while not data and not ended:
            chunk = self._stream.read(max(2, len(buffer) // 2 - 4))
            ended = not chunk
            data = self._decoder.decode(chunk, final=ended).encode()
        buffer[: len(data)] = data
        return len(data)


def numbered_lines(stream: BinaryIO, *, max_bytes: int) -> Iterator[tuple[int, bytes | None]]:
    """Line numbers from 1 and lines with their line ends; None for a line of more than ``max_bytes``.

    A line that is too long is passed over without holding it in memory.
    """
    for number in count(1):
        line = stream.readline(max_bytes + 1)
        if not line:
            return
        if len(line) <= max_bytes:
            yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(max_bytes)
        yield number, None

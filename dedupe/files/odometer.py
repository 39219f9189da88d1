"""How far a reading has come."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import BinaryIO

from dedupe.files.places import InputFile


class Odometer:
    """Bytes of the files that have been read, as they lie on disk; it can be asked from another thread."""

    def __init__(self) -> None:
        self._behind = 0
        self._descriptor: int | None = None

    @property
    def n_bytes(self) -> int:
        """Bytes of the files gone by and of the one that is being read."""
        descriptor = self._descriptor
        try:
            # Not the stream's own place: it would wait for the reader.
            return self._behind + (0 if descriptor is None else os.lseek(descriptor, 0, os.SEEK_CUR))
        except OSError:
            return self._behind

    def pass_by(self, path: str) -> None:
        """Count a file that was read in some other way."""
        with suppress(FileNotFoundError):
            self._behind += os.path.getsize(path)

    @contextmanager
    def on(self, stream: BinaryIO) -> Iterator[None]:
        """Follow a file while the block lasts."""
        self._descriptor = stream.fileno()
        try:
            yield
        finally:
            n_bytes, self._descriptor = self.n_bytes, None
            self._behind = n_bytes


def total_bytes(files: Sequence[InputFile]) -> int | None:
    """Size of the files together; None where one of them has none, as a pipe."""
    if all(os.path.isfile(file.path) for file in files):
        return sum(os.path.getsize(file.path) for file in files)
    return None

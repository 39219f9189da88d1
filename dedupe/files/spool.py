"""What is too much for memory, on disk for as long as it is needed: records, and the shingles of articles."""

import os
import tempfile
from array import array
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import pairwise
from typing import BinaryIO, Self, cast

import numpy as np
from numpy.typing import NDArray

from dedupe.near_duplicates.shingle_sets import ManyShingles
from dedupe.near_duplicates.shingle_store import Shingles
from dedupe.near_duplicates.sketching import TextSketches

MOST_IN_MEMORY = 64_000_000
"""Bytes that a spool holds before it takes to the disk."""

# One byte a shingle.
_NAMED, _FIGURED = np.uint8(1), np.uint8(2)
_HASH_BYTES = 4
_KEY_BYTES = 16
_MOST_READ = 1_024  # articles at once


class Spool:
    """Records of bytes by place (0, 1, 2 ... in the order they were appended).

    The file has no name, so that it goes with the process however that ends. It lies in ``folder``, by default where
    the system keeps temporary files.
    """

    def __init__(self, *, folder: str | None = None, most_in_memory: int = MOST_IN_MEMORY) -> None:
        self._folder = folder
        self._most_in_memory = most_in_memory
        self._held = bytearray()
        self._file: BinaryIO | None = None
        self._ends = array("Q", [0])
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._closing.close()

    def __len__(self) -> int:
        return len(self._ends) - 1

    def append(self, records: Sequence[bytes]) -> None:
        """Keep records from the next place on."""
        end = self._ends[-1]
        for record in records:
            end += len(record)
            self._ends.append(end)
        data = b"".join(records)
        if self._file is None and end <= self._most_in_memory:
            self._held += data
        else:
            _write_all(data, self._opened())

    def read(self, place: int) -> bytearray:
        """Return the record at a place."""
        begin, end = self._ends[place], self._ends[place + 1]
        if self._file is None:
            return self._held[begin:end]
        data = bytearray()
        while len(data) < end - begin:
            more = os.pread(self._file.fileno(), end - begin - len(data), begin + len(data))
            if not more:
                raise EOFError(f"a temporary file ends before its byte {end}")
            data += more
        return data

    def _opened(self) -> BinaryIO:
        if self._file is None:
            file = tempfile.TemporaryFile(dir=self._folder, prefix=".dedupe-", buffering=0)  # noqa: SIM115 - closed later
            self._file = cast("BinaryIO", self._closing.enter_context(file))
            _write_all(self._held, self._file)
            self._held = bytearray()
        return self._file


def _write_all(data: bytes | bytearray, file: BinaryIO) -> None:
    """Write to an unbuffered file, of which the system may take less at a time."""
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]


class SpooledShingles:
    """The shingles of articles by place, as a `ShingleStore`."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool

    def append(self, sketches: TextSketches) -> None:
        """Keep the shingles of the next articles."""
        hashes = sketches.hashes.astype("<u4").tobytes()
        marks = _marks(sketches).tobytes()
        self._spool.append(
            [
                hashes[_HASH_BYTES * begin : _HASH_BYTES * end] + marks[begin:end]
                for begin, end in pairwise(sketches.offsets.tolist())
            ]
        )

    def read(self, place: int) -> Shingles:
        """Return hashes of the shingles of an article in reading order, and whether each is named, is figured."""
        record = self._spool.read(place)
        size = len(record) // (_HASH_BYTES + 1)
        hashes = np.frombuffer(record, dtype="<u4", count=size)
        marks = np.frombuffer(record, dtype=np.uint8, offset=_HASH_BYTES * size)
        return hashes, (marks & _NAMED).astype(np.bool_), (marks & _FIGURED).astype(np.bool_)

    def read_many(self, places: NDArray[np.int64]) -> Iterator[ManyShingles]:
        """Give the shingles of some of the articles, then of more."""
        return _read_many(self, places)


def _marks(sketches: TextSketches) -> NDArray[np.uint8]:
    return sketches.is_named * _NAMED | sketches.is_figured * _FIGURED


class SpooledSketches:
    """Whole sketches by place, to be taken out in any order."""

    def __init__(self, heads: Spool, shingles: Spool) -> None:
        self._heads = heads
        self._by_place = SpooledShingles(shingles)

    def append(self, sketches: TextSketches) -> None:
        """Keep the sketches of the next articles."""
        signatures, keys = sketches.signatures.astype("<u4"), sketches.text_keys.astype("<u8")
        self._heads.append([row.tobytes() + key.tobytes() for row, key in zip(signatures, keys, strict=True)])
        self._by_place.append(sketches)

    def read(self, place: int) -> Shingles:
        """Return the shingles of one article, as `SpooledShingles` does."""
        return self._by_place.read(place)

    def take(self, places: Sequence[int]) -> TextSketches:
        """Sketches of these articles, in this order; there must be at least one."""
        hashes, is_named, is_figured = zip(*(self.read(place) for place in places), strict=True)
        heads = b"".join(self._heads.read(place) for place in places)
        rows = np.frombuffer(heads, dtype=np.uint8).reshape(len(places), -1)
        return TextSketches(
            signatures=np.ascontiguousarray(rows[:, :-_KEY_BYTES]).view("<u4"),
            text_keys=np.ascontiguousarray(rows[:, -_KEY_BYTES:]).view("<u8"),
            hashes=np.concatenate(hashes),
            is_named=np.concatenate(is_named),
            offsets=np.cumsum([0, *map(len, hashes)], dtype=np.int64),
            is_figured=np.concatenate(is_figured),
        )


class InOrder:
    """A `ShingleStore` of articles that are in a spool already, at the places of ``order``."""

    def __init__(self, sketches: SpooledSketches, order: NDArray[np.int64]) -> None:
        self._sketches = sketches
        self._order = order

    def append(self, sketches: TextSketches) -> None:
        """Nothing to keep: they are in the spool."""

    def read(self, place: int) -> Shingles:
        """Return the shingles of the article that comes at a place of the order."""
        return self._sketches.read(int(self._order[place]))

    def read_many(self, places: NDArray[np.int64]) -> Iterator[ManyShingles]:
        """Give the shingles of some of the articles, then of more."""
        return _read_many(self, places)


def _read_many(store: "SpooledShingles | InOrder", places: NDArray[np.int64]) -> Iterator[ManyShingles]:
    for begin in range(0, places.size, _MOST_READ):
        hashes, is_named, is_figured = zip(
            *(store.read(place) for place in places[begin : begin + _MOST_READ].tolist()), strict=True
        )
        sizes = np.array([own.size for own in hashes], dtype=np.int64)
        joined = (np.concatenate(hashes), np.concatenate(is_named), np.concatenate(is_figured))
        yield ManyShingles(*joined, begins=sizes.cumsum() - sizes, ends=sizes.cumsum())

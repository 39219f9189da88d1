"""The search for neighbours in a large window, cut into blocks that several workers compute."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from dedupe.store.blocks import Blocks, RoundId
from dedupe.stories.neighbours import Nearest, Reach, Search, finder_of, search_here

WORTH_SHARING = 20_000  # rows: fewer are searched in less time than it takes to tell others of them
_PAUSE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class SharedSearch:
    """A searcher that others help: ``ring`` tells them, ``go_on`` raises where nobody wants the result any more.

    It works off blocks itself, so that it ends where nobody helps; a helper that is gone costs the block it had.
    """

    blocks: Blocks
    ring: Callable[[RoundId], None]
    go_on: Callable[[], None]
    worth_sharing: int = WORTH_SHARING

    def __call__(self, search: Search) -> list[Nearest]:
        """What the search finds, block by block: the same whoever computes it."""
        cut = search.blocks()
        if search.rows.shape[0] < self.worth_sharing:
            return search_here(search)
        round_id = self.blocks.open(encode_search(search), n_blocks=len(cut))
        try:
            self.ring(round_id)
            return self._gathered(round_id, search, len(cut))
        finally:
            self.blocks.close(round_id)

    def _gathered(self, round_id: RoundId, search: Search, n_blocks: int) -> list[Nearest]:
        find = finder_of(search)
        found: dict[int, Nearest] = {}
        while len(found) < n_blocks:
            self.go_on()
            n_done = work_off(self.blocks, round_id, search.blocks(), find)
            missing = [block for block in range(n_blocks) if block not in found]
            new = self.blocks.results(round_id, missing)
            found.update((block, decode_nearest(data)) for block, data in new.items())
            if not (new or n_done):
                time.sleep(_PAUSE_SECONDS)
        return [found[block] for block in range(n_blocks)]


def help_with(blocks: Blocks, round_id: RoundId) -> int:
    """Work off what is due of a round, and say how many blocks this call computed; none of one that is over."""
    data = blocks.input(round_id)
    if data is None:
        return 0
    search = decode_search(data)
    return work_off(blocks, round_id, search.blocks(), finder_of(search))


def work_off(blocks: Blocks, round_id: RoundId, cut: Sequence[slice], find: Callable[[slice], Nearest]) -> int:
    """Compute blocks of a round until none is due, on all cores, and say how many."""

    def work() -> int:
        n_done = 0
        while (block := blocks.claim(round_id)) is not None:
            n_done += blocks.finish(round_id, block, encode_nearest(find(cut[block])))
        return n_done

    n_workers = min(len(cut), os.cpu_count() or 1)
    with ThreadPoolExecutor(n_workers) as pool:
        return sum(worker.result() for worker in [pool.submit(work) for _ in range(n_workers)])


def encode_search(search: Search) -> bytes:
    """A search as bytes: arrays as NumPy stores them, never a pickle."""
    arrays: dict[str, NDArray[Any]] = {}
    for name, matrix in (("rows", search.rows), ("searched", search.searched)):
        arrays |= {f"{name}_{part}": getattr(matrix, part) for part in ("indptr", "indices", "data")}
    sizes = np.array([search.rows.shape[1], search.reach.n_dated, search.n_neighbors], dtype=np.int64)
    least = np.array([search.min_similarity])
    return _packed({**arrays, "low": search.reach.low, "high": search.reach.high, "sizes": sizes, "least": least})


def decode_search(data: bytes) -> Search:
    """The search that was encoded."""
    arrays = _unpacked(data)
    n_terms, n_dated, n_neighbors = map(int, arrays["sizes"])
    rows, searched = (_matrix(arrays, name, n_terms) for name in ("rows", "searched"))
    reach = Reach(arrays["low"], arrays["high"], n_dated)
    return Search(rows, searched, reach, n_neighbors, float(arrays["least"][0]))


def _matrix(arrays: Mapping[str, NDArray[Any]], name: str, n_terms: int) -> "sparse.csr_matrix[np.float64]":
    indptr = arrays[f"{name}_indptr"]
    parts = (arrays[f"{name}_data"], arrays[f"{name}_indices"], indptr)
    return sparse.csr_matrix(parts, shape=(len(indptr) - 1, n_terms))


def encode_nearest(nearest: Nearest) -> bytes:
    """What was found in a block, as bytes."""
    n_found, near, similarity = nearest
    return _packed({"n_found": n_found, "near": near, "similarity": similarity})


def decode_nearest(data: bytes) -> Nearest:
    """What was found in a block."""
    arrays = _unpacked(data)
    return arrays["n_found"], arrays["near"], arrays["similarity"]


def _packed(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    file = BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()


def _unpacked(data: bytes) -> dict[str, NDArray[Any]]:
    with np.load(BytesIO(data), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}

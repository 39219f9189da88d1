"""Has every compiled loop of the near-duplicate half ready, for a process that will judge many articles."""

import numpy as np

from dedupe.models import ArticleId
from dedupe.near_duplicates.finder import Finder
from dedupe.near_duplicates.shingle_store import ShinglesInMemory
from dedupe.near_duplicates.sketching import sketch_texts
from dedupe.settings import DuplicateParams
from dedupe.text import kernels

_TEXT = " ".join(f"word{number}" for number in range(200))


def load() -> bool:
    """Load the loops, as `kernels.load` does, and those that search and compare; whether they are there.

    The first time on a machine they are compiled, which takes half a minute or so, and kept on disk.
    """
    if not kernels.load():
        return False
    params = DuplicateParams()
    ids = [ArticleId("whole"), ArticleId("part"), ArticleId("again")]
    sketches = sketch_texts([_TEXT, _TEXT[:900], _TEXT], params.sketch)
    Finder(params).judge(ids, sketches)
    Finder(params, shingles=ShinglesInMemory()).judge(ids, sketches)  # as where shingles are kept elsewhere
    Finder(params).find_pairs(ids, sketches)
    _merge_some()
    return True


def _merge_some() -> None:
    """What an index does only once it is larger."""
    from dedupe.near_duplicates import kernels_runs  # noqa: PLC0415 - imports numba

    some = np.arange(2, dtype=np.uint64)
    kernels_runs.merge(some, some + np.uint64(2), np.empty(4, dtype=np.uint64))
    kernels_runs.write_directory(some, 0, np.empty(2, dtype=np.uint32))

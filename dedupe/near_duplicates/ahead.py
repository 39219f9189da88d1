"""Texts sketched while those before them are worked on: the loops that sketch leave the interpreter to others."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice

from dedupe.near_duplicates.sketching import TextSketches, sketch_texts
from dedupe.settings import SketchParams
from dedupe.text import kernels


def sketched_ahead(blocks: Iterable[Sequence[str]], params: SketchParams) -> Iterator[TextSketches]:
    """Sketches of each block of texts, in order; of the next ones too where the compiled loops are used."""
    blocks = iter(blocks)
    first = list(islice(blocks, 2))
    if len(first) < 2 or not kernels.are_used():
        yield from (sketch_texts(block, params) for block in chain(first, blocks))
        return
    with ThreadPoolExecutor(max_workers=1) as worker:
        begun: deque[Future[TextSketches]] = deque(worker.submit(sketch_texts, block, params) for block in first)
        for block in blocks:
            yield begun.popleft().result()
            begun.append(worker.submit(sketch_texts, block, params))
        yield from (sketches.result() for sketches in begun)

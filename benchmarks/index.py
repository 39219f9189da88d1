"""The index in memory beside the peers': how many signatures a second it takes in and looks up, and bytes for each.

    index.py [--articles N]... [--seed S] [--only NAME]... [--json OUT]

Articles are made up, a tenth of them edited copies. Each index, in a process of its own with one native thread, looks
up each signature and then takes it in. The signatures are made before, by our kernels, for datasketch too, by rensa for
rensa; gaoya takes in no signatures, so its time is from text, cutting and sketching included.
Printed are documents a second of processor time; what the process holds more than before, in bytes a document, ids
included; what our index says its arrays take; and the share of the copies whose original was looked up. The peers have
32 bands of 4 rows; datasketch keeps no signatures, all others do. Peers come with the extra ``bench``.
"""

import argparse
import gc
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from generated import Document, documents
from peers import CONTENDERS, shingles_of
from processes import resident_megabytes, run_script

from dedupe.models import ArticleId
from dedupe.near_duplicates.index import SignatureIndex
from dedupe.near_duplicates.signatures import signatures
from dedupe.settings import SketchParams
from dedupe.text import kernels

BANDS, ROWS = 32, 4
SHINGLE_WORDS = SketchParams().shingle_words
BLOCK = 1000

_DEFAULT_SIZES = (50_000, 200_000)


@dataclass(frozen=True, slots=True)
class Index:
    """An index by what it does: what is made of a text before the clock runs, look up, take in, and bytes it counts."""

    prepare: Callable[[Sequence[str]], Sequence[Any]]
    query: Callable[[Any], Sequence[Any]]
    insert: Callable[[str, int, Any], None]
    nbytes: Callable[[], int | None] = lambda: None
    has_numbers: bool = False


def ours() -> Index:
    """Our index: two kinds of keys, and the lowest byte of each value to rank by."""
    kernels.load()
    index = SignatureIndex()
    return Index(
        prepare=lambda texts: list(signatures(texts)),
        query=index.candidates,
        insert=lambda name, _, signature: index.add(ArticleId(name), signature),
        nbytes=lambda: index.nbytes,
    )


def of_datasketch() -> Index:
    """A dict of sets for each band."""
    from datasketch import MinHash, MinHashLSH  # noqa: PLC0415 - each process imports one index

    kernels.load()
    index = MinHashLSH(num_perm=BANDS * ROWS, params=(BANDS, ROWS))
    one = MinHash(num_perm=BANDS * ROWS)
    same = {"permutations": one.permutations, "num_perm": one.num_perm, "scheme": one.scheme, "seed": one.seed}

    def as_minhashes(texts: Sequence[str]) -> list[Any]:
        return [MinHash(hashvalues=row, **same) for row in signatures(texts)]

    return Index(as_minhashes, index.query, lambda name, _, minhash: index.insert(name, minhash))


def of_gaoya() -> Index:
    """An index of texts; whole numbers are its ids."""
    from gaoya.minhash import MinHashStringIndex  # noqa: PLC0415 - each process imports one index

    n = SHINGLE_WORDS
    index = MinHashStringIndex(32, 0.3, BANDS, ROWS, None, "word", True, (n, n))
    return Index(list, index.query, lambda _, at, text: index.insert_document(at, text), has_numbers=True)


def of_rensa() -> Index:
    """An index of R-MinHashes; whole numbers are its ids."""
    from rensa import RMinHash, RMinHashLSH  # noqa: PLC0415 - each process imports one index

    index = RMinHashLSH(0.3, BANDS * ROWS, BANDS)

    def as_minhashes(texts: Sequence[str]) -> list[Any]:
        shingles = [list(shingles_of(text, SHINGLE_WORDS)) for text in texts]
        minhashes: list[Any] = RMinHash.from_token_sets(shingles, BANDS * ROWS, 42)
        return minhashes

    return Index(as_minhashes, index.query, lambda _, at, minhash: index.insert(at, minhash), has_numbers=True)


INDEXES = {"newsdedupe": ours, "datasketch": of_datasketch, "gaoya": of_gaoya, "rensa": of_rensa}


def main() -> int:
    """Run the benchmark, or one part of it as the process of its own."""
    options = _options()
    if options.alone is not None:
        print(json.dumps(measure(INDEXES[options.alone](), options.articles[0], seed=options.seed)))
        return 0
    names = [name for name in options.only or INDEXES if name not in CONTENDERS or CONTENDERS[name].is_installed]
    results = {str(n): compare(n, names, seed=options.seed) for n in options.articles or _DEFAULT_SIZES}
    if options.json is not None:
        options.json.write_text(json.dumps({"index": results}, indent=2) + "\n")
    return 0


def compare(n_articles: int, names: Sequence[str], *, seed: int) -> dict[str, dict[str, Any]]:
    """Measure each index in its own process and print the table."""
    print(f"{n_articles} articles")
    print(f"  {'':12}{'documents/s':>12}{'times':>8}{'B/document':>12}{'own count':>11}{'copies found':>14}")
    given = ["--articles", str(n_articles), "--seed", str(seed), "--alone"]
    rows = {}
    for name in names:
        row = rows[name] = run_script(Path(__file__), [*given, name])
        times = rows[names[0]]["documents_per_second"] / row["documents_per_second"]
        own = "" if row["own_bytes"] is None else f"{row['own_bytes']:.0f}"
        print(f"  {name:12}{row['documents_per_second']:12.0f}{times:8.1f}{row['bytes']:12.0f}{own:>11}", end="")
        print(f"{row['copies_found']:14.4f}", flush=True)
    return rows


def measure(index: Index, n_articles: int, *, seed: int) -> dict[str, float | None]:
    """Look up and take in block after block; only that is on the clock."""
    made = documents(n_articles, seed=seed)
    # Once before memory is looked at, for what is loaded and kept whatever the number.
    index.prepare([one.text for one in documents(BLOCK, seed=seed)])
    before, seconds, n_copies, n_found = _resident_bytes(), 0.0, 0, 0
    for first in range(0, n_articles, BLOCK):
        block = list(islice(made, BLOCK))
        prepared = index.prepare([one.text for one in block])
        began = time.process_time()
        found = _look_up_and_take_in(index, prepared, first)
        seconds += time.process_time() - began
        right = list(_are_right(block, found, has_numbers=index.has_numbers))
        n_copies, n_found = n_copies + len(right), n_found + sum(right)
    del block, prepared, found, right
    own = index.nbytes()
    return {
        "documents_per_second": n_articles / seconds,
        "bytes": (_resident_bytes() - before) / n_articles,
        "own_bytes": None if own is None else own / n_articles,
        "copies_found": n_found / max(1, n_copies),
    }


def _look_up_and_take_in(index: Index, prepared: Sequence[Any], first: int) -> list[Sequence[Any]]:
    found = []
    for at, one in enumerate(prepared, start=first):
        found.append(index.query(one))
        index.insert(name_of(at), at, one)
    return found


def name_of(at: int) -> str:
    """The id of an article where ids are text."""
    return f"article{at:05}"


def _are_right(block: Sequence[Document], found: Sequence[Sequence[Any]], *, has_numbers: bool) -> Iterator[bool]:
    """For each copy, whether its original was among those looked up."""
    for one, others in zip(block, found, strict=True):
        if one.copy_of is not None:
            yield (one.copy_of if has_numbers else name_of(one.copy_of)) in others


def _resident_bytes() -> float:
    gc.collect()
    return resident_megabytes() * (1 << 20)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, action="append", help="so many; may be repeated")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", choices=INDEXES, help="this index; may be repeated")
    parser.add_argument("--alone", choices=INDEXES, help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

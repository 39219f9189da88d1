"""Time texts to signatures, step by step and beside the peers, and measure what the signatures estimate.

    signatures.py ARTICLES.jsonl... [--articles N] [--words N] [--same-shingles] [--rounds N] [--json OUT]

Articles are cut to their first 420 words, and shorter ones left out; `--words 0` takes all as they are. Each round
times every step and every peer once, one after the other, in one thread; printed are processor time in microseconds for
400 words, the median of the rounds and the best, and of each how many times a peer takes as long as we do; then how
many are asked, and the machine's load. The best is what a busy machine disturbs least. Peers have shingles of
five words, their users' habit, and we ours, unless `--same-shingles` gives all ours. rensa and gaoya are measured where
they are installed (the extra ``bench``). Then the error of the estimated Jaccard similarity on pairs of windows of the
articles' words, from nothing shared to nearly all. ARTICLES may be gzipped.
"""

import argparse
import gzip
import json
import math
import os
import re
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.util import find_spec
from itertools import chain, islice
from pathlib import Path
from statistics import median

import numpy as np
from datasketch import MinHash

from dedupe.near_duplicates.shingles import cut_shingles, shingle_hashes
from dedupe.near_duplicates.signatures import signatures, signatures_of
from dedupe.near_duplicates.sketching import sketch_texts
from dedupe.settings import SketchParams
from dedupe.text import kernels
from dedupe.text.keys import text_keys_of
from dedupe.text.normalise import normalise
from dedupe.text.words import cut_words

OURS = "signatures"
ONE = "one signature"
ASKED = {"datasketch": 60, "rensa R-MinHash": 25, "gaoya, with its index": 10}
PEERS_SHINGLE_WORDS = 5
PAIR_WORDS = 400
N_STRATA = 20

Step = Callable[[], object]


def read_texts(path: Path, *, limit: int, n_words: int) -> list[str]:
    """First words of the texts of the first articles of a JSON Lines file that have so many; whole texts for 0."""
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt") as lines:
        texts = (json.loads(line)["text"] for line in lines)
        long_enough = (text for text in texts if len(text.split()) >= n_words)
        return [
            cut_after(text, n_words) if n_words else text for _, text in zip(range(limit), long_enough, strict=False)
        ]


def cut_after(text: str, n_words: int) -> str:
    """The text as far as its first words go, its lines as they are."""
    last = next(islice(re.finditer(r"\S+", text), n_words - 1, None))
    return text[: last.end()]


def words_of(text: str) -> list[str]:
    """Words as the peers' users cut them."""
    return re.findall(r"\w+", text.lower())


def shingles_of(text: str, *, shingle_words: int) -> list[str]:
    """Shingles as the peers' users cut them."""
    words = words_of(text)
    return [" ".join(words[at : at + shingle_words]) for at in range(len(words) - shingle_words + 1)]


def of_datasketch(texts: list[str], params: SketchParams) -> list[MinHash]:
    """Signatures as datasketch's users make them: a regular expression, joined words, SHA-1, bulk."""
    found = [[s.encode() for s in shingles_of(text, shingle_words=params.shingle_words)] for text in texts]
    minhashes: list[MinHash] = MinHash.bulk(found, num_perm=params.num_perm, seed=params.seed)
    return minhashes


def of_rensa(texts: list[str], params: SketchParams) -> object:
    """Signatures of rensa's R-MinHash, all in one call."""
    from rensa import RMinHash  # noqa: PLC0415 - optional

    found = [shingles_of(text, shingle_words=params.shingle_words) for text in texts]
    return RMinHash.digest_matrix_from_token_sets(found, params.num_perm, params.seed)


def of_gaoya(texts: list[str], params: SketchParams) -> object:
    """An index of gaoya, which cuts the words itself; it has no signatures without one."""
    from gaoya.minhash import MinHashStringIndex  # noqa: PLC0415 - optional

    n = params.shingle_words
    index = MinHashStringIndex(32, 0.5, params.num_perm // 4, 4, params.num_perm, "word", True, (n, n))
    for at, text in enumerate(texts):
        index.insert_document(at, text)
    return index


def on_plain_path(texts: list[str], params: SketchParams) -> object:
    """Signatures without the compiled loops."""
    kernels.choose("never")
    try:
        return signatures(texts, params)
    finally:
        kernels.choose("always")


def steps_of(texts: list[str], params: SketchParams, peers: SketchParams) -> dict[str, Step]:
    """What is timed, by name."""
    normal = [normalise(text) for text in texts]
    words = cut_words(normal)
    hashes, offsets = shingle_hashes(words, shingle_words=params.shingle_words)
    steps: dict[str, Step] = {
        "normalise": lambda: [normalise(text) for text in texts],
        "text keys": lambda: text_keys_of(words, normal),
        "cut words": lambda: cut_words(normal),
        "shingle hashes": lambda: shingle_hashes(words, shingle_words=params.shingle_words),
        "signatures of hashes": lambda: signatures_of(hashes, offsets, params),
        OURS: lambda: signatures(texts, params),
        ONE: lambda: [signatures([text], params) for text in texts],
        "sketches": lambda: sketch_texts(texts, params),
        "signatures, plain path": lambda: on_plain_path(texts, params),
        "datasketch": lambda: of_datasketch(texts, peers),
    }
    if find_spec("rensa") is not None:
        steps["rensa R-MinHash"] = lambda: of_rensa(texts, peers)
    if find_spec("gaoya") is not None:
        steps["gaoya, with its index"] = lambda: of_gaoya(texts, peers)
    return steps


def measure(steps: Mapping[str, Step], *, rounds: int, n_words: int) -> dict[str, list[float]]:
    """Processor times of each step in microseconds for 400 words; ours is taken before each other one."""
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    steps[OURS]()
    for _ in range(rounds):
        for name, step in steps.items():
            for own, run in ((OURS, steps[OURS]), (name, step)):
                began = time.process_time()
                run()
                seconds[own].append(time.process_time() - began)
    return {name: [second / n_words * 400e6 for second in taken] for name, taken in seconds.items()}


def times_ours(microseconds: Mapping[str, float]) -> dict[str, float]:
    """How many times a step takes as long as ours."""
    return {step: value / microseconds[OURS] for step, value in microseconds.items()}


def estimation_error(texts: list[str], params: SketchParams) -> dict[str, float]:
    """Root mean square error and bias of the estimate on pairs of windows of words, stratified by what they share."""
    words = list(chain.from_iterable(words_of(text) for text in texts))
    errors, variances = [], []
    for at, begin in enumerate(range(0, len(words) - 2 * PAIR_WORDS, PAIR_WORDS)):
        shift = PAIR_WORDS * (at % N_STRATA + 1) // N_STRATA
        pair = [" ".join(words[first : first + PAIR_WORDS]) for first in (begin, begin + shift)]
        left, right = (set(cut_shingles(text, shingle_words=params.shingle_words)) for text in pair)
        true = len(left & right) / len(left | right)
        ours, other = signatures(pair, params)
        errors.append(float((ours == other).mean()) - true)
        variances.append(true * (1 - true) / params.num_perm)
    return {
        "pairs": len(errors),
        "rmse": float(np.sqrt(np.mean(np.square(errors)))),
        "rmse expected": math.sqrt(float(np.mean(variances))),
        "bias": float(np.mean(errors)),
    }


def is_equal_to_datasketch(texts: list[str], params: SketchParams) -> bool:
    """Whether the rows are those of datasketch with our hash, on the plain path and on the compiled one."""
    hashed = MinHash.bulk(
        [[s.tobytes() for s in row] for row in _shingle_hashes_of(texts, params)],
        num_perm=params.num_perm,
        seed=params.seed,
        hashfunc=lambda data: int.from_bytes(data, sys.byteorder),
    )
    rows = signatures(texts, params)
    return np.array_equal(rows, on_plain_path(texts, params)) and all(
        np.array_equal(row, minhash.hashvalues) for row, minhash in zip(rows, hashed, strict=True)
    )


def _shingle_hashes_of(texts: list[str], params: SketchParams) -> list[np.ndarray]:
    words = cut_words([normalise(text) for text in texts])
    hashes, offsets = shingle_hashes(words, shingle_words=params.shingle_words)
    return np.split(hashes, offsets[1:-1])


def main() -> int:
    """Run the benchmark; 0 when every signature equals datasketch's."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path, nargs="+")
    parser.add_argument("--articles", dest="limit", type=int, default=1000)
    parser.add_argument("--words", type=int, default=420)
    parser.add_argument("--shingle-words", type=int, default=SketchParams().shingle_words)
    parser.add_argument("--same-shingles", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    params = SketchParams(shingle_words=arguments.shingle_words)
    peers = params if arguments.same_shingles else replace(params, shingle_words=PEERS_SHINGLE_WORDS)
    kernels.choose("always")
    kernels.load()
    found = {}
    for path in arguments.articles:
        texts = read_texts(path, limit=arguments.limit, n_words=arguments.words)
        found[path.name] = report(path.name, texts, params, peers, rounds=arguments.rounds)
    if arguments.json is not None:
        arguments.json.write_text(json.dumps({"signatures": found}, indent=2) + "\n")
    return 0 if all(result["equal to datasketch"] for result in found.values()) else 1


def report(name: str, texts: list[str], params: SketchParams, peers: SketchParams, *, rounds: int) -> dict[str, object]:
    """Measure one file and print its table."""
    n_words = len(cut_words(texts).ids)
    load = os.getloadavg()[0]
    taken = measure(steps_of(texts, params, peers), rounds=rounds, n_words=n_words)
    medians, bests = ({step: pick(values) for step, values in taken.items()} for pick in (median, min))
    of_medians, of_bests = times_ours(medians), times_ours(bests)
    error = estimation_error(texts, params)
    is_equal = is_equal_to_datasketch(texts, params)
    print(f"{name}: {len(texts)} articles of {n_words / len(texts):.0f} words, {params.num_perm} permutations,")
    print(f"shingles of {params.shingle_words} words, of peers {peers.shingle_words}; load {load:.1f}")
    print(f"  {'µs for 400 words':24}{'median':>9}{'times':>9}{'best':>9}{'times':>9}{'asked':>7}")
    for step in taken:
        figures = f"{medians[step]:9.1f}{of_medians[step]:9.1f}{bests[step]:9.1f}{of_bests[step]:9.1f}"
        print(f"  {step:24}{figures}{ASKED.get(step, ''):>7}")
    print("  " + ", ".join(f"{key} {value:.4g}" for key, value in error.items()))
    print(f"  equal to datasketch: {is_equal}")
    return {
        "us_per_400_words": medians,
        "times_ours": of_medians,
        "best_us_per_400_words": bests,
        "best_times_ours": of_bests,
        "load": load,
        "asked": ASKED,
        "shingle_words": {"ours": params.shingle_words, "peers": peers.shingle_words},
        "error": error,
        "equal to datasketch": is_equal,
    }


if __name__ == "__main__":
    sys.exit(main())

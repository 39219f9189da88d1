"""Time signatures step by step, and datasketch on the same texts.

    signatures.py ARTICLES.jsonl [--articles N] [--json OUT]

Printed is processor time in microseconds for 400 words, the best of three runs, in one thread. ARTICLES may be gzipped.
"""

import argparse
import gzip
import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

from datasketch import MinHash

from dedupe.models import ArticleId
from dedupe.near_duplicates.index import SignatureIndex
from dedupe.near_duplicates.shingles import shingle_hashes
from dedupe.near_duplicates.signatures import signatures, signatures_of
from dedupe.settings import SketchParams
from dedupe.text.normalise import key_of_normalised, normalise
from dedupe.text.words import cut_words

RUNS = 3


def read_texts(path: Path, *, limit: int) -> list[str]:
    """Texts of the first articles of a JSON Lines file."""
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt") as lines:
        return [json.loads(line)["text"] for _, line in zip(range(limit), lines, strict=False)]


def processor_seconds(step: Callable[[], object]) -> float:
    """Least processor time of a few runs."""
    seconds = []
    for _ in range(RUNS):
        began = time.process_time()
        step()
        seconds.append(time.process_time() - began)
    return min(seconds)


def of_datasketch(texts: list[str], params: SketchParams) -> list[MinHash]:
    """Signatures as datasketch's users make them: a regular expression, joined words, SHA-1, bulk."""
    found = []
    for text in texts:
        words = re.findall(r"\w+", text.lower())
        n = params.shingle_words
        found.append([" ".join(words[at : at + n]).encode() for at in range(len(words) - n + 1)])
    minhashes: list[MinHash] = MinHash.bulk(found, num_perm=params.num_perm, seed=params.seed)
    return minhashes


def main() -> int:
    """Run the benchmark; 0 when it ran."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--articles", dest="limit", type=int, default=2000)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    texts = read_texts(arguments.articles, limit=arguments.limit)
    microseconds = measure(texts, SketchParams())
    for name, value in microseconds.items():
        print(f"{name:24}{value:9.1f}")
    if arguments.json is not None:
        arguments.json.write_text(json.dumps({"signatures": {"us_per_400_words": microseconds}}, indent=2) + "\n")
    return 0


def measure(texts: list[str], params: SketchParams) -> dict[str, float]:
    """Microseconds for 400 words by step."""
    normal = [normalise(text) for text in texts]
    words = cut_words(normal)
    hashes, offsets = shingle_hashes(words, shingle_words=params.shingle_words)
    rows = signatures_of(hashes, offsets, params)

    def index_all() -> None:
        index = SignatureIndex(params)
        for name, row in enumerate(rows):
            index.candidates(row)
            index.add(ArticleId(str(name)), row)

    steps: dict[str, Callable[[], object]] = {
        "normalise": lambda: [normalise(text) for text in texts],
        "text key": lambda: [key_of_normalised(text) for text in normal],
        "cut words": lambda: cut_words(normal),
        "shingle hashes": lambda: shingle_hashes(words, shingle_words=params.shingle_words),
        "signatures of hashes": lambda: signatures_of(hashes, offsets, params),
        "signatures, all of it": lambda: signatures(texts, params),
        "index: find and add": index_all,
        "datasketch": lambda: of_datasketch(texts, params),
    }
    return {name: processor_seconds(step) / len(words.ids) * 400e6 for name, step in steps.items()}


if __name__ == "__main__":
    sys.exit(main())

"""One way from texts to duplicate pairs, ours or a peer's, measured in this process; `pairs.py` compares them.

    peers.py PLANTED.jsonl NAME [--articles N] [--setting WORDS,BANDS,ROWS,THRESHOLD]

Prints an object with precision, recall and F1, of pairs and of groups, and the cost. Before the clock starts, all is
imported, our compiled loops are loaded, and the first texts are worked through once. Each peer is used as its manual
and its users do: datasketch has no verification, so exact Jaccard similarities of the shingle sets are computed;
rensa and gaoya verify by their signatures; text-dedup joins whatever shares a bucket, so it has groups and no pairs.
"""

import argparse
import json
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from itertools import islice, product
from pathlib import Path

from processes import measured

Pair = tuple[int, int]

NUM_PERM = 128
N_WARM = 64


@dataclass(frozen=True, slots=True)
class Setting:
    """Words a shingle, bands and rows of the index, and the least similarity of a verified pair."""

    shingle_words: int
    bands: int
    rows: int
    threshold: float

    @classmethod
    def parse(cls, text: str) -> "Setting":
        """The setting that ``str`` gave the text of."""
        words, bands, rows, threshold = text.split(",")
        return cls(int(words), int(bands), int(rows), float(threshold))

    def __str__(self) -> str:
        return f"{self.shingle_words},{self.bands},{self.rows},{self.threshold:g}"


@dataclass(frozen=True, slots=True)
class Found:
    """Verified pairs of places in the input, the smaller first; or a group label for each text.

    Iterables, because turning results into these is not on the clock.
    """

    pairs: Iterable[Pair] = ()
    groups: Iterable[int] | None = None


@dataclass(frozen=True, slots=True)
class Contender:
    """A way from texts to pairs, the package it needs, its settings to compare: the usual, the best of the grid."""

    find: Callable[[Sequence[str], Setting], Found]
    package: str
    settings: tuple[Setting, ...]
    grid: tuple[Setting, ...] = ()
    only_version: str | None = None

    @property
    def is_installed(self) -> bool:
        """Whether it can be measured here."""
        try:
            return version(self.package) == (self.only_version or version(self.package))
        except PackageNotFoundError:
            return False


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1 of pairs."""

    precision: float
    recall: float
    f1: float


def our_pairs(texts: Sequence[str], _: Setting) -> Found:
    """Every verified pair."""
    import dedupe  # noqa: PLC0415 - each process imports one contender
    from dedupe.models import ArticleId  # noqa: PLC0415

    articles = [dedupe.Article(ArticleId(str(at)), text) for at, text in enumerate(texts)]
    pairs = dedupe.find_near_duplicates(articles)
    return Found((int(pair.a), int(pair.b)) for pair in pairs)


def our_groups(texts: Sequence[str], _: Setting) -> Found:
    """The group of each text."""
    import dedupe  # noqa: PLC0415 - each process imports one contender
    from dedupe.models import ArticleId  # noqa: PLC0415

    articles = [dedupe.Article(ArticleId(str(at)), text) for at, text in enumerate(texts)]
    verdicts = dedupe.verdicts(articles)
    return Found(groups=(int(verdict.group) for verdict in verdicts))


def of_datasketch(texts: Sequence[str], setting: Setting) -> Found:
    """SHA-1 signatures of joined words, an index, and the shingle sets compared."""
    from datasketch import MinHash, MinHashLSH  # noqa: PLC0415 - each process imports one contender

    shingles = [shingles_of(text, setting.shingle_words) for text in texts]
    minhashes = MinHash.bulk([[s.encode() for s in own] for own in shingles], num_perm=NUM_PERM)
    index = MinHashLSH(num_perm=NUM_PERM, params=(setting.bands, setting.rows))
    pairs: list[Pair] = []
    for at, minhash in enumerate(minhashes):
        others = index.query(minhash)
        pairs.extend((o, at) for o in others if jaccard(shingles[o], shingles[at]) >= setting.threshold)
        index.insert(at, minhash)
    return Found(pairs)


def of_gaoya(texts: Sequence[str], setting: Setting) -> Found:
    """Its index of strings, which cuts, sketches and verifies in Rust."""
    from gaoya.minhash import MinHashStringIndex  # noqa: PLC0415 - each process imports one contender

    n = setting.shingle_words
    index = MinHashStringIndex(32, setting.threshold, setting.bands, setting.rows, None, "word", True, (n, n))
    pairs: list[Pair] = []
    for at, text in enumerate(texts):
        pairs.extend((other, at) for other in index.query(text))
        index.insert_document(at, text)
    return Found(pairs)


def of_rensa(texts: Sequence[str], setting: Setting) -> Found:
    """R-MinHash of shingles cut in Python, its index in one call each, and its estimates compared."""
    from rensa import RMinHash, RMinHashLSH  # noqa: PLC0415 - each process imports one contender

    shingles = [list(shingles_of(text, setting.shingle_words)) for text in texts]
    minhashes = RMinHash.from_token_sets(shingles, NUM_PERM, 42)
    index = RMinHashLSH(setting.threshold, NUM_PERM, setting.bands)
    index.insert_many(minhashes)
    pairs = [
        (other, at)
        for at, others in enumerate(index.query_all(minhashes))
        for other in others
        if other < at and minhashes[other].jaccard(minhashes[at]) >= setting.threshold
    ]
    return Found(pairs)


def of_text_dedup(texts: Sequence[str], setting: Setting) -> Found:
    """The command ``text_dedup.minhash`` as it is, in one process, and the data set on disk that it reads."""
    import datasets  # noqa: PLC0415 - each process imports one contender
    from text_dedup import logger, minhash  # noqa: PLC0415
    from text_dedup.utils import IOArgs, MetaArgs, MinHashArgs  # noqa: PLC0415

    datasets.disable_progress_bars()
    logger.setLevel("WARNING")
    with tempfile.TemporaryDirectory() as folder:
        given, out = f"{folder}/given", f"{folder}/out"
        datasets.Dataset.from_dict({"text": list(texts)}).save_to_disk(given)
        minhash.main.callback(
            io_args=IOArgs(path=given, output=out, local=True, num_proc=None, cache_dir=f"{folder}/cache"),
            meta_args=MetaArgs(column="text"),
            minhash_args=MinHashArgs(ngram=setting.shingle_words, b=setting.bands, r=setting.rows),
        )
    return Found(groups=(minhash.uf.find(at) for at in range(len(texts))))


DEFAULT = Setting(0, 0, 0, 0)
"""Ours has one, and is asked for no other."""

_GRID = tuple(
    Setting(words, *bands, least)
    for words, bands, least in product((2, 3, 4, 5, 6, 8), ((32, 4), (64, 2)), (0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6))
)
_GRID_OF_BANDS = tuple(
    Setting(words, *bands, 0.0) for words, bands in product((2, 3, 4, 5, 6), ((22, 11), (31, 8), (41, 6), (50, 5)))
)

# The first setting is the usual one: bands as datasketch and text-dedup choose them for .7, rensa's dividing NUM_PERM.
# The second is the best of the grid on 20,000 articles of reuters21578 with planted copies.
CONTENDERS = {
    "newsdedupe pairs": Contender(our_pairs, "newsdedupe", (DEFAULT,)),
    "newsdedupe groups": Contender(our_groups, "newsdedupe", (DEFAULT,)),
    "datasketch": Contender(of_datasketch, "datasketch", (Setting(5, 14, 9, 0.7), Setting(6, 64, 2, 0.2)), _GRID),
    "gaoya": Contender(of_gaoya, "gaoya", (Setting(5, 14, 9, 0.7), Setting(6, 64, 2, 0.25)), _GRID),
    "rensa": Contender(of_rensa, "rensa", (Setting(5, 16, 8, 0.7), Setting(5, 64, 2, 0.3)), _GRID),
    "text-dedup": Contender(
        of_text_dedup, "text-dedup", (Setting(5, 25, 10, 0.0), Setting(3, 31, 8, 0.0)), _GRID_OF_BANDS, "0.4.0"
    ),
}


def shingles_of(text: str, shingle_words: int) -> set[str]:
    """Shingles as the peers' users cut them."""
    words = re.findall(r"\w+", text.lower())
    return {" ".join(words[at : at + shingle_words]) for at in range(len(words) - shingle_words + 1)}


def jaccard(left: set[str], right: set[str]) -> float:
    """Jaccard similarity of two sets, 0 where both are empty."""
    shared = len(left & right)
    return shared / max(1, len(left) + len(right) - shared)


def groups_of_pairs(pairs: Iterable[Pair], n_texts: int) -> tuple[int, ...]:
    """A label for each text: those that pairs join have equal ones."""
    parents = list(range(n_texts))

    def root(place: int) -> int:
        while parents[place] != place:
            parents[place] = place = parents[parents[place]]
        return place

    for a, b in pairs:
        first, second = sorted((root(a), root(b)))
        parents[second] = first
    return tuple(root(place) for place in range(n_texts))


def score_pairs(pairs: Set[Pair], gold: Sequence[str]) -> Score:
    """Compare pairs with all pairs of places that have an equal gold label."""
    return _score(sum(gold[a] == gold[b] for a, b in pairs), len(pairs), n_pairs_inside(gold))


def score_groups(groups: Sequence[int], gold: Sequence[str]) -> Score:
    """Compare all pairs inside groups with all pairs of places that have an equal gold label."""
    both = n_pairs_inside(list(zip(groups, gold, strict=True)))
    return _score(both, n_pairs_inside(groups), n_pairs_inside(gold))


def n_pairs_inside(labels: Sequence[object]) -> int:
    """How many pairs have equal labels."""
    return sum(n * (n - 1) // 2 for n in Counter(labels).values())


def _score(n_right: int, n_found: int, n_gold: int) -> Score:
    return Score(n_right / max(1, n_found), n_right / max(1, n_gold), 2 * n_right / max(1, n_found + n_gold))


def read_rows(path: Path, *, limit: int) -> list[Mapping[str, str]]:
    """The first rows of a JSON Lines file."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in islice(lines, limit)]


def main() -> None:
    """Measure one contender and print what it found and took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("planted", type=Path)
    parser.add_argument("name", choices=CONTENDERS)
    parser.add_argument("--articles", dest="limit", type=int, default=20_000)
    parser.add_argument("--setting", type=Setting.parse, help="the contender's first if not given")
    options = parser.parse_args()
    setting = options.setting or CONTENDERS[options.name].settings[0]
    print(json.dumps(measure(options.name, read_rows(options.planted, limit=options.limit), setting)))


def measure(name: str, rows: Sequence[Mapping[str, str]], setting: Setting) -> dict[str, object]:
    """What a contender found in the texts, and its cost."""
    find = CONTENDERS[name].find
    texts, gold = [row["text"] for row in rows], [row["dup"] for row in rows]
    if CONTENDERS[name].package == "newsdedupe":
        from dedupe.text import kernels  # noqa: PLC0415 - each process imports one contender

        kernels.load()
    find(texts[:N_WARM], setting)
    found, cost = measured(lambda: find(texts, setting))
    pairs = set(found.pairs)
    groups = groups_of_pairs(pairs, len(texts)) if found.groups is None else list(found.groups)
    of_groups = score_groups(groups, gold)
    of_pairs = score_pairs(pairs, gold) if found.groups is None else of_groups
    return {"n_texts": len(texts), "pairs": asdict(of_pairs), "groups": asdict(of_groups), **asdict(cost)}


if __name__ == "__main__":
    main()

"""Story clustering of kinds of collections nobody tuned for, made of the labelled sets, and of headlines.

    python benchmarks/carry_over.py --data DIR [--sets basil,energy_chains100] [--draws 10] [--seed 1] [--json OUT]
                                    [--floors benchmarks/floors.json]

``DIR`` is that of `stories.py`. Each row is one kind: titles only, the first sentence or the first 20 or 40 words only,
undated, in a language nobody knows (every letter another one), small collections of 5 to 100 articles drawn at random
or of a few stories, and the collections of ``benchmarks/headlines.jsonl``: a few headlines each, unrelated ones that
share a name, and those of one event in other words. Where a kind has several collections its quality is their mean.
"""

import argparse
import json
import random
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean

from floors import check
from labelled import Collection, read_collection, story_by_article

from dedupe.evaluation import Score, compare_clusterings
from dedupe.models import Article, ArticleId
from dedupe.settings import StoryParams
from dedupe.stories.cluster import cluster_stories

HEADLINES = Path(__file__).with_name("headlines.jsonl")
SMALL_SIZES = (5, 10, 30, 100)

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_OTHER_LETTERS = "ewpxiyrvazstnkudbfolhqmcjg"
_CIPHER = str.maketrans(_LETTERS + _LETTERS.upper(), _OTHER_LETTERS + _OTHER_LETTERS.upper())
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^a-z])|(?<=[。！？])|\n+")

Kinds = dict[str, list[Collection]]


def main() -> int:
    """Run the benchmark; the exit code says whether every floor was kept."""
    options = _options()
    sets, families = read_sets(options.data, options.sets)
    kinds = all_kinds(sets, families, n_draws=options.draws, seed=options.seed)
    quality = {name: _print(name, scores_of(collections)) for name, collections in kinds.items()}
    quality["mean of all kinds"] = fmean(quality.values())
    print(f"{'mean of all kinds':44}{quality['mean of all kinds']:7.3f}")
    if options.json is not None:
        options.json.write_text(json.dumps({"carry over": quality}, indent=2) + "\n", encoding="utf-8")
    return check(quality, options.floors, "carry over")


def read_sets(data: Path, names: str | None) -> tuple[dict[str, Collection], list[Collection]]:
    """The labelled sets of a folder, those with one of the names if any are given, and its families."""
    sets = {path.stem: read_collection(path) for path in sorted(data.glob("*.jsonl"))}
    wanted = set(sets) if names is None else set(names.split(","))
    families = [read_collection(path) for path in sorted(data.glob("families/*.jsonl"))]
    return {name: one for name, one in sets.items() if one.gold and name in wanted}, families


def all_kinds(sets: Mapping[str, Collection], families: Sequence[Collection], *, n_draws: int, seed: int) -> Kinds:
    """Every kind by its name, and the collections of it."""
    full = {name: one for name, one in sets.items() if _are_articles(one)}
    return {
        **headline_kinds(),
        **_shortened_kinds(full, families),
        **{f"{name}, undated": [changed(one, _undated)] for name, one in full.items() if _are_dated(one)},
        **{f"{name}, unknown language": [changed(one, _enciphered)] for name, one in full.items()},
        **_small_kinds(sets, n_draws, random.Random(seed)),  # noqa: S311 - a draw that is to be repeated
    }


def headline_kinds() -> Kinds:
    """The invented headlines: a few at a time, without a pair of one event and with one, and all together."""
    rows = [json.loads(line) for line in HEADLINES.read_text(encoding="utf-8").splitlines()]
    collections = [_headlines(row["name"], row["stories"]) for row in rows]
    unrelated = [one for one in collections if len(set(one.gold.values())) == len(one.gold)]
    return {
        "headlines, unrelated": unrelated,
        "headlines, some of one event": [one for one in collections if one not in unrelated],
        "headlines, all together": [joined(collections)],
    }


def _headlines(name: str, stories: Sequence[Sequence[str]]) -> Collection:
    gold = {f"{name} {at} {n}": f"{name} {at}" for at, story in enumerate(stories) for n in range(len(story))}
    told = (headline for story in stories for headline in story)
    return Collection(tuple(Article(ArticleId(id_), title=one) for id_, one in zip(gold, told, strict=True)), gold)


def _shortened_kinds(sets: Mapping[str, Collection], families: Sequence[Collection]) -> Kinds:
    kinds: Kinds = {}
    for what, shorten in SHORTENED.items():
        for name, one in sets.items():
            if what != "titles only" or any(article.title for article in one.articles):
                kinds[f"{name}, {what}"] = [changed(one, shorten)]
        kinds[f"families, {what}"] = [changed(one, shorten) for one in families]
    return kinds


def _small_kinds(sets: Mapping[str, Collection], n_draws: int, rnd: random.Random) -> Kinds:
    kinds: Kinds = {}
    for name, one in sets.items():
        for n in SMALL_SIZES:
            if n < len(one.articles):
                kinds[f"{n} of {name}"] = [drawn(one, n, rnd) for _ in range(n_draws)]
                kinds[f"{n} of few stories of {name}"] = [drawn_by_story(one, n, rnd) for _ in range(n_draws)]
    return kinds


def drawn(collection: Collection, n: int, rnd: random.Random) -> Collection:
    """As many articles, at random."""
    return Collection(tuple(rnd.sample(collection.articles, n)), collection.gold)


def drawn_by_story(collection: Collection, n: int, rnd: random.Random) -> Collection:
    """As many articles, or fewer where there are few stories: one to four of each."""
    of_story: defaultdict[str, list[Article]] = defaultdict(list)
    for article in collection.articles:
        of_story[collection.gold[article.id]].append(article)
    chosen: list[Article] = []
    for story in rnd.sample(sorted(of_story), len(of_story)):
        chosen += rnd.sample(of_story[story], min(rnd.randint(1, 4), len(of_story[story])))
    return Collection(tuple(chosen[:n]), collection.gold)


def joined(collections: Iterable[Collection]) -> Collection:
    """All of them as one; their ids and stories must differ."""
    collections = list(collections)
    articles = tuple(article for one in collections for article in one.articles)
    return Collection(articles, {id_: story for one in collections for id_, story in one.gold.items()})


def changed(collection: Collection, change: Callable[[Article], Article]) -> Collection:
    """The same collection, each article changed."""
    return Collection(tuple(change(article) for article in collection.articles), collection.gold)


def scores_of(collections: Iterable[Collection], params: StoryParams | None = None) -> list[Score]:
    """BCubed of the clustering of each collection."""
    return [bcubed(one, params) for one in collections]


def bcubed(collection: Collection, params: StoryParams | None = None) -> Score:
    """BCubed of the clustering of the articles that have gold."""
    gold: dict[str, str] = {article.id: collection.gold[article.id] for article in collection.articles}
    return compare_clusterings(gold, story_by_article(cluster_stories(collection.articles, params))).bcubed


def _print(name: str, scores: Sequence[Score]) -> float:
    precision, recall, f1 = (fmean(getattr(one, of) for one in scores) for of in ("precision", "recall", "f1"))
    print(f"{name:44}{f1:7.3f}   P {precision:.3f} R {recall:.3f}   {len(scores)} collections", flush=True)
    return f1


def _are_articles(collection: Collection) -> bool:
    """Whether more than snippets: what is cut from them is something else."""
    return fmean(len(article.text.split()) for article in collection.articles) >= 100


def _are_dated(collection: Collection) -> bool:
    return any(article.published_at for article in collection.articles)


def _undated(article: Article) -> Article:
    return replace(article, published_at=None)


def _enciphered(article: Article) -> Article:
    title = None if article.title is None else article.title.translate(_CIPHER)
    return replace(article, text=article.text.translate(_CIPHER), title=title, lang=None)


def _title_alone(article: Article) -> Article:
    return replace(article, text="")


def _first_sentence(article: Article) -> Article:
    return replace(article, title=None, text=next(_sentences(article.text), ""))


def _sentences(text: str) -> Iterator[str]:
    return (part for part in _SENTENCE_END.split(text.strip()) if len(part) >= 20)


def _first_words(n: int) -> Callable[[Article], Article]:
    return lambda article: replace(article, title=None, text=" ".join(article.text.split()[:n]))


SHORTENED: Mapping[str, Callable[[Article], Article]] = {
    "titles only": _title_alone,
    "first sentence only": _first_sentence,
    "first 20 words only": _first_words(20),
    "first 40 words only": _first_words(40),
}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of labelled JSON Lines files")
    parser.add_argument("--sets", help="names of some of its files, with commas; all without it")
    parser.add_argument("--draws", type=int, default=10, help="small collections of each size")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write the results here")
    parser.add_argument("--floors", type=Path, help="fail below these qualities")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

"""Are explanations true? What they name is taken out of the texts; what tells apart is looked for on the other side.

    python benchmarks/explanations.py --data DIR [--pairs 50] [--json OUT] [--floors benchmarks/floors.json]

Of every labelled JSON Lines file of ``DIR`` so many pairs of one story, as found, and as many near misses: an article
and the nearest one of another story. An explanation of one story is *faithful* if the similarity, without its five
heaviest shared terms in either text, is under the threshold that it named; of two stories, if none of the terms that
tell them apart is in the other text. The service reads a bounded number of articles for an explanation: *bounded* is
how its similarities correlate with those made among all, and how often it then says the same of who is in one story.
Fails (exit code 1) if a quality falls under its floor; times are only reported.
"""

import argparse
import json
import re
import statistics
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from random import Random

import numpy as np
from floors import check
from labelled import read_collection

from dedupe.models import Article, ArticleId
from dedupe.stories.cluster import cluster_stories
from dedupe.stories.explain_choice import choose_around, rivals_named
from dedupe.stories.explain_context import Clustered, Context, clustered, context_of
from dedupe.stories.explain_pair import explain_pair
from dedupe.stories.explained import Explanation
from dedupe.stories.vectors import title_and_text
from dedupe.text.words import cut_words, tokens

N_DELETED = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; shares are of the pairs of one story, or of the near misses."""

    name: str
    n_together: int
    similarity: float
    without_terms: float
    faithful: float
    by_themselves: float
    copies: float
    n_apart: int
    absent: float
    below: float
    bounded: float
    bounded_agrees: float
    bounded_faithful: float
    median_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True)
class Together:
    """An explanation of one story, and what is left of it without its heaviest terms."""

    before: Explanation
    after: Explanation


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; the exit code says whether every floor was kept."""
    options = _options(arguments)
    rows = []
    for path in sorted(options.data.glob("*.jsonl")):
        collection = read_collection(path)
        if collection.gold:
            rows.append(measure(path.stem, collection.articles, n_pairs=options.pairs, seed=options.seed))
            _print(rows[-1])
    quality = {
        "faithful": _mean((row.faithful, row.n_together) for row in rows),
        "absent": _mean((row.absent, row.n_apart) for row in rows),
    }
    n_together, n_apart = sum(row.n_together for row in rows), sum(row.n_apart for row in rows)
    print(f"all {n_together} pairs of one story: {quality['faithful']:.3f} faithful")
    print(f"all {n_apart} near misses: terms that tell apart absent from the other side in {quality['absent']:.3f}")
    if options.json is not None:
        options.json.write_text(json.dumps({"explanations": [asdict(row) for row in rows], "quality": quality}))
    return check(quality, options.floors, "explanations")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Faithfulness of explanations.")
    parser.add_argument("--data", type=Path, required=True, help="folder of labelled JSON Lines files")
    parser.add_argument("--pairs", type=int, default=50, help="pairs of each kind and file")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--json", type=Path, help="write the results here")
    parser.add_argument("--floors", type=Path, help="fail below these qualities")
    return parser.parse_args(arguments)


def measure(name: str, articles: Sequence[Article], *, n_pairs: int, seed: int) -> Row:
    """Explanations of a sample of pairs, and what they are worth."""
    collection = clustered(articles, cluster_stories(articles))
    seconds: list[float] = []
    together = [
        _without_terms(context_of(a, b, collection), seconds) for a, b in pairs_of_one_story(collection, n_pairs, seed)
    ]
    apart = [explain_pair(context_of(a, b, collection)) for a, b in near_misses(collection, n_pairs, seed)]
    everything = [*(pair.before for pair in together), *apart]
    bounded = [_without_terms(bounded_context(found.a, found.b, collection), []) for found in everything]
    text_of = {article.id: article for article in articles}
    return Row(
        name=name,
        n_together=len(together),
        similarity=statistics.median(pair.before.similarity for pair in together),
        without_terms=statistics.median(pair.after.similarity for pair in together),
        faithful=_share(pair.after.similarity < pair.before.threshold for pair in together),
        by_themselves=_share(pair.before.margin >= 0 for pair in together),
        copies=_share(pair.before.copy is not None for pair in together),
        n_apart=len(apart),
        absent=_share(is_absent(found, text_of[found.a], text_of[found.b]) for found in apart),
        below=_share(found.margin < 0 for found in apart),
        bounded=_correlation(everything, [pair.before for pair in bounded]),
        bounded_agrees=_share(a.same_story == b.before.same_story for a, b in zip(everything, bounded, strict=True)),
        bounded_faithful=_share(pair.after.similarity < pair.before.threshold for pair in bounded[: len(together)]),
        median_ms=statistics.median(seconds) * 1e3,
        p95_ms=statistics.quantiles(seconds, n=20)[-1] * 1e3,
    )


def pairs_of_one_story(collection: Clustered, n: int, seed: int) -> Iterator[tuple[ArticleId, ArticleId]]:
    """Articles drawn at random, each with another of its story."""
    draw = Random(seed)  # noqa: S311 - a sample, no secret
    members = [np.flatnonzero(collection.story == story).tolist() for story in range(len(collection.stories))]
    rows = [row for row in range(len(collection.articles)) if len(members[collection.story[row]]) > 1]
    for row in draw.sample(rows, min(n, len(rows))):
        other = draw.choice([member for member in members[collection.story[row]] if member != row])
        yield collection.articles[row].id, collection.articles[other].id


def near_misses(collection: Clustered, n: int, seed: int) -> Iterator[tuple[ArticleId, ArticleId]]:
    """Articles drawn at random, each with the nearest one of another story."""
    draw = Random(seed)  # noqa: S311 - a sample, no secret
    rows = range(len(collection.articles))
    for row in draw.sample(rows, min(n, len(rows))):
        similarity = (collection.rows[[row]] @ collection.rows.T).toarray().ravel()
        similarity[collection.story == collection.story[row]] = -1
        yield collection.articles[row].id, collection.articles[int(np.argmax(similarity))].id


def bounded_context(a: ArticleId, b: ArticleId, collection: Clustered) -> Context:
    """Context of two articles as the service makes it: of what is stored of stories, without vectors of the window."""
    asked = (a, b)
    stories = {story.id: story for story in collection.stories}
    placed = {article_id: collection.stories[collection.story[collection.row_of[article_id]]] for article_id in asked}
    own = list({story.id: story for story in placed.values()}.values())
    topics = {story.topic for story in own}
    siblings = [story for story in collection.stories if story.topic in topics and story not in own]
    rivals = [stories[story_id] for story_id in rivals_named(asked, own) if story_id in stories]
    texts = [collection.articles[collection.row_of[article_id]] for article_id in asked]
    words = {word for article in texts for word in tokens(f"{article.title or ''} {article.text}")}
    around = choose_around(asked, own, siblings, rivals, words)
    rows = [collection.row_of[article_id] for article_id in around]
    return Context(
        articles=(*texts, *(collection.articles[row] for row in rows)),
        stories=(*placed.values(), *around.values()),
    )


def _correlation(left: Sequence[Explanation], right: Sequence[Explanation]) -> float:
    return statistics.correlation([found.similarity for found in left], [found.similarity for found in right])


def _without_terms(context: Context, seconds: list[float]) -> Together:
    begin = time.process_time()
    before = explain_pair(context)
    seconds.append(time.process_time() - begin)
    terms = [term.term for term in before.shared_terms[:N_DELETED]]
    a, b, *others = context.articles
    after = explain_pair(replace(context, articles=(without(a, terms), without(b, terms), *others)))
    return Together(before, after)


def without(article: Article, terms: Sequence[str]) -> Article:
    """The article without some words, in its title and its text."""
    if not terms:
        return article
    words = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, terms))})(?!\w)", re.IGNORECASE)
    title = None if article.title is None else words.sub("", article.title)
    return replace(article, text=words.sub("", article.text), title=title)


def is_absent(found: Explanation, a: Article, b: Article) -> bool:
    """Whether each side lacks all that only the other side tells, and something is told at all."""
    words_a, words_b = (set(cut_words(title_and_text(article)).vocabulary) for article in (a, b))
    only_a, only_b = ({term.term for term in terms} for terms in (found.only_a, found.only_b))
    return bool(only_a | only_b) and not only_a & words_b and not only_b & words_a


def _share(claims: Iterable[bool]) -> float:
    return statistics.fmean(claims)


def _mean(values: Iterable[tuple[float, int]]) -> float:
    weighed = list(values)
    return sum(value * n for value, n in weighed) / sum(n for _, n in weighed)


def _print(row: Row) -> None:
    print(
        f"{row.name:18} {row.n_together} of one story: similarity {row.similarity:.3f} -> {row.without_terms:.3f}  "
        f"faithful {row.faithful:.2f}  "
        f"above the threshold before {row.by_themselves:.2f}  copies {row.copies:.2f} | "
        f"{row.n_apart} near misses: absent {row.absent:.2f}  below the threshold {row.below:.2f} | "
        f"bounded: correlation {row.bounded:.2f}, same verdict {row.bounded_agrees:.2f}, "
        f"faithful {row.bounded_faithful:.2f} | median {row.median_ms:.0f} ms, p95 {row.p95_ms:.0f} ms",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())

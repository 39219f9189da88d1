"""Reprints of an article, and how many pairs of a clustering change when something is added to what is clustered."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from random import Random

from dedupe.models import Article, ArticleId

_KEPT_WORDS = 0.98


def reprints_of(articles: Sequence[Article], n: int, random: Random) -> list[Article]:
    """Copies of one of the longer articles, each without a few of its words."""
    longer = sorted(articles, key=lambda article: (len(article.text), article.id))[len(articles) // 2 :]
    original = random.choice(longer)
    return [replace(original, id=ArticleId(f"reprint {at}"), text=_thinned(original.text, random)) for at in range(n)]


def _thinned(text: str, random: Random) -> str:
    return " ".join(word for word in text.split() if random.random() < _KEPT_WORDS)


def changed_pairs(before: Mapping[str, str], after: Mapping[str, str]) -> float:
    """Share of the pairs together before or after that are not together both times; 0 where there are no pairs.

    Of the articles that were there before.
    """
    both = _n_pairs((story, after[article]) for article, story in before.items())
    either = _n_pairs(before.values()) + _n_pairs(after[article] for article in before) - both
    return (either - both) / either if either else 0.0


def _n_pairs(stories: Iterable[object]) -> int:
    return sum(n * (n - 1) // 2 for n in Counter(stories).values())

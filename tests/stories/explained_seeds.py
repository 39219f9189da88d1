from functools import cache
from itertools import pairwise
from pathlib import Path

from dedupe.models import Article, ArticleId
from dedupe.stories.cluster import cluster_stories
from dedupe.stories.explain_context import clustered, context_of
from dedupe.stories.explain_pair import explain_pair

SEEDS = Path(__file__).parents[2] / "seeds"


@cache
def seeds():
    return {path.stem[:3]: Article(ArticleId(path.stem[:3]), path.read_text()) for path in sorted(SEEDS.glob("*.txt"))}


@cache
def collection():
    articles = list(seeds().values())
    return clustered(articles, cluster_stories(articles))


@cache
def explained(a, b):
    return explain_pair(context_of(ArticleId(a), ArticleId(b), collection()))


def terms(found):
    return [term.term for term in found]


def falls(values):
    return all(left >= right for left, right in pairwise(values))

"""What holds a story together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dedupe.models import Article, ArticleId, Story
from dedupe.stories.vectors import title_and_text
from dedupe.text.words import cut_words


@dataclass(frozen=True, slots=True)
class SharedTerm:
    """A term that sets a story apart from the rest of its topic, and how many of its articles hold it."""

    term: str
    n_articles: int


def why(story: Story, articles: Mapping[ArticleId, Article]) -> tuple[SharedTerm, ...]:
    """Set-apart terms of the story in how many of the articles, most shared first, then in keyword order.

    ``articles`` may lack members; only those given are counted.
    """
    members = [articles[member.article_id] for member in story.members if member.article_id in articles]
    vocabularies = [_vocabulary(article) for article in members]
    counted = [SharedTerm(term, _n_holding(term, vocabularies)) for term in story.keywords]
    return tuple(sorted(counted, key=lambda shared: -shared.n_articles))


def _vocabulary(article: Article) -> frozenset[str]:
    return frozenset(cut_words(title_and_text(article)).vocabulary)


def _n_holding(term: str, vocabularies: Iterable[frozenset[str]]) -> int:
    return sum(term in vocabulary for vocabulary in vocabularies)

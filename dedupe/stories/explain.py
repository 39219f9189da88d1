"""Why two articles are in one story, or not; and what holds a story together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dedupe.errors import UnknownId
from dedupe.models import Article, ArticleId, Story, StoryId
from dedupe.stories.cluster import cluster_stories
from dedupe.stories.explain_alone import explain_alone
from dedupe.stories.explain_context import Clustered, clustered, context_of, context_of_one, nearest_of
from dedupe.stories.explain_pair import explain_pair
from dedupe.stories.explained import Explanation
from dedupe.stories.vectors import title_and_text
from dedupe.text.words import cut_words


@dataclass(frozen=True, slots=True)
class SharedTerm:
    """A term that sets a story apart from the rest of its topic, and how many of its articles hold it."""

    term: str
    n_articles: int


def explain(a: str, b: str, articles: Iterable[Article], stories: Iterable[Story] | None = None) -> Explanation:
    """Why two articles are in one story, or not; ``b`` may be a story, and stands for its article nearest to ``a``.

    Where that story has no other article than ``a``, why it is alone there. The stories are those that
    `cluster_stories` makes of the articles, which is done first where they are not given. An article and a story of the
    same name: the article is meant.

    Raises
    ------
    UnknownId
        If there is no article ``a``, or neither an article nor a story called ``b``.
    ValueError
        If ``a`` and ``b`` are one article.

    Examples
    --------
    >>> found = explain("a", "b", [Article("a", "The bridge is open."), Article("b", "A bank has failed")])
    >>> found.same_story, [term.term for term in found.only_b]
    (False, ['failed', 'bank'])
    """
    given = list(articles)
    collection = clustered(given, cluster_stories(given) if stories is None else list(stories))
    first, second = ArticleId(a), _meant(b, ArticleId(a), collection)
    if second is None:
        return explain_alone(context_of_one(first, collection))
    return explain_pair(context_of(first, second, collection))


def _meant(name: str, article_id: ArticleId, collection: Clustered) -> ArticleId | None:
    """The article that a name stands for beside another article; None where that one is alone in the story so named."""
    if name in collection.row_of:
        return ArticleId(name)
    if not any(story.id == name for story in collection.stories):
        raise UnknownId("article or story", name)
    return nearest_of(StoryId(name), article_id, collection)


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

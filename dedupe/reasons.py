"""Why two articles of the service are in one story, or not: what the store has of them, handed to the core."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock

from dedupe.errors import StoryMerged, UnknownId
from dedupe.models import Article, ArticleId, Story, StoryId, StoryView
from dedupe.store.codec import digest_of
from dedupe.store.ledger import Ledger
from dedupe.store.partitions import Generation, Partitions
from dedupe.stories.explain_alone import explain_alone
from dedupe.stories.explain_choice import (
    MOST_SIBLINGS,
    candidates_of,
    choose_around,
    nearest_reading,
    rivals_named,
    spread,
)
from dedupe.stories.explain_context import Context
from dedupe.stories.explain_pair import explain_pair
from dedupe.stories.explain_reading import Reading, read_each, read_together
from dedupe.stories.explained import Explanation
from dedupe.text.words import tokens

MOST_READINGS = 4_000  # articles whose words are remembered, at some 8 kB each
_MOST_STORIES = 4 * MOST_SIBLINGS  # looked at of a topic, and as many of the rivals
_MOST_CHARACTERS = 4_000  # read of an article around, so that no explanation takes long; of the two, all
_MOST_COMPARED = 12  # articles of a story, of which the nearest is explained


class Readings:
    """Words of the articles that were asked for last; an article with another text is another one."""

    def __init__(self, *, limit: int = MOST_READINGS) -> None:
        self._limit = limit
        self._alone = Lock()
        self._known: OrderedDict[tuple[str, str | None], Reading] = OrderedDict()

    def of(self, articles: Sequence[Article]) -> list[Reading]:
        """Reading of each article, in order."""
        keys = [(digest_of(article), article.lang) for article in articles]
        with self._alone:
            known = {key: self._known[key] for key in keys if key in self._known}
        new = {key: article for key, article in zip(keys, articles, strict=True) if key not in known}
        known.update(zip(new, read_each(list(new.values())), strict=True))
        with self._alone:
            for key in keys:
                self._known[key] = known[key]
                self._known.move_to_end(key)
            while len(self._known) > self._limit:
                self._known.popitem(last=False)
        return [known[key] for key in keys]


@dataclass(frozen=True, slots=True)
class _Asked:
    """The articles asked about, one or two, and their stories, each once."""

    generation: Generation
    ids: tuple[ArticleId, ...]
    stories: Mapping[ArticleId, Story]

    @property
    def own(self) -> list[Story]:
        return list({story.id: story for story in self.stories.values()}.values())


class Reasons:
    """Explanations of one corpus, each of one generation; asking changes nothing.

    The stored partition says who is in one story. What is told around the two is read from a bounded number of
    articles: of their stories, of the others of their topics, and of the nearest other stories.
    """

    def __init__(self, ledger: Ledger, partitions: Partitions, *, story: Callable[[StoryId], StoryView]) -> None:
        self._ledger = ledger
        self._partitions = partitions
        self._story = story
        self._readings = Readings()

    def explain(self, a: str, b: str) -> Explanation:
        """Why two articles are in one story, or not; ``b`` may be a story, and stands for its article nearest to ``a``.

        Where that story has no other article than ``a``, why it is alone there. Raises ``UnknownId`` for an id that is
        none of the service, ``StoryExpired`` for a story that has left the window, and ``ValueError`` where ``a`` and
        ``b`` are one article or an article has no story yet.
        """
        if a == b:
            raise ValueError(f"two articles are needed, got {a!r} twice")
        generation = self._partitions.current()
        first = ArticleId(a)
        found = self._ledger.articles([first, ArticleId(b)])
        if first not in found:
            raise UnknownId("article", a)
        second = ArticleId(b) if b in found else self._nearest(found[first], self._story_named(b))
        asked = self._asked(generation, (first,) if second is None else (first, second))
        return self._explained(asked)

    def _story_named(self, name: str) -> Story:
        """The story that has an id, or that came of one that had it."""
        try:
            view = self._story(StoryId(name))
        except StoryMerged as merged:
            view = self._story(StoryId(merged.into))
        except UnknownId:
            raise UnknownId("article or story", name) from None
        is_left = not view.story.members and view.children
        return self._story(view.children[0]).story if is_left else view.story

    def _nearest(self, article: Article, story: Story) -> ArticleId | None:
        """The article of a story nearest to another article, None where that is alone there."""
        candidates = sorted(spread(candidates_of(story, without={article.id}), _MOST_COMPARED))
        found = self._ledger.articles(candidates)
        if not found:
            return None
        one, *others = self._readings.of([article, *map(_head_of, found.values())])
        return list(found)[nearest_reading(one, others)]

    def _asked(self, generation: Generation, ids: tuple[ArticleId, ...]) -> _Asked:
        places = self._partitions.assignments(generation, ids)
        for article_id in ids:
            if article_id not in places:
                raise ValueError(f"the article {article_id!r} has no story yet")
        stories = self._stories(generation, [places[article_id].story_id for article_id in ids])
        return _Asked(generation, ids, {article_id: stories[places[article_id].story_id] for article_id in ids})

    def _stories(self, generation: Generation, ids: Iterable[StoryId]) -> dict[StoryId, Story]:
        views = self._partitions.stories(generation, list(dict.fromkeys(ids)))
        return {view.story.id: view.story for view in views}

    def _explained(self, asked: _Asked) -> Explanation:
        found = self._ledger.articles(asked.ids)
        for article_id in asked.ids:
            if article_id not in found:
                raise UnknownId("article", article_id)
        words = {word for article in found.values() for word in tokens(f"{article.title or ''} {article.text}")}
        around = self._around(asked, words)
        found |= {other.id: _head_of(other) for other in self._ledger.articles(list(around)).values()}
        stories = {**around, **asked.stories}
        context = Context(tuple(found.values()), tuple(stories[article_id] for article_id in found))
        texts = read_together(self._readings.of(context.articles))
        return explain_alone(context, texts) if len(asked.ids) == 1 else explain_pair(context, texts)

    def _around(self, asked: _Asked, words: set[str]) -> dict[ArticleId, Story]:
        own = asked.own
        of_topics = [
            story_id
            for topic in dict.fromkeys(story.topic for story in own)
            for story_id in spread(self._partitions.stories_of_topic(asked.generation, topic), _MOST_STORIES)
        ]
        named = rivals_named(asked.ids, own)[:_MOST_STORIES]
        found = self._stories(asked.generation, [*of_topics, *named])
        for story in own:
            found.pop(story.id, None)
        siblings = [found[story_id] for story_id in of_topics if story_id in found]
        rivals = [found[story_id] for story_id in named if story_id in found]
        return choose_around(asked.ids, own, siblings, rivals, words)


def _head_of(article: Article) -> Article:
    return article if len(article.text) <= _MOST_CHARACTERS else replace(article, text=article.text[:_MOST_CHARACTERS])


def warm() -> None:
    """Do all that an explanation does, once: a word list and libraries are loaded at their first use."""
    text = "Nothing of what is told here is about anything in particular, and no more than that is said."
    articles = [Article(ArticleId(name), f"{text} {name.title()}.", lang="en") for name in ("one", "two", "three")]
    stories = [Story(StoryId(article.id), "topic", "", (), article.id, ()) for article in articles]
    explain_pair(Context(tuple(articles), tuple(stories)))

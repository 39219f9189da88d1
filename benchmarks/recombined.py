"""Articles of real length that nobody wrote: sentences of labelled articles, put together anew."""

import re
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from labelled import Collection

from dedupe.models import Article

_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_OF_OWN_STORY = 0.5
_EXCHANGED_WORDS = 0.1
_COPIES = 0.1
_EDITED_WORDS = 0.01
_COPIED_FROM = 2_000


@dataclass(frozen=True, slots=True)
class _Source:
    """What articles of a collection are made of: its sentences, those of each story, and its words."""

    articles: Sequence[Article]
    sentences: Sequence[str]
    by_story: dict[str, list[str]]
    story_of: dict[str, str]
    words: Sequence[str]


def recombined(collections: Sequence[Collection], n_articles: int, *, seed: int) -> Iterator[dict[str, str | None]]:
    """Rows of articles with ids of their own, as many words each as an article of the collections, in turn.

    Half of the sentences are of articles of the same story, the others from anywhere in the collection; one word in ten
    is another of the collection's. One article in ten is a copy of a recent one, with one word in a hundred changed.
    """
    random = Random(seed)  # noqa: S311 - texts, not secrets
    sources = [_source(collection) for collection in collections]
    originals = [(source, article) for source in sources for article in source.articles]
    recent: deque[list[str]] = deque(maxlen=_COPIED_FROM)
    for number in range(n_articles):
        source, article = originals[number % len(originals)]
        if recent and random.random() < _COPIES:
            words = _changed(random.choice(recent), source.words, _EDITED_WORDS, random)
        else:
            words = _changed(_drawn(source, article, random), source.words, _EXCHANGED_WORDS, random)
            recent.append(words)
        yield {"id": f"r{seed}-{number}", "title": article.title, "text": " ".join(words), "lang": article.lang}


def _source(collection: Collection) -> _Source:
    by_story: defaultdict[str, list[str]] = defaultdict(list)
    story_of = {article.id: collection.gold.get(article.id, "") for article in collection.articles}
    for article in collection.articles:
        by_story[story_of[article.id]] += [sentence for sentence in _SENTENCE.split(article.text) if sentence]
    sentences = [sentence for own in by_story.values() for sentence in own]
    words = [word for sentence in sentences for word in sentence.split()]
    return _Source(collection.articles, sentences, dict(by_story), dict(story_of), words)


def _drawn(source: _Source, article: Article, random: Random) -> list[str]:
    own = source.by_story[source.story_of[article.id]]
    n_words = len(article.text.split())
    words: list[str] = []
    while len(words) < n_words:
        words += random.choice(own if own and random.random() < _OF_OWN_STORY else source.sentences).split()
    return words


def _changed(words: Sequence[str], others: Sequence[str], share: float, random: Random) -> list[str]:
    changed = list(words)
    for _ in range(round(share * len(words))):
        changed[random.randrange(len(words))] = random.choice(others)
    return changed

"""A dated stream of stories made from labelled articles, as long and of articles as long as wanted.

    generated_stories.py LABELLED.jsonl... -o OUT.jsonl [--articles N] [--words W] [--per-day N] [--seed S]

A made story is told in the sentences of real ones, with half of its rarer words exchanged for others, the same ones
throughout: so there are as many stories as wanted, each with actors of its own. An article begins as a real one does,
goes on with other sentences of its story, and ends with sentences of other stories of its time as its background.
Rows of OUT have ``id``, ``text``, ``published_at``, ``lang`` and the gold ``story``. The same seed gives the same
articles on any machine, and fewer of them are the first of more.
"""

import argparse
import heapq
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from random import Random
from zlib import crc32

FIRST_DAY = datetime(2024, 1, 1, tzinfo=UTC)

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_WORD = re.compile(r"[^\W\d_]+")
_N_FREQUENT = 1000
_EXCHANGED = 0.5
_CHANCES = 1 << 8
_OWN_SHARE = 0.6
_LEAD_SENTENCES = 3
_BACKGROUND_SENTENCES = 3
_STORY_DAYS = 2.0
_NEAR_IN_TIME = 20  # stories before and after
_ALONE_SHARE = 0.3
_MOST_ARTICLES = 60


@dataclass(frozen=True, slots=True)
class Shape:
    """What is made: words an article, articles a day, and the seed of all choices."""

    words: int
    per_day: int
    seed: int


@dataclass(frozen=True)
class _Telling:
    """Sentences of each article of a story."""

    articles: tuple[tuple[str, ...], ...]

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        return tuple(sentence for article in self.articles for sentence in article)

    @cached_property
    def n_words(self) -> int:
        return sum(len(sentence.split()) for sentence in self.sentences)


class Stream:
    """Articles of made stories, in the order of their dates."""

    def __init__(self, labelled: Iterable[Path], shape: Shape) -> None:
        self._shape = shape
        self._real = _read_stories(labelled)
        counted = Counter(word for story in self._real for text in story.sentences for word in _WORD.findall(text))
        by_count = sorted(counted, key=lambda word: (-counted[word], word))
        # By how often they occur, so that exchanged words are as rare as those they stand for.
        self._others = [word for word in by_count[_N_FREQUENT:] for _ in range(counted[word])]
        self._is_telling = frozenset(by_count[_N_FREQUENT:])
        self._story = lru_cache(maxsize=4 * _NEAR_IN_TIME + 400)(self._make_story)

    def rows(self, n: int) -> Iterator[dict[str, str]]:
        """The first ``n`` articles."""
        for at, (_, story, number) in enumerate(self._order(n)):
            published = FIRST_DAY + timedelta(days=at / self._shape.per_day)
            yield {
                "id": f"a{at}",
                "text": self._text(story, number),
                "published_at": published.isoformat(timespec="seconds"),
                "lang": "en",
                "story": f"s{story}",
            }

    def _order(self, n: int) -> Iterator[tuple[float, int, int]]:
        """Place, story and number in the story of the first ``n`` articles; a story is spread over some days."""
        waiting: list[tuple[float, int, int]] = []
        begin = n_given = story = 0
        while n_given < n:
            random = self._random("places", story)
            size = _size(random)
            for number in range(size):
                place = begin + random.random() * _STORY_DAYS * self._shape.per_day
                heapq.heappush(waiting, (place, story, number))
            begin, story = begin + size, story + 1
            while waiting and waiting[0][0] < begin and n_given < n:
                yield heapq.heappop(waiting)
                n_given += 1

    def _text(self, story: int, number: int) -> str:
        random = self._random("article", story, number)
        real = self._story(story)
        lead = list(random.choice(real.articles)[:_LEAD_SENTENCES])
        pool = random.sample(real.sentences, len(real.sentences))
        own = up_to([*lead, *(one for one in pool if one not in lead)], int(self._shape.words * _OWN_SHARE))
        n_own = sum(len(one.split()) for one in own)
        background = up_to(self._background(story, random), self._shape.words - n_own)
        return " ".join([*(self._told(story, one) for one in own), *background])

    def _background(self, story: int, random: Random) -> Iterator[str]:
        while True:
            other = max(0, story + random.randint(-_NEAR_IN_TIME, _NEAR_IN_TIME))
            if other != story:
                article = random.choice(self._story(other).articles)
                begin = random.randrange(len(article))
                yield from (self._told(other, one) for one in article[begin : begin + _BACKGROUND_SENTENCES])

    def _make_story(self, story: int) -> _Telling:
        """Real stories, as many as the articles need, whose actors are exchanged when they are told."""
        random = self._random("story", story)
        articles: list[tuple[str, ...]] = []
        n_words = 0
        while n_words < 2 * _OWN_SHARE * self._shape.words:
            real = random.choice(self._real)
            articles += real.articles
            n_words += real.n_words
        return _Telling(tuple(articles))

    def _told(self, story: int, sentence: str) -> str:
        """A real sentence as the story tells it: with other actors, the same ones throughout."""

        def exchanged(found: re.Match[str]) -> str:
            word = found[0]
            if word not in self._is_telling:
                return word
            chance = crc32(f"{self._shape.seed} {story} {word}".encode())
            is_exchanged = chance % _CHANCES < _EXCHANGED * _CHANCES
            return self._others[chance // _CHANCES % len(self._others)] if is_exchanged else word

        return _WORD.sub(exchanged, sentence)

    def _random(self, *purpose: object) -> Random:
        return Random(" ".join(map(str, (self._shape.seed, *purpose))))  # noqa: S311 - no secrets


def _read_stories(labelled: Iterable[Path]) -> list[_Telling]:
    by_story: defaultdict[tuple[str, str], list[tuple[str, ...]]] = defaultdict(list)
    for path in labelled:
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            sentences = tuple(one.strip() for one in _SENTENCE_END.split(row["text"] or "") if one.strip())
            if sentences:
                by_story[path.stem, str(row["story"])].append(sentences)
    return [_Telling(tuple(articles)) for articles in by_story.values()]


def _size(random: Random) -> int:
    """Articles of a story: nearly a third stand alone, and a few stories are large."""
    if random.random() < _ALONE_SHARE:
        return 1
    return min(_MOST_ARTICLES, 1 + int(random.paretovariate(0.9)))


def up_to(sentences: Iterable[str], n_words: int) -> list[str]:
    """Sentences until they have so many words."""
    taken: list[str] = []
    left = n_words
    for sentence in sentences:
        if left <= 0:
            break
        taken.append(sentence)
        left -= len(sentence.split())
    return taken


def write_stream(path: Path, labelled: Sequence[Path], shape: Shape, n_articles: int) -> None:
    """Write the first articles of a stream as JSON Lines."""
    with path.open("w", encoding="utf-8") as lines:
        for row in Stream(labelled, shape).rows(n_articles):
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")


def main() -> int:
    """Write a file of made articles."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labelled", type=Path, nargs="+", help="JSON Lines with text and story")
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--articles", type=int, default=37_000)
    parser.add_argument("--words", type=int, default=1_000)
    parser.add_argument("--per-day", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    shape = Shape(options.words, options.per_day, options.seed)
    write_stream(options.out, options.labelled, shape, options.articles)
    return 0


if __name__ == "__main__":
    sys.exit(main())

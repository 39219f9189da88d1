"""A large topic made from real text: one war or one election, told for a week, in known events of the same actors.

    generated_topic.py LABELLED.jsonl... --background SUBJECT.jsonl.gz --subject crude -o OUT.jsonl
                       [--articles N] [--days D] [--seed S]

An event is told in the sentences of one real story: each article begins as one of that story's does, goes on with
other sentences of it, thinned and in another order, and is filled up, to half of it and more, with sentences on the
one subject, which all events share. Half of the names in an event's sentences are exchanged for the subject's actors,
so that these are in every article. Events have 2 to 400 articles and last a day or two; every third is the follow-up
of one of the day before, whose sentences it repeats, and counts as an event of its own. Rows of OUT have ``id``,
``title``, ``text``, ``published_at``, ``lang`` and the gold ``story``. The same seed gives the same articles on any
machine.
"""

import argparse
import gzip
import json
import re
import sys
from calendar import month_name
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, zip_longest
from pathlib import Path
from random import Random

from generated_stories import up_to

FIRST_DAY = datetime(2024, 3, 4, tzinfo=UTC)

_SENTENCE_END = re.compile(r"(?<=[.!?][\"'” ])\s*|(?<=[.!?])\s+|\n{2,}")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+")
_LEAST_SENTENCES = 12
_MOST_ARTICLES = 400
_SIZE_TAIL = 0.6  # of the Pareto distribution of events' sizes: a few hold most of the articles
_FOLLOW_UP_SHARE = 1 / 3
_N_ACTORS = 12
_EXCHANGED = 0.7
_N_BACKGROUND = 50
_LEAD_SENTENCES = 2
_KEPT_WORDS = 0.9
_OWN_SHARE = 0.45


@dataclass(frozen=True, slots=True)
class Shape:
    """What is made: articles, the days they are spread over, the seed of all choices."""

    articles: int = 5000
    days: int = 7
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Telling:
    """A real story: its headlines, and the sentences of each of its articles."""

    titles: tuple[str, ...]
    articles: tuple[tuple[str, ...], ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """Sentences of all its articles, each once, the first of each article first."""
        by_place = chain.from_iterable(zip_longest(*self.articles))
        return tuple(dict.fromkeys(sentence for sentence in by_place if sentence is not None))


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, when, in how many articles, and what of the day before it goes on from."""

    name: str
    told: Telling
    n_articles: int
    begins: float
    lasts: float
    before: tuple[str, ...]


class Topic:
    """The articles of a topic, in the order of their dates."""

    def __init__(self, stories: Iterable[Telling], background: Sequence[str], shape: Shape) -> None:
        self._shape = shape
        self._background = background
        self._actors = _most_frequent_names(background, _N_ACTORS)
        self.events = tuple(self._events([story for story in stories if len(story.sentences) >= _LEAST_SENTENCES]))

    def rows(self) -> list[dict[str, str]]:
        """All articles."""
        made = [row for event in self.events for row in self._articles(event)]
        made.sort(key=lambda row: (row["published_at"], row["story"]))
        return [{"id": f"a{at:05}", **row} for at, row in enumerate(made)]

    def _events(self, stories: Sequence[Telling]) -> Iterator[Event]:
        random = self._random("events")
        sizes = _sizes(self._shape.articles, random)
        if len(sizes) > len(stories):
            raise ValueError(f"{len(sizes)} events need as many real stories, got {len(stories)}")
        chosen = sorted(random.sample(list(stories), len(sizes)), key=lambda story: len(story.sentences))
        pairs = list(zip(chosen, sizes, strict=True))
        random.shuffle(pairs)
        earlier: list[Event] = []
        for number, (story, size) in enumerate(pairs):
            event = self._event(number, self._with_actors(story, random), size, earlier, random)
            earlier.append(event)
            yield event

    def _event(self, number: int, told: Telling, size: int, earlier: Sequence[Event], random: Random) -> Event:
        lasts = random.uniform(0.5, 2)
        followed = [event for event in earlier if event.begins + 1 + lasts <= self._shape.days]
        if followed and random.random() < _FOLLOW_UP_SHARE:
            before = random.choice(followed)
            return Event(f"e{number:03}", told, size, before.begins + 1, lasts, before.told.sentences)
        return Event(f"e{number:03}", told, size, random.uniform(0, self._shape.days - lasts), lasts, ())

    def _with_actors(self, story: Telling, random: Random) -> Telling:
        exchanged: dict[str, str] = {}

        def exchange(found: re.Match[str]) -> str:
            name = found[0]
            if name not in exchanged:
                exchanged[name] = random.choice(self._actors) if random.random() < _EXCHANGED else name
            return exchanged[name]

        return _map_sentences(story, lambda sentence: _NAME.sub(exchange, sentence))

    def _articles(self, event: Event) -> Iterator[dict[str, str]]:
        for number in range(event.n_articles):
            random = self._random("article", event.name, number)
            published = FIRST_DAY + timedelta(days=event.begins + event.lasts * random.random())
            yield {
                "title": random.choice(event.told.titles) if event.told.titles and random.random() < 0.7 else "",
                "text": self._text(event, random),
                "published_at": published.isoformat(timespec="seconds"),
                "lang": "en",
                "story": event.name,
            }

    def _text(self, event: Event, random: Random) -> str:
        n_words = random.randint(80, 400)
        lead = list(random.choice(event.told.articles)[:_LEAD_SENTENCES])
        others = [one for one in event.told.sentences if one not in lead]
        recap = up_to(_first_mostly(event.before, random), n_words // 8)
        own = up_to([*lead, *_first_mostly(others, random)], int(n_words * _OWN_SHARE) - _n_words(recap))
        shared = up_to(_first_mostly(self._background, random), n_words - _n_words([*own, *recap]))
        rest = [*own[_LEAD_SENTENCES:], *recap, *shared]
        random.shuffle(rest)
        return " ".join(_thinned(sentence, random) for sentence in [*own[:_LEAD_SENTENCES], *rest])

    def _random(self, *purpose: object) -> Random:
        return Random(" ".join(map(str, (self._shape.seed, *purpose))))  # noqa: S311 - no secrets


def _sizes(n_articles: int, random: Random) -> list[int]:
    """Articles of each event, ascending; together ``n_articles``."""
    sizes: list[int] = []
    left = n_articles
    while left > 0:
        size = min(_MOST_ARTICLES, left, int(2 * random.paretovariate(_SIZE_TAIL)))
        sizes.append(size)
        left -= size
    return sorted(sizes)


def _most_frequent_names(sentences: Sequence[str], n: int) -> list[str]:
    counted = Counter(name for sentence in sentences for name in _NAME.findall(sentence))
    for sentence in sentences:
        for word in set(re.findall("[a-z]+", sentence)) | set(month_name):
            counted.pop(word.capitalize(), None)
    return sorted(counted, key=lambda name: (-counted[name], name))[:n]


def _map_sentences(story: Telling, change: Callable[[str], str]) -> Telling:
    titles = tuple(change(title) for title in story.titles)
    return Telling(titles, tuple(tuple(change(one) for one in article) for article in story.articles))


def _first_mostly(sentences: Sequence[str], random: Random) -> list[str]:
    """The sentences in another order, in which one that stood first is first that much more often: as facts are."""
    places = {at: random.random() ** (at + 1) for at in range(len(sentences))}
    return [sentences[at] for at in sorted(places, key=lambda at: -places[at])]


def _n_words(sentences: Iterable[str]) -> int:
    return sum(len(sentence.split()) for sentence in sentences)


def _thinned(sentence: str, random: Random) -> str:
    return " ".join(word for word in sentence.split() if random.random() < _KEPT_WORDS)


def read_stories(labelled: Iterable[Path]) -> list[Telling]:
    """Real stories of labelled files."""
    by_story: defaultdict[tuple[str, str], list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
    for path in labelled:
        for row in _rows(path):
            sentences = _sentences(row.get("text") or "")
            if sentences:
                by_story[path.name, str(row["story"])].append((row.get("title") or "", sentences))
    return [
        Telling(tuple(title for title, _ in articles if title), tuple(sentences for _, sentences in articles))
        for articles in by_story.values()
    ]


def read_background(path: Path, subject: str, *, n_sentences: int = _N_BACKGROUND) -> list[str]:
    """The first sentences of a file's articles on a subject, each once, a few of each article."""
    articles = (_sentences(row["text"]) for row in _rows(path) if subject in row.get("topics", ()))
    found = dict.fromkeys(one for article in articles for one in article[1:6] if 8 <= len(one.split()) <= 40)
    return list(found)[:n_sentences]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _sentences(text: str) -> tuple[str, ...]:
    return tuple(one for one in (" ".join(part.split()) for part in _SENTENCE_END.split(text)) if one)


def main() -> int:
    """Write a file of made articles."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labelled", type=Path, nargs="+", help="JSON Lines with text and story")
    parser.add_argument("--background", type=Path, required=True, help="JSON Lines with text and topics")
    parser.add_argument("--subject", default="crude", help="the one of its topics that all events share")
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--articles", type=int, default=5000)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    shape = Shape(options.articles, options.days, options.seed)
    topic = Topic(read_stories(options.labelled), read_background(options.background, options.subject), shape)
    with options.out.open("w", encoding="utf-8") as lines:
        for row in topic.rows():
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Short documents that are made up, as many as wanted, some of them edited copies of earlier ones.

The same seed gives the same documents on any machine, and fewer of them are the first of more.
"""

from bisect import bisect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from random import Random

COPY_SHARE = 0.1
LEAST_WORDS, MOST_WORDS = 30, 80

_N_WORDS = 60_000
_SYLLABLES = tuple(a + b for a in "bcdfghjklmnprstvwz" for b in ("a", "e", "i", "o", "u", "an", "er", "is"))
_CREDITS = ("Reporting by our staff.", "With material from the agencies.", "This report has been updated.")


@dataclass(frozen=True, slots=True)
class Document:
    """A made-up text, and which document it is a copy of, if it is one."""

    text: str
    copy_of: int | None = None


def documents(n: int, *, seed: int = 1) -> Iterator[Document]:
    """The first ``n`` documents of a seed."""
    return (document(at, seed=seed) for at in range(n))


def document(at: int, *, seed: int = 1) -> Document:
    """One document, the same whichever others are made; a copy is of any earlier document that is none."""
    copied = _copied(at, seed)
    if copied is None:
        return Document(_original(at, seed))
    random = _random(seed, "edit", at)
    return Document(random.choice(_EDITS)(_original(copied, seed), random), copied)


def _copied(at: int, seed: int) -> int | None:
    random = _random(seed, "kind", at)
    if at == 0 or random.random() >= COPY_SHARE:
        return None
    before = random.randrange(at)
    further = _copied(before, seed)
    return before if further is None else further


def _original(at: int, seed: int) -> str:
    random = _random(seed, "text", at)
    words, weights = _vocabulary(seed)
    drawn = [
        words[bisect(weights, random.random() * weights[-1])] for _ in range(random.randint(LEAST_WORDS, MOST_WORDS))
    ]
    sentences = []
    while drawn:
        length = random.randint(8, 18)
        sentences.append(" ".join(drawn[:length]).capitalize() + ".")
        drawn = drawn[length:]
    return " ".join(sentences)


def _random(*purpose: object) -> Random:
    """Randomness of its own for each purpose, so that a document does not depend on the others."""
    return Random(" ".join(map(str, purpose)))  # noqa: S311 - no secrets


@cache
def _vocabulary(seed: int) -> tuple[list[str], list[float]]:
    """Words by rank, the frequent ones short, and the sums of their frequencies, which fall as Zipf found."""
    random = _random(seed, "words")
    words: dict[str, None] = {}
    while len(words) < _N_WORDS:
        n_syllables = 1 + (len(words) >= 60) + (len(words) >= 5_000)
        word = "".join(random.choice(_SYLLABLES) for _ in range(n_syllables))
        words[word.capitalize() if len(words) % 8 == 7 else word] = None
    return list(words), list(accumulate(1 / (rank + 2.7) for rank in range(_N_WORDS)))


def _replace_words(text: str, random: Random) -> str:
    words = text.split()
    for at in random.sample(range(len(words)), max(1, len(words) // 20)):
        words[at] = random.choice(words)
    return " ".join(words)


def _add_credit(text: str, random: Random) -> str:
    return f"{text} {random.choice(_CREDITS)}"


def _cut(text: str, random: Random) -> str:
    words = text.split()
    return " ".join(words[: int(len(words) * random.uniform(0.8, 0.95))])


def _change_case(text: str, random: Random) -> str:
    return text.upper() if random.random() < 0.5 else text.lower()


_EDITS: tuple[Callable[[str, Random], str], ...] = (_replace_words, _add_credit, _cut, _change_case)

"""Invented articles that repeat one another in every way, the same on every machine."""

import json
import random
from datetime import UTC, datetime, timedelta

_START = datetime(2024, 3, 1, tzinfo=UTC)


def words(seed, n_words=120):
    draw = random.Random(seed)
    return [f"w{draw.randrange(5_000)}x" for _ in range(n_words)]


def edited(text_words, seed):
    """One word in fifteen replaced."""
    draw = random.Random(seed)
    return [f"edit{draw.randrange(5_000)}" if at % 15 == 7 else word for at, word in enumerate(text_words)]


def rows(n_rows, *, seed=0):
    """Rows of which every third repeats an earlier one: its text, its text edited, or the first half of it."""
    draw = random.Random(seed)
    texts = []
    for n in range(n_rows):
        text = words(1_000_003 * seed + n)
        if n % 3 == 2:
            other = draw.choice(texts)
            text = (other, edited(other, n), other[:60])[n % 9 // 3]
        texts.append(text)
        published_at = None if n % 7 == 0 else (_START + timedelta(hours=draw.randrange(900))).isoformat()
        yield {"id": f"r{n}", "text": " ".join(text), "published_at": published_at}


def lines(n_rows, *, seed=0):
    return "".join(json.dumps(row) + "\n" for row in rows(n_rows, seed=seed))

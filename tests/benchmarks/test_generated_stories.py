import json
from collections import Counter, defaultdict
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest
from generated_stories import Shape, Stream, write_stream

SEEDS = Path(__file__).parents[2] / "seeds"
GOLD = {"000": "inauguration", "001": "inauguration", "002": "election", "004": "election", "003": "questions"}


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    path = tmp_path_factory.mktemp("labelled") / "seeds.jsonl"
    texts = {file.stem[:3]: file.read_text() for file in sorted(SEEDS.glob("*.txt"))}
    path.write_text("".join(json.dumps({"text": texts[name], "story": story}) + "\n" for name, story in GOLD.items()))
    return path


def rows_of(labelled, n, **shape):
    return list(Stream([labelled], Shape(**{"words": 60, "per_day": 40, "seed": 1} | shape)).rows(n))


def test_the_articles_of_a_seed_are_the_same_everywhere_and_always(labelled):
    texts = "\n".join(row["text"] for row in rows_of(labelled, 50))

    assert sha256(texts.encode()).hexdigest() == "267ed7ad04b6b6bd3b5754111d5b00bdef20e170685d8ecb0ed7a7780d140fe0"


def test_fewer_articles_are_the_first_of_more(labelled):
    assert rows_of(labelled, 60) == rows_of(labelled, 120)[:60]
    assert rows_of(labelled, 60, seed=2) != rows_of(labelled, 60)


def test_articles_have_about_the_words_wanted(labelled):
    lengths = [len(row["text"].split()) for row in rows_of(labelled, 100, words=200)]

    assert 190 < sum(lengths) / len(lengths) < 270


def test_a_day_has_the_articles_wanted_and_a_story_is_a_matter_of_days(labelled):
    rows = rows_of(labelled, 400)

    days = [datetime.fromisoformat(row["published_at"]) for row in rows]
    by_story = defaultdict(list)
    for row, day in zip(rows, days, strict=True):
        by_story[row["story"]].append(day)
    assert days == sorted(days)
    assert set(Counter(day.date() for day in days).values()) == {40}
    assert all((max(own) - min(own)).days <= 4 for own in by_story.values())
    assert 1.5 < len(rows) / len(by_story) < 12


def test_a_file_holds_the_rows_of_the_stream(labelled, tmp_path):
    write_stream(tmp_path / "made.jsonl", [labelled], Shape(60, 40, 1), 30)

    written = [json.loads(line) for line in (tmp_path / "made.jsonl").read_text().splitlines()]

    assert written == rows_of(labelled, 30)

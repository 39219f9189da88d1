from collections import Counter
from pathlib import Path

import orjson
import pytest
from ingest import bodies_of, measure_rates, measure_waits
from labelled import Collection, read_article
from private_stack import running_stack
from recombined import recombined

SENTENCES = [
    f"The {name} of {place} is open again." for name in ("bridge", "road", "port") for place in ("Ulm", "Bonn")
]


@pytest.fixture
def collection():
    rows = [{"id": str(n), "text": " ".join(SENTENCES[n:] + SENTENCES[:n]) * 3, "lang": "en"} for n in range(6)]
    return Collection(tuple(map(read_article, rows)), {str(n): str(n % 2) for n in range(6)})


def test_recombined_articles_are_as_long_as_articles_are_and_have_ids_of_their_own(collection):
    rows = list(recombined([collection], 60, seed=1))

    assert len({row["id"] for row in rows}) == 60
    assert all(60 <= len(row["text"].split()) <= 160 for row in rows)


def test_the_same_seed_makes_the_same_articles_and_another_others(collection):
    first, again, other = (list(recombined([collection], 20, seed=seed)) for seed in (1, 1, 2))

    assert first == again
    assert [row["text"] for row in first] != [row["text"] for row in other]


def test_a_tenth_of_the_articles_are_copies_and_the_others_are_not(collection):
    rows = list(recombined([collection], 400, seed=1))

    counts = Counter(row["text"] for row in rows)

    assert 360 < len(counts) <= 400


def test_bodies_hold_all_rows_in_order():
    rows = [{"id": str(n)} for n in range(5)]

    bodies = bodies_of(rows, size=2)

    assert [[orjson.loads(line)["id"] for line in body.split(b"\n")] for body in bodies] == [
        ["0", "1"],
        ["2", "3"],
        ["4"],
    ]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="/proc says what processes take")
def test_what_is_sent_is_assigned_and_every_process_is_counted(collection):
    rows = list(recombined([collection], 60, seed=1))

    with running_stack(workers=1) as stack:
        rates = measure_rates(stack, rows[:40])
        waits = measure_waits(stack, rows[40:], rate=100)

    assert rates.n_articles == 40
    assert rates.assigned_a_second <= rates.accepted_a_second
    assert {"API", "server", "worker"} <= {own.role for own in rates.processes}
    assert 0 <= waits.p50 <= waits.p95 <= waits.p99 <= waits.longest

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from dedupe.models import ArticleId, Sketch
from dedupe.store.keys import Keys
from dedupe.store.log import Log

KEYS = Keys("test", "00000000")


def sketch(name, *, weight=1.0):
    return Sketch(
        ArticleId(name),
        b"k" * 16,
        np.arange(128, dtype=np.uint32),
        np.array([3, 2**32 - 1], dtype=np.uint32),
        np.array([weight, 15.9375], dtype=np.float32),
        np.array([0, 10_000], dtype=np.uint16),
    )


@pytest.fixture
def log(redis):
    return Log(redis, KEYS, window_days=1)


def test_entries_are_numbered_from_one_in_the_order_appended(log):
    numbers = log.append([sketch("a"), sketch("b")]) + log.append([sketch("c")])

    assert numbers == [1, 2, 3]
    assert [(e.number, e.sketch.article_id) for e in log.after(0, limit=10)] == [(1, "a"), (2, "b"), (3, "c")]
    assert log.head() == 3


def test_an_article_keeps_its_number_and_its_sketch(log):
    log.append([sketch("a", weight=1.0)])

    again = log.append([sketch("b"), sketch("a", weight=2.0)])

    assert again == [2, 1]
    assert [e.sketch.weights[0] for e in log.after(0, limit=1)] == [1.0]


def test_a_sketch_is_read_back_to_the_bit(log):
    log.append([sketch("a", weight=1.0625)])

    read = log.after(0, limit=1)[0].sketch

    for name in ("signature", "terms", "weights", "background"):
        written = getattr(sketch("a", weight=1.0625), name)
        assert getattr(read, name).dtype == written.dtype
        assert getattr(read, name).tolist() == written.tolist()
    assert read.text_key == b"k" * 16


def test_many_appenders_share_one_order_without_gaps(log):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda k: log.append([sketch(f"{k}-{n}") for n in range(5)]), range(40)))

    places = list(log.places(chunk=7))
    assert [number for number, _ in places] == list(range(1, 201))
    assert len({article_id for _, article_id in places}) == 200


def test_trimming_drops_what_left_the_window_and_nothing_else(redis, log):
    log.append([sketch("a"), sketch("b")])
    short = Log(redis, KEYS, window_days=0, kept_longer_ms=0)

    assert log.trim() == 0
    assert short.trim(limit=1) in (0, 1)  # both may share the server's millisecond
    log.append([sketch("c")])

    numbers = [number for number, _ in log.places()]
    assert numbers[-1] == 3
    assert log.append([sketch("c")]) == [3]


def test_a_trimmed_article_is_forgotten_with_its_number(redis, log, eventually):
    log.append([sketch("a")])
    short = Log(redis, KEYS, window_days=0, kept_longer_ms=0)

    eventually(lambda: short.trim() == 1)

    assert list(log.places()) == []
    assert redis.hlen(KEYS.numbers) == 0
    assert log.append([sketch("a")]) == [2]

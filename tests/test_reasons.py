from dataclasses import replace

import numpy as np

from dedupe.local.seeds import read_seeds
from dedupe.reasons import Readings, warm
from dedupe.stories.explain_reading import read_each


def columns(reading):
    order = np.argsort(reading.words)
    return np.array(reading.words)[order].tolist(), reading.weights[order].tolist()


def test_what_was_read_before_is_not_read_again():
    readings = Readings()

    first, again = readings.of(read_seeds()), readings.of(list(reversed(read_seeds())))

    assert all(one is other for one, other in zip(first, reversed(again), strict=True))
    assert [columns(reading) for reading in first] == [columns(reading) for reading in read_each(read_seeds())]


def test_an_article_with_another_text_is_another_one():
    seed = read_seeds()[0]
    readings = Readings()

    before, after = (readings.of([article])[0] for article in (seed, replace(seed, text="A bank has failed.")))

    assert "bank" in after.words
    assert "bank" not in before.words


def test_what_was_not_asked_for_lately_is_forgotten():
    one, two, three = read_seeds()[:3]
    readings = Readings(limit=2)

    first = readings.of([one])[0]
    readings.of([two])
    assert readings.of([one])[0] is first
    readings.of([three])
    assert readings.of([one])[0] is first

    readings.of([two, three])
    assert readings.of([one])[0] is not first


def test_more_than_is_remembered_is_read_all_the_same():
    assert len(Readings(limit=1).of(read_seeds())) == 5


def test_an_explanation_before_the_first_one_needs_nothing():
    warm()

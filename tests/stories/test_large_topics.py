import numpy as np
import pytest
from scipy import sparse

from dedupe.settings import TopicParams
from dedupe.stories.large_topics import split_large_topic
from dedupe.stories.smoothing import unit_rows
from dedupe.story_settings import LargeTopicParams
from tests.stories.loops import on_both_paths

N_NAMES = 30  # terms that nearly every article of the topic holds
N_OWN = 120  # terms of one event


def holdings(*chances, seed):
    """A row an article: of each term, whether it holds it, by the chance it has to."""
    source = np.random.default_rng(seed)
    return (source.random((len(chances), len(chances[0]))) < np.array(chances)).astype(np.float64)


def event(number, *, n_events):
    """Chances of the terms in an article of one event: names are in most, its own in half, others in hardly any."""
    chances = np.full(N_NAMES + n_events * N_OWN, 0.01)
    chances[:N_NAMES] = 0.9
    chances[N_NAMES + number * N_OWN : N_NAMES + (number + 1) * N_OWN] = 0.5
    return chances


def split(held, days=np.nan, **params):
    rows = sparse.csr_matrix(held)
    days = np.broadcast_to(np.array(days, dtype=np.float64), len(held))
    return split_large_topic(rows, unit_rows(rows), days, LargeTopicParams(**params), TopicParams())


def sets_of(parts):
    return {frozenset(part.tolist()) for part in parts}


def test_a_large_topic_comes_apart_into_its_events_of_any_size():
    told = np.repeat(np.arange(5), [150, 60, 25, 10, 5])
    held = holdings(*[event(number, n_events=5) for number in told], seed=1)

    assert sets_of(split(held)) == {frozenset(np.flatnonzero(told == number).tolist()) for number in range(5)}


def test_aspects_of_one_event_are_no_events():
    # Of what an article says of the event a part is of one aspect, and most is what all reports say.
    aspects = [event(number, n_events=6) for number in np.arange(240) % 6]
    for chances in aspects:
        chances[: N_NAMES + N_OWN] = 0.8
    held = holdings(*aspects, seed=2)

    assert [len(part) for part in split(held)] == [240]


def test_a_small_topic_is_left_whole():
    held = holdings(*[event(number, n_events=2) for number in np.arange(40) % 2], seed=3)

    assert [len(part) for part in split(held, min_articles=41)] == [40]
    assert [len(part) for part in split(held, min_articles=40)] == [20, 20]


def test_a_topic_of_short_texts_is_left_whole():
    held = holdings(*[event(number, n_events=2) for number in np.arange(240) % 2], seed=4)

    assert len(split(held, min_terms=500)) == 1
    assert len(split(held, min_terms=50)) == 2


def test_the_order_of_the_articles_changes_no_event():
    held = holdings(*[event(number, n_events=8) for number in np.arange(240) % 8], seed=5)
    order = np.random.default_rng(6).permutation(240)

    shuffled = {frozenset(order[part].tolist()) for part in split(held[order])}

    assert shuffled == sets_of(split(held))


def test_compiled_loops_and_plain_ones_find_the_same_events():
    held = holdings(*[event(number, n_events=8) for number in np.arange(240) % 8], seed=8)

    plain, compiled = on_both_paths(lambda: [part.tolist() for part in split(held)])

    assert plain == compiled


def test_reports_of_one_day_are_one_event_and_those_of_days_later_another():
    told = np.arange(240) % 2
    chances = [event(number, n_events=2) for number in told]
    for row in chances:
        row[N_NAMES:] = np.maximum(row[N_NAMES:], 0.1)  # the follow-up says again what happened before
    held = holdings(*chances, seed=7)

    assert sets_of(split(held, days=np.where(told == 1, 12.0, 9.0))) == {
        frozenset(np.flatnonzero(told == number).tolist()) for number in range(2)
    }
    assert len(split(held, days=9.0)) == 1


@pytest.mark.parametrize("n", [0, 1, 300])
def test_rows_without_terms_are_no_reason_to_fail(n):
    parts = split(np.zeros((n, 10)), min_terms=0)

    assert sorted(row for part in parts for row in part.tolist()) == list(range(n))


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("min_articles", 1),
        ("min_terms", -1),
        ("max_terms", 0),
        ("topic_ratio", 0),
        ("event_ratio", 1),
        ("fading_days", 0),
    ],
)
def test_a_parameter_out_of_its_range_is_refused_by_name(field, wrong):
    with pytest.raises(ValueError, match=field):
        LargeTopicParams(**{field: wrong})

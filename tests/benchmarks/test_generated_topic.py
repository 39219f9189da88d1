from collections import Counter
from datetime import datetime, timedelta

import pytest
from generated_topic import Shape, Telling, Topic
from wordfreq import top_n_list

WORDS = top_n_list("en", 9000)[200:]


def sentences(n, *, first):
    """Sentences of words of their own, a name in each."""
    return tuple(
        " ".join(WORDS[(first * 97 + at * 10 + word) % len(WORDS)] for word in range(10))
        + f" for Name{'abcdef'[at % 6]}."
        for at in range(n)
    )


STORIES = [
    Telling((f"title {number}",), (sentences(12, first=number), sentences(8, first=number + 40)))
    for number in range(40)
]
BACKGROUND = tuple(sentence.replace("Name", "Actor") for sentence in sentences(30, first=80))


def rows(**shape):
    return Topic(STORIES, BACKGROUND, Shape(**{"articles": 200, "days": 7, "seed": 1} | shape)).rows()


def test_a_topic_has_as_many_articles_as_wanted_each_with_an_id_of_its_own():
    made = rows()

    assert len(made) == len({row["id"] for row in made}) == 200


def test_the_same_seed_gives_the_same_articles_and_another_seed_others():
    assert rows() == rows()
    assert {row["text"] for row in rows()}.isdisjoint(row["text"] for row in rows(seed=2))


def test_an_event_has_two_articles_at_least_but_for_the_last_to_be_made():
    sizes = Counter(row["story"] for row in rows()).values()

    assert sum(size < 2 for size in sizes) <= 1


def test_an_event_lasts_two_days_at_most_inside_the_days_of_the_topic():
    dates = {}
    for row in rows():
        dates.setdefault(row["story"], []).append(datetime.fromisoformat(row["published_at"]))

    everything = [date for event in dates.values() for date in event]
    assert max(max(event) - min(event) for event in dates.values()) <= timedelta(days=2)
    assert max(everything) - min(everything) <= timedelta(days=7)


def test_a_follow_up_begins_a_day_after_what_it_goes_on_from_and_repeats_it():
    events = Topic(STORIES, BACKGROUND, Shape(articles=400, days=7, seed=3)).events
    told = {event.told.sentences: event for event in events}

    follow_ups = [event for event in events if event.before]

    assert follow_ups
    assert all(event.begins == told[event.before].begins + 1 for event in follow_ups)


def test_the_actors_of_the_background_are_in_the_sentences_of_the_events():
    told = Topic(STORIES, BACKGROUND, Shape(articles=200, days=7, seed=1)).events

    assert all(any("Actor" in sentence for sentence in event.told.sentences) for event in told)


def test_more_events_than_real_stories_are_refused():
    with pytest.raises(ValueError, match="events need as many real stories"):
        Topic(STORIES[:2], BACKGROUND, Shape(articles=2000))

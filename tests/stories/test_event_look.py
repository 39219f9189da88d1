from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from dedupe.models import Article, ArticleId
from dedupe.stories.event_look import read_reports, tell_events_apart
from dedupe.stories.vectors import read_occurrences
from dedupe.story_settings import EventLookParams

PARAMS = EventLookParams(min_words=20, lead_words=8)
BACKGROUND = (
    " Velmora seized the Torrin reservoir three winters ago, and Thessan drones have burned refineries and oil depots "
    "ever since. An armistice brokered at Cray collapsed within nineteen days. Chancellor Halvane wants to join the "
    "Western Compact, which President Orsolo regards as a provocation. Mediator Ekwalle visited both capitals."
)
SWAP = "Hundreds of prisoners were exchanged {day} at Almery harbour."
SWAPPED = "Almery watched the exchange of captured prisoners {day}."
DAM = "Inspectors will watch sluices beside Sorrel lake, leaders agreed {day}."
DAMMED = "Sorrel protocol signed {day}: inspectors at the sluices."
STRIKE = "Haldmoor bakers walked out {day} over flour quotas."


def articles_of(*leads, outlets=None, days=None):
    n = len(leads)
    begin = datetime(2025, 3, 3, tzinfo=UTC)
    return [
        Article(
            id=ArticleId(str(at)),
            text=lead + BACKGROUND,
            source=None if outlets is None else outlets[at],
            published_at=None if days is None else begin + timedelta(days=days[at]),
            lang="en",
        )
        for at, lead in enumerate(leads[:n])
    ]


def reports_of(articles):
    days = [np.nan if a.published_at is None else a.published_at.timestamp() / 86_400 for a in articles]
    return read_reports(read_occurrences(articles), [article.source for article in articles], np.array(days))


def stories(articles, params=PARAMS, topic=None):
    rows = np.arange(len(articles)) if topic is None else np.array(topic)
    found = tell_events_apart(reports_of(articles), rows, params)
    return None if found is None else [story.tolist() for story in found]


def on(lead, day):
    return lead.format(day=day)


TWO_EVENTS = articles_of(on(SWAP, "on Tuesday"), on(DAM, "on Friday"), on(SWAPPED, "Tuesday"), on(DAMMED, "Friday"))


def test_reports_of_two_days_are_two_stories():
    assert stories(TWO_EVENTS) == [[0, 2], [1, 3]]


def test_a_report_of_a_third_event_is_a_story_of_its_own():
    third = articles_of(
        on(SWAP, "on Tuesday"), on(DAM, "on Friday"), on(SWAPPED, "Tuesday"), on(DAMMED, "Friday"), on(STRIKE, "Sunday")
    )

    assert stories(third) == [[0, 2], [1, 3], [4]]


def test_outlets_tell_events_apart_where_no_day_is_named():
    leads = (on(SWAP, ""), on(DAM, ""), on(SWAPPED, ""), on(DAMMED, ""))

    assert stories(articles_of(*leads)) is None
    assert stories(articles_of(*leads, outlets=["wire", "wire", "post", "post"])) == [[0, 2], [1, 3]]


def test_an_outlet_that_wrote_most_of_a_topic_tells_nothing():
    leads = (on(SWAP, ""), on(DAM, ""), on(SWAPPED, ""), on(DAMMED, ""))

    assert stories(articles_of(*leads, outlets=["wire"] * 4)) is None
    assert stories(articles_of(*leads, outlets=["wire", "wire", "wire", "post"])) is None


def test_days_of_publication_tell_events_apart_where_no_day_is_named():
    leads = (on(SWAP, ""), on(DAM, ""), on(SWAPPED, ""), on(DAMMED, ""))

    assert stories(articles_of(*leads, days=[0, 20, 1, 21])) == [[0, 2], [1, 3]]


def test_reports_without_contradiction_get_no_second_look():
    leads = (on(SWAP, "Tuesday"), on(DAM, "Tuesday"), on(SWAPPED, "Tuesday"), on(DAMMED, "Tuesday"))

    assert stories(articles_of(*leads)) is None


def test_reports_that_repeat_each_others_leads_get_no_second_look():
    one_event = articles_of(on(SWAP, "Tuesday"), on(SWAP, "Friday"), on(SWAP, "Tuesday"), on(SWAP, "Friday"))

    assert stories(one_event) is None


def test_three_articles_get_no_second_look():
    assert stories(TWO_EVENTS[:3]) is None


def test_a_large_topic_gets_no_second_look():
    assert stories(TWO_EVENTS, EventLookParams(min_words=20, lead_words=8, max_articles=3, min_articles=3)) is None


def test_headlines_get_no_second_look():
    assert stories(TWO_EVENTS, EventLookParams(min_words=500)) is None


def test_only_the_topics_own_articles_count():
    strangers = articles_of("Tennis at Wendlemere on Monday.", "Rates rise in Lesten on Sunday.")
    crowd = [*strangers[:1], *TWO_EVENTS[:2], *strangers[1:], *TWO_EVENTS[2:]]
    renamed = [Article(ArticleId(f"c{at}"), article.text, lang="en") for at, article in enumerate(crowd)]

    assert stories(renamed, topic=[1, 2, 4, 5]) == [[1, 4], [2, 5]]


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_articles_changes_nothing(seed):
    order = np.random.default_rng(seed).permutation(len(TWO_EVENTS))

    found = stories([TWO_EVENTS[at] for at in order])

    assert {frozenset(int(order[row]) for row in story) for story in found} == {frozenset({0, 2}), frozenset({1, 3})}


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"min_articles": 2}, "3 <= min_articles <= max_articles <= 100 must hold, got 2 and 30"),
        ({"max_articles": 101}, "got 4 and 101"),
        ({"min_contradicted": 1.5}, r"min_contradicted must be in \[0, 1\], got 1.5"),
        ({"near_days": 0}, "near_days must be above 0, got 0"),
        ({"same_day": -1}, "same_day must be at least 0, got -1"),
    ],
)
def test_wrong_parameters_are_refused(wrong, rule):
    with pytest.raises(ValueError, match=rule):
        EventLookParams(**wrong)

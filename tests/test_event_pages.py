from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.changes import Event, EventType
from dedupe.event_pages import EVERY_TYPE, cursor_at, event_of, event_types, place_of, row_of
from dedupe.models import ArticleId, StoryId

NUMBERS = st.integers(0, 10**15 - 1)
EVENTS = st.builds(
    Event,
    cursor=st.builds("{}-{}".format, NUMBERS, NUMBERS),
    at=st.datetimes(timezones=st.just(UTC)),
    type=st.sampled_from(EventType),
    story_id=st.text().map(StoryId),
    article_id=st.none() | st.text().map(ArticleId),
    details=st.dictionaries(
        st.sampled_from(["into", "label", "n_articles", "settled"]), st.integers() | st.text() | st.lists(st.text())
    ),
)


@given(st.tuples(NUMBERS, NUMBERS))
def test_a_cursor_and_its_place_lead_to_each_other(place):
    assert place_of(cursor_at(place)) == place


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_places_are_ordered_by_time_and_then_by_number(at, number, later, other):
    assert (place_of(f"{at}-{number}") < place_of(f"{later}-{other}")) == ((at, number) < (later, other))


def test_a_time_alone_is_a_place():
    assert place_of("1700000000000") == (1_700_000_000_000, 0) < place_of("1700000000000-1")


@pytest.mark.parametrize(
    "text", ["", "1-", "-1", "1-2-3", "1_0-1", "+1-1", " 1-1", "1-1\n", "٣-٣", "1" * 16 + "-0", "$"]
)
def test_what_is_no_cursor_is_named(text):
    with pytest.raises(ValueError, match="not a cursor of this service"):
        place_of(text)


@given(EVENTS)
def test_a_row_tells_the_whole_event(event):
    row = row_of(event)

    assert event_of(row) == event
    assert list(row)[:5] == ["cursor", "at", "type", "story", "article"]


def test_details_do_not_overwrite_what_every_event_has():
    at = datetime(2021, 5, 18, tzinfo=UTC)
    event = Event("1-0", at, EventType.STORY_CLOSED, StoryId("s1"), details={"story": "s2"})

    assert row_of(event)["story"] == "s1"


def test_types_are_listed_with_commas_and_all_of_them_are_the_default():
    assert event_types(None) == EVERY_TYPE == set(EventType)
    assert event_types("story.merged, story.split") == {EventType.STORY_MERGED, EventType.STORY_SPLIT}


@pytest.mark.parametrize("text", ["", "story", "story.merged,", "story.merged,x"])
def test_what_is_no_type_is_named_beside_those_there_are(text):
    with pytest.raises(ValueError, match=r"no type of event.*article\.assigned"):
        event_types(text)

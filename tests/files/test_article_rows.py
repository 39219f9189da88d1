from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dedupe.errors import BadInput
from dedupe.files import article_from_mapping, content_id, mapping_from_article
from dedupe.files.dates import TimeOutOfRange, parse_time
from dedupe.models import Article


def article_of(**row):
    return article_from_mapping(row, source="test", line=1)


MIDNIGHT = datetime(2021, 5, 18, tzinfo=UTC)
VENDORS = {
    "perigon": {
        "articleId": "v1",
        "title": "T",
        "content": "Body",
        "description": "short",
        "pubDate": "2021-05-18T00:00:00+00:00",
        "source": {"domain": "example.org"},
        "url": "https://example.org/1",
        "language": "en",
    },
    "newscatcher": {
        "_id": "v1",
        "title": "T",
        "summary": "Body",
        "published_date": "2021-05-18 00:00:00",
        "clean_url": "example.org",
        "link": "https://example.org/1",
        "language": "en",
    },
    "aylien": {
        "id": "v1",
        "title": "T",
        "body": "Body",
        "summary": {"sentences": ["short"]},
        "published_at": "2021-05-18T00:00:00Z",
        "source": {"id": 5, "domain": "example.org"},
        "links": {"permalink": "https://example.org/1"},
        "language": "en",
    },
    "event registry": {
        "uri": "v1",
        "title": "T",
        "body": "Body",
        "dateTimePub": "2021-05-18T00:00:00Z",
        "source": {"uri": "example.org", "title": "Example"},
        "url": "https://example.org/1",
        "lang": "en",
    },
    "ninjs": {
        "uri": "v1",
        "headline": "T",
        "body_text": "Body",
        "versioncreated": "2021-05-18T00:00:00Z",
        "source": "example.org",
        "url": "https://example.org/1",
        "language": "en",
    },
    "schema.org": {
        "@type": "NewsArticle",
        "@id": "v1",
        "headline": "T",
        "articleBody": "Body",
        "datePublished": "2021-05-18",
        "publisher": {"@type": "Organization", "name": "example.org"},
        "mainEntityOfPage": {"@id": "https://example.org/1"},
        "inLanguage": "en",
    },
}


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_fields_of_vendors_are_found_under_their_names(vendor):
    article = article_from_mapping(VENDORS[vendor], source="test", line=None)

    assert (article.id, article.title, article.text) == ("v1", "T", "Body")
    assert (article.source, article.url, article.lang) == ("example.org", "https://example.org/1", "en")
    assert article.published_at == MIDNIGHT


def test_the_plain_name_wins_over_what_others_call_it():
    article = article_of(id="1", uri="2", text="ours", content="theirs")

    assert (article.id, article.text) == ("1", "ours")
    assert article.extra == {"uri": "2", "content": "theirs"}


def test_a_blank_plain_name_leaves_the_field_to_the_next():
    assert article_of(id="1", text=" ", content="theirs").text == "theirs"


def test_unknown_keys_are_kept_and_handed_back():
    row = {"id": "1", "text": "x", "story": "s", "dup": None, "tags": [{"a": 1}]}

    assert mapping_from_article(article_from_mapping(row, source="test", line=1)) == row


def test_an_integer_id_becomes_its_decimal_string():
    assert article_of(id=-7, text="x").id == "-7"


def test_a_bad_row_names_the_field_as_the_row_does():
    with pytest.raises(BadInput) as caught:
        article_from_mapping({"headline": 5}, source="feed.json", line=3)

    assert str(caught.value) == "feed.json:3: field 'headline': must be a string, got a number"


@pytest.mark.parametrize(
    "spelling",
    [
        "2021-05-18",
        "2021-05-18T00:00:00",
        "2021-05-18T00:00:00Z",
        "2021-05-18t00:00:00z",
        "2021-05-18 00:00:00 +00:00",
        "2021-05-18T00:00:00.000000000Z",
        "2021-05-17T20:30:00-03:30",
        "Tue, 18 May 2021 00:00:00 GMT",
        "18 May 2021 02:00:00 +0200",
    ],
)
def test_spellings_of_one_time_are_one_time(spelling):
    assert parse_time(spelling) == MIDNIGHT


@pytest.mark.parametrize(
    "spelling",
    [
        "",
        "yesterday",
        "2021",
        "2021-05",
        "20210518",
        "2021-W20-2",
        "2021-02-30",
        "2021-05-18T25:00:00Z",
        "2021-05-18T00:00:00+99:00",
        "0001-01-01T00:00:00+14:00",
        "1621296000",
        "32 May 2021 00:00:00 GMT",
        "٢٠٢١-٠٥-١٨",
    ],
)
def test_what_is_no_time_is_refused(spelling):
    with pytest.raises(ValueError):  # noqa: PT011 - the sentence is the row's
        parse_time(spelling)


@pytest.mark.parametrize(
    "spelling", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-00:01", "0000-06-01", "0000-06-01T00:00:00Z"]
)
def test_a_time_that_no_year_of_utc_holds_is_told_as_that(spelling):
    with pytest.raises(TimeOutOfRange, match="must be in the years 1 to 9999 in UTC"):
        parse_time(spelling)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.builds(
        Article,
        id=st.from_regex(r"[a-z0-9]{1,20}", fullmatch=True),
        text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")).filter(str.strip),
        published_at=st.none() | st.datetimes(timezones=st.just(UTC)),
        lang=st.sampled_from([None, "en"]),
        extra=st.dictionaries(st.sampled_from(["k", "story"]), st.integers(-9, 9) | st.booleans()),
    )
)
def test_an_article_survives_being_written_and_read(article):
    assert article_from_mapping(mapping_from_article(article), source="test", line=1) == article


def test_a_made_id_is_the_same_on_any_machine():
    assert content_id(source="s", url="u", title=None, text="Some text.") == "a331afc39f6105409"


def test_a_made_id_depends_on_source_url_and_text_and_not_on_white_space():
    given = {"source": "s", "url": "u", "title": "t", "text": "Some text."}
    same = content_id(**{**given, "text": "  Some   text.\n"})
    others = {content_id(**{**given, name: "other"}) for name in ("source", "url", "text")}

    assert same == content_id(**given)
    assert len(others | {same}) == 4


def test_made_ids_keep_titles_without_text_and_texts_without_words_apart():
    said = [("One", ""), ("Two", ""), (None, "!"), (None, "?"), (None, "\u200b")]

    assert len({content_id(source=None, url=None, title=title, text=text) for title, text in said}) == len(said)


def test_a_made_id_does_not_confuse_where_one_part_ends():
    assert content_id(source="ab", url="c", title=None, text="x") != content_id(
        source="a", url="bc", title=None, text="x"
    )

import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wordfreq import top_n_list

from dedupe.models import Article, ArticleId
from dedupe.settings import StoryParams, TopicParams
from dedupe.stories.cluster import cluster_stories
from tests.stories.loops import on_both_paths

SEEDS = Path(__file__).parents[2] / "seeds"


def article(name, text="", title=None, **fields):
    return Article(ArticleId(name), text, title, **fields)


def seeds():
    return [article(path.stem[:3], path.read_text()) for path in sorted(SEEDS.glob("*.txt"))]


def crowd(n_stories, *, n_articles=3, seed=7):
    """Articles of stories of their own: each story draws on its own hundred words, like reports of one event."""
    source = random.Random(seed)
    words = top_n_list("en", 12_000)[300:]
    made = []
    for story in range(n_stories):
        own = source.sample(words, 100)
        for number in range(n_articles):
            text = " ".join(source.choice(own if source.random() < 0.5 else words) for _ in range(250))
            made.append(article(f"crowd-{story}-{number}", text))
    return made


def members(stories):
    return {frozenset(member.article_id for member in story.members) for story in stories}


def test_the_seeds_are_three_stories_of_one_topic():
    stories = cluster_stories(seeds())

    assert [[member.article_id for member in story.members] for story in stories] == [
        ["000", "001"],
        ["002", "004"],
        ["003"],
    ]
    assert len({story.topic for story in stories}) == 1


def test_a_crowd_of_other_articles_leaves_the_seeds_as_they_are():
    stories = cluster_stories([*crowd(100), *seeds()])

    of_seeds = [story for story in stories if story.members[0].article_id in {"000", "002", "003"}]
    assert members(of_seeds) == {frozenset({"000", "001"}), frozenset({"002", "004"}), frozenset({"003"})}
    assert len({story.topic for story in of_seeds}) == 1


def test_reports_of_one_event_come_together_without_a_number_of_stories_given():
    articles = crowd(60)

    stories = cluster_stories(articles)

    found = members(stories)
    expected = {frozenset(f"crowd-{story}-{number}" for number in range(3)) for story in range(60)}
    assert len(found & expected) >= 57


def test_the_order_of_the_articles_changes_only_the_order_of_the_stories():
    articles = [*crowd(20), *seeds()]
    shuffled = random.Random(3).sample(articles, len(articles))

    stories = cluster_stories(articles)
    again = cluster_stories(shuffled)

    def whole(story):
        return replace(story, members=tuple(sorted(story.members, key=lambda member: member.article_id)))

    assert sorted(map(whole, stories), key=lambda s: s.id) == sorted(map(whole, again), key=lambda s: s.id)
    place = {a.id: at for at, a in enumerate(shuffled)}
    firsts = [place[story.members[0].article_id] for story in again]
    assert firsts == sorted(firsts)


def test_the_stories_are_the_same_on_the_plain_path_and_on_the_compiled_one():
    articles = [*crowd(20), *seeds()]

    plain, compiled = on_both_paths(lambda: cluster_stories(articles))

    assert plain == compiled


@pytest.mark.parametrize("n_articles", [0, 1, 2])
def test_hardly_any_articles_are_stories_all_the_same(n_articles):
    stories = cluster_stories(seeds()[:n_articles])

    assert sum(len(story.members) for story in stories) == n_articles


def test_identical_articles_are_one_story_and_copies_of_one_of_them():
    same = seeds()[0]
    articles = [replace(same, id=ArticleId(name)) for name in "cab"]

    (story,) = cluster_stories(articles)

    assert [(member.article_id, member.duplicate_of) for member in story.members] == [
        ("c", "a"),
        ("a", None),
        ("b", "a"),
    ]


def test_the_earlier_of_two_copies_is_the_original():
    text = seeds()[0].text
    late = article("a", text, published_at=datetime(2025, 1, 22, tzinfo=UTC))
    early = article("b", text, published_at=datetime(2025, 1, 21, tzinfo=UTC))

    (story,) = cluster_stories([late, early])

    assert {member.article_id: member.duplicate_of for member in story.members} == {"a": "b", "b": None}


def test_a_silence_of_weeks_parts_what_is_not_alike_enough():
    days = {"000": 20, "001": 20, "002": 1}
    dated = [replace(a, published_at=datetime(2025, 1, days[a.id], tzinfo=UTC)) for a in seeds()[:3]]

    without_dates = cluster_stories([replace(a, published_at=None) for a in dated])
    with_dates = cluster_stories(dated)

    assert members(without_dates) == {frozenset({"000", "001", "002"})}
    assert members(with_dates) == {frozenset({"000", "001"}), frozenset({"002"})}


def test_a_loose_copy_is_in_the_story_of_its_original():
    original = seeds()[0]
    copy = article(
        "copy", "An agency reports. " + original.text.replace("extended", "sent").replace("Monday", "Tuesday")
    )

    stories = cluster_stories([copy, *seeds()])

    story = next(story for story in stories if any(member.article_id == "copy" for member in story.members))
    assert {member.article_id: member.duplicate_of for member in story.members}["copy"] is not None or any(
        member.duplicate_of == "copy" for member in story.members
    )
    assert "000" in {member.article_id for member in story.members}


def test_articles_without_words_are_stories_of_their_own():
    articles = [article("a", "!!!"), article("b", " ... "), article("c", "word"), article("d", "the")]

    stories = cluster_stories(articles)

    assert members(stories) == {frozenset("a"), frozenset("b"), frozenset("c"), frozenset("d")}
    assert all(story.label for story in stories)


@pytest.mark.parametrize("text", ["x" * 1_000_000, "news of the day " * 62_500, "東京" * 500_000])
def test_a_million_characters_are_one_more_article(text):
    stories = cluster_stories([article("long", text), *seeds()])

    assert frozenset({"long"}) in members(stories)
    assert all(len(story.label) <= 80 for story in stories)


def test_an_id_given_twice_is_refused():
    with pytest.raises(ValueError, match="article ids must be distinct, got 'a' twice"):
        cluster_stories([article("a", "one"), article("b", "two"), article("a", "three")])


def test_the_parameters_are_heeded():
    nothing_is_near = StoryParams(topic=TopicParams(min_similarity=0.99, min_smoothed_similarity=0.99))

    stories = cluster_stories(seeds(), nothing_is_near)

    assert len(stories) == 5


texts = st.lists(st.sampled_from(["port", "strike", "vote", "minister", "storm", "the", "7", "選挙", ""]), max_size=12)


@settings(max_examples=40, deadline=None)
@given(st.lists(texts.map(" ".join), max_size=12))
def test_every_article_is_in_exactly_one_story(contents):
    articles = [article(str(number), text) for number, text in enumerate(contents)]

    stories = cluster_stories(articles)

    placed = [member.article_id for story in stories for member in story.members]
    assert sorted(placed) == sorted(a.id for a in articles)
    assert len({story.id for story in stories}) == len(stories)
    for story in stories:
        ids = {member.article_id for member in story.members}
        assert story.representative in ids
        assert all(member.duplicate_of is None or member.duplicate_of in ids for member in story.members)
        assert all(0 <= member.confidence <= 1 for member in story.members)


def test_of_two_copies_without_dates_the_one_with_the_smaller_id_is_the_original():
    text = "Floods close the northern railway after a night of heavy rain in the valleys"
    (story,) = cluster_stories([Article(ArticleId("b"), text), Article(ArticleId("a"), text.upper())])
    assert {m.article_id: m.duplicate_of for m in story.members} == {"a": None, "b": "a"}


UNRELATED = [
    ("Washington ferry runs aground near Seattle", "Denzel Washington cast in crime drama"),
    ("Apple unveils thinner tablet with brighter screen", "Apple growers fear frost will ruin this year's harvest"),
    ("Berlin: Feuer in Kraftwerk legt Strom lahm", "Berlin: Filmfestspiele eröffnen mit polnischem Drama"),
    ("Sismo sacude Santiago sin causar daños", "Miles de peregrinos llegan a Santiago por el Camino"),
]
OF_ONE_EVENT = [
    ("Bank of England raises interest rates to 5.25%", "Interest rates: Bank lifts rate to highest in 15 years"),
    ("Apple unveils thinner tablet with brighter screen", "Apple launches new tablet, its thinnest yet"),
    ("Merz im zweiten Wahlgang zum Kanzler gewählt", "Bundestag wählt Merz im zweiten Anlauf zum Kanzler"),
    ("能登半島で震度7の地震、津波警報を発表", "石川県能登で震度7、気象庁が大津波警報"),
]


@pytest.mark.parametrize("headlines", UNRELATED)
def test_headlines_that_share_a_name_alone_are_stories_of_their_own(headlines):
    stories = cluster_stories(article(str(at), title=headline) for at, headline in enumerate(headlines))

    assert [len(story.members) for story in stories] == [1, 1]
    assert len({story.topic for story in stories}) == 2


@pytest.mark.parametrize("headlines", OF_ONE_EVENT)
def test_headlines_of_one_event_in_other_words_are_one_story(headlines):
    stories = cluster_stories(article(str(at), title=headline) for at, headline in enumerate(headlines))

    assert [len(story.members) for story in stories] == [2]

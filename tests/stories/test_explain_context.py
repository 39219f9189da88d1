import pytest

from dedupe.errors import UnknownId
from dedupe.models import Article, ArticleId, Member, Story, StoryId
from dedupe.stories.explain_context import Context, clustered, context_of, context_of_one, nearest_of

TEXTS = {
    "a": "sochi valdai kremlin pledge",
    "b": "sochi valdai kremlin",
    "c": "sochi valdai rates",
    "d": "rates bank inflation",
    "e": "bank inflation deposits",
    "z": "sochi valdai kremlin pledge",
}
STORIES = {"one": "abz", "two": "c", "three": "de"}
TOPICS = {"one": "t", "two": "t", "three": "u"}


def articles():
    return [Article(ArticleId(name), text, lang="en") for name, text in TEXTS.items()]


def story(name):
    members = tuple(Member(ArticleId(own), ArticleId("a") if own == "z" else None, 1.0) for own in STORIES[name])
    return Story(StoryId(name), TOPICS[name], name, (), members[0].article_id, members)


def collection():
    return clustered(articles(), [story(name) for name in STORIES])


def names(context):
    return "".join(article.id for article in context.articles)


def test_the_two_come_first_then_their_story_their_topic_and_what_is_near():
    context = context_of(ArticleId("b"), ArticleId("a"), collection())

    assert names(context) == "bac"
    assert [story.id for story in context.stories] == ["one", "one", "two"]


def test_what_shares_no_word_is_not_around_and_copies_are_no_second_opinion():
    context = context_of(ArticleId("a"), ArticleId("d"), collection())

    assert names(context) == "ad" + "b" + "e" + "c"


def test_a_copy_is_compared_without_its_original():
    assert names(context_of(ArticleId("z"), ArticleId("c"), collection())) == "zcbd"


def test_a_story_is_asked_by_its_nearest_article():
    assert nearest_of(StoryId("one"), ArticleId("c"), collection()) == "b"
    assert nearest_of(StoryId("three"), ArticleId("d"), collection()) == "e"


def test_an_article_alone_in_its_story_has_no_nearest_one_there():
    assert nearest_of(StoryId("two"), ArticleId("c"), collection()) is None


def test_around_one_article_are_its_topic_and_what_is_near():
    context = context_of_one(ArticleId("c"), collection())

    assert names(context) == "cbad"


def test_an_unknown_article_and_an_unknown_story_are_named():
    with pytest.raises(UnknownId, match="no article has the id 'x'"):
        context_of(ArticleId("a"), ArticleId("x"), collection())
    with pytest.raises(UnknownId, match="no story has the id 'four'"):
        nearest_of(StoryId("four"), ArticleId("c"), collection())


def test_a_context_has_an_article_at_least_and_a_story_for_each():
    with pytest.raises(ValueError, match="an article or more is needed and a story for each, got 0 and 0"):
        Context((), ())
    with pytest.raises(ValueError, match="got 2 and 1"):
        Context(tuple(articles()[:2]), (story("one"),))

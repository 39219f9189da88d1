import pytest

from dedupe.models import Article, ArticleId, Member, Story, StoryId
from dedupe.stories.explain_alone import explain_alone
from dedupe.stories.explain_context import Context, context_of_one
from dedupe.text.words import tokens
from tests.stories.explained_seeds import collection, explained, seeds, terms


def alone_among_seeds():
    return explain_alone(context_of_one(ArticleId("003"), collection()))


def lonely(text):
    article = Article(ArticleId("a"), text, lang="en")
    story = Story(StoryId("s"), "t", "", (), article.id, (Member(article.id, None, 1.0),))
    return Context((article,), (story,))


def test_the_nearest_other_story_of_003_is_named_and_is_no_nearer_than_003_to_itself():
    found = alone_among_seeds()

    assert found.rival_a == found.rival_b
    assert found.rival_a.story in {explained("000", "001").story_a, explained("002", "004").story_a}
    assert found.threshold >= found.rival_a.similarity
    assert 0 < found.margin < 1


def test_what_003_tells_are_shares_of_its_similarity_to_itself():
    found = alone_among_seeds()
    told = [term.weight for term in found.shared_terms]

    assert found.similarity == 1
    assert 0 < sum(told) <= 1
    assert set(terms(found.shared_terms)) <= set(tokens(seeds()["003"].text))


def test_what_tells_apart_is_not_in_the_nearest_article_of_the_rival():
    found = alone_among_seeds()

    assert found.only_a
    assert not set(terms(found.only_a)) & set(tokens(seeds()[found.rival_a.article].text))


@pytest.mark.parametrize("text", ["", "...", "A bank has failed."])
def test_an_article_with_nothing_around_has_no_rival(text):
    found = explain_alone(lonely(text))

    assert (found.rival_a, found.only_a, found.alone) == (None, (), True)
    assert found.margin > 0

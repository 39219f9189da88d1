import doctest

import pytest

import dedupe
from dedupe.errors import UnknownId
from dedupe.models import Article, ArticleId, Member, Story, StoryId
from dedupe.stories.explain import SharedTerm, explain, why
from tests.stories.explained_seeds import collection, explained, seeds


def test_why_counts_the_articles_that_hold_each_keyword():
    members = tuple(Member(ArticleId(name), None, 1.0) for name in "abc")
    story = Story(StoryId("s"), "t", "label", ("pledge", "sochi"), members[0].article_id, members)
    articles = {
        ArticleId("a"): Article(ArticleId("a"), "Talks", title="In Sochi"),
        ArticleId("b"): Article(ArticleId("b"), "A pledge made in SOCHI"),
    }

    assert why(story, articles) == (SharedTerm("sochi", 2), SharedTerm("pledge", 1))


def test_articles_are_clustered_where_no_stories_are_given():
    found = explain("000", "001", seeds().values())

    assert found == explain("000", "001", seeds().values(), collection().stories) == explained("000", "001")


def test_a_story_stands_for_its_nearest_article_other_than_the_asking_one():
    story = explained("000", "001").story_a

    assert explain("000", story, seeds().values(), collection().stories).b == "001"
    assert explain("001", story, seeds().values(), collection().stories).b == "000"
    assert explain("003", story, seeds().values(), collection().stories).b in {"000", "001"}


@pytest.mark.parametrize(("a", "b", "kind"), [("000", "nobody", "article or story"), ("nobody", "000", "article")])
def test_an_unknown_id_is_named(a, b, kind):
    with pytest.raises(UnknownId, match=f"no {kind} has the id 'nobody'"):
        explain(a, b, seeds().values(), collection().stories)


def test_an_article_is_asked_why_it_is_alone_by_the_name_of_its_story():
    own = explained("000", "003").story_b

    found = explain("003", own, seeds().values(), collection().stories)

    assert found.alone
    assert (found.a, found.b, found.same_story) == ("003", "003", True)


def test_one_article_twice_is_a_slip():
    with pytest.raises(ValueError, match="two articles are needed, got '000' twice"):
        explain("000", "000", seeds().values(), collection().stories)


def test_the_example_of_the_docstring_gives_what_it_shows():
    finder, runner = doctest.DocTestFinder(), doctest.DocTestRunner()
    (example,) = finder.find(dedupe.explain, "explain", globs={"explain": explain, "Article": Article})

    result = runner.run(example)

    assert (result.attempted, result.failed) == (2, 0)

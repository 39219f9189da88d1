from dedupe.models import Article, ArticleId, Member, Story, StoryId
from dedupe.stories.explain import SharedTerm, why


def test_why_counts_the_articles_that_hold_each_keyword():
    members = tuple(Member(ArticleId(name), None, 1.0) for name in "abc")
    story = Story(StoryId("s"), "t", "label", ("pledge", "sochi"), members[0].article_id, members)
    articles = {
        ArticleId("a"): Article(ArticleId("a"), "Talks", title="In Sochi"),
        ArticleId("b"): Article(ArticleId("b"), "A pledge made in SOCHI"),
    }

    assert why(story, articles) == (SharedTerm("sochi", 2), SharedTerm("pledge", 1))

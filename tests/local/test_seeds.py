from itertools import chain

from dedupe.local.seeds import SEED_STORIES, read_seeds


def test_the_seeds_are_the_articles_of_their_three_stories():
    articles = read_seeds()

    assert [article.id for article in articles] == sorted(chain.from_iterable(SEED_STORIES))
    assert len(SEED_STORIES) == 3
    assert all(len(article.text) > 500 for article in articles)

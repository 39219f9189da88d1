import json
import random

import pytest
from carry_over import HEADLINES, bcubed, changed, drawn_by_story, headline_kinds
from labelled import Collection

from dedupe.models import Article, ArticleId


def _collection(**stories):
    gold = {f"{story}{at}": story for story, n in stories.items() for at in range(n)}
    return Collection(tuple(Article(ArticleId(name), text=f"{name} alone here") for name in gold), gold)


def test_every_collection_of_headlines_has_two_to_eight_and_none_twice():
    rows = [json.loads(line) for line in HEADLINES.read_text(encoding="utf-8").splitlines()]

    for row in rows:
        told = [headline for story in row["stories"] for headline in story]
        assert 2 <= len(set(told)) == len(told) <= 8
    assert len({row["name"] for row in rows}) == len(rows)
    assert len({row["lang"] for row in rows}) >= 10


def test_headlines_are_of_one_event_or_unrelated_and_all_are_in_the_joined_collection():
    kinds = headline_kinds()

    unrelated, told_twice, (together,) = kinds.values()

    assert all(len(set(one.gold.values())) == len(one.gold) for one in unrelated)
    assert all(len(set(one.gold.values())) < len(one.gold) for one in told_twice)
    assert len(together.articles) == sum(len(one.articles) for one in [*unrelated, *told_twice])


@pytest.mark.parametrize("n", [1, 4, 6])
def test_a_collection_drawn_by_story_has_few_articles_of_each_and_as_many_as_wanted(n):
    drawn = drawn_by_story(_collection(a=9, b=2, c=8, d=1), n, random.Random(1))

    stories = [drawn.gold[article.id] for article in drawn.articles]
    assert len({article.id for article in drawn.articles}) == n
    assert max(stories.count(story) for story in stories) <= 4


def test_only_the_articles_of_a_collection_count():
    whole = _collection(a=2, b=1)
    some = Collection(whole.articles[:1], whole.gold)

    assert bcubed(some).f1 == 1


def test_a_changed_collection_keeps_its_stories():
    before = _collection(a=2, b=1)

    after = changed(before, lambda article: Article(article.id, text="other"))

    assert after.gold == before.gold
    assert {article.text for article in after.articles} == {"other"}

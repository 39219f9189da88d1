from random import Random

import pytest
from changes import changed_pairs, reprints_of

from dedupe.models import Article, ArticleId

BEFORE = {"a": "s1", "b": "s1", "c": "s2", "d": "s2"}


def test_stories_under_other_names_are_no_change():
    assert changed_pairs(BEFORE, {"a": "x", "b": "x", "c": "y", "d": "y"}) == 0


def test_the_share_is_of_the_pairs_together_before_or_after():
    # Before ab and cd, after ab, ac and bc.
    assert changed_pairs(BEFORE, {"a": "x", "b": "x", "c": "x", "d": "y"}) == pytest.approx(3 / 4)


def test_articles_that_were_not_there_before_do_not_count():
    assert changed_pairs(BEFORE, BEFORE | {"e": "s1", "f": "s1"}) == 0


def test_without_any_pair_nothing_changed():
    assert changed_pairs({"a": "s1", "b": "s2"}, {"a": "s1", "b": "s2"}) == 0


def test_a_reprint_is_of_one_of_the_longer_articles_and_has_most_of_its_words():
    short, long = Article(ArticleId("s"), "one two"), Article(ArticleId("l"), " ".join(map(str, range(300))))

    reprints = reprints_of([short, long], 20, Random(1))

    assert len({reprint.id for reprint in reprints}) == 20
    assert all(set(reprint.text.split()) <= set(long.text.split()) for reprint in reprints)
    assert all(len(reprint.text.split()) > 250 for reprint in reprints)

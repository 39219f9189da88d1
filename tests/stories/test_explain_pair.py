from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations

import pytest

from dedupe.models import Article, ArticleId, StoryId
from dedupe.stories.cluster import cluster_stories
from dedupe.stories.explain import explain
from dedupe.stories.explain_context import Context, clustered, context_of
from dedupe.stories.explain_pair import explain_pair
from dedupe.stories.explain_reading import read_each, read_together
from dedupe.stories.explain_scale import LEAST_SIMILARITY
from dedupe.stories.explained import explanation_as_dict
from dedupe.text.words import tokens
from tests.stories.explained_seeds import collection, explained, falls, seeds, terms

PAIRS = list(combinations(("000", "001", "002", "003", "004"), 2))
ONE_STORY = [("000", "001"), ("002", "004")]


def without(article, words):
    kept = [word for word in article.text.split() if not set(tokens(word)) & set(words)]
    return replace(article, text=" ".join(kept))


def about(name, text, **more):
    return Article(ArticleId(name), text, lang="en", **more)


def test_the_inauguration_is_what_000_and_001_share():
    found = explained("000", "001")

    assert found.same_story
    assert {"inauguration", "pledge", "monday", "council"} <= set(terms(found.shared_terms))
    assert found.margin > 0
    assert found.through == ()


def test_the_third_world_war_is_aligned_with_world_war_three():
    passages = explained("000", "001").passages

    assert any("third world war" in one.a.text and "World War Three" in one.b.text for one in passages)


def test_what_000_and_002_share_is_background_and_they_are_two_stories():
    found = explained("000", "002")

    assert (found.same_story, found.same_topic) == (False, True)
    assert {"putin", "trump", "ukraine", "congratulated"} <= set(found.background)
    assert found.margin < 0
    assert {"pledge", "monday"} <= set(terms(found.only_a))
    assert {"sochi", "assassination"} <= set(terms(found.only_b))


def test_the_nearest_rival_of_003_is_named():
    found = explained("000", "003")

    assert found.rival_b.story in {found.story_a, explained("002", "004").story_a}
    assert found.rival_b.label
    assert found.rival_b.article in {"000", "001", "002", "004"}
    assert found.rival_b.own_similarity == 0 < found.rival_b.similarity


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_the_margin_of_two_seeds_agrees_with_their_stories(a, b):
    assert (explained(a, b).margin >= 0) == ((a, b) in ONE_STORY)


@pytest.mark.parametrize(("a", "b"), ONE_STORY)
def test_without_its_five_heaviest_terms_a_pair_is_under_its_threshold(a, b):
    found = explained(a, b)
    context = context_of(ArticleId(a), ArticleId(b), collection())
    heaviest = terms(found.shared_terms[:5])

    cut = (without(seeds()[a], heaviest), without(seeds()[b], heaviest), *context.articles[2:])
    after = explain_pair(replace(context, articles=cut))

    assert after.similarity < found.threshold <= found.similarity


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_what_tells_apart_is_on_one_side_only(a, b):
    found = explained(a, b)

    assert not set(terms(found.only_a)) & set(tokens(seeds()[b].text))
    assert not set(terms(found.only_b)) & set(tokens(seeds()[a].text))
    assert set(terms(found.only_a)) <= set(tokens(seeds()[a].text))


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_the_heaviest_terms_come_first_and_add_up_to_no_more_than_the_similarity(a, b):
    found = explained(a, b)
    weights = [term.weight for term in found.shared_terms]

    assert falls(weights)
    assert 0 < sum(weights) <= found.similarity + 1e-12
    assert all(0 <= term.elsewhere <= 1 for term in found.shared_terms)


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_the_other_way_round_is_the_same_explanation(a, b):
    one, other = explanation_as_dict(explained(a, b)), explanation_as_dict(explained(b, a))

    assert [one[name] for name in ("similarity", "threshold", "background", "shared_terms")] == [
        other[name] for name in ("similarity", "threshold", "background", "shared_terms")
    ]
    assert (one["telling_apart"]["a"], one["rival"]["a"]) == (other["telling_apart"]["b"], other["rival"]["b"])


def test_the_order_of_the_articles_does_not_matter():
    articles = list(reversed(seeds().values()))
    shuffled = clustered(articles, cluster_stories(articles))

    found = explain_pair(context_of(ArticleId("000"), ArticleId("002"), shuffled))

    assert explanation_as_dict(found) == explanation_as_dict(explained("000", "002"))


def test_reprints_of_one_article_change_nothing():
    reprints = [replace(seeds()["000"], id=ArticleId(f"z{at}")) for at in range(30)]
    articles = [*seeds().values(), *reprints]
    crowded = clustered(articles, cluster_stories(articles))

    found = explain_pair(context_of(ArticleId("000"), ArticleId("002"), crowded))

    assert explanation_as_dict(found) == explanation_as_dict(explained("000", "002"))


def test_an_article_and_its_copy_are_told_as_that():
    a, b = seeds()["000"], replace(seeds()["000"], id=ArticleId("z"))
    story = collection().stories[0]

    found = explain_pair(Context((a, b), (story, story)))

    assert found.copy is not None
    assert (found.copy.pair.kind.value, found.copy.edits) == ("exact", ())
    assert found.only_a == found.only_b == ()
    assert found.passages[0].a == found.passages[0].b


@pytest.mark.parametrize("text", ["Rain.", "The bridge is open.", "A bank has failed, and another one will."])
def test_exact_copies_are_not_under_their_threshold_however_little_they_tell(text):
    found = explain("a", "b", [about("a", text), about("b", text.upper())])

    assert found.same_story
    assert found.copy is not None
    assert found.margin >= 0


def test_two_of_one_story_with_nobody_between_are_not_under_their_threshold():
    story = collection().stories[0]

    found = explain_pair(Context((about("a", "Storm in Nice"), about("b", "Nice: a storm")), (story, story)))

    assert found.similarity < LEAST_SIMILARITY
    assert (found.margin, found.through) == (0, ())


def test_texts_read_before_make_the_same_explanation():
    context = context_of(ArticleId("000"), ArticleId("002"), collection())

    assert explain_pair(context, read_together(read_each(context.articles))) == explained("000", "002")


def test_articles_that_share_nothing_are_held_together_by_those_between_them():
    bridge = "The Rialto footbridge collapsed."
    strike = "Dockers walked out on strike."
    articles = (about("a", bridge), about("b", strike), about("c", f"{bridge} {strike}"))
    story = collection().stories[0]

    found = explain_pair(Context(articles, (story, story, story)))

    assert found.similarity == 0
    assert found.through == ("c",)
    assert found.passages == found.shared_terms == ()


def test_a_text_without_words_has_an_explanation_too():
    one, two = collection().stories[:2]

    found = explain_pair(Context((about("a", "..."), about("b", "")), (one, two)))

    assert (found.similarity, found.shared_terms, found.rival_a, found.passages) == (0, (), None, ())
    assert found.margin < 0


def test_the_days_between_two_dates_are_counted_and_a_missing_date_is_none():
    monday, noon = datetime(2025, 1, 20, tzinfo=UTC), datetime(2025, 1, 21, 12, tzinfo=UTC)
    dated = [about(name, "x", published_at=date) for name, date in (("a", noon), ("b", monday), ("c", None))]
    story = collection().stories[0]

    assert explain_pair(Context((dated[0], dated[1]), (story, story))).days_apart == 1.5
    assert explain_pair(Context((dated[0], dated[2]), (story, story))).days_apart is None


def test_a_dict_of_it_has_what_the_line_of_a_command_promises():
    found = explanation_as_dict(explained("000", "002"))

    assert {"a", "b", "same_story", "similarity", "shared_terms", "telling_apart", "passages", "rival"} <= set(found)
    assert found["margin"] == pytest.approx(found["similarity"] - found["threshold"], abs=1e-6)
    assert set(found["telling_apart"]) == set(found["rival"]) == {"a", "b"}
    assert found["rival"]["b"]["story"] == StoryId(explained("000", "002").story_a)

from collections import Counter
from math import log

import numpy as np
import pytest
from confidence import (
    Judged,
    fit_lines,
    fitted,
    judge,
    lines_of,
    reliability,
    reliability_of_all,
    similarities,
)
from labelled import Collection

from dedupe.models import ArticleId, Member, Story, StoryId
from dedupe.stories.calibration import probability_right


def a_story(name, *articles, topic="t", confidence=0.9):
    members = tuple(Member(ArticleId(article), None, confidence) for article in articles)
    return Story(StoryId(name), topic, name, (), members[0].article_id, members)


def an_article(confidence, *, right, siblings=False):
    return Judged(confidence=confidence, has_siblings=siblings, is_right=right, in_company=right)


def articles_with(similarity, *, siblings, right_share, n=200):
    confidence = probability_right(np.array([similarity]), np.array([siblings]))[0]
    return [an_article(confidence, right=at < right_share * n, siblings=siblings) for at in range(n)]


def test_an_article_is_right_where_its_two_stories_are_mostly_each_other():
    gold = {"a1": "a", "a2": "a", "a3": "a", "b1": "b", "b2": "b", "c1": "c"}
    stories = [a_story("1", "a1", "a2", "b1"), a_story("2", "a3", topic="u"), a_story("3", "b2", "c1", "unlabelled")]

    judged = dict(zip(("a1", "a2", "b1", "a3", "b2", "c1"), judge(Collection((), gold), stories), strict=True))

    assert [name for name, one in judged.items() if one.is_right] == ["a1", "a2"]
    assert [name for name, one in judged.items() if one.in_company] == ["a1", "a2", "a3", "b2", "c1"]
    assert Counter(one.has_siblings for one in judged.values()) == {True: 5, False: 1}


def test_a_lone_article_is_right_where_it_is_alone_in_gold():
    assert judge(Collection((), {"x": "s"}), [a_story("1", "x")])[0].is_right


def test_confidence_that_is_the_share_right_has_no_calibration_error():
    judged = [an_article(0.75, right=at < 3) for at in range(4)]

    table = reliability(judged, np.full(4, 0.75), np.full(4, 1 / 4))

    assert (table.calibration_error, table.right) == (0.0, 0.75)
    assert table.brier == pytest.approx(0.75 * 0.25)


def test_confidence_of_one_is_in_the_last_tenth():
    table = reliability([an_article(1.0, right=True)], np.array([1.0]), np.array([1.0]))

    assert [one.n_articles for one in table.bins] == [1]
    assert "0.9" in list(lines_of("x", table))[2]


def test_a_large_set_counts_as_much_as_a_small_one():
    sets = {"large": [an_article(0.5, right=True)] * 90, "small": [an_article(0.5, right=False)] * 10}

    assert reliability_of_all(sets).right == pytest.approx(0.5)


def test_similarities_are_read_back_from_the_confidences():
    given, siblings = np.array([0.0, 0.3, 1.0]), np.array([True, False, True])
    confidence = probability_right(given, siblings)

    judged = [an_article(p, right=True, siblings=s) for p, s in zip(confidence, siblings, strict=True)]

    assert similarities(judged) == pytest.approx(given, abs=1e-9)


def test_new_constants_say_the_share_right_of_what_they_were_fitted_on():
    low = articles_with(0.1, siblings=False, right_share=0.3)
    high = articles_with(0.5, siblings=False, right_share=0.9)
    siblings = articles_with(0.5, siblings=True, right_share=0.6)

    found = fitted({"one": [*low, *high, *siblings]})

    odds = [log(share / (1 - share)) for share in (0.3, 0.9, 0.6)]
    assert found.constant + 0.1 * found.per_similarity == pytest.approx(odds[0], abs=0.02)
    assert found.constant + 0.5 * found.per_similarity == pytest.approx(odds[1], abs=0.02)
    assert found.siblings == pytest.approx(odds[2] - odds[1], abs=0.02)


def test_a_fit_names_how_each_set_does_by_the_others():
    one = [
        *articles_with(0.1, siblings=False, right_share=0.3),
        *articles_with(0.5, siblings=True, right_share=0.6),
        *articles_with(0.5, siblings=False, right_share=0.9),
    ]

    lines = list(fit_lines({"one": one, "other": one}))

    assert [line.split(":")[0] for line in lines[:2]] == ["held out one", "held out other"]
    assert lines[-1].startswith("Calibration(")


def test_confidence_that_was_made_in_another_way_cannot_be_read_back():
    with pytest.raises(SystemExit, match=r"not made with the constants of calibration\.py"):
        similarities([an_article(1.0, right=True)])

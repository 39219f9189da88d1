import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.models import Article, ArticleId
from dedupe.stories.explain_scale import (
    cohesion,
    novelty,
    read,
    scale_of,
    share_holding,
    shared_weights,
    similarities,
)

TEXTS = st.lists(
    st.lists(st.sampled_from(["sochi", "valdai", "kremlin", "pledge", "putin", "the"]), max_size=12).map(" ".join),
    min_size=2,
    max_size=6,
)


def texts_of(*texts):
    return read([Article(ArticleId(str(at)), text, lang="en") for at, text in enumerate(texts)])


def by_word(texts, values):
    return dict(zip(texts.vocabulary, values.tolist(), strict=True))


def rows(*numbers):
    return np.array(numbers, dtype=np.int64)


def test_a_term_is_new_to_nobody_of_the_group_that_knows_it_best():
    texts = texts_of("sochi pledge valdai", "sochi", "sochi pledge")

    new = by_word(texts, novelty(texts, [rows(0, 1, 2), rows(1, 2)]))

    assert new["valdai"] == pytest.approx(np.log(5 / 2) / np.log(5))
    assert new["pledge"] == pytest.approx(np.log(5 / 3) / np.log(5))
    assert new["sochi"] == pytest.approx(np.log(5 / 4) / np.log(5))


def test_everything_is_new_to_an_empty_group():
    texts = texts_of("sochi pledge", "sochi")

    assert set(novelty(texts, [rows()]).tolist()) == {1.0}
    assert set(share_holding(texts, [rows()]).tolist()) == {0.0}


def test_the_share_that_holds_a_term_is_that_of_the_group_where_it_is_largest():
    texts = texts_of("sochi the", "pledge the", "sochi the")

    assert by_word(texts, share_holding(texts, [rows(0, 1), rows(2)])) == {"sochi": 1.0, "the": 1.0, "pledge": 0.5}


def test_frequent_words_are_held_and_weigh_nothing():
    texts = texts_of("sochi the", "sochi the")
    scale = scale_of(texts, novelty(texts, []))

    weights = by_word(texts, shared_weights(scale, 0, 1))

    assert weights["sochi"] > 0 == weights["the"]
    assert by_word(texts, texts.holds[[0]].toarray().ravel())["the"] == 1


@given(TEXTS)
def test_similarities_are_the_sum_of_the_shared_weights_symmetric_and_under_one(words):
    texts = texts_of(*words)
    scale = scale_of(texts, novelty(texts, []))
    everyone = range(len(words))

    table = np.array([similarities(scale, row, everyone) for row in everyone])

    assert np.allclose(table, table.T)
    assert (table >= 0).all()
    assert (table < 1).all()
    assert table[0, 1] == pytest.approx(shared_weights(scale, 0, 1).sum())


@given(TEXTS)
def test_cohesion_is_the_mean_similarity_of_the_pairs(words):
    texts = texts_of(*words)
    scale = scale_of(texts, novelty(texts, []))
    everyone = range(len(words))

    pairs = [similarities(scale, row, everyone)[row + 1 :] for row in everyone]

    assert cohesion(scale, everyone) == pytest.approx(np.concatenate(pairs).mean())
    assert cohesion(scale, [0]) == 0


@given(TEXTS)
def test_what_a_group_holds_makes_nobody_more_alike(words):
    texts = texts_of(*words)
    plain = scale_of(texts, novelty(texts, []))
    among = scale_of(texts, novelty(texts, [rows(*range(len(words)))]))

    assert shared_weights(among, 0, 1).sum() <= shared_weights(plain, 0, 1).sum() + 1e-12

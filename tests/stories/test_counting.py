import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.models import Article, ArticleId
from dedupe.settings import TermParams
from dedupe.stories.counting import emphasised_counts
from dedupe.stories.vectors import read_occurrences
from tests.stories.loops import assert_same_bits, on_both_paths

WORDS = st.lists(st.sampled_from(["Port", "port", "strike", "Vote", "the", "7", "選挙"]), max_size=9).map(" ".join)
ARTICLES = st.lists(st.tuples(WORDS, WORDS, st.sampled_from(["en", "ja"])), max_size=5)


def occurrences(*rows):
    return read_occurrences([Article(ArticleId(str(at)), text, title, lang=lang) for at, (title, text, lang) in rows])


def counted(words, usable, **params):
    return emphasised_counts(words, usable, [TermParams(**params)])[0]


@settings(deadline=None)
@given(ARTICLES, st.integers(0, 4), st.randoms(use_true_random=False))
def test_the_loop_counts_what_the_plain_path_counts(rows, lead_words, random):
    words = occurrences(*enumerate(rows))
    usable = np.array([[random.random() < 0.8 for _ in words.vocabulary] for _ in words.background], dtype=bool)
    usable = usable.reshape(len(words.background), len(words.vocabulary))

    plain, compiled = on_both_paths(
        lambda: counted(words, usable, title_weight=1.1, lead_words=lead_words, lead_weight=3.3, capital_weight=1.7)
    )

    assert_same_bits(plain, compiled)


@pytest.mark.parametrize("path", [0, 1])
def test_a_term_counts_by_where_it_stands(path):
    words = occurrences((0, ("Port strike", "Port port closed port", "en")))
    usable = np.ones((1, len(words.vocabulary)), dtype=bool)

    counts = on_both_paths(
        lambda: counted(words, usable, title_weight=3.0, lead_words=2, lead_weight=5.0, capital_weight=2.0)
    )[path]

    found = dict(zip([words.vocabulary[term] for term in counts.indices], counts.data, strict=True))
    assert found == {"port": 3 * 2 + 5 * 2 + 5 + 1, "strike": 3, "closed": 1}

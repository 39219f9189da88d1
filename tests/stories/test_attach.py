import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.models import ArticleId, StoryId
from dedupe.settings import AttachParams
from dedupe.stories.attach import attach, term_vectors
from dedupe.stories.heaviest import WeighedTerms, heaviest_of_each
from dedupe.text.words import cut_words, word_hash
from tests.stories.loops import on_both_paths

PARAMS = AttachParams()
TEXT = "Storm hits Kobe The storm hit Kobe on Tuesday and the harbour flooded the harbour office"


def vectors_of(*texts, title_words=0, lang="en", **params):
    words = cut_words(list(texts))
    return term_vectors(words, [lang] * len(texts), [title_words] * len(texts), AttachParams(**params))


def weight_of(vector, word):
    terms, weights, _ = vector
    return float(weights[terms == np.uint32(word_hash(word) & 0xFFFFFFFF)].item())


def test_terms_are_halves_of_word_hashes_without_the_frequent_words():
    ((terms, _, _),) = vectors_of("the harbour flooded")

    assert terms.tolist() == sorted(word_hash(word) & 0xFFFFFFFF for word in ("harbour", "flooded"))


def test_title_lead_and_capitals_weigh_more():
    (plain,) = vectors_of("x " * 200 + TEXT)
    (titled,) = vectors_of(TEXT, title_words=3)

    assert weight_of(plain, "flooded") == 1.0
    assert weight_of(titled, "flooded") == pytest.approx(1 + np.log(2), abs=1 / 32)
    assert weight_of(titled, "kobe") == pytest.approx(1 + np.log(2 * 2 + 2 * 2), abs=1 / 32)


@given(st.lists(st.text(max_size=60), max_size=6))
def test_vectors_have_the_stated_form(texts):
    for terms, weights, background in vectors_of(*texts, max_terms=5):
        assert (terms.dtype, weights.dtype, background.dtype) == (np.uint32, np.float32, np.uint16)
        assert len(terms) == len(weights) == len(background) <= 5
        assert (np.diff(terms.astype(np.int64)) > 0).all()
        assert ((weights >= 1) & (weights * 16 == np.rint(weights * 16)) & (weights < 16)).all()


def test_a_text_has_the_same_vector_in_any_batch():
    alone = vectors_of(TEXT)[0]
    among = vectors_of("Other words first", TEXT, "and after")[1]

    for own, other in zip(alone, among, strict=True):
        assert own.tolist() == other.tolist()


def test_the_heaviest_terms_are_kept():
    (terms, _, _) = vectors_of("harbour " * 50 + "quay dock", max_terms=1)[0]

    assert terms.tolist() == [word_hash("harbour") & 0xFFFFFFFF]


def test_each_text_has_the_background_of_its_own_language():
    words = cut_words(["Gemeinde", "Gemeinde", "Gemeinde"])

    german, unknown, english = term_vectors(words, ["de", None, "en"], [0, 0, 0], PARAMS)

    assert german[2].item() > english[2].item() >= unknown[2].item() == 0


def test_no_texts_have_no_vectors():
    assert vectors_of() == []


few = st.integers(0, 3)
weighed = st.lists(st.lists(st.tuples(few, few, few), max_size=12), max_size=4)


@given(weighed, st.integers(1, 8))
def test_the_loop_keeps_the_terms_that_the_plain_path_keeps(texts, limit):
    term, weight, documents = ([row[column] for text in texts for row in text] for column in range(3))
    rows = WeighedTerms(
        np.array(term, dtype=np.uint32),
        np.array(weight, dtype=np.float32),
        np.array(weight, dtype=np.float64) * (4 - np.array(documents, dtype=np.float64)),
        np.array(documents, dtype=np.float64),
        np.cumsum([0, *map(len, texts)]),
    )

    def kept():
        places, ends = heaviest_of_each(rows, limit)
        return [(term[at], weight[at], documents[at]) for at in places.tolist()], ends.tolist()

    plain, compiled = on_both_paths(kept)

    assert plain == compiled
    assert all(end - begin <= limit for begin, end in zip([0, *plain[1]], plain[1], strict=False))


def near(*pairs):
    return [(ArticleId(article), similarity) for article, similarity in pairs]


STORY_OF = {ArticleId(article): StoryId(story) for article, story in (("a", "x"), ("b", "x"), ("c", "y"), ("d", "y"))}


def test_the_story_with_the_most_votes_is_joined():
    story, confidence = attach(near(("c", 0.5), ("a", 0.45), ("b", 0.45)), STORY_OF, AttachParams(min_similarity=0.3))

    assert story == "x"
    assert confidence == pytest.approx(0.405 / (0.405 + 0.25 + 0.09))


def test_a_story_with_no_article_near_enough_is_not_joined_whatever_its_votes():
    story, _ = attach(near(("c", 0.4), ("a", 0.29), ("b", 0.29)), STORY_OF, AttachParams(min_similarity=0.3))

    assert story == "y"


def test_far_neighbours_and_strangers_make_a_new_story():
    assert attach(near(("a", 0.2)), STORY_OF, PARAMS)[0] is None
    assert attach(near(("stranger", 0.9)), STORY_OF, PARAMS) == (None, 1.0)
    assert attach([], STORY_OF, PARAMS) == (None, 1.0)


similarities = st.lists(st.tuples(st.sampled_from("abcde"), st.floats(0.01, 1)), max_size=12)


@given(similarities)
def test_the_confidence_is_a_share_and_the_story_one_of_the_neighbours(pairs):
    story, confidence = attach(near(*pairs), STORY_OF, PARAMS)

    assert 0 < confidence <= 1
    assert story is None or story in {STORY_OF.get(article) for article, _ in pairs}


@given(st.floats(0.31, 0.98))
def test_a_nearer_neighbour_never_lowers_the_confidence(similarity):
    far = attach(near(("a", similarity)), STORY_OF, PARAMS)
    nearer = attach(near(("a", similarity + 0.01)), STORY_OF, PARAMS)

    assert nearer[1] >= far[1]

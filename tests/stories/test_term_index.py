import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.models import ArticleId, Sketch
from dedupe.settings import AttachParams
from dedupe.stories.term_index import TermIndex
from tests.stories.loops import on_both_paths


def sketch(name, terms, *, weights=None, background=None):
    ordered = sorted(set(terms))
    return Sketch(
        article_id=ArticleId(name),
        text_key=b"",
        signature=np.zeros(0, dtype=np.uint32),
        terms=np.array(ordered, dtype=np.uint32),
        weights=np.array([1.0] * len(ordered) if weights is None else weights, dtype=np.float32),
        background=np.array([0] * len(ordered) if background is None else background, dtype=np.uint16),
    )


def index_of(*sketches):
    index = TermIndex()
    for one in sketches:
        index.add(one)
    return index


def test_the_article_that_shares_most_is_nearest():
    index = index_of(sketch("far", [1, 7, 8, 9]), sketch("near", [1, 2, 3, 9]), sketch("none", [20]))

    found = index.nearest(sketch("new", [1, 2, 3, 4]), limit=5)

    assert [article for article, _ in found] == ["near", "far"]
    assert 0 < found[1][1] < found[0][1] < 1


def test_the_similarity_is_the_cosine_of_weights_times_rarity():
    index = index_of(sketch("a", [1, 2], weights=[2, 1], background=[99, 999]))

    ((_, similarity),) = index.nearest(sketch("new", [1, 3], weights=[1, 1], background=[99, 0]), limit=1)

    def rarity(held, background, n):
        return np.log((1 + n + 10_000) / (1 + held + background)) + 1

    stored = np.array([2 * rarity(1, 99, 1), rarity(1, 999, 1)])
    asked = np.array([rarity(1, 99, 1), rarity(0, 0, 1)])
    expected = stored[0] * asked[0] / np.linalg.norm(stored) / np.linalg.norm(asked)
    assert similarity == pytest.approx(expected, rel=1e-5)


def test_equally_near_articles_come_in_the_order_they_were_added():
    index = index_of(*(sketch(name, [1, 2]) for name in "cab"))

    found = index.nearest(sketch("new", [1, 2]), limit=2)

    assert [article for article, _ in found] == ["c", "a"]
    assert found[0][1] == found[1][1]


def test_an_article_is_not_its_own_neighbour():
    one = sketch("a", [1, 2])

    assert index_of(one).nearest(one, limit=3) == []


def test_an_article_added_again_is_replaced():
    index = index_of(sketch("a", [1, 2]), sketch("a", [3]))

    assert len(index) == 1
    assert index.nearest(sketch("new", [1, 2]), limit=1) == []
    assert [article for article, _ in index.nearest(sketch("new", [3]), limit=1)] == ["a"]


def test_a_removed_article_is_no_neighbour_and_removing_a_stranger_does_nothing():
    index = index_of(sketch("a", [1, 2]), sketch("b", [1, 3]))

    index.remove(ArticleId("a"))
    index.remove(ArticleId("stranger"))

    assert ArticleId("a") not in index
    assert [article for article, _ in index.nearest(sketch("new", [1, 2]), limit=5)] == ["b"]


def test_an_article_without_terms_has_no_neighbours():
    index = index_of(sketch("empty", []), sketch("a", [1]))

    assert index.nearest(sketch("new", []), limit=3) == []
    assert TermIndex().nearest(sketch("new", [1]), limit=3) == []


def test_a_term_that_much_of_a_large_window_holds_is_not_looked_up():
    index = TermIndex(AttachParams(max_window_df=0.5))
    for number in range(150):
        index.add(sketch(f"a{number}", [1, 1000 + number]))

    assert index.nearest(sketch("new", [1]), limit=3) == []
    assert [article for article, _ in index.nearest(sketch("new", [1, 1007]), limit=3)] == ["a7"]


def test_a_window_that_slides_on_and_on_stays_small_and_right():
    index = TermIndex()
    for number in range(6000):
        index.add(sketch(f"a{number}", [number % 50, 1000 + number // 2, 10_000 + number]))
        index.remove(ArticleId(f"a{number - 100}"))

    found = index.nearest(sketch("new", [1000 + 5980 // 2]), limit=5)

    assert len(index) == 100
    assert [article for article, _ in found] == ["a5980", "a5981"]
    assert index.n_terms < 6000


steps = st.lists(st.tuples(st.sampled_from("abcdef"), st.one_of(st.none(), st.sets(st.integers(0, 6)))), max_size=25)


@settings(deadline=None)
@given(steps)
def test_the_index_knows_exactly_the_articles_in_it(walk):
    index, held = TermIndex(), {}
    for name, terms in walk:
        if terms is None:
            index.remove(ArticleId(name))
            held.pop(name, None)
        else:
            index.add(sketch(name, terms))
            held[name] = terms

    found = {article for article, _ in index.nearest(sketch("new", [0, 1, 2]), limit=10)}

    assert found == {name for name, terms in held.items() if terms & {0, 1, 2}}
    assert len(index) == len(held)


@settings(deadline=None)
@given(steps)
def test_two_indices_with_the_same_history_give_the_same_answers(walk):
    answers = []
    for _ in range(2):
        index = TermIndex()
        for name, terms in walk:
            if terms is None:
                index.remove(ArticleId(name))
            else:
                index.add(sketch(name, terms))
        answers.append(index.nearest(sketch("new", range(4)), limit=4))

    assert answers[0] == answers[1]


batches = st.lists(
    st.tuples(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=6), st.integers(0, 8)), min_size=1, max_size=12
)


def answers_of(batches, seed):
    """What an index says while articles come by the batch and go again, oldest first or not."""
    random = np.random.default_rng(seed)
    index, held, answers, n = TermIndex(AttachParams(max_window_df=0.5)), [], [], 0
    for batch, n_removed in batches:
        sketches = []
        for _ in batch:
            terms = set((random.zipf(1.4, 12) % 400).tolist())
            weights = random.integers(16, 80, len(terms)) / 16
            sketches.append(sketch(f"a{n}", terms, weights=weights, background=random.integers(0, 900, len(terms))))
            n += 1
        asked, added = [is_asked for is_asked, _ in batch], [is_added for _, is_added in batch]
        answers.append(index.take(sketches, asked, added, limit=3) if batch else [])
        held += [one.article_id for one, is_added in zip(sketches, added, strict=True) if is_added]
        for _ in range(min(n_removed, len(held))):
            index.remove(held.pop(int(random.integers(0, len(held)))))
    return answers, len(index)


@settings(deadline=None, max_examples=60)
@given(batches, st.integers(0, 1000))
def test_the_loops_say_to_the_bit_what_the_plain_path_says(batches, seed):
    plain, compiled = on_both_paths(lambda: answers_of(batches, seed))

    assert plain == compiled


def test_the_loops_say_the_same_after_a_long_slide():
    walk = [([(True, True)] * 40, 0)] * 10 + [([(True, True)] * 30, 35)] * 60 + [([(True, True)] * 10, 60)] * 20

    plain, compiled = on_both_paths(lambda: answers_of(walk, 1))

    assert plain == compiled


@settings(deadline=None)
@given(st.lists(st.sets(st.integers(0, 9), max_size=5), max_size=8))
def test_articles_taken_together_are_looked_up_as_one_by_one(many):
    sketches = [sketch(str(n), terms) for n, terms in enumerate(many)]
    together, alone = TermIndex(), TermIndex()

    found = together.take(sketches, [True] * len(many), [True] * len(many), limit=4) if many else []

    expected = []
    for one in sketches:
        expected.append(alone.nearest(one, limit=4))
        alone.add(one)
    assert found == expected

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.models import Article, ArticleId, Assignment, StoryId
from dedupe.settings import AttachParams, DuplicateParams
from dedupe.sketches import sketch_articles
from dedupe.window import Place, Window

HOUR_MS = 3_600_000
THEMES = ("flood river rain valley railway", "vote ballot minister coalition seat", "bank rate loan inflation coin")


def sketched(*texts):
    articles = [Article(ArticleId(f"a{n}"), text, lang="en") for n, text in enumerate(texts)]
    return sketch_articles(articles, duplicates=DuplicateParams(), attach=AttachParams())


def empty_window(*, window_ms=HOUR_MS):
    return Window(duplicates=DuplicateParams(), attaching=AttachParams(), window_ms=window_ms)


def replay(window, items, *, start=0, stored=None, verdicts=None, at_once=None):
    """Feed what follows a position, as a follower does, and say what was decided about each article."""
    candidates = {item.sketch.article_id: item.candidate for item in items}

    def judge(sketch, suspects):
        return window.judge(candidates[sketch.article_id], [candidates[i] for i in suspects])

    places = [Place(number, number, item.sketch) for number, item in enumerate(items, start=1)][start:]
    size = len(places) + 1 if at_once is None else at_once
    for begin in range(0, len(places), size):
        window.take(places[begin : begin + size], judge, verdicts=verdicts or {}, assignments=stored or {})
    return {
        i: (window.verdict(i), window.assignment(i).story_id)
        for i in (item.sketch.article_id for item in items)
        if window.assignment(i) is not None
    }


texts = st.lists(
    st.builds(
        lambda theme, n: f"{THEMES[theme]} " * 6 + f"number{n} detail{n * 7}", st.integers(0, 2), st.integers(0, 4)
    ),
    min_size=1,
    max_size=12,
)


@settings(deadline=None, max_examples=40, derandomize=True)
@given(texts)
def test_two_replays_of_one_log_decide_alike(texts):
    items = sketched(*texts)

    assert replay(empty_window(), items) == replay(empty_window(), items)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(texts, st.integers(1, 5), st.integers(1, 6))
def test_articles_taken_together_are_decided_as_one_by_one(texts, at_once, window_ms):
    items = sketched(*texts)
    windows = [empty_window(window_ms=window_ms) for _ in range(3)]

    alone, together, all_at_once = (
        replay(window, items, at_once=size) for window, size in zip(windows, (1, at_once, None), strict=True)
    )

    assert alone == together == all_at_once
    assert len({len(window) for window in windows}) == 1


def test_what_was_decided_before_is_kept_and_nobody_is_asked_again():
    items = sketched("flood river rain valley railway " * 8, "flood river rain valley railway " * 8)
    first = empty_window()
    replay(first, items)
    ids = [item.sketch.article_id for item in items]
    verdicts = {i: first.verdict(i) for i in ids}
    assignments = {i: first.assignment(i) for i in ids}

    def judge(sketch, suspects):
        raise AssertionError(suspects)

    window = empty_window()
    places = [Place(number, number, item.sketch) for number, item in enumerate(items, start=1)]
    decisions = window.take(places, judge, verdicts=verdicts, assignments=assignments)

    assert [(d.verdict, d.assignment) for d in decisions] == [(verdicts[i], assignments[i]) for i in ids]
    assert [d.opens_story for d in decisions] == [True, False]


@settings(deadline=None, max_examples=40, derandomize=True)
@given(texts, st.sets(st.integers(0, 11)), st.sets(st.integers(0, 11)))
def test_what_is_known_of_some_changes_nothing_for_the_others(texts, judged, placed):
    items = sketched(*texts)
    first = empty_window()
    decided = replay(first, items)
    ids = [item.sketch.article_id for item in items]
    verdicts = {i: first.verdict(i) for n, i in enumerate(ids) if n in judged}
    assignments = {i: first.assignment(i) for n, i in enumerate(ids) if n in placed}

    assert replay(empty_window(), items, stored=assignments, verdicts=verdicts) == decided


@settings(deadline=None, max_examples=40, derandomize=True)
@given(texts, st.integers(0, 12))
def test_going_back_and_forth_again_is_the_same_as_never_having_gone_on(texts, back):
    items = sketched(*texts)
    position = min(back, len(items))
    window = empty_window()
    decided = replay(window, items)
    kept = {item.sketch.article_id: window.assignment(item.sketch.article_id) for item in items[:position]}

    window.rebase(position, kept)

    assert replay(window, items, start=position) == decided


def test_after_a_rebase_new_articles_join_the_stories_it_brought():
    items = sketched("flood river rain valley railway " * 8, "flood river rain valley tunnel " * 8)
    window = empty_window()
    replay(window, items)
    window.rebase(1, {ArticleId("a0"): Assignment(StoryId("settled"), settled=True, confidence=1.0)})

    decided = replay(window, items, start=1)

    assert {story for _, story in decided.values()} == {"settled"}


def test_a_new_story_never_takes_an_id_that_went_on_without_its_article():
    items = sketched("flood river rain valley railway " * 8, "vote ballot minister coalition seat " * 8)
    window = empty_window()
    first = replay(window, items)[ArticleId("a1")][1]
    window.rebase(1, {ArticleId("a0"): Assignment(first, settled=True, confidence=1.0)})

    again = replay(window, items, start=1)

    assert again[ArticleId("a0")][1] == first
    assert again[ArticleId("a1")][1] != first


def test_what_is_older_than_the_window_is_let_go():
    items = sketched("flood river rain valley railway " * 8)
    window = empty_window()
    replay(window, items)

    window.slide(1 + HOUR_MS)
    kept = len(window)
    window.slide(2 + HOUR_MS)

    assert (kept, len(window)) == (1, 0)
    assert list(window.ids()) == []


@pytest.mark.parametrize("text", ["", "!!!", "word", "two words"])
def test_a_text_too_short_for_a_shingle_matches_only_its_equal(text):
    items = sketched(text, text, "something else entirely")
    decided = replay(empty_window(), items)

    assert [decided[ArticleId(f"a{n}")][0].duplicate_of for n in range(3)] == [None, "a0", None]


def test_a_sketch_is_the_same_alone_and_in_a_batch():
    texts = ["flood river rain valley railway " * 8, "", "Ein Hochwasser sperrt die Bahn im Tal."]
    together = sketched(*texts)

    for n, text in enumerate(texts):
        alone = sketch_articles(
            [Article(ArticleId(f"a{n}"), text, lang="en")], duplicates=DuplicateParams(), attach=AttachParams()
        )[0].sketch
        for name in ("signature", "terms", "weights", "background"):
            assert np.array_equal(getattr(alone, name), getattr(together[n].sketch, name))

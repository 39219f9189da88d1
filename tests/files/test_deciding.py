import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.errors import BadInput
from dedupe.files import deciding
from dedupe.files.corpora import of_corpus
from dedupe.files.deciding import Keep, blocks_of_articles, pairs_in_order, verdicts_by_rank, verdicts_in_order
from dedupe.files.written import ForeignRows
from dedupe.models import Article, Verdict
from dedupe.near_duplicates.find import find_near_duplicates, verdicts
from dedupe.settings import DuplicateParams

PARAMS = DuplicateParams()
STORIES = st.lists(st.tuples(st.integers(0, 5), st.integers(20, 60)), max_size=25)


def articles_of(stories):
    """The first so many words of one of a few texts, so that most articles repeat one another."""
    return [Article(f"r{n}", " ".join(words(text)[:size])) for n, (text, size) in enumerate(stories)]


def words(seed):
    draw = random.Random(seed)
    return [f"w{draw.randrange(1_000)}" for _ in range(60)]


def cut(articles, size):
    return [articles[begin : begin + size] for begin in range(0, len(articles), size)]


def joined(blocks):
    return [item for block in blocks for item in block]


@settings(deadline=None)
@given(stories=STORIES, size=st.integers(1, 30))
def test_block_by_block_the_verdicts_and_pairs_are_those_of_all_at_once(stories, size):
    articles = articles_of(stories)

    judged = verdicts_in_order([], cut(articles, size), PARAMS, decided=iter(()), folder=None)
    paired = pairs_in_order([], cut(articles, size), PARAMS, begin_at=None, folder=None)

    assert joined(judged) == verdicts(articles)
    assert joined(paired) == find_near_duplicates(articles)


@settings(deadline=None)
@given(stories=STORIES, n_corpus=st.integers(0, 25), n_decided=st.integers(0, 25), size=st.integers(1, 30))
def test_verdicts_that_are_known_change_nothing_about_those_that_follow(stories, n_corpus, n_decided, size):
    articles = articles_of(stories)
    corpus, files = cut(articles[:n_corpus], size), cut(articles[n_corpus:], size)
    whole = joined(verdicts_in_order(corpus, files, PARAMS, decided=iter(()), folder=None))

    rest = joined(verdicts_in_order(corpus, files, PARAMS, decided=iter(whole[:n_decided]), folder=None))

    assert rest == whole[n_decided:]


@settings(deadline=None)
@given(stories=STORIES, n_corpus=st.integers(0, 25), keep=st.sampled_from([Keep.LONGEST, Keep.EARLIEST]))
def test_by_rank_the_canonical_article_is_the_first_of_its_group_in_rank(stories, n_corpus, keep):
    articles = articles_of(stories)
    corpus, files = articles[:n_corpus], articles[n_corpus:]
    judged = []

    given_ = joined(
        verdicts_by_rank([corpus], [files], PARAMS, keep=keep, folder=None, on_judged=judged.extend),
    )

    assert [verdict.article_id for verdict in given_] == [article.id for article in files]
    assert {verdict.article_id for verdict in judged} == {article.id for article in files}
    # Without times every article is as early as the other, and the first given comes first.
    size_of = {article.id: len(article.text.split()) if keep is Keep.LONGEST else 0 for article in articles}
    for verdict in given_:
        if not verdict.group.startswith(of_corpus("")):
            assert size_of[verdict.group] >= size_of[verdict.article_id]


def test_verdicts_on_other_articles_are_refused():
    articles = articles_of([(0, 60), (1, 60)])

    for decided in (
        [Verdict("r1", "r1")],
        [Verdict("r0", "r0"), Verdict("r1", "r1"), Verdict("r2", "r2")],
        [Verdict("r0", "elsewhere", "elsewhere")],
    ):
        with pytest.raises(ForeignRows):
            joined(verdicts_in_order([], [articles], PARAMS, decided=iter(decided), folder=None))
    with pytest.raises(ForeignRows):
        joined(pairs_in_order([], [articles], PARAMS, begin_at="elsewhere", folder=None))


def test_a_block_ends_with_so_many_articles_or_characters(monkeypatch):
    monkeypatch.setattr(deciding, "_MOST_ARTICLES", 3)
    monkeypatch.setattr(deciding, "_MOST_CHARACTERS", 10)
    texts = ["a", "b", "c", "d", "e" * 9, "f", "g" * 20, "h"]

    blocks = list(blocks_of_articles(Article(str(n), text) for n, text in enumerate(texts)))

    assert [[article.text[0] for article in block] for block in blocks] == [
        ["a", "b", "c"],
        ["d", "e"],
        ["f", "g"],
        ["h"],
    ]


def test_articles_before_a_fault_come_out_before_it():
    def articles():
        yield Article("a", "text")
        raise BadInput("file", 2, None, "broken")

    blocks = blocks_of_articles(articles())

    assert [article.id for article in next(blocks)] == ["a"]
    with pytest.raises(BadInput):
        next(blocks)

"""What many articles hold in one place, and the verdict without it."""

from itertools import accumulate, chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.models import Article, ArticleId, DuplicateKind, Verdict
from dedupe.near_duplicates.find import find_near_duplicates, verdicts
from dedupe.near_duplicates.finder import Finder
from dedupe.near_duplicates.furniture import Holders
from dedupe.near_duplicates.signatures import signatures_of
from dedupe.near_duplicates.sketching import sketch_texts
from dedupe.settings import DuplicateParams
from tests.sketch_paths import sketch_path  # noqa: F401 - runs every test here on both paths

PARAMS = DuplicateParams()
FURNITURE = " ".join(f"cookie{n}" for n in range(100))


def body(name: str, n: int = 120) -> str:
    return " ".join(f"{name}{at}" for at in range(n))


def page(name: str) -> Article:
    """An article of its own under the furniture of all."""
    return Article(ArticleId(name), f"{body(name)}\n{FURNITURE}")


def pages(n: int) -> list[Article]:
    return [page(f"p{at}x") for at in range(n)]


def test_articles_under_the_same_furniture_are_told_apart_once_enough_have_held_it():
    short = [Article(ArticleId(f"s{at}"), f"{body(f's{at}x', 30)}\n{FURNITURE}") for at in range(10)]

    assert {verdict.group for verdict in verdicts(short)} == {"s0"}
    assert verdicts([*pages(60), *short])[60:] == [Verdict(article.id, article.id) for article in short]


def test_a_copy_under_other_furniture_is_found_and_judged_without_it():
    copy = Article(ArticleId("copy"), body("p3x"))

    early, late = verdicts([page("p3x"), copy])[-1], verdicts([*pages(60), copy])[-1]

    assert early.duplicate_of == late.duplicate_of == "p3x"
    assert early.jaccard == 119 / 219
    assert (late.kind, late.containment) == (DuplicateKind.NEAR, 1.0)
    assert late.jaccard > 0.8


def test_a_text_that_is_copied_often_is_no_furniture():
    copies = [Article(ArticleId(f"c{at}"), f"{body('wire')} {body(f'own{at}x', 10)}") for at in range(30)]

    found = verdicts(copies)

    assert [verdict.group for verdict in found] == ["c0"] * 30
    assert len(find_near_duplicates(copies)) == 30 * 29 // 2


@pytest.mark.parametrize("sizes", [(1,) * 50, (7, 20, 23), (50,)])
def test_pairs_do_not_depend_on_how_articles_are_cut_into_blocks(sizes):
    given = [*pages(20), *(Article(ArticleId(f"t{at}"), f"{body(f'p{at}x', 70)}\n{FURNITURE}") for at in range(30))]
    finder, found = Finder(PARAMS), []

    for end, size in zip(accumulate(sizes), sizes, strict=True):
        block = given[end - size : end]
        found += chain(*finder.find_pairs([a.id for a in block], sketch_texts([a.text for a in block], PARAMS.sketch)))

    assert found == find_near_duplicates(given)


def test_articles_that_are_known_count_among_those_to_be_paired():
    given = [*pages(20), Article(ArticleId("copy"), body("p3x"))]
    ids, sketches = [a.id for a in given], sketch_texts([a.text for a in given], PARAMS.sketch)
    first = sketch_texts([a.text for a in given[:-1]], PARAMS.sketch)
    last = sketch_texts([given[-1].text], PARAMS.sketch)
    finder = Finder(PARAMS)

    finder.know(ids[:-1], first, ())
    found = list(chain(*finder.find_pairs(ids[-1:], last)))

    assert found == list(chain(*Finder(PARAMS).find_pairs(ids, sketches)))[-1:]
    assert found


SIGNATURES = st.lists(st.lists(st.integers(0, 40), max_size=30), max_size=6)


def signatures(texts: list[list[int]]) -> np.ndarray:
    offsets = np.cumsum([0, *map(len, texts)])
    return signatures_of(np.array(list(chain(*texts)), dtype=np.uint32), offsets, PARAMS.sketch)


@settings(deadline=None)
@given(SIGNATURES, SIGNATURES)
def test_what_was_counted_is_taken_out_again_without_a_trace(texts, others):
    holders, expected = Holders(PARAMS), Holders(PARAMS)
    expected.count(signatures(texts))

    holders.count(signatures(others))
    holders.count(signatures(texts))
    holders.count(signatures(others), times=-1)

    assert np.array_equal(holders.counts, expected.counts)
    assert holders.n_articles == expected.n_articles == sum(map(bool, texts))


def test_all_shingles_of_a_short_article_are_counted_once():
    holders = Holders(PARAMS)

    holders.count(signatures([[3, 3, 4, 5]]))

    assert sorted(holders.counts[holders.counts > 0]) == [1, 1, 1]

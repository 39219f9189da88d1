"""An index that lives."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.models import Article, ArticleId, DuplicateKind, Verdict
from dedupe.near_duplicates.find import verdicts
from dedupe.near_duplicates.live import NearDuplicateIndex
from dedupe.settings import DuplicateParams
from tests.sketch_paths import sketch_path  # noqa: F401 - runs every test here on both paths

SEEDS = [path.read_text() for path in sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))]
TEXT = SEEDS[0]
WORDS = TEXT.split()
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def article(name: str | int, text: str) -> Article:
    return Article(ArticleId(str(name)), text)


def articles(texts: list[str]) -> list[Article]:
    return [article(at, text) for at, text in enumerate(texts)]


def made_up(n_articles: int, *, n_words: int = 60) -> list[Article]:
    """Articles without likeness, but for each tenth, which repeats the one before it with a new ending."""
    words = np.random.default_rng(1).integers(0, 1 << 20, (n_articles, n_words)).astype("U7")
    words[9::10, : n_words - 5] = words[8::10, : n_words - 5][: len(words[9::10])]
    return articles([" ".join(row) for row in words.tolist()])


PARTS = st.lists(st.integers(0, 9), min_size=1, max_size=6).map(
    lambda parts: "\n".join(" ".join(WORDS[30 * part : 30 * part + 30]) for part in parts)
)
TEXTS = st.lists(PARTS | st.sampled_from(["", "word", TEXT]), max_size=9)


def test_what_was_added_is_found_and_what_was_asked_is_not():
    index = NearDuplicateIndex()

    assert index.query(article("a", TEXT)) == index.add(article("a", TEXT)) == Verdict(ArticleId("a"), ArticleId("a"))
    asked = index.query(article("b", TEXT.upper()))
    assert (asked.duplicate_of, asked.kind) == ("a", DuplicateKind.EXACT)
    assert ("a" in index, "b" in index, len(index)) == (True, False, 1)


@settings(deadline=None, max_examples=50)
@given(TEXTS)
def test_it_says_what_the_batch_says(texts):
    assert NearDuplicateIndex().add_all(articles(texts)) == verdicts(articles(texts))


@settings(deadline=None, max_examples=50)
@given(TEXTS, st.none() | st.integers(1, 5), st.integers(0, 9))
def test_one_by_one_it_says_what_it_says_of_all_at_once(texts, max_articles, n_first):
    one_by_one, at_once = NearDuplicateIndex(max_articles=max_articles), NearDuplicateIndex(max_articles=max_articles)

    found = at_once.add_all(articles(texts)[:n_first]) + at_once.add_all(articles(texts)[n_first:])

    assert [one_by_one.add(each) for each in articles(texts)] == found
    assert [each.id in one_by_one for each in articles(texts)] == [each.id in at_once for each in articles(texts)]


@settings(deadline=None, max_examples=30)
@given(TEXTS)
def test_texts_kept_elsewhere_do_as_well_as_shingles(texts):
    kept = {each.id: each for each in articles(texts)}
    index = NearDuplicateIndex(article_of=kept.get, max_articles=4)

    assert index.add_all(kept.values()) == NearDuplicateIndex(max_articles=4).add_all(kept.values())


@settings(deadline=None, max_examples=30)
@given(TEXTS, PARTS, st.integers(1, 4))
def test_a_question_gets_the_answer_of_the_next_article_and_changes_nothing(texts, text, max_articles):
    index = NearDuplicateIndex(max_articles=max_articles)
    index.add_all(articles(texts))

    before = index.nbytes, len(index)
    asked = index.query(article("new", text))

    assert (index.nbytes, len(index)) == before
    assert asked == index.query(article("new", text)) == index.add(article("new", text))


class Held:
    """What an index should hold: the articles and what was said of them, in order."""

    def __init__(self) -> None:
        self.given: dict[ArticleId, tuple[Article, Verdict]] = {}

    def alive(self) -> list[Article]:
        """Articles of groups whose canonical article is held."""
        return [given for given, verdict in self.given.values() if verdict.group in self.given]


@settings(deadline=None, max_examples=60)
@given(TEXTS, st.integers(1, 5), st.lists(st.integers(0, 8), max_size=3), PARTS)
def test_what_it_says_depends_on_the_groups_it_holds_alone(texts, max_articles, removed, probe):
    index, held = NearDuplicateIndex(max_articles=max_articles), Held()
    for each in articles(texts):
        held.given[each.id] = each, index.add(each)
    for name in list(held.given)[:-max_articles]:
        del held.given[name]
    for number in removed:
        canonical = [name for name, (_, verdict) in held.given.items() if verdict.duplicate_of is None]
        for name in canonical[number : number + 1]:
            index.remove(name)
            del held.given[name]

    fresh = NearDuplicateIndex()
    fresh.add_all(held.alive())

    assert {each.id for each in articles(texts) if each.id in index} == held.given.keys()
    assert len(index) == len(held.given)
    assert index.query(article("probe", probe)) == fresh.query(article("probe", probe))


def words(name: str, n_words: int) -> str:
    return " ".join(f"{name}{at}" for at in range(n_words))


def test_what_many_articles_shared_is_furniture_until_they_go():
    page = words("page", 100)
    pages = [article(at, f"{page} {words(f'own{at}x', 150)}") for at in range(40)]
    index = NearDuplicateIndex()
    index.add_all([*pages, article("x", f"{page} {words('x', 30)}")])

    among_pages = index.query(article("y", f"{page} {words('y', 30)}"))
    for each in pages:
        index.remove(each.id)
    alone = index.query(article("y", f"{page} {words('y', 30)}"))

    assert (len(index), among_pages.duplicate_of, alone.duplicate_of) == (1, None, "x")


@pytest.mark.parametrize("add", ["one by one", "at once"])
def test_the_oldest_goes_when_there_are_too_many(add):
    index = NearDuplicateIndex(max_articles=2)
    given = articles([TEXT, SEEDS[1], SEEDS[2], TEXT])

    found = [index.add(each) for each in given] if add == "one by one" else index.add_all(given)

    assert [verdict.duplicate_of for verdict in found] == [None] * 4
    assert [each.id for each in given if each.id in index] == ["2", "3"]


def test_an_article_is_judged_before_the_oldest_goes_for_it():
    index = NearDuplicateIndex(max_articles=1)

    assert [index.add(each).duplicate_of for each in articles([TEXT, TEXT, TEXT])] == [None, "0", None]


def test_what_is_too_old_goes():
    index = NearDuplicateIndex(max_age=HOUR)
    index.add(article("a", TEXT), NOON)

    assert index.add(article("b", TEXT), NOON + HOUR).duplicate_of == "a"
    assert index.add(article("c", TEXT), NOON + 2 * HOUR) == Verdict(ArticleId("c"), ArticleId("c"))
    assert ("a" in index, "b" in index) == (False, True)
    index.expire(NOON + 4 * HOUR)
    assert len(index) == 0


def test_time_does_not_go_back():
    index = NearDuplicateIndex(max_age=HOUR)
    index.add(article("late", TEXT), NOON + 3 * HOUR)
    index.add(article("delayed", SEEDS[1]), NOON)
    index.remove(ArticleId("late"))

    index.expire(NOON + 4 * HOUR)

    assert "delayed" in index


def test_a_group_that_lost_its_canonical_article_takes_nothing_more_in():
    index = NearDuplicateIndex()
    index.add_all(articles([TEXT, f"{TEXT} And more was said."]))
    index.remove(ArticleId("0"))

    found = index.add_all([article("a", TEXT), article("b", TEXT)])

    assert [verdict.duplicate_of for verdict in found] == [None, "a"]
    assert "1" in index


def test_an_article_can_be_taken_out_and_added_again():
    index = NearDuplicateIndex()
    index.add(article("a", TEXT))
    index.remove(ArticleId("a"))
    index.remove(ArticleId("never there"))

    assert index.add(article("a", SEEDS[1])).duplicate_of is None
    assert index.query(article("b", TEXT)).duplicate_of is None
    assert index.query(article("b", SEEDS[1])).duplicate_of == "a"


def test_an_id_that_is_there_is_refused_and_nothing_is_added():
    index = NearDuplicateIndex()
    index.add(article("a", TEXT))

    with pytest.raises(ValueError, match="article 'a' is there already: remove it first"):
        index.add_all([article("b", SEEDS[1]), article("a", SEEDS[2])])
    with pytest.raises(ValueError, match="article 'b' is there already"):
        index.add_all([article("b", SEEDS[1]), article("b", SEEDS[2])])
    assert len(index) == 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: NearDuplicateIndex(max_articles=0), "max_articles must be at least 1, got 0"),
        (lambda: NearDuplicateIndex(max_age=timedelta(0)), "max_age must be above zero, got 0:00:00"),
        (lambda: NearDuplicateIndex(max_age=HOUR).add(article("a", TEXT)), "at goes with max_age"),
        (lambda: NearDuplicateIndex().add(article("a", TEXT), NOON), "at goes with max_age"),
        (lambda: NearDuplicateIndex().expire(NOON), "an index without max_age"),
        (lambda: NearDuplicateIndex(max_age=HOUR).expire(NOON.replace(tzinfo=None)), "at must have a timezone"),
    ],
)
def test_what_cannot_be_meant_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong()


def test_a_suspect_whose_text_is_gone_is_not_compared_with():
    texts = {ArticleId("a"): article("a", TEXT)}
    index = NearDuplicateIndex(article_of=texts.get)
    index.add(texts[ArticleId("a")])

    assert index.query(article("b", TEXT)).duplicate_of == "a"
    texts.clear()
    assert index.query(article("b", TEXT)).duplicate_of is None
    index.remove(ArticleId("a"))
    assert len(index) == 0


def test_parameters_arrive():
    exact_alone = NearDuplicateIndex(DuplicateParams(kinds=(DuplicateKind.EXACT,)))
    exact_alone.add(article("a", TEXT))

    assert exact_alone.query(article("b", f"{TEXT} And more was said.")).duplicate_of is None
    assert exact_alone.query(article("b", TEXT)).duplicate_of == "a"


def test_without_shingles_an_article_takes_at_most_700_bytes_and_all_together_a_megabyte(
    sketch_path,  # noqa: F811 - the fixture
):
    if sketch_path == "never":
        pytest.skip("takes half a minute")
    given = made_up(20_000)
    kept = {each.id: each for each in given}

    index = NearDuplicateIndex(article_of=kept.get)
    found = index.add_all(given)

    assert sum(verdict.duplicate_of is not None for verdict in found) == 2000
    assert index.nbytes <= 700 * len(index) + 1_400_000


def test_shingles_take_five_bytes_each_and_are_given_back():
    given = made_up(100)
    with_shingles, without = NearDuplicateIndex(), NearDuplicateIndex(article_of={e.id: e for e in given}.get)
    with_shingles.add_all(given)
    without.add_all(given)

    assert with_shingles.nbytes - without.nbytes == 100 * (16 + 5 * 59)
    for each in given:
        with_shingles.remove(each.id)
        without.remove(each.id)
    assert with_shingles.nbytes == without.nbytes


def test_size_stays_flat_while_articles_come_and_go():
    index = NearDuplicateIndex(max_articles=500)
    sizes = []
    for first in range(0, 3000, 500):
        index.add_all(articles_from(first, made_up(500, n_words=20 + first // 500)))
        sizes.append(index.nbytes / (20 + first // 500))

    assert len(index) == 500
    assert max(sizes[1:]) <= 1.25 * sizes[1]


def articles_from(first: int, given: list[Article]) -> list[Article]:
    return [article(first + at, each.text) for at, each in enumerate(given)]


def test_an_index_is_empty_at_first():
    index = NearDuplicateIndex()

    assert (len(index), index.nbytes, index.add_all([])) == (0, 0, [])
    assert index.query(article("a", TEXT)).duplicate_of is None

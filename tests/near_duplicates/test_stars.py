"""Groups as they grow."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.models import Article, ArticleId, DuplicateKind, Verdict
from dedupe.near_duplicates.find import prepare
from dedupe.near_duplicates.stars import Stars
from dedupe.near_duplicates.verify import Candidate, compare
from dedupe.settings import DuplicateParams
from tests.sketch_paths import sketch_path  # noqa: F401 - runs every test here on both paths

PARAMS = DuplicateParams()
N_PER_PART = 60


def part(name: str) -> str:
    return " ".join(f"{name}{n}" for n in range(N_PER_PART))


def text(names: str) -> str:
    """A text of parts of sixty words, one a letter."""
    return "\n".join(part(name) for name in names)


def with_replaced(names: str, *, first: int) -> str:
    """The same with every fifth word replaced, beginning with the first-th."""
    return " ".join(f"new{first}x{n}" if n % 5 == first else word for n, word in enumerate(text(names).split()))


class Stream:
    """Articles given one by one, with nothing but their text."""

    def __init__(self) -> None:
        self.stars = Stars(PARAMS)
        self.held: dict[ArticleId, Candidate] = {}
        self.signatures: dict[ArticleId, np.ndarray] = {}

    def take_back(self, name: str) -> None:
        self.stars.remove(ArticleId(name), self.signatures[ArticleId(name)])

    def give(self, name: str, content: str) -> Verdict:
        ((candidate, signature),) = prepare([Article(ArticleId(name), content)], PARAMS.sketch)
        self.held[candidate.article_id], self.signatures[candidate.article_id] = candidate, signature
        suspects = [self.held[other] for other in self.stars.suspects(candidate.text_key, signature)]
        verdict = self.stars.judge(candidate, suspects)
        self.stars.add(candidate.text_key, signature, verdict)
        return verdict


def groups(texts: dict[str, str]) -> dict[str, str]:
    stream = Stream()
    return {name: stream.give(name, content).group for name, content in texts.items()}


@pytest.mark.parametrize("order", list(permutations(["whole", "head", "tail"])))
def test_excerpts_of_one_whole_are_one_group_unless_both_come_before_it(order):
    texts = {"whole": text("abcdef"), "head": text("ab"), "tail": text("ef")}

    found = groups({name: texts[name] for name in order})

    assert len(set(found.values())) == (2 if order[-1] == "whole" else 1)


def test_a_copy_joins_through_the_article_between_it_and_the_canonical_one():
    stream = Stream()
    stream.give("edited", with_replaced("abc", first=0))
    between = stream.give("original", text("abc"))

    verdict = stream.give("edited too", with_replaced("abc", first=2))

    assert (between.group, between.duplicate_of) == ("edited", "edited")
    assert (verdict.group, verdict.duplicate_of, verdict.kind) == ("edited", "original", DuplicateKind.NEAR)


def test_what_repeats_the_canonical_article_says_so():
    stream = Stream()
    stream.give("canonical", text("abcd"))
    stream.give("longer", text("abcdxy"))

    verdict = stream.give("longer still", text("abcdxyz"))

    assert verdict.duplicate_of == "canonical"


def test_nothing_joins_through_the_second_step():
    stream = Stream()
    steps = [text(names) for names in ("abcd", "bcde", "cdef", "defg", "efgh", "fghi")]

    found = [stream.give(str(n), content) for n, content in enumerate(steps)]

    assert [verdict.group for verdict in found] == ["0", "0", "0", "3", "3", "3"]
    assert [verdict.duplicate_of for verdict in found] == [None, "0", "1", None, "3", "4"]
    second, third = (stream.held[ArticleId(name)] for name in "23")
    assert compare(second, third, PARAMS) is not None


@pytest.mark.parametrize("order", [("quoted", "one", "two"), ("one", "quoted", "two"), ("one", "two", "quoted")])
def test_articles_that_share_a_quotation_are_no_copies_of_each_other(order):
    texts = {"quoted": text("q"), "one": text("aqbcd"), "two": text("eqfgh")}

    found = groups({name: texts[name] for name in order})

    assert found["one"] != found["two"]


def test_an_equal_text_gets_the_verdict_of_its_equal():
    stream = Stream()
    stream.give("canonical", text("abcd"))
    copy = stream.give("copy", text("abcx"))

    assert stream.give("again", text("abcd").upper()).kind is DuplicateKind.EXACT
    again = stream.give("copy again", text("abcx").upper())
    assert (again.duplicate_of, again.kind, again.jaccard) == (copy.duplicate_of, copy.kind, copy.jaccard)


def test_a_group_without_its_canonical_article_takes_nothing_more():
    stream = Stream()
    stream.give("canonical", text("abcd"))
    stream.give("bridge", text("abcx"))
    stream.take_back("canonical")
    stream.stars.add(
        b"late", stream.signatures[ArticleId("bridge")], Verdict(ArticleId("late"), ArticleId("canonical"))
    )

    assert stream.give("new", text("abcx")).group == "new"


@settings(deadline=None, max_examples=40)
@given(st.lists(st.text("abcde", min_size=1, max_size=6), max_size=8), st.integers(0, 8))
def test_taking_the_newest_back_leaves_what_was_there_before(parts, n_kept):
    whole, short = Stream(), Stream()
    for n, names in enumerate(parts):
        whole.give(str(n), text(names))
    for n in reversed(range(n_kept, len(parts))):
        whole.take_back(str(n))
    for n, names in enumerate(parts[:n_kept]):
        short.give(str(n), text(names))

    rest = [f"{names}{at}" for at, names in enumerate(parts)]
    assert [whole.give(n, text(n[:-1])) for n in rest] == [short.give(n, text(n[:-1])) for n in rest]


def test_an_article_that_was_never_there_is_removed_without_effect():
    stream = Stream()
    stream.give("a", text("abc"))
    stream.stars.remove(ArticleId("b"))

    assert stream.give("c", text("abc")).group == "a"

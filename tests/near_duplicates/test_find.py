"""From articles to pairs and verdicts."""

import time
from itertools import chain, pairwise, permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.models import Article, ArticleId, DuplicateKind, Verdict
from dedupe.near_duplicates.find import find_near_duplicates, prepare, verdicts
from dedupe.near_duplicates.finder import Finder
from dedupe.near_duplicates.shingle_store import ShinglesInMemory
from dedupe.near_duplicates.sketching import sketch_texts
from dedupe.near_duplicates.stars import Stars
from dedupe.settings import DuplicateParams
from tests.sketch_paths import sketch_path  # noqa: F401 - runs every test here on both paths

SEEDS = [
    Article(ArticleId(path.stem[:3]), path.read_text())
    for path in sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))
]
TEXT = SEEDS[0].text
WORDS = TEXT.split()
NOTE = (
    "{company} said on {day} that net profit for the quarter was {profit} million dollars, or {cents} cents a share, "
    "against {before} million dollars a year earlier. Sales rose to {sales} million dollars as demand for its products "
    "grew in all regions. The company, based in {place}, said it expects results for the full year to be in line with "
    "its earlier forecast, and the board declared a quarterly dividend of {dividend} cents a share."
)


def articles(*texts: str) -> list[Article]:
    return [Article(ArticleId(str(n)), text) for n, text in enumerate(texts)]


def copy_of(text: str, edit: str) -> str:
    words = text.split()
    n = len(words)
    return {
        "case": text.upper(),
        "punctuation": text.replace(",", "").replace(".", " ."),
        "agency": f"MOSCOW (Reuters) - {text}\n\n(With inputs from AFP)\nCopyright Example. All rights reserved.",
        "headline": f"Kremlin and White House set to speak again soon\n\n{text}",
        "tenth replaced": " ".join("grapefruit" if at % 10 == 5 else word for at, word in enumerate(words)),
        "truncated": " ".join(words[: n * 7 // 10]),
        "excerpt": " ".join(words[n // 4 : n * 11 // 20]),
        "paragraphs turned": "\n".join(reversed(text.split("\n"))),
    }[edit]


@pytest.mark.parametrize("order", list(permutations(range(5)))[::17])
def test_the_seeds_repeat_nothing(order):
    given = [SEEDS[at] for at in order]

    assert find_near_duplicates(given) == []
    assert verdicts(given) == [Verdict(article.id, article.id) for article in given]


@pytest.mark.parametrize(
    ("edit", "kind"),
    [
        ("case", DuplicateKind.EXACT),
        ("punctuation", DuplicateKind.EXACT),
        ("agency", DuplicateKind.EXACT),
        ("headline", DuplicateKind.NEAR),
        ("tenth replaced", DuplicateKind.NEAR),
        ("truncated", DuplicateKind.NEAR),
        ("paragraphs turned", DuplicateKind.NEAR),
        ("excerpt", DuplicateKind.CONTAINED),
    ],
)
def test_an_edited_copy_of_any_seed_is_found_among_the_others(edit, kind):
    for seed in SEEDS:
        copy = Article(ArticleId("copy"), copy_of(seed.text, edit))

        verdict = verdicts([*SEEDS, copy])[-1]

        assert (verdict.duplicate_of, verdict.group) == (seed.id, seed.id)
        if seed.id == "000":
            assert verdict.kind is kind


def test_notes_that_fill_one_template_are_no_copies():
    filled = [
        NOTE.format(
            company=f"{name} Corp",
            day=day,
            profit=1.3 * n,
            cents=7 * n,
            before=0.9 * n,
            sales=11.7 * n,
            place=place,
            dividend=n,
        )
        for n, (name, day, place) in enumerate(
            [("Acme", "Monday", "Boston"), ("Globex", "Friday", "Paris"), ("Initech", "Tuesday", "Austin")], start=3
        )
    ]

    assert find_near_duplicates(articles(*filled)) == []
    assert len(find_near_duplicates(articles(*filled), DuplicateParams(sibling_gap=1.0))) == 3


def test_a_pair_is_given_once_with_the_earlier_article_first():
    pairs = find_near_duplicates(articles(TEXT, SEEDS[3].text, copy_of(TEXT, "headline"), TEXT))

    assert [(p.a, p.b, p.kind) for p in pairs] == [("0", "2", "near"), ("0", "3", "exact"), ("2", "3", "near")]


def test_every_pair_of_a_large_group_is_given():
    n_copies = 140
    given = articles(*(f"{TEXT} {n} times" for n in range(n_copies)))

    assert len(find_near_duplicates(given)) == n_copies * (n_copies - 1) // 2


def test_the_first_of_a_group_is_canonical_and_copies_point_to_it():
    given = articles(copy_of(TEXT, "headline"), TEXT, copy_of(TEXT, "agency"))

    assert [(v.group, v.duplicate_of) for v in verdicts(given)] == [("0", None), ("0", "0"), ("0", "0")]


def test_a_title_of_its_own_and_a_title_in_the_text_make_one_content():
    split = Article(ArticleId("a"), TEXT, "Putin congratulates Trump")
    joined = Article(ArticleId("b"), f"Putin congratulates Trump\n{TEXT}")

    assert verdicts([split, joined])[1].kind is DuplicateKind.EXACT


@pytest.mark.parametrize("n_articles", [0, 1, 2, 5])
@pytest.mark.parametrize("text", ["", "word", "!!!", "two words", TEXT])
def test_identical_articles_repeat_the_first(text, n_articles):
    given = articles(*[text] * n_articles)

    assert [v.duplicate_of for v in verdicts(given)] == [None, *["0"] * (n_articles - 1)][:n_articles]
    assert len(find_near_duplicates(given)) == n_articles * (n_articles - 1) // 2


def test_empty_and_one_word_articles_repeat_nothing_else():
    given = articles("", "word", "other", "...", "word word", TEXT, "\x00")

    assert [v.duplicate_of for v in verdicts(given)] == [None] * 6 + ["0"]


def test_two_articles_of_one_id_are_two_articles():
    twins = [Article(ArticleId("a"), TEXT), Article(ArticleId("a"), SEEDS[3].text), Article(ArticleId("b"), TEXT)]

    assert [(p.a, p.b) for p in find_near_duplicates(twins)] == [("a", "b")]


@pytest.mark.parametrize("text", ["word " * 200_000, "國" * 1_000_000, " ".join(str(n) for n in range(150_000))])
def test_a_million_characters_take_seconds_at_most(text):
    began = time.process_time()

    found = verdicts(articles(text, TEXT, text + " more"))

    assert found[1].duplicate_of is None
    assert found[2].duplicate_of == "0" or len(set(text.split())) == 1
    assert time.process_time() - began < 20


def streamed(given: list[Article], params: DuplicateParams) -> list[Verdict]:
    """What a service does: one article at a time."""
    stars, held = Stars(params), {}
    found = []
    for article in given:
        ((candidate, signature),) = prepare([article], params.sketch)
        held[article.id] = candidate
        verdict = stars.judge(candidate, [held[name] for name in stars.suspects(candidate.text_key, signature)])
        stars.add(candidate.text_key, signature, verdict)
        found.append(verdict)
    return found


PARTS = st.lists(st.integers(0, 11), min_size=1, max_size=8).map(
    lambda parts: "\n".join(" ".join(WORDS[30 * part : 30 * part + 30]) for part in parts)
)


@settings(deadline=None, max_examples=60)
@given(st.lists(PARTS | st.sampled_from(["", "word", "Word!", TEXT]), max_size=8))
def test_the_batch_and_the_stream_agree(texts):
    params = DuplicateParams()
    given = articles(*texts)

    assert verdicts(given, params) == streamed(given, params)


@settings(deadline=None, max_examples=60)
@given(st.lists(PARTS, max_size=6))
def test_every_article_of_a_group_is_one_or_two_verified_steps_from_the_canonical_one(texts):
    given = articles(*texts)
    pairs = {(p.a, p.b): p for p in find_near_duplicates(given)}

    found = {v.article_id: v for v in verdicts(given)}

    for verdict in found.values():
        if verdict.duplicate_of is not None:
            pair = pairs[verdict.duplicate_of, verdict.article_id]
            assert (pair.kind, pair.jaccard, pair.containment) == (verdict.kind, verdict.jaccard, verdict.containment)
            earlier = found[verdict.duplicate_of]
            assert verdict.group in (earlier.article_id, earlier.duplicate_of)
            assert found[verdict.group].duplicate_of is None


def test_a_verdict_depends_on_earlier_articles_alone():
    given = articles(TEXT, SEEDS[3].text, copy_of(TEXT, "excerpt"), copy_of(SEEDS[3].text, "headline"), TEXT)

    whole = verdicts(given)

    assert all(verdicts(given[:n]) == whole[:n] for n in range(len(given)))


@pytest.mark.parametrize("threshold", [0.01, 0.05, 0.07, 0.2, 0.31])
def test_a_lower_threshold_loses_no_pair(threshold):
    given = articles(TEXT, copy_of(TEXT, "tenth replaced"), copy_of(TEXT, "headline"), SEEDS[3].text)

    found = {(p.a, p.b) for p in find_near_duplicates(given, DuplicateParams(jaccard=threshold))}

    assert found >= {(p.a, p.b) for p in find_near_duplicates(given)}
    assert len(found) >= 3


@settings(deadline=None, max_examples=60)
@given(st.lists(PARTS | st.sampled_from(["", "word", TEXT]), max_size=10), st.lists(st.integers(0, 10), max_size=3))
def test_pairs_do_not_depend_on_how_the_articles_are_cut_into_blocks(texts, cuts):
    params, given = DuplicateParams(), articles(*texts)
    finder, found = Finder(params), []
    ends = sorted({0, len(texts), *(min(cut, len(texts)) for cut in cuts)})

    for begin, end in pairwise(ends):
        ids = [article.id for article in given[begin:end]]
        found.extend(chain(*finder.find_pairs(ids, sketch_texts(texts[begin:end], params.sketch))))

    assert found == find_near_duplicates(given)


def test_every_copy_of_a_text_is_paired_with_all_that_its_first_article_is_paired_with():
    headline, excerpt = copy_of(TEXT, "headline"), copy_of(TEXT, "excerpt")

    pairs = find_near_duplicates(articles(TEXT, headline, TEXT, excerpt, headline, TEXT))

    assert [(p.a, p.b) for p in pairs] == [(str(a), str(b)) for b in range(6) for a in range(b)]
    assert {(p.a, p.b): p.container for p in pairs if p.kind == "contained"} == {
        **{(str(a), "3"): str(a) for a in range(3)},
        ("3", "4"): "4",
        ("3", "5"): "5",
    }


def test_pairs_of_many_equal_articles_come_some_at_a_time():
    n_articles, params = 400, DuplicateParams()
    ids = [ArticleId(str(n)) for n in range(n_articles)]

    pieces = list(Finder(params).find_pairs(ids, sketch_texts(["word"] * n_articles, params.sketch)))

    assert [(p.a, p.b) for piece in pieces for p in piece] == [(a, b) for n, b in enumerate(ids) for a in ids[:n]]
    assert max(map(len, pieces)) <= 1 << 14 < n_articles * (n_articles - 1) // 2


@settings(deadline=None, max_examples=60)
@given(st.lists(PARTS | st.sampled_from(["", "word", TEXT, copy_of(TEXT, "headline")]), max_size=10))
def test_verdicts_do_not_depend_on_where_the_shingles_are_kept(texts):
    params = DuplicateParams(jaccard=0.2)
    ids, sketches = [ArticleId(str(n)) for n in range(len(texts))], sketch_texts(texts, params.sketch)

    found = Finder(params).judge(ids, sketches)

    assert found == Finder(params, shingles=ShinglesInMemory()).judge(ids, sketches)

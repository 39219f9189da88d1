import json

import pytest

from dedupe.files import deciding
from tests.cli.generated import edited, lines, words


@pytest.fixture(scope="module")
def copied(seeds, tmp_path_factory):
    """The seeds as JSON Lines, the first of them again under another id and again with one word changed."""
    first = sorted(seeds.glob("*.txt"))[0]
    rows = [{"id": path.stem, "text": path.read_text(encoding="utf-8")} for path in sorted(seeds.glob("*.txt"))]
    text = first.read_text(encoding="utf-8")
    rows += [{"id": "again", "text": text}, {"id": "edited", "text": text.replace("Monday", "Tuesday")}]
    path = tmp_path_factory.mktemp("copied") / "copied.jsonl"
    path.write_text("".join(json.dumps({**row, "dup": row["id"]}) + "\n" for row in rows))
    return path


def test_copies_are_named_with_what_they_copy(dedupe, copied):
    code, out, _ = dedupe("duplicates", copied)

    by_id = {row["id"]: row for row in rows_of(out)}
    first = next(iter(by_id))
    assert code == 0
    assert list(by_id["again"]) == ["id", "group", "duplicate_of", "kind", "jaccard", "containment", "container"]
    assert (by_id["again"]["duplicate_of"], by_id["again"]["kind"]) == (first, "exact")
    assert (by_id["edited"]["duplicate_of"], by_id["edited"]["kind"]) == (first, "near")
    assert {row["group"] for row in by_id.values()} == by_id.keys() - {"again", "edited"}


def test_pairs_are_printed_once_and_in_input_order(dedupe, copied):
    _, out, _ = dedupe("duplicates", "--pairs", copied)

    rows = rows_of(out)
    assert list(rows[0]) == ["a", "b", "kind", "jaccard", "containment", "container"]
    assert {(row["a"][:3], row["b"]) for row in rows} == {
        ("000", "again"),
        ("000", "edited"),
        ("aga", "edited"),
    }
    assert len(rows) == 3


def test_no_seed_repeats_another(dedupe, seeds):
    assert dedupe("duplicates", "--pairs", seeds) == (0, b"", "")


def test_the_threshold_is_of_the_jaccard_similarity(dedupe, write):
    words = [f"word{n}" for n in range(60)]
    shorter = [*words[:30], *(f"other{n}" for n in range(10)), *words[30:]]
    path = write("a.jsonl", {"id": "a", "text": " ".join(words)}, {"id": "b", "text": " ".join(shorter)})

    jaccard = rows_of(dedupe("duplicates", "--threshold", 0.4, "--pairs", path)[1])[0]["jaccard"]

    assert 0.4 <= jaccard < 1


def test_what_fills_one_template_is_joined_on_request_alone(dedupe, write):
    form = "{} said its board declared a quarterly dividend of ten cents a share payable on {} to holders of record"
    fills = [("Kenan Transport Co", "April 15"), ("Ryland Group Inc", "March 20"), ("Varlen Corp", "May 9")]
    path = write("a.jsonl", *({"id": name, "text": form.format(name, day)} for name, day in fills))

    apart, join = (dedupe("duplicates", "--pairs", "--templates", wish, path)[1] for wish in ("apart", "join"))

    assert apart == b""
    assert [(row["a"], row["b"]) for row in rows_of(join)] == [
        ("Kenan Transport Co", "Ryland Group Inc"),
        ("Kenan Transport Co", "Varlen Corp"),
        ("Ryland Group Inc", "Varlen Corp"),
    ]


def rows_of(out):
    return [json.loads(line) for line in out.splitlines()]


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(deciding, "_MOST_ARTICLES", 7)
    monkeypatch.setattr(deciding, "_MOST_TAKEN", 5)


@pytest.fixture
def every_kind(write):
    """An article, its half, it again, it edited, and something else."""
    text = words(1)
    texts = {"whole": text, "half": text[:60], "again": text, "edited": edited(text, 2), "other": words(3)}
    return write("kinds.jsonl", *({"id": name, "text": " ".join(text)} for name, text in texts.items()))


def test_each_kind_of_copy_is_told_and_which_article_contains_the_other(dedupe, every_kind):
    rows = {row["id"]: row for row in rows_of(dedupe("duplicates", every_kind)[1])}

    assert {name: row["kind"] for name, row in rows.items()} == {
        "whole": None,
        "half": "contained",
        "again": "exact",
        "edited": "near",
        "other": None,
    }
    assert {name: row["container"] for name, row in rows.items() if row["container"]} == {"half": "whole"}
    assert rows["half"]["containment"] == 1.0


@pytest.mark.parametrize("kinds", ["exact", "near,exact", " contained ", "exact,near,contained"])
def test_only_the_wanted_kinds_count(dedupe, every_kind, kinds):
    wanted = {kind.strip() for kind in kinds.split(",")}

    _, out, _ = dedupe("duplicates", "--kinds", kinds, every_kind)
    _, pairs, _ = dedupe("duplicates", "--pairs", "--kinds", kinds, every_kind)

    assert {row["kind"] for row in rows_of(out)} == {*wanted, None}
    assert {row["kind"] for row in rows_of(pairs)} == wanted


def test_how_much_of_an_article_must_be_in_another_can_be_set(dedupe, write):
    text = words(1, 400)
    half_of_it = [f"new{at}" if at % 4 == 0 else word for at, word in enumerate(text[:150])]
    path = write("a.jsonl", {"id": "a", "text": " ".join(text)}, {"id": "b", "text": " ".join(half_of_it)})

    assert dedupe("duplicates", "--pairs", path)[1] == b""
    assert rows_of(dedupe("duplicates", "--pairs", "--containment", 0.4, path)[1])[0]["kind"] == "contained"


@pytest.mark.parametrize(
    ("keep", "canonical"),
    [("first", "short"), ("longest", "long"), ("earliest", "early")],
)
def test_the_canonical_article_is_the_one_to_keep_and_lines_stay_in_input_order(dedupe, write, keep, canonical):
    text = words(1)
    path = write(
        "a.jsonl",
        {"id": "short", "text": " ".join(text[:110]), "published_at": "2024-05-02"},
        {"id": "long", "text": " ".join(text), "published_at": "2024-05-03"},
        {"id": "undated", "text": " ".join([*text[:115], "undated"])},
        {"id": "early", "text": " ".join([*text[:112], "early"]), "published_at": "2024-05-01T12:00:00+02:00"},
        {"id": "alone", "text": " ".join(words(2))},
    )

    code, out, err = dedupe("duplicates", "--keep", keep, path)

    rows = rows_of(out)
    assert (code, err) == (0, "")
    assert [row["id"] for row in rows] == ["short", "long", "undated", "early", "alone"]
    assert {row["group"] for row in rows} == {canonical, "alone"}
    assert [row["id"] for row in rows if row["duplicate_of"] is None] == sorted(
        [canonical, "alone"], key=[row["id"] for row in rows].index
    )


@pytest.mark.parametrize("keep", ["longest", "earliest"])
def test_a_tie_goes_to_the_first_of_the_input(dedupe, write, small_blocks, keep):
    path = write("a.jsonl", *({"id": f"r{n}", "text": " ".join(words(n % 4))} for n in range(30)))

    rows = rows_of(dedupe("duplicates", "--keep", keep, path)[1])

    assert [row["id"] for row in rows if row["duplicate_of"] is None] == ["r0", "r1", "r2", "r3"]
    assert dedupe("duplicates", path)[1] == dedupe("duplicates", "--keep", keep, path)[1]


@pytest.mark.parametrize("extra", [[], ["--pairs"], ["--keep", "longest"]])
def test_how_the_input_is_cut_into_blocks_changes_nothing(dedupe, tmp_path, monkeypatch, extra):
    path = tmp_path / "a.jsonl"
    path.write_text(lines(60))
    whole = dedupe("duplicates", *extra, path)[1]

    for most_articles, most_characters in ((1, 10**9), (7, 10**9), (1_000, 1_500)):
        monkeypatch.setattr(deciding, "_MOST_ARTICLES", most_articles)
        monkeypatch.setattr(deciding, "_MOST_TAKEN", most_articles)
        monkeypatch.setattr(deciding, "_MOST_CHARACTERS", most_characters)
        assert dedupe("duplicates", *extra, path)[1] == whole
    assert whole.count(b'"kind":"') >= 15


@pytest.mark.parametrize("keep", ["first", "longest", "earliest"])
def test_against_a_corpus_the_corpus_is_canonical_and_has_no_lines(dedupe, write, small_blocks, keep):
    text = words(1)
    corpus = write("corpus.jsonl", {"id": "x", "text": " ".join(text[:110])}, {"id": "y", "text": " ".join(words(2))})
    new = write(
        "new.jsonl",
        {"id": "x", "text": " ".join(text), "published_at": "2024-01-01"},
        {"id": "z", "text": " ".join(words(3))},
        {"id": "again", "text": " ".join(words(3))},
    )

    code, out, _ = dedupe("duplicates", "--against", corpus, "--keep", keep, new)

    rows = rows_of(out)
    assert code == 0
    assert [row["id"] for row in rows] == ["x", "z", "again"]
    assert [(row["duplicate_of"], row["duplicate_of_in"]) for row in rows] == [
        ("x", "corpus"),
        (None, None),
        ("z", "files"),
    ]
    assert [(row["group"], row["group_in"]) for row in rows] == [("x", "corpus"), ("z", "files"), ("z", "files")]


def test_pairs_against_a_corpus_are_those_of_the_files(dedupe, write):
    text = " ".join(words(1))
    corpora = [write(f"{name}.jsonl", {"id": name, "text": text}) for name in ("c", "d")]
    new = write("new.jsonl", {"id": "c", "text": text}, {"id": "e", "text": text})

    _, out, _ = dedupe("duplicates", "--pairs", "--against", corpora[0], "--against", corpora[1], new)

    assert [(row["a"], row["a_in"], row["b"]) for row in rows_of(out)] == [
        ("c", "corpus", "c"),
        ("d", "corpus", "c"),
        ("c", "corpus", "e"),
        ("d", "corpus", "e"),
        ("c", "files", "e"),
    ]


def test_bad_rows_of_a_corpus_are_named_too(dedupe, write):
    corpus, new = write("corpus.jsonl", {"id": "a"}), write("new.jsonl", {"id": "b", "text": "some words"})

    code, out, err = dedupe("duplicates", "--against", corpus, new)

    assert (code, len(rows_of(out))) == (3, 1)
    assert err.startswith(f"{corpus}:1: field 'text'")


def test_stopping_at_a_bad_row_leaves_the_lines_of_the_rows_before_it(dedupe, write):
    path = write("a.jsonl", {"id": "a", "text": "x"}, {"id": "b"}, {"id": "c", "text": "x"})

    code, out, err = dedupe("duplicates", "--on-error", "stop", path)

    assert (code, [row["id"] for row in rows_of(out)]) == (3, ["a"])
    assert err == f"{path}:2: field 'text': must be given, or else a title\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--kinds", "twin"],
        ["--kinds", ","],
        ["--kinds", "exact", "--threshold", "0.5"],
        ["--kinds", "near", "--containment", "0.5"],
        ["--containment", "1.5"],
        ["--pairs", "--keep", "longest"],
        ["--keep", "newest"],
        ["--against", "missing.jsonl"],
        ["--resume"],
        ["--restart"],
    ],
)
def test_wishes_that_contradict_one_another_are_refused(dedupe, write, arguments):
    path = write("a.jsonl", {"id": "a", "text": "x"})

    code, out, err = dedupe("duplicates", path, *arguments)

    assert (code, out) == (2, b"")
    assert "Error:" in err


def test_standard_input_is_files_or_corpus_but_not_both(dedupe):
    assert dedupe("duplicates", "-", "--against", "-")[0] == 2

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dedupe.files.corpora import columns_told_apart, of_corpus, row_marked, row_told_apart
from dedupe.files.results import PAIR_COLUMNS, VERDICT_COLUMNS, row_of_pair, row_of_verdict, verdict_of_row
from dedupe.files.write import row_writer, write_rows
from dedupe.files.written import ForeignRows, can_go_on, cut_torn_line, last_run, written_rows
from dedupe.models import DuplicateKind, DuplicatePair, Verdict

IDS = st.text(min_size=1, max_size=8).filter(str.isprintable)
RATIOS = st.floats(0, 1).map(lambda ratio: round(ratio, 6))
VERDICTS = st.builds(
    lambda own, other, kind, jaccard, containment: (
        Verdict(own, own)
        if kind is None
        else Verdict(own, other, other, kind, jaccard, containment, other if kind == "contained" else None)
    ),
    IDS,
    IDS,
    st.none() | st.sampled_from(list(DuplicateKind)),
    RATIOS,
    RATIOS,
)
ANY_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@ANY_FOLDER
@given(verdicts=st.lists(VERDICTS), name=st.sampled_from(["out.jsonl", "out.csv", "out.tsv"]))
def test_verdicts_come_back_from_what_was_written(tmp_path, verdicts, name):
    out = str(tmp_path / name)
    write_rows(map(row_of_verdict, verdicts), out, columns=VERDICT_COLUMNS)

    rows = [row for _, row in written_rows(out, columns=VERDICT_COLUMNS)]

    assert [verdict_of_row(row) for row in rows] == verdicts


@given(VERDICTS, st.booleans(), st.booleans())
def test_a_row_that_tells_corpus_and_files_apart_can_be_marked_again(verdict, group_in_corpus, other_in_corpus):
    row = row_of_verdict(verdict)
    row["group"] = of_corpus(row["group"]) if group_in_corpus else row["group"]
    if row["duplicate_of"] is not None and other_in_corpus:
        row["duplicate_of"] = of_corpus(row["duplicate_of"])

    told = row_told_apart(row)

    assert tuple(told) == columns_told_apart(VERDICT_COLUMNS)
    assert told["group_in"] == ("corpus" if group_in_corpus else "files")
    assert told["duplicate_of_in"] == (row["duplicate_of"] and ("corpus" if other_in_corpus else "files"))
    assert "\x1f" not in str(told)
    assert row_marked(told) == row


@pytest.mark.parametrize("name", ["out.jsonl", "out.csv"])
@pytest.mark.parametrize("first", [0, 1, 2])
def test_rows_written_after_others_are_the_same_file_as_all_at_once(tmp_path, name, first):
    rows = [row_of_verdict(Verdict(article_id, article_id)) for article_id in "ab"]
    whole, parts = tmp_path / f"whole-{name}", tmp_path / name
    write_rows(rows, str(whole), columns=VERDICT_COLUMNS)

    for part, appending in ((rows[:first], False), (rows[first:], True)):
        with row_writer(str(parts), columns=VERDICT_COLUMNS, appending=appending) as writer:
            for row in part:
                writer.write(row)

    assert parts.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize(
    ("content", "left"),
    [(b"", b""), (b"torn", b""), (b"one\n", b"one\n"), (b"one\ntwo\nto", b"one\ntwo\n")],
)
def test_a_torn_line_is_cut(tmp_path, content, left):
    path = tmp_path / "out.jsonl"
    path.write_bytes(content)

    cut_torn_line(str(path))

    assert path.read_bytes() == left


def test_a_torn_line_is_cut_however_long_it_is(tmp_path):
    path = tmp_path / "out.jsonl"
    path.write_bytes(b"one\n" + b"x" * 200_000)

    cut_torn_line(str(path))

    assert path.read_bytes() == b"one\n"


@pytest.mark.parametrize("name", ["out.jsonl", "out.tsv"])
def test_the_last_rows_of_one_article_are_found_with_the_byte_they_begin_at(tmp_path, name):
    out = tmp_path / name
    pairs = [DuplicatePair(a, b, DuplicateKind.EXACT, 1.0, 1.0) for a, b in ("xy", "xz", "yz")]
    write_rows(map(row_of_pair, pairs), str(out), columns=PAIR_COLUMNS)

    last = last_run(written_rows(str(out), columns=PAIR_COLUMNS), key="b")

    assert (last.value, last.n_before) == ("z", 1)
    assert out.read_bytes()[last.begin :].count(b"\n") == 2
    assert out.read_bytes()[last.begin - 1 : last.begin] == b"\n"


def test_without_rows_there_is_no_last_article(tmp_path):
    out = str(tmp_path / "out.csv")
    write_rows([], out, columns=PAIR_COLUMNS)

    assert last_run(written_rows(out, columns=PAIR_COLUMNS), key="b") is None


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("out.jsonl", '{"id": "a"}\n'),
        ("out.jsonl", "[1]\n"),
        ("out.jsonl", "not json\n"),
        ("out.csv", "id,story\na,b\n"),
        ("out.csv", f"{','.join(VERDICT_COLUMNS)}\na,b\n"),
        ("out.csv", f"{','.join(VERDICT_COLUMNS)}\na,a,,,much,0,\n"),
        ("out.csv", "a,a,,,0,0,\n"),
    ],
)
def test_lines_that_another_command_has_written_are_refused_by_their_number(tmp_path, name, content):
    out = tmp_path / name
    out.write_text(content)

    with pytest.raises(ForeignRows, match=rf"{name}:[12]: is no line"):
        list(written_rows(str(out), columns=VERDICT_COLUMNS))


def test_a_row_that_is_no_verdict_is_a_value_error():
    row = row_of_verdict(Verdict("a", "a"))

    for changed in ({"id": 5}, {"kind": "twin"}, {"jaccard": "much"}, {"group": None}):
        with pytest.raises(ValueError, match=r"must be|not a valid"):
            verdict_of_row({**row, **changed})
    with pytest.raises(ValueError, match="no 'container'"):
        verdict_of_row({key: value for key, value in row.items() if key != "container"})


def test_arrays_and_zipped_files_cannot_be_gone_on_with():
    names = ("out.jsonl", "out.csv", "out.tsv", "out.json", "out.jsonl.gz", "out.CSV.GZ")

    assert [can_go_on(name) for name in names] == [True, True, True, False, False, False]

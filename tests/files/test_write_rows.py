import csv
import gzip
import io
import json

import pytest

from dedupe.errors import BadInput
from dedupe.files import write_rows
from dedupe.files.results import row_of_pair, row_of_verdict, rows_of_stories
from dedupe.models import DuplicateKind, DuplicatePair, Member, Story, Verdict

ROWS = [{"id": "1", "label": 'a, "b"\nc', "of": None, "tags": ["x"]}, {"id": "2", "label": "ü", "of": "1", "tags": []}]


def test_rows_to_a_stream_are_json_lines():
    stream = io.BytesIO()

    n_rows = write_rows(ROWS, stream)

    assert n_rows == 2
    assert [json.loads(line) for line in stream.getvalue().splitlines()] == ROWS


@pytest.mark.parametrize("name", ["out.jsonl", "out.ndjson", "out.jsonl.gz"])
def test_json_lines_by_extension(tmp_path, name):
    write_rows(ROWS, str(tmp_path / name))

    content = (tmp_path / name).read_bytes()
    plain = gzip.decompress(content) if name.endswith(".gz") else content
    assert [json.loads(line) for line in plain.splitlines()] == ROWS


@pytest.mark.parametrize("rows", [ROWS, []])
def test_a_json_file_is_an_array(tmp_path, rows):
    write_rows(rows, str(tmp_path / "out.json"))

    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8")) == rows


@pytest.mark.parametrize(("name", "delimiter"), [("out.csv", ","), ("out.tsv", "\t")])
def test_a_table_has_a_header_and_json_in_cells_that_hold_no_string(tmp_path, name, delimiter):
    write_rows(ROWS, str(tmp_path / name))

    with (tmp_path / name).open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file, delimiter=delimiter)) == [
            ["id", "label", "of", "tags"],
            ["1", 'a, "b"\nc', "", '["x"]'],
            ["2", "ü", "1", "[]"],
        ]


def test_a_table_without_rows_still_has_its_header(tmp_path):
    write_rows([], str(tmp_path / "out.csv"), columns=["id", "story"])

    assert (tmp_path / "out.csv").read_text() == "id,story\n"


def test_the_same_rows_are_the_same_gzipped_bytes(tmp_path):
    for name in ("a.jsonl.gz", "b.jsonl.gz"):
        write_rows(ROWS, str(tmp_path / name))

    assert (tmp_path / "a.jsonl.gz").read_bytes() == (tmp_path / "b.jsonl.gz").read_bytes()


def test_an_interruption_leaves_whole_rows(tmp_path):
    def interrupted():
        yield ROWS[0]
        raise KeyboardInterrupt

    for name in ("out.jsonl", "out.json", "out.jsonl.gz"):
        with pytest.raises(KeyboardInterrupt):
            write_rows(interrupted(), str(tmp_path / name))

    assert json.loads((tmp_path / "out.jsonl").read_text()) == ROWS[0]
    assert json.loads((tmp_path / "out.json").read_text()) == ROWS[:1]
    assert json.loads(gzip.decompress((tmp_path / "out.jsonl.gz").read_bytes())) == ROWS[0]


@pytest.mark.parametrize("name", ["out.parquet", "out.txt", "out", "out.xlsx"])
def test_a_file_that_cannot_be_written_is_refused(tmp_path, name):
    with pytest.raises(BadInput):
        write_rows(ROWS, str(tmp_path / name))

    assert not (tmp_path / name).exists()


def test_results_have_the_keys_that_were_promised_in_their_order():
    verdict = row_of_verdict(Verdict("b", "a", "a", DuplicateKind.CONTAINED, 2 / 3, 1.0, "a"))
    pair = row_of_pair(DuplicatePair("a", "b", DuplicateKind.EXACT, 1.0, 1.0))
    story = Story("s", "t", "Label", ("word",), "b", (Member("b", None, 1.0), Member("a", "b", 0.5)))
    lines = list(rows_of_stories([story], order=["a", "b"]))

    assert list(verdict.items()) == [
        ("id", "b"),
        ("group", "a"),
        ("duplicate_of", "a"),
        ("kind", "contained"),
        ("jaccard", 0.666667),
        ("containment", 1.0),
        ("container", "a"),
    ]
    assert list(pair) == ["a", "b", "kind", "jaccard", "containment", "container"]
    assert list(pair.values()) == ["a", "b", "exact", 1.0, 1.0, None]
    assert list(lines[0].items()) == [
        ("id", "a"),
        ("story", "s"),
        ("topic", "t"),
        ("label", "Label"),
        ("duplicate_of", "b"),
        ("confidence", 0.5),
    ]
    assert lines[1]["id"] == "b"

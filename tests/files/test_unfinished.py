import os

import pytest

from dedupe.files.places import input_files
from dedupe.files.unfinished import described_files, differences, drop_note, has_note, note_path, noted_run, write_note


def test_a_note_says_of_which_run_an_output_is_until_it_is_dropped(tmp_path):
    out = str(tmp_path / "out.jsonl")

    write_note(out, {"threshold": 0.5})

    assert os.listdir(tmp_path) == ["out.jsonl.unfinished"]
    assert noted_run(out) == {"threshold": 0.5}
    drop_note(out)
    drop_note(out)
    assert not has_note(out)


@pytest.mark.parametrize("content", ["", "[]", '{"run": 5}', "{torn"])
def test_a_note_that_says_nothing_is_a_value_error(tmp_path, content):
    out = str(tmp_path / "out.jsonl")
    (tmp_path / "out.jsonl.unfinished").write_text(content)

    with pytest.raises(ValueError, match=r"out\.jsonl\.unfinished"):
        noted_run(out)
    assert note_path(out).endswith(".unfinished")


def test_the_same_run_differs_in_nothing_and_another_is_told_apart_clause_by_clause(tmp_path):
    (tmp_path / "a.jsonl").write_text("one")
    (tmp_path / "b.jsonl").write_text("one")
    paths = [str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl")]
    run = {"kinds": "exact", "threshold": 0.5, "files": described_files(input_files(paths))}

    assert differences(run, run) == []
    assert differences(run, {**run, "kinds": "near", "threshold": 0.25}) == [
        "kinds was exact and is near",
        "threshold was 0.5 and is 0.25",
    ]
    assert differences(run, {**run, "more": True}) == ["more was null and is true"]
    assert differences({**run, "more": True}, run) == ["more was true and is null"]
    turned = {**run, "files": described_files(input_files(paths[::-1]))}
    assert differences(run, turned) == [f"files: {paths[0]}, {paths[1]} then, {paths[1]}, {paths[0]} now"]


def test_a_file_that_has_changed_is_named(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("one")
    before = {"files": described_files(input_files([str(path)]))}

    path.write_text("other")
    after = {"files": described_files(input_files([str(path)]))}

    assert differences(before, after) == [f"{path} has changed"]


def test_a_file_that_is_gone_is_described_as_nothing(tmp_path):
    missing = str(tmp_path / "missing.jsonl")

    assert described_files(input_files([missing])) == {missing: None}

import json
import os
import signal
import subprocess
import sys

import pytest

from dedupe.cli.root import SECTIONS, LazyGroup, commands

DEDUPE = [sys.executable, "-m", "dedupe"]


def rows_of(out):
    return [json.loads(line) for line in out.splitlines()]


def test_the_seeds_are_three_stories_of_one_topic_in_input_order(dedupe, seeds):
    code, out, err = dedupe("cluster", seeds)

    rows = rows_of(out)
    story = [row["story"] for row in rows]
    assert (code, err) == (0, "")
    assert [row["id"] for row in rows] == [path.stem for path in sorted(seeds.glob("*.txt"))]
    assert list(rows[0]) == ["id", "story", "topic", "label", "duplicate_of", "confidence"]
    assert story[0] == story[1] != story[2] == story[4]
    assert len(set(story)) == 3
    assert len({row["topic"] for row in rows}) == 1
    assert {row["duplicate_of"] for row in rows} == {None}


def test_bad_rows_are_named_and_skipped_and_the_exit_code_is_3(dedupe, write):
    path = write("a.jsonl", {"id": "a", "text": "x y"}, '{"id": ', {"id": "b"}, {"id": "c", "text": "z"})

    code, out, err = dedupe("duplicates", path)

    assert code == 3
    assert [row["id"] for row in rows_of(out)] == ["a", "c"]
    assert err.splitlines() == [
        f"{path}:2: must be valid JSON: Expecting value at column 7",
        f"{path}:3: field 'text': must be given, or else a title",
        "bad rows skipped: 2",
    ]


def test_quiet_still_names_bad_rows(dedupe, write):
    path = write("a.jsonl", {"id": "a"}, {"id": "b", "text": "x"}, {"id": "b", "text": "x"})

    code, _, err = dedupe("duplicates", "--quiet", path)

    assert (code, err) == (3, f"{path}:1: field 'text': must be given, or else a title\n")


def test_stopping_at_a_bad_row_prints_it_and_nothing_else(dedupe, write):
    path = write("a.jsonl", {"id": "a", "text": "x"}, {"id": "b"}, {"id": "c"})

    assert dedupe("cluster", "--on-error", "stop", path) == (
        3,
        b"",
        f"{path}:2: field 'text': must be given, or else a title\n",
    )


def test_rows_that_repeat_a_row_are_counted(dedupe, write):
    path = write("a.jsonl", {"id": "a", "text": "x"}, {"id": "a", "text": "x"})

    code, out, err = dedupe("duplicates", path)

    assert (code, len(rows_of(out))) == (0, 1)
    assert err == "rows that repeat the id and text of an earlier row and count once: 1\n"


def test_the_longest_article_can_be_set(dedupe, write):
    path = write("a.jsonl", {"id": "a", "text": "x" * 101})

    assert dedupe("duplicates", "--max-article-chars", 100, path)[0] == 3
    assert dedupe("duplicates", "--max-article-chars", 101, path)[0] == 0


def test_no_articles_are_no_rows(dedupe, write):
    assert dedupe("cluster", write("empty.jsonl")) == (0, b"", "")
    assert dedupe("duplicates", write("empty.jsonl")) == (0, b"", "")


@pytest.mark.parametrize("name", ["out.csv", "out.json", "out.jsonl"])
def test_output_goes_to_a_file_by_its_extension(dedupe, write, tmp_path, name):
    path = write("a.jsonl", {"id": "a", "text": "some words"})

    code, out, _ = dedupe("duplicates", path, "-o", tmp_path / name)

    first = {"out.csv": "id,", "out.json": "[", "out.jsonl": '{"id"'}[name]
    assert (code, out) == (0, b"")
    assert (tmp_path / name).read_text().startswith(first)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nothing"],
        ["cluster"],
        ["cluster", "missing.jsonl"],
        ["cluster", "-", "-"],
        ["cluster", "{here}"],
        ["cluster", "{file}", "-o", "{here}/out.docx"],
        ["cluster", "{file}", "-o", "{here}/nowhere/out.jsonl"],
        ["cluster", "{file}", "-o", "{file}"],
        ["duplicates", "{file}", "--threshold", "0"],
        ["evaluate", "-", "-"],
        ["evaluate", "{file}", "{file}"],
        ["evaluate", "{pairs}", "{pairs}", "--min-b3", "1"],
    ],
)
def test_a_wrong_command_line_is_told_so_with_exit_code_2(dedupe, write, tmp_path, arguments):
    file = write("below.jsonl", {"id": "a", "text": "x"}).rename(tmp_path.parent / f"{tmp_path.name}.jsonl")
    pairs = write("pairs.jsonl", {"a": "x", "b": "y"}).rename(tmp_path.parent / f"{tmp_path.name}-pairs.jsonl")
    before = file.read_bytes()

    code, out, err = dedupe(*(text.format(here=tmp_path, file=file, pairs=pairs) for text in arguments))

    assert (code, out) == (2, b"")
    assert "Traceback" not in err
    assert err
    assert file.read_bytes() == before


def test_standard_input_is_json_lines(seeds):
    row = b'{"id": "a", "text": "some words"}\n'

    done = subprocess.run([*DEDUPE, "duplicates", "-"], input=row, capture_output=True, check=False)

    assert (done.returncode, rows_of(done.stdout)[0]["id"]) == (0, "a")


def test_a_reader_that_has_seen_enough_is_no_error(write):
    path = write("a.jsonl", *({"id": str(n), "text": f"text {n}"} for n in range(5_000)))
    command = subprocess.Popen([*DEDUPE, "duplicates", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    first = command.stdout.readline()
    command.stdout.close()

    assert json.loads(first)["id"] == "0"
    assert (command.wait(), command.stderr.read()) == (0, b"")
    command.stderr.close()


def test_ctrl_c_ends_with_130_and_without_a_traceback():
    command = subprocess.Popen([*DEDUPE, "cluster", "-"], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    command.stdin.write(b"broken\n")
    command.stdin.flush()
    assert b"must be valid JSON" in command.stderr.readline()  # it is running and has read what there is

    command.send_signal(signal.SIGINT)

    assert command.wait() == 130
    assert command.stderr.read().strip() == b""
    command.stdin.close()
    command.stderr.close()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
def test_a_full_disk_is_one_line(seeds):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*DEDUPE, "evaluate", seeds / "gold.jsonl", seeds / "gold.jsonl"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )

    assert (done.returncode, done.stderr) == (1, b"Error: cannot write to stdout: No space left on device\n")


@pytest.mark.parametrize("name", [name for section in SECTIONS.values() for name in section])
def test_every_command_of_the_help_is_there(name):
    command = LazyGroup().get_command(None, name)

    assert command.name == name
    assert command.help


def test_help_loads_no_library_of_the_core():
    script = (
        "import sys; from dedupe.cli.root import run; run(sys.argv[1:]); print(sorted(sys.modules), file=sys.stderr)"
    )

    done = subprocess.run([sys.executable, "-c", script, "--help"], capture_output=True, text=True, check=False)

    loaded = {name.strip("'[],\n") for name in done.stderr.split()}
    assert "evaluate" in done.stdout
    assert not loaded & {"scipy", "sklearn", "hdbscan", "celery", "redis", "fastapi", "rich", "numba"}


def test_the_version_is_the_package_s(dedupe):
    from dedupe import __version__

    assert dedupe("--version")[1].decode() == f"dedupe {__version__}\n"
    assert commands.name == "commands"

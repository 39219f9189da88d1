"""An interrupted run of ``dedupe duplicates`` goes on as if nothing had been."""

import fcntl
import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dedupe.cli.root import run
from dedupe.files import deciding
from dedupe.files.write import RowWriter
from tests.cli.generated import lines

N_ARTICLES = 60
PAIRS = ("--pairs",)
AGAINST = ("--against", "{folder}/corpus.jsonl")
RUNS = [(), PAIRS, AGAINST, (*PAIRS, *AGAINST)]

RUN = "from dedupe.cli.root import run; sys.exit(run(sys.argv[1:]))"

# Runs a command in blocks of 10 articles and sends a signal to itself once so many blocks are written.
KILLED = """
import os, sys
from dedupe.cli.root import run
from dedupe.files import deciding, write

deciding._MOST_ARTICLES = 10
number, blocks, *arguments = sys.argv[1:]
left = int(blocks)

class Killed(write.RowWriter):
    def flush(self):
        global left
        plain_flush(self)
        left -= 1
        if left == 0:
            os.kill(os.getpid(), int(number))

plain_flush, write.RowWriter.flush = write.RowWriter.flush, Killed.flush
sys.exit(run(arguments))
"""


def killed(number, *arguments, after_blocks):
    return subprocess.run(
        [sys.executable, "-c", KILLED, str(int(number)), str(after_blocks), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(deciding, "_MOST_ARTICLES", 10)


@pytest.fixture
def interrupted(dedupe):
    """Runs a command in this process, with a Ctrl-C once so many blocks are written."""

    def run_command(*arguments, after_blocks=2):
        with interrupt(after_blocks):
            return dedupe(*arguments)

    return run_command


@contextmanager
def interrupt(after_blocks):
    def flush(writer):
        plain_flush(writer)
        if next(left) == 0:
            raise KeyboardInterrupt

    left, plain_flush = iter(range(after_blocks - 1, -1, -1)), RowWriter.flush
    RowWriter.flush = flush
    try:
        yield
    finally:
        RowWriter.flush = plain_flush


@pytest.fixture
def here(tmp_path):
    (tmp_path / "files.jsonl").write_text(lines(N_ARTICLES))
    (tmp_path / "corpus.jsonl").write_text(lines(N_ARTICLES // 3, seed=0))
    return tmp_path


def command(folder, out, *extra):
    return ["duplicates", str(folder / "files.jsonl"), "-o", str(out), *(text.format(folder=folder) for text in extra)]


@pytest.mark.parametrize(
    ("number", "extra"),
    [
        (signal.SIGINT, ()),
        (signal.SIGTERM, PAIRS),
        (signal.SIGKILL, AGAINST),
        (signal.SIGKILL, (*PAIRS, *AGAINST)),
    ],
)
def test_a_killed_run_goes_on_to_the_output_of_one_that_was_not(dedupe, here, number, extra):
    dedupe(*command(here, here / "whole.jsonl", *extra))
    whole = (here / "whole.jsonl").read_bytes()

    done = killed(number, *command(here, here / "out.jsonl", *extra), after_blocks=3)
    left = (here / "out.jsonl").read_bytes()

    assert done.returncode == (-9 if number == signal.SIGKILL else 130)
    assert ("--resume" in done.stderr, "Traceback" in done.stderr) == (number != signal.SIGKILL, False)
    assert (here / "out.jsonl.unfinished").exists()
    assert whole.startswith(left)
    assert len(left) < len(whole)
    assert left.endswith(b"\n")
    assert dedupe(*command(here, here / "out.jsonl", *extra), "--resume")[0] == 0
    assert (here / "out.jsonl").read_bytes() == whole
    assert not (here / "out.jsonl.unfinished").exists()


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """For each kind of run and of output: its folder, path, whole content and the note beside an unfinished one."""
    folder = tmp_path_factory.mktemp("begun")
    (folder / "files.jsonl").write_text(lines(N_ARTICLES))
    (folder / "corpus.jsonl").write_text(lines(N_ARTICLES // 3, seed=0))

    def begin(extra, ending):
        out = folder / f"out-{len(list(folder.iterdir()))}.{ending}"
        with interrupt(after_blocks=1):
            assert run(command(folder, out, *extra)) == 130
        note = (folder / f"{out.name}.unfinished").read_bytes()
        assert run(command(folder, out, *extra, "--restart")) == 0
        return folder, out, out.read_bytes(), note

    # A function, because hypothesis prints what it was given and an output is long.
    return {(extra, ending): begin(extra, ending) for extra in RUNS for ending in ("jsonl", "csv")}.get


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(extra=st.sampled_from(RUNS), ending=st.sampled_from(["jsonl", "csv"]), share=st.floats(0, 1))
def test_every_beginning_of_an_output_is_gone_on_with_to_the_same_end(begun, extra, ending, share):
    folder, out, whole, note = begun((extra, ending))
    out.write_bytes(whole[: round(share * len(whole))])
    (folder / f"{out.name}.unfinished").write_bytes(note)

    code = run([*command(folder, out, *extra), "--resume"])

    assert code == 0
    assert out.read_bytes() == whole


def test_bad_rows_are_named_again(dedupe, interrupted, here):
    with (here / "files.jsonl").open("r+") as file:
        content = file.read()
        file.seek(0)
        file.write("broken\n" + content)

    _, _, err_before = interrupted(*command(here, here / "out.jsonl"))
    code, _, err = dedupe(*command(here, here / "out.jsonl"), "--resume")

    assert "files.jsonl:1: must be valid JSON" in err_before
    assert "files.jsonl:1: must be valid JSON" in err
    assert code == 3


def test_a_run_that_stopped_at_a_bad_row_goes_on_when_bad_rows_are_skipped(dedupe, here):
    *most, last = lines(N_ARTICLES).splitlines(keepends=True)
    (here / "files.jsonl").write_text("".join([*most, "broken\n", last]))

    stopped = dedupe(*command(here, here / "out.jsonl"), "--on-error", "stop")
    left = (here / "out.jsonl").read_bytes()
    went_on = dedupe(*command(here, here / "out.jsonl"), "--resume")

    assert (stopped[0], went_on[0]) == (3, 3)
    assert left.count(b"\n") == N_ARTICLES - 1
    assert (here / "out.jsonl").read_bytes().count(b"\n") == N_ARTICLES


def test_a_full_disk_is_one_line_and_the_run_goes_on_when_there_is_room(dedupe, here):
    dedupe(*command(here, here / "whole.jsonl"))
    limit = (here / "whole.jsonl").stat().st_size // 2
    script = f"import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit})); {RUN}"

    arguments = command(here, here / "out.jsonl")
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "--resume" in done.stderr
    assert dedupe(*command(here, here / "out.jsonl"), "--resume")[0] == 0
    assert (here / "out.jsonl").read_bytes() == (here / "whole.jsonl").read_bytes()


def test_an_unfinished_output_is_overwritten_only_on_demand(dedupe, interrupted, here):
    interrupted(*command(here, here / "out.jsonl"))
    left = (here / "out.jsonl").read_bytes()

    code, _, err = dedupe(*command(here, here / "out.jsonl"))

    assert (code, "--resume" in err, "--restart" in err) == (2, True, True)
    assert (here / "out.jsonl").read_bytes() == left
    assert dedupe(*command(here, here / "out.jsonl"), "--restart")[0] == 0
    assert (here / "out.jsonl").read_bytes().count(b"\n") == N_ARTICLES
    assert not (here / "out.jsonl.unfinished").exists()


@pytest.mark.parametrize("more", [[], ["--resume"]])
def test_where_nothing_is_left_of_an_output_it_is_begun_anew(dedupe, interrupted, here, more):
    interrupted(*command(here, here / "out.jsonl"))
    (here / "out.jsonl").unlink()

    assert dedupe(*command(here, here / "out.jsonl"), *more)[0] == 0
    assert (here / "out.jsonl").read_bytes().count(b"\n") == N_ARTICLES
    assert not (here / "out.jsonl.unfinished").exists()


@pytest.mark.parametrize(
    ("extra", "differs"),
    [
        (["--threshold", "0.5"], "threshold was 0.31 and is 0.5"),
        (["--templates", "join"], "templates was apart and is join"),
        (["--kinds", "exact"], "kinds was exact,near,contained and is exact"),
        (["--pairs"], "lines was articles and is pairs"),
        (["--against", "{folder}/corpus.jsonl"], "against: none then, {folder}/corpus.jsonl now"),
        (["{folder}/corpus.jsonl"], "files: {folder}/files.jsonl then, {folder}/files.jsonl, {folder}/corpus.jsonl"),
    ],
)
def test_another_run_does_not_go_on_and_says_what_differs(dedupe, interrupted, here, extra, differs):
    interrupted(*command(here, here / "out.jsonl"))

    code, _, err = dedupe(*command(here, here / "out.jsonl", *extra), "--resume")

    assert code == 2
    assert differs.format(folder=here) in err
    assert (here / "out.jsonl.unfinished").exists()


def test_files_that_have_changed_since_are_named(dedupe, interrupted, here):
    interrupted(*command(here, here / "out.jsonl"))
    with (here / "files.jsonl").open("a") as file:
        file.write(json.dumps({"id": "more", "text": "more"}) + "\n")

    code, _, err = dedupe(*command(here, here / "out.jsonl"), "--resume")

    assert (code, "files.jsonl has changed" in err) == (2, True)


@pytest.mark.parametrize("extra", [(), PAIRS])
@pytest.mark.parametrize("line", ['{"id": "r0"}', "torn", "last"])
def test_an_output_with_lines_of_another_run_is_not_gone_on_with(dedupe, interrupted, here, extra, line):
    interrupted(*command(here, here / "out.jsonl", *extra))
    *before, last = (here / "out.jsonl").read_text().splitlines()
    key = "b" if extra else "id"
    other = line if line != "last" else json.dumps({**json.loads(last), key: "elsewhere"})
    (here / "out.jsonl").write_text("\n".join([*before, other]) + "\n")

    code, _, err = dedupe(*command(here, here / "out.jsonl", *extra), "--resume")

    assert (code, "--restart" in err, "Traceback" in err) == (2, True, False)


@pytest.mark.parametrize("broken", [{"kind": "twin"}, {"jaccard": "much"}, {"group": None}, {"group": "elsewhere"}])
def test_an_output_with_a_line_that_is_no_verdict_is_not_gone_on_with(dedupe, interrupted, here, broken):
    interrupted(*command(here, here / "out.jsonl"))
    first, *others = (here / "out.jsonl").read_text().splitlines()
    (here / "out.jsonl").write_text("\n".join([json.dumps({**json.loads(first), **broken}), *others]) + "\n")

    code, _, err = dedupe(*command(here, here / "out.jsonl"), "--resume")

    assert (code, "--restart" in err, "Traceback" in err) == (2, True, False)


def test_resuming_what_was_never_begun_begins_it_and_what_is_finished_is_left_alone(dedupe, here):
    assert dedupe(*command(here, here / "out.jsonl"), "--resume")[0] == 0
    whole = (here / "out.jsonl").read_bytes()

    code, _, err = dedupe(*command(here, here / "out.jsonl"), "--resume")

    assert (code, "is finished" in err) == (0, True)
    assert (here / "out.jsonl").read_bytes() == whole
    assert dedupe(*command(here, here / "out.jsonl"))[0] == 0


def test_two_runs_do_not_write_one_output(dedupe, here):
    out = here / "out.jsonl"

    with out.open("ab") as other:
        fcntl.flock(other.fileno(), fcntl.LOCK_EX)
        code, _, err = dedupe(*command(here, out))

    assert (code, "another run" in err) == (2, True)
    assert dedupe(*command(here, out))[0] == 0


@pytest.mark.parametrize("name", ["out.json", "out.jsonl.gz"])
def test_an_output_that_cannot_be_gone_on_with_says_so_and_leaves_no_note(dedupe, interrupted, here, name):
    first_code, _, first_err = interrupted(*command(here, here / name))
    code, _, err = dedupe(*command(here, here / name), "--resume")

    assert (first_code, "only .jsonl, .csv and .tsv" in first_err) == (130, True)
    assert not (here / f"{name}.unfinished").exists()
    assert (code, "only .jsonl, .csv and .tsv" in err) == (2, True)
    assert dedupe(*command(here, here / name))[0] == 0


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["{file}", "--resume"], "-o OUT"),
        (["{file}", "-o", "{out}", "--resume", "--keep", "longest"], "--keep longest"),
        (["-", "-o", "{out}", "--resume"], "cannot be read again"),
        (["{file}", "-o", "{out}", "--resume", "--restart"], "two different wishes"),
    ],
)
def test_what_cannot_be_resumed_is_refused_with_the_reason(dedupe, here, arguments, reason):
    file, out = here / "files.jsonl", here / "out.jsonl"

    code, _, err = dedupe("duplicates", *(text.format(file=file, out=out) for text in arguments))

    assert (code, reason in err) == (2, True)
    assert not out.exists()


def test_a_note_that_says_nothing_is_no_way_on(dedupe, here):
    (here / "out.jsonl").write_text("")
    (here / "out.jsonl.unfinished").write_text("{")

    code, _, err = dedupe(*command(here, here / "out.jsonl"), "--resume")

    assert (code, "does not say which command left it" in err) == (2, True)


def test_an_interrupted_run_leaves_nothing_but_its_output_and_the_note(here):
    killed(signal.SIGINT, *command(here, here / "out.jsonl", "--keep", "longest"), after_blocks=1)
    killed(signal.SIGKILL, *command(here, here / "out.jsonl"), after_blocks=1)

    assert sorted(os.listdir(here)) == ["corpus.jsonl", "files.jsonl", "out.jsonl", "out.jsonl.unfinished"]

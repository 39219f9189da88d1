import os
import pty
import subprocess
import sys

import pytest

from dedupe.cli.watching import Run
from tests.cli.generated import lines


def at_the_terminal(*arguments):
    """The exit code of a command whose stderr is a terminal, what a person saw there, and its stdout."""
    ours, its = pty.openpty()
    command = [sys.executable, "-m", "dedupe", *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=its, env={**os.environ, "TERM": "xterm"}) as process:
        os.close(its)
        seen = b""
        while data := _read(ours):
            seen += data
        out = process.stdout.read()
    os.close(ours)
    return process.returncode, seen.decode(), out


def _read(descriptor):
    try:
        return os.read(descriptor, 4096)
    except OSError:  # what Linux says when the other end is closed
        return b""


def test_a_person_sees_how_far_it_is_and_a_summary(tmp_path):
    (tmp_path / "files.jsonl").write_text("broken\n" + lines(60))

    code, seen, out = at_the_terminal("duplicates", tmp_path / "files.jsonl")

    assert (code, out.count(b"\n")) == (3, 60)
    assert "articles" in seen.partition("60 articles, 20 duplicates")[0]
    assert "files.jsonl:1: must be valid JSON" in seen.replace("\r\n", "")


def test_quiet_is_quiet_at_a_terminal_too(tmp_path):
    (tmp_path / "files.jsonl").write_text(lines(3))

    assert at_the_terminal("duplicates", "-q", tmp_path / "files.jsonl")[:2] == (0, "")


class Clock:
    seconds = 0.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def clock():
    return Clock()


def run_of(clock, n_read, n_bytes, **options):
    run = Run("duplicates", 1_000, clock=clock, **options)
    run.files.n_articles = n_read
    run.files_read._behind = n_bytes
    clock.seconds = 10
    return run


def test_before_anything_is_decided_there_is_only_what_was_read(clock):
    run = run_of(clock, 1_500, 250)

    assert (run.sentence(), run.time_left()) == ("1,500 articles read", "  0%")
    run.corpus.n_articles = 2
    assert run.sentence() == "1,500 articles read and 2 of the corpus"


def test_the_rate_and_the_rest_are_those_of_what_is_decided(clock):
    run = run_of(clock, 1_500, 250)
    run.n_found = 12

    run.note_decided()
    clock.seconds += 5

    assert run.sentence() == "1,500 articles, 150/s, 12 duplicates"
    assert run.time_left() == " 25%, 0:00:25 left"


def test_where_all_are_read_first_the_judging_is_a_phase_of_its_own(clock):
    run = run_of(clock, 1_000, 500, ranks=True)

    assert run.time_left() == " 50%, 0:00:10 left"
    run.note_ranked(0)
    assert run.time_left() == "  0%"
    clock.seconds += 5
    run.note_ranked(200)
    assert run.sentence() == "200 of 1,000 articles, 40/s, 0 duplicates"
    assert run.time_left() == " 20%, 0:00:20 left"


def test_of_a_pipe_nobody_knows_the_rest(clock):
    run = Run("pairs", None, clock=clock)
    run.files.n_articles = 5

    run.note_decided()

    assert (run.look().share, run.time_left()) == (None, "")

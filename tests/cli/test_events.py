import json
import os
import signal
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

from dedupe.cli.events import events
from dedupe.store.keys import TOLD_MS
from tests.telling import add

pytest_plugins = ["tests.serving_fixtures"]


@pytest.fixture
def run(site, monkeypatch, tmp_path):
    """Runs ``dedupe events`` against the service: its exit code, the rows on stdout, and stderr."""
    monkeypatch.setenv("DEDUPE_URL", site.url)
    monkeypatch.setenv("DEDUPE_DATA", str(tmp_path / "nothing runs here"))

    def run_command(*arguments):
        result = CliRunner().invoke(events, arguments)
        return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()], result.stderr

    return run_command


def test_every_event_is_a_line(run, site):
    add(site, "ferry")

    code, rows, _ = run()

    assert code == 0
    assert [row["type"] for row in rows] == ["story.created", "article.assigned"]
    assert list(rows[1])[:5] == ["cursor", "at", "type", "story", "article"]


def test_a_line_s_cursor_is_where_to_go_on(run, site):
    add(site, "ferry")
    _, (first, *rest), _ = run()

    assert run("--since", first["cursor"]) == (0, rest, "")
    assert run("--since", "now") == (0, [], "")
    assert run("--types", "story.created, story.split") == (0, [first], "")


def test_events_that_may_be_missing_are_mentioned(run, site):
    add(site, "ferry")

    code, rows, said = run("--since", f"{int(time.time() * 1000) - TOLD_MS - 60_000}-0")

    assert (code, len(rows)) == (0, 2)
    assert "may have been forgotten" in said


@pytest.mark.parametrize(
    ("arguments", "named"),
    [(["--since", "yesterday"], "'since': not a cursor"), (["--types", "story.danced"], "no type of event")],
)
def test_what_is_not_understood_is_an_error_of_usage(run, arguments, named):
    code, rows, said = run(*arguments)

    assert (code, rows) == (2, [])
    assert named in said


@pytest.mark.parametrize("arguments", [[], ["--follow"]])
def test_a_service_that_is_not_there_is_said_at_once(run, monkeypatch, arguments):
    monkeypatch.setenv("DEDUPE_URL", "http://127.0.0.1:1")

    code, rows, said = run(*arguments)

    assert (code, rows) == (1, [])
    assert "dedupe up" in said


def test_who_follows_gets_each_line_as_it_happens_until_ctrl_c(site, tmp_path):
    add(site, "ferry")
    command = [sys.executable, "-m", "dedupe", "events", "--follow", "--types", "article.assigned", "--url", site.url]
    environment = {**os.environ, "DEDUPE_DATA": str(tmp_path)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        first = json.loads(process.stdout.readline())
        add(site, "harbour")
        second = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)

    assert [first["article"], second["article"]] == ["ferry", "harbour"]
    assert process.returncode == 130

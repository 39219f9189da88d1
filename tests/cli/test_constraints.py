import json

import pytest
from click.testing import CliRunner

from dedupe.cli.constraints import constraints
from dedupe.local.seeds import read_seeds

pytest_plugins = ["tests.serving_fixtures"]

FIRST, SECOND, *_ = (seed.id for seed in read_seeds())


@pytest.fixture
def run(site, monkeypatch, tmp_path):
    """Runs ``dedupe constraints ...`` against a service with the seeds: exit code, rows on stdout, stderr."""
    monkeypatch.setenv("DEDUPE_URL", site.url)
    monkeypatch.setenv("DEDUPE_DATA", str(tmp_path / "nothing runs here"))
    site.service.submit(read_seeds())

    def run(*arguments):
        result = CliRunner().invoke(constraints, arguments)
        return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()], result.stderr

    return run


def test_constraints_are_added_listed_and_removed(run):
    added = run("add", "--must-link", SECOND, FIRST, "--by", "jo", "--note", "one oath")
    listed = run("list")
    removed = run("remove", added[1][0]["id"])

    (row,) = added[1]
    assert added[0] == listed[0] == removed[0] == 0
    assert (row["kind"], row["a"], row["b"], row["by"], row["note"]) == ("must_link", FIRST, SECOND, "jo", "one oath")
    assert listed[1] == [row] == removed[1]
    assert run("list")[1] == []


def test_articles_that_are_not_there_are_named(run):
    code, rows, said = run("add", "--cannot-link", FIRST, "nobody")

    assert (code, rows[0]["kind"], rows[0]["unknown"]) == (0, "cannot_link", ["nobody"])
    assert "no article has the id 'nobody' so far" in said


def test_a_contradiction_is_told_and_changes_nothing(run):
    run("add", "--must-link", FIRST, SECOND)

    code, rows, said = run("add", "--cannot-link", SECOND, FIRST)

    assert (code, rows) == (2, [])
    assert f"'{FIRST}' and '{SECOND}' cannot be linked" in said
    assert len(run("list")[1]) == 1


def test_nothing_to_add_is_a_slip(run):
    code, _, said = run("add")

    assert code == 2
    assert "--must-link A B" in said


def test_of_several_to_remove_those_that_are_there_are(run):
    _, (row,), _ = run("add", "--must-link", FIRST, SECOND)

    code, rows, said = run("remove", "unknown", row["id"])

    assert (code, rows[0]["id"]) == (1, row["id"])
    assert "no constraint has the id 'unknown'" in said

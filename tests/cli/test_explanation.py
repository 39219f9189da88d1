import json
import os
import subprocess
import sys

import pytest

from dedupe.cli.explanation_text import explanation_text
from dedupe.models import ArticleId
from dedupe.stories.explain_alone import explain_alone
from dedupe.stories.explain_context import context_of_one
from tests.stories.explained_seeds import collection, explained


@pytest.fixture
def three(write):
    rows = [
        {"id": "flood-1", "text": "Floods close the northern railway after heavy rain in the valleys."},
        {"id": "flood-2", "text": "Heavy rain in the valleys: floods close the northern railway line."},
        {"id": "bank", "text": "The central bank left its rate unchanged for the third time."},
    ]
    return write("a.jsonl", *rows)


def test_two_seeds_are_explained_as_one_line_of_json(dedupe, seeds):
    code, out, err = dedupe("explain", "000", "002", "--in", seeds)

    found = json.loads(out)
    assert (code, err, out.count(b"\n")) == (0, "", 1)
    assert list(found)[:4] == ["a", "b", "same_story", "same_topic"]
    assert (found["a"], found["b"]) == ("000_781b0ba1a11bf546", "002_3e5f5a3fbd8fc921")
    assert (found["same_story"], found["same_topic"]) == (False, True)
    assert {"similarity", "shared_terms", "telling_apart", "passages", "rival", "margin"} <= set(found)


def test_offsets_are_those_of_the_text_as_given(dedupe, seeds):
    _, out, _ = dedupe("explain", "000", "001", "--in", seeds)

    found = json.loads(out)
    for side in ("a", "b"):
        text = (seeds / f"{found[side]}.txt").read_text()
        for passage in found["passages"]:
            assert text[passage[side]["start"] : passage[side]["end"]] == passage[side]["text"]


def test_a_story_stands_for_its_article_nearest_to_a(dedupe, seeds):
    _, rows, _ = dedupe("cluster", seeds)
    story = json.loads(rows.splitlines()[4])["story"]

    code, out, _ = dedupe("explain", "002", story, "--in", seeds)

    found = json.loads(out)
    assert (code, found["b"], found["same_story"]) == (0, "004_f3864c178bfaef39", True)


def test_an_article_alone_in_its_story_is_told_so_beside_the_nearest_other_story(dedupe, seeds):
    _, rows, _ = dedupe("cluster", seeds)
    stories = {row["id"][:3]: row["story"] for row in map(json.loads, rows.splitlines())}

    code, out, _ = dedupe("explain", "003", stories["003"], "--in", seeds)

    found = json.loads(out)
    assert (code, found["alone"], found["same_story"]) == (0, True, True)
    assert found["rival"]["a"]["story"] in {stories["000"], stories["002"]}


def test_a_person_reads_that_an_article_is_alone():
    text = explanation_text(explain_alone(context_of_one(ArticleId("003"), collection())), collection().stories)

    lines = text.splitlines()
    assert lines[0].startswith("003 is alone in its story: ")
    assert sum(line.startswith("nearest other story of 003: ") for line in lines) == 1
    assert any(line.startswith("told: ") for line in lines)


def test_more_files_than_one_are_read_after_in(dedupe, seeds):
    files = sorted(seeds.glob("*.txt"))

    code, out, _ = dedupe("explain", "000", "001", "--in", *files)

    assert (code, out) == (0, dedupe("explain", "000", "001", "--in", seeds)[1])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["flood-1", "nothing"], "no article or story has the id 'nothing'"),
        (["nothing", "bank"], "no article has the id 'nothing'"),
        (["flood", "bank"], "2 ids begin with 'flood': flood-1, flood-2"),
        (["bank", "ban"], "two articles are needed, got 'bank' twice"),
        (["bank"], "Missing argument 'B'"),
    ],
)
def test_articles_that_are_not_two_of_the_files_are_a_usage_error(dedupe, three, arguments, said):
    code, out, err = dedupe("explain", *arguments, "--in", three)

    assert (code, out) == (2, b"")
    assert said in err


def test_files_have_to_be_named(dedupe):
    code, _, err = dedupe("explain", "a", "b")

    assert code == 2
    assert "--in" in err


def test_bad_rows_are_named_and_the_exit_code_is_3(dedupe, three):
    with three.open("a") as file:
        file.write('{"id": "bad"}\n')

    code, out, err = dedupe("explain", "bank", "flood-2", "--in", three)

    assert (code, json.loads(out)["same_story"]) == (3, False)
    assert f"{three}:4: field 'text'" in err


def test_another_process_with_another_hash_seed_writes_the_same_bytes(dedupe, three):
    command = [sys.executable, "-m", "dedupe", "explain", "flood-1", "flood-2", "--in", str(three)]
    environment = {**os.environ, "PYTHONHASHSEED": "1"}

    elsewhere = subprocess.run(command, env=environment, capture_output=True, check=True).stdout

    assert dedupe(*command[3:])[1] == elsewhere


def test_a_person_reads_what_decided_before_the_reasons():
    text = explanation_text(explained("000", "002"), collection().stories)

    lines = text.splitlines()
    assert lines[0].startswith("000 and 002 are in two stories of one topic: ")
    assert lines[1].startswith("similarity .")
    assert "margin -0." in lines[1]
    assert any(line.startswith("background: ") and "putin" in line for line in lines)
    assert any(line.startswith("only in 002: sochi") for line in lines)
    assert any(line.startswith("nearest other story of 002: ") for line in lines)


def test_one_story_is_called_by_its_label_and_its_passages_are_quoted():
    text = explanation_text(explained("000", "001"), collection().stories)

    label = next(story.label for story in collection().stories if story.id == explained("000", "001").story_a)
    assert text.startswith(f"000 and 001 are in one story: {label}")
    assert "third world war" in text
    assert "World War Three" in text


def test_nothing_of_a_text_controls_the_terminal(write, dedupe):
    path = write(
        "a.jsonl",
        {"id": "a", "text": "alpha \u001b[31mbeta gamma delta"},
        {"id": "b", "text": "alpha \u001b[31mbeta gamma delta epsilon"},
    )

    _, out, _ = dedupe("explain", "a", "b", "--in", path)

    assert b"\x1b" not in out

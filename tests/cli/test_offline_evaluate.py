import json
import subprocess
import sys

import pytest

from tests.cli.generated import lines

DEDUPE = [sys.executable, "-m", "dedupe"]


def test_the_seeds_score_full_marks_through_a_pipe(seeds):
    cluster = subprocess.Popen([*DEDUPE, "cluster", seeds], stdout=subprocess.PIPE)
    evaluate = [*DEDUPE, "evaluate", seeds / "gold.jsonl", "-", "--min-b3", "1", "--json"]

    scored = subprocess.run(evaluate, stdin=cluster.stdout, capture_output=True, check=False)

    cluster.stdout.close()
    assert (cluster.wait(), scored.returncode) == (0, 0)
    assert json.loads(scored.stdout)["bcubed"]["f1"] == 1.0


def test_evaluate_fails_below_the_floor_and_says_so(dedupe, write):
    gold = write("gold.jsonl", {"id": "a", "story": "s"}, {"id": "b", "story": "s"})
    pred = write("pred.jsonl", {"id": "a", "story": "s"}, {"id": "b", "story": "t"})

    code, out, err = dedupe("evaluate", gold, pred, "--min-b3", "0.7")

    assert (code, err) == (1, "BCubed F1 0.6667 is below 0.7\n")
    assert b"BCubed        1.0000    0.5000    0.6667" in out
    assert dedupe("evaluate", gold, pred, "--min-b3", "0.6")[0] == 0


def test_a_partial_prediction_has_no_score(dedupe, write):
    gold = write("gold.jsonl", {"id": "a", "story": "s"}, {"id": "b", "story": "s"})
    pred = write("pred.jsonl", {"id": "a", "story": "s"})

    assert dedupe("evaluate", gold, pred) == (3, b"", f"{pred}: field 'id': 1 articles of GOLD are missing: b\n")


def test_duplicates_are_scored_as_groups_and_as_pairs(dedupe, write):
    gold = write("gold.jsonl", *({"id": name, "dup": "group" if name in "abc" else name} for name in "abcde"))
    groups = write("groups.jsonl", *({"id": name, "group": "a" if name in "abd" else name} for name in "abcde"))
    pairs = write("pairs.jsonl", {"a": "a", "b": "b"}, {"a": "a", "b": "elsewhere"})

    by_group = json.loads(dedupe("evaluate", gold, groups, "--json")[1])["duplicates"]
    by_pair = json.loads(dedupe("evaluate", gold, pairs, "--json")[1])["duplicates"]

    assert (by_group["n_gold"], by_group["n_pred"], by_group["n_shared"]) == (3, 3, 1)
    assert by_pair["score"]["precision"] == 1.0
    assert by_pair["score"]["recall"] == pytest.approx(1 / 3)


def test_gold_pairs_can_be_a_table(dedupe, write):
    gold = write("gold.tsv", "id1\tid2\tjaccard5", "x\ty\t0.9", "x\tz\t0.9")
    pred = write("pred.jsonl", {"a": "y", "b": "x"})

    code, out, _ = dedupe("evaluate", gold, pred)

    assert code == 0
    assert b"2 in gold, 1 predicted, 1 in both" in out


def test_finding_no_pairs_is_a_prediction_and_gold_without_labels_is_none(dedupe, write):
    pairs, empty = write("pairs.jsonl", {"a": "x", "b": "y"}), write("empty.jsonl")

    found_none = json.loads(dedupe("evaluate", pairs, empty, "--json")[1])["duplicates"]

    assert (found_none["n_pred"], found_none["score"]["recall"]) == (0, 0.0)
    assert dedupe("evaluate", empty, pairs)[0] == 2
    assert dedupe("evaluate", empty, empty)[0] == 2


def test_what_the_command_finds_is_a_prediction_and_a_gold_standard_in_every_format(dedupe, tmp_path):
    (tmp_path / "files.jsonl").write_text(lines(60))
    outs = [tmp_path / name for name in ("groups.jsonl", "groups.csv", "pairs.jsonl", "pairs.tsv")]

    for out in outs:
        dedupe("duplicates", tmp_path / "files.jsonl", "-o", out, *(["--pairs"] if "pairs" in out.name else []))
    scores = {
        (gold.name, pred.name): json.loads(dedupe("evaluate", gold, pred, "--json")[1])["duplicates"]
        for gold in outs
        for pred in outs
    }

    assert all(score["n_shared"] >= 15 for score in scores.values())
    assert {
        score["score"]["f1"]
        for names, score in scores.items()
        if names[0].partition(".")[0] == names[1].partition(".")[0]
    } == {1.0}


def test_a_group_of_the_corpus_is_not_that_of_a_file_with_the_same_id(dedupe, write):
    gold = write("gold.jsonl", {"id": "x", "dup": "one"}, {"id": "y", "dup": "two"})
    pred = write(
        "pred.jsonl", {"id": "x", "group": "x", "group_in": "files"}, {"id": "y", "group": "x", "group_in": "corpus"}
    )

    assert json.loads(dedupe("evaluate", gold, pred, "--json")[1])["duplicates"]["n_pred"] == 0

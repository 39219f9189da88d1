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


def stories_split_in_two(write, *, n_stories, n_split):
    articles = [(f"{story}-{half}", story, half) for story in range(n_stories) for half in "ab"]
    gold = write("gold.jsonl", *({"id": name, "story": story} for name, story, _ in articles))
    pred = write(
        "pred.jsonl",
        *({"id": name, "story": f"{story}{half if story < n_split else ''}"} for name, story, half in articles),
    )
    return gold, pred


def test_intervals_stand_beside_the_scores_where_they_are_asked_for(dedupe, write):
    gold, pred = stories_split_in_two(write, n_stories=40, n_split=10)

    plain = json.loads(dedupe("evaluate", gold, pred, "--json")[1])
    asked = json.loads(dedupe("evaluate", gold, pred, "--json", "--bootstrap", "500", "--seed", "3")[1])

    intervals = asked.pop("intervals")
    assert asked == plain
    assert intervals["resampling"] == {"n": 500, "level": 0.95, "seed": 3}
    assert 0.7 < intervals["bcubed"]["recall"]["low"] < plain["bcubed"]["recall"] == 0.875
    assert intervals["bcubed"]["precision"] == {"low": 1.0, "high": 1.0}
    assert intervals["v_measure"]["low"] < plain["v_measure"] < intervals["v_measure"]["high"]


def test_the_table_with_intervals_has_the_usual_one_first_and_a_line_a_score(dedupe, write):
    gold, pred = stories_split_in_two(write, n_stories=40, n_split=10)

    usual = dedupe("evaluate", gold, pred)[1].decode()
    table = dedupe("evaluate", gold, pred, "--bootstrap", "50")[1].decode()

    assert table.startswith(usual)
    names = [line[:20].strip() for line in table.removeprefix(usual).splitlines()[2:]]
    assert names == [
        *("BCubed precision", "BCubed recall", "BCubed F1"),
        *("pairwise precision", "pairwise recall", "pairwise F1"),
        *("ARI", "AMI", "NMI", "homogeneity", "completeness", "V-measure"),
    ]


def test_pairs_of_duplicates_have_intervals_too(dedupe, write):
    gold = write("gold.jsonl", *({"id": f"{at}{side}", "dup": str(at)} for at in range(30) for side in "xy"))
    pred = write("pred.jsonl", *({"a": f"{at}x", "b": f"{at}y"} for at in range(15)))

    code, table, _ = dedupe("evaluate", gold, pred, "--bootstrap", "200")
    intervals = json.loads(dedupe("evaluate", gold, pred, "--bootstrap", "200", "--json")[1])["duplicates"]["intervals"]

    assert (code, b"pairs recall            0.5000" in table) == (0, True)
    assert intervals["score"]["precision"] == {"low": 1.0, "high": 1.0}
    assert 0.25 < intervals["score"]["recall"]["low"] < 0.5 < intervals["score"]["recall"]["high"] < 0.75


def test_no_samples_at_all_are_a_usage_error(dedupe, write):
    gold, pred = stories_split_in_two(write, n_stories=2, n_split=1)

    assert dedupe("evaluate", gold, pred, "--bootstrap", "0")[0] == 2

import json

import pytest

from dedupe.evaluation import Score, compare_clusterings, compare_pairs, report_as_dict


def test_a_cluster_report_becomes_json_with_every_f1():
    report = compare_clusterings({"a": "1", "b": "1"}, {"a": "x", "b": "y"})

    plain = json.loads(json.dumps(report_as_dict(report)))

    assert plain["bcubed"] == {"precision": 1.0, "recall": 0.5, "f1": pytest.approx(2 / 3)}
    assert (plain["n_articles"], plain["n_gold"], plain["n_pred"]) == (2, 1, 2)


def test_a_pair_report_becomes_json():
    report = compare_pairs([("a", "b")], [("a", "b")])

    assert report_as_dict(report)["score"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0}


def test_a_score_outside_its_range_is_refused():
    with pytest.raises(ValueError, match=r"recall must be in \[0, 1\], got 1.5"):
        Score(precision=0.5, recall=1.5)

from dataclasses import replace

from pairs import OURS, is_ours_best, row_of
from peers import Setting

COST = {"wall_seconds": 2.0, "processor_seconds": 1.0, "start_megabytes": 10.0, "peak_megabytes": 20.0}
QUALITY = {"precision": 0.9, "recall": 0.9, "f1": 0.9}
ANSWER = {"n_texts": 3, "pairs": QUALITY, "groups": QUALITY} | COST
OUR_ROW = row_of(OURS, Setting(0, 0, 0, 0), [ANSWER])
THEIR_ROW = row_of("datasketch", Setting(5, 14, 9, 0.7), [ANSWER])


def test_a_row_has_the_medians_of_its_rounds():
    rounds = [ANSWER | {"processor_seconds": seconds} for seconds in (5.0, 1.0, 2.0)]

    assert row_of("gaoya", Setting(5, 14, 9, 0.7), rounds).processor_seconds == 2.0


def test_ours_is_best_until_a_peer_finds_better_pairs():
    better = replace(THEIR_ROW, pairs=QUALITY | {"f1": 0.91})

    assert is_ours_best([OUR_ROW, THEIR_ROW])
    assert not is_ours_best([OUR_ROW, THEIR_ROW, better])
    assert is_ours_best([better])


def test_our_own_groups_are_no_peer():
    groups = replace(OUR_ROW, name="newsdedupe groups", pairs=QUALITY | {"f1": 0.95})

    assert is_ours_best([OUR_ROW, groups])

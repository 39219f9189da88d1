"""Scores of duplicate pairs: which pairs were found, which were missed, which are wrong."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations

from dedupe.evaluation.report import PairReport, Score


def compare_pairs(gold: Iterable[tuple[str, str]], pred: Iterable[tuple[str, str]]) -> PairReport:
    """Precision, recall and F1 of predicted pairs.

    A pair is the same in either order and counts once. Precision is 1 where nothing was predicted, recall
    is 1 where there was nothing to find.

    Raises
    ------
    ValueError
        If a pair joins an article to itself.
    """
    wanted, found = _unordered(gold), _unordered(pred)
    shared = len(wanted & found)
    score = Score(
        precision=shared / len(found) if found else 1.0,
        recall=shared / len(wanted) if wanted else 1.0,
    )
    return PairReport(n_gold=len(wanted), n_pred=len(found), n_shared=shared, score=score)


def _unordered(pairs: Iterable[tuple[str, str]]) -> frozenset[frozenset[str]]:
    sets = frozenset(frozenset(pair) for pair in pairs)
    for pair in sets:
        if len(pair) == 1:
            raise ValueError(f"a pair must join two articles, got {next(iter(pair))!r} twice")
    return sets


def pairs_within(group_of: Mapping[str, str]) -> list[tuple[str, str]]:
    """Every pair of articles that share a group, in the order given."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for article, group in group_of.items():
        groups[group].append(article)
    return [pair for members in groups.values() for pair in combinations(members, 2)]

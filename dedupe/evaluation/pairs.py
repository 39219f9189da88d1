"""Scores of duplicate pairs: which pairs were found, which were missed, which are wrong."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

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


def group_counts(gold: Iterable[tuple[str, str]], pred: Iterable[tuple[str, str]]) -> NDArray[np.float64]:
    """Gold pairs, predicted pairs and pairs in both of each group that gold pairs join, shape ``(3, n_groups)``.

    An article in no gold pair is a group of its own. A pair counts half for the group of either article. Raises
    ValueError if a pair joins an article to itself.
    """
    wanted, found = _unordered(gold), _unordered(pred)
    code_of = {article: code for code, article in enumerate(sorted({a for pair in wanted | found for a in pair}))}
    every_half = (_ends(pairs, code_of) for pairs in (wanted, found, wanted & found))
    by_article = np.stack([np.bincount(ends.ravel(), minlength=len(code_of)) / 2 for ends in every_half])
    ends = _ends(wanted, code_of)
    joined = sparse.coo_matrix((np.ones(len(wanted)), (ends[:, 0], ends[:, 1])), shape=(len(code_of), len(code_of)))
    n_groups, group_of = connected_components(joined, directed=False)
    return np.stack([np.bincount(group_of, weights=halves, minlength=n_groups) for halves in by_article])


def _ends(pairs: Iterable[frozenset[str]], code_of: Mapping[str, int]) -> NDArray[np.int64]:
    """Both articles of each pair, shape ``(n, 2)``."""
    return np.array([[code_of[article] for article in pair] for pair in pairs], dtype=np.int64).reshape(-1, 2)


def pairs_within(group_of: Mapping[str, str]) -> list[tuple[str, str]]:
    """Every pair of articles that share a group, in the order given."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for article, group in group_of.items():
        groups[group].append(article)
    return [pair for members in groups.values() for pair in combinations(members, 2)]

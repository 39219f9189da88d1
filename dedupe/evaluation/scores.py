"""Scores of a clustering against gold, from sums over articles.

Every sum is one over gold clusters of what their articles contribute, so that a score of a sample of gold clusters is
the same function of the sample's sums. Arrays have one entry a sample; the whole collection is one sample.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedupe.evaluation.chance import information_by_chance
from dedupe.evaluation.overlaps import Overlaps

Values = NDArray[np.float64]


class Sums(NamedTuple):
    """Sums over the articles of a gold cluster, or of a sample of gold clusters.

    ``purity`` and ``coverage`` sum the shares of an article's predicted and of its gold cluster that are in both;
    ``together``, ``gold`` and ``pred`` count the other articles in both, in the gold and in the predicted cluster;
    the rest is in nats: pointwise mutual information, and the surprise at the gold and at the predicted cluster.
    """

    articles: Values
    purity: Values
    coverage: Values
    together: Values
    gold: Values
    pred: Values
    information: Values
    gold_surprise: Values
    pred_surprise: Values


class Scores(NamedTuple):
    """The scores of each sample."""

    bcubed: tuple[Values, Values]
    pairwise: tuple[Values, Values]
    ari: Values
    ami: Values
    homogeneity: Values
    completeness: Values


def cluster_sums(overlaps: Overlaps) -> Sums:
    """Sums over the articles of each gold cluster, shape ``(n_gold,)``: what a sample of them is made of."""
    n = overlaps.n_articles
    counts, gold_sizes = overlaps.counts.astype(np.float64), overlaps.gold_sizes.astype(np.float64)
    gold, pred = gold_sizes[overlaps.rows], overlaps.pred_sizes[overlaps.columns].astype(np.float64)

    def by_cluster(of_each_article: Values) -> Values:
        sums = np.bincount(overlaps.rows, weights=counts * of_each_article, minlength=gold_sizes.size)
        return np.asarray(sums, dtype=np.float64)

    return Sums(
        articles=gold_sizes,
        purity=by_cluster(counts / pred),
        coverage=by_cluster(counts / gold),
        together=by_cluster(counts - 1),
        gold=gold_sizes * (gold_sizes - 1),
        pred=by_cluster(pred - 1),
        information=by_cluster(np.log(counts * (n / (gold * pred)))),
        gold_surprise=-gold_sizes * np.log(gold_sizes / max(1, n)),
        pred_surprise=-by_cluster(np.log(pred / max(1, n))),
    )


def scores_of(sums: Sums, overlaps: Overlaps) -> Scores:
    """Scores of samples from a collection; an empty sample is a perfect match."""
    return Scores(
        bcubed=bcubed(sums),
        pairwise=pairwise(sums),
        ari=adjusted_rand(sums, n_articles=overlaps.n_articles),
        ami=adjusted_information(sums, by_chance=share_by_chance(overlaps)),
        homogeneity=_share(sums.information, sums.gold_surprise),
        completeness=_share(sums.information, sums.pred_surprise),
    )


def f1_of(precision: Values, recall: Values) -> Values:
    """Harmonic mean of the two; 0 where both are 0."""
    return _ratio(2 * precision * recall, precision + recall, otherwise=0.0)


def bcubed(sums: Sums) -> tuple[Values, Values]:
    """BCubed precision and recall: how pure, and how complete, an article's own cluster is on average.

    References
    ----------
    Amigo, Gonzalo, Artiles, Verdejo, *A comparison of extrinsic clustering evaluation metrics* (2009),
    section 4.
    """
    return _share(sums.purity, sums.articles), _share(sums.coverage, sums.articles)


def pairwise(sums: Sums) -> tuple[Values, Values]:
    """Precision and recall of the pairs put together: 1 where none was to be, or was."""
    return _share(sums.together, sums.pred), _share(sums.together, sums.gold)


def adjusted_rand(sums: Sums, *, n_articles: int) -> Values:
    """Rand index corrected for chance, in [-0.5, 1] (Hubert and Arabie 1985)."""
    by_chance = sums.gold * sums.pred / np.maximum(1, sums.articles * (n_articles - 1))
    return _ratio(sums.together - by_chance, (sums.gold + sums.pred) / 2 - by_chance)


def adjusted_information(sums: Sums, *, by_chance: float) -> Values:
    """Mutual information above chance, as a share of what is possible (Vinh, Epps, Bailey 2010).

    Parameters
    ----------
    by_chance
        What `share_by_chance` says of the whole collection: a sample has no clusters of its own to draw.
    """
    possible = (sums.gold_surprise + sums.pred_surprise) / 2
    found = sums.information - by_chance * possible
    per_article = (
        _away_from_zero(value / np.maximum(1, sums.articles)) for value in (found, (1 - by_chance) * possible)
    )
    one_cluster = (sums.gold_surprise == 0) | (sums.pred_surprise == 0)
    # Of the same clusterings: by the formula 0 / 0 where all articles are alone or all are together.
    precision, recall = bcubed(sums)
    same = (precision == 1) & (recall == 1)
    return np.where(same, 1.0, np.where(one_cluster, 0.0, np.divide(*per_article)))


def share_by_chance(overlaps: Overlaps) -> float:
    """Expected mutual information of two clusterings of these sizes, as a share of the mean of their entropies."""
    mean_entropy = (_entropy(overlaps.gold_sizes) + _entropy(overlaps.pred_sizes)) / 2
    return information_by_chance(overlaps) / mean_entropy if mean_entropy else 0.0


def _entropy(sizes: NDArray[np.int64]) -> float:
    """In nats; exactly 0 for one cluster."""
    shares = sizes / max(1, sizes.sum())
    return float(-(shares * np.log(shares)).sum())


def _away_from_zero(values: Values) -> Values:
    """Keep rounding from turning a difference of nothing into a division by it."""
    smallest = float(np.finfo(np.float64).eps)
    return np.where(values < 0, np.minimum(values, -smallest), np.maximum(values, smallest))


def _share(part: Values, whole: Values) -> Values:
    return np.clip(_ratio(part, whole), 0.0, 1.0)


def _ratio(part: Values, whole: Values, *, otherwise: float = 1.0) -> Values:
    """Quotient, and ``otherwise`` where there is nothing to have a part of."""
    return np.divide(part, whole, out=np.full_like(whole, otherwise), where=whole != 0)

"""How two clusterings of the same articles overlap: all that the scores are made of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_NAMED_AT_MOST = 5


@dataclass(frozen=True, slots=True)
class Overlaps:
    """How many articles gold cluster ``rows[i]`` and predicted cluster ``columns[i]`` share, at least 1.

    ``gold_sizes`` and ``pred_sizes`` have one entry a cluster; everything is int64.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    counts: NDArray[np.int64]
    gold_sizes: NDArray[np.int64]
    pred_sizes: NDArray[np.int64]

    @property
    def n_articles(self) -> int:
        """The articles that have a gold cluster."""
        return int(self.counts.sum())


def cluster_overlaps(gold: Mapping[str, str], pred: Mapping[str, str]) -> Overlaps:
    """Non-zero cells of the contingency table of two clusterings, over the articles of ``gold``.

    Raises
    ------
    ValueError
        If ``pred`` misses an article of ``gold``: a partial prediction has no score.
    """
    missing = [article for article in gold if article not in pred]
    if missing:
        named = ", ".join(repr(article) for article in missing[:_NAMED_AT_MOST])
        raise ValueError(f"{len(missing)} gold articles are not in the prediction: {named}")
    rows = _codes(gold.values())
    columns = _codes(pred[article] for article in gold)
    cells, counts = np.unique(np.stack([rows, columns]), axis=1, return_counts=True)
    return Overlaps(cells[0], cells[1], counts, np.bincount(rows), np.bincount(columns))


def _codes(names: Iterable[str]) -> NDArray[np.int64]:
    seen: dict[str, int] = {}
    return np.array([seen.setdefault(name, len(seen)) for name in names], dtype=np.int64)

"""How alike articles are among those around them, and which terms say so.

The scale of an explanation: the weights that tell the events of a topic apart, of which counts only what the articles
around do not hold as well. They are raised to a power, so that a few telling terms outweigh the many that tell little.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from dedupe.models import Article
from dedupe.stories.explain_reading import Read, read_each, read_together

# What best parts, on four labelled collections, pairs of one story from the nearest pairs of two.
LEAST_SIMILARITY = 0.02

_POWER = 4
_UNIT = 10.0
# About what an article tells in all: two that tell little cannot be very similar, even where they tell the same.
_INERTIA = 250.0


@dataclass(frozen=True, slots=True)
class Scale:
    """What each article tells: ``telling`` by term, shape ``(n, n_terms)``, and ``size`` in all, shape ``(n,)``."""

    telling: sparse.csr_matrix[np.float64]
    size: NDArray[np.float64]


def read(articles: Sequence[Article]) -> Read:
    """Words of the articles, and what they weigh."""
    return read_together(read_each(articles))


def novelty(texts: Read, groups: Sequence[NDArray[np.int64]]) -> NDArray[np.float64]:
    """How new each term is to the group of rows that knows it best: 1 if none of them holds it, near 0 if all do."""
    new = np.ones(len(texts.vocabulary))
    for rows in groups:
        n, holding = len(rows), _n_holding(texts, rows)
        np.minimum(new, np.log((2 + n) / (1 + holding)) / np.log(2 + n), out=new)
    return new


def share_holding(texts: Read, groups: Sequence[NDArray[np.int64]]) -> NDArray[np.float64]:
    """Share of the articles that hold each term, in the group of rows where it is largest."""
    share = np.zeros(len(texts.vocabulary))
    for rows in groups:
        np.maximum(share, _n_holding(texts, rows) / max(1, len(rows)), out=share)
    return share


def _n_holding(texts: Read, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    among = np.zeros(texts.holds.shape[0])
    among[rows] = 1
    return np.asarray(texts.holds.T @ among)


def scale_of(texts: Read, new: NDArray[np.float64]) -> Scale:
    """What the articles tell where their terms are as new as that."""
    telling = sparse.csr_matrix(texts.tfidf @ sparse.diags(new / _UNIT))
    telling.data **= _POWER
    return Scale(telling, np.sqrt(np.asarray(telling.sum(axis=1)).ravel() + _INERTIA))


def shared_weights(scale: Scale, left: int, right: int) -> NDArray[np.float64]:
    """What each term adds to the similarity of two articles, shape ``(n_terms,)``.

    A term adds as much as it tells in the article where it tells less.
    """
    both = scale.telling[[left]].minimum(scale.telling[[right]]).toarray().ravel()
    return np.asarray(both / (scale.size[left] * scale.size[right]))


def similarities(scale: Scale, row: int, others: Sequence[int]) -> NDArray[np.float64]:
    """Similarity of an article to others, shape ``(len(others),)``, in ``[0, 1)``: the sum of the `shared_weights`."""
    own = scale.telling[[row]]
    theirs = sparse.csr_matrix(scale.telling[list(others)][:, own.indices]).toarray()
    both = np.minimum(theirs, own.data).sum(axis=1)
    return np.asarray(both / (scale.size[row] * scale.size[list(others)]))


def cohesion(scale: Scale, rows: Sequence[int]) -> float:
    """Mean similarity between the articles of these rows; 0 where there are no two."""
    if len(rows) < 2:
        return 0.0
    theirs = sparse.csr_matrix(scale.telling[list(rows)])
    told = sparse.csr_matrix(theirs[:, np.unique(theirs.indices)]).toarray()
    both = [np.minimum(told[at], told[:at]).sum(axis=1) / scale.size[list(rows[:at])] for at in range(len(rows))]
    pairs = np.concatenate([own / size for own, size in zip(both, scale.size[list(rows)], strict=True)])
    return float(pairs.mean())

"""How likely it is that an article is in its right story: a probability that was held against gold stories.

An article is in its right story if more than half of that story's articles are of its gold story, and more than half of
its gold story's articles are there. Of what was tried (the silhouette, the nearest rival, sizes, nearest and farthest
members) two things carried over from one kind of collection to another: how alike the leads of a story are, and
whether its topic has other stories, of which it might be a part.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from dedupe.stories.row_blocks import totals_products


@dataclass(frozen=True, slots=True)
class Calibration:
    """Log-odds of being right: ``constant``, ``per_similarity``, and ``siblings`` where the topic has other stories."""

    constant: float
    per_similarity: float
    siblings: float

    def __post_init__(self) -> None:
        if self.per_similarity <= 0:
            raise ValueError(f"per_similarity must be above 0, got {self.per_similarity}")


FITTED = Calibration(constant=1.15, per_similarity=6.14, siblings=-0.41)
"""By ``benchmarks/confidence.py --fit``, on four sets of news and twelve families of look-alike events, equally."""


def membership_probability(
    leads: sparse.csr_matrix[np.float64],
    topics: Sequence[Sequence[NDArray[np.int64]]],
    *,
    has_copy: NDArray[np.bool_],
    calibration: Calibration = FITTED,
) -> NDArray[np.float64]:
    """Probability that each row is in its right story, shape ``(n,)``, in ``(0, 1)``.

    Parameters
    ----------
    leads
        Shape ``(n, n_terms)``, lead-heavy vectors: each row of length 1 or empty.
    topics
        The stories of each topic, and the rows of each story; each row is in one.
    has_copy
        Shape ``(n,)``.
    """
    has_siblings = np.zeros(leads.shape[0], dtype=np.bool_)
    for story in (story for topic in topics if len(topic) > 1 for story in topic):
        has_siblings[story] = True
    stories = [story for topic in topics for story in topic]
    return probability_right(similarity_to_story(leads, stories, has_copy=has_copy), has_siblings, calibration)


def probability_right(
    similarity: NDArray[np.float64], has_siblings: NDArray[np.bool_], calibration: Calibration = FITTED
) -> NDArray[np.float64]:
    """Probability of each article by its similarity to its story, with which it grows, and its story's siblings."""
    odds = calibration.constant + calibration.per_similarity * similarity + calibration.siblings * has_siblings
    return np.asarray(1 / (1 + np.exp(-odds)), dtype=np.float64)


def similarity_to_story(
    leads: sparse.csr_matrix[np.float64], stories: Sequence[NDArray[np.int64]], *, has_copy: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Mean cosine similarity of each row to the other rows of its story, in ``[0, 1]``.

    Alone in its story, an article with verified copies has 1 and one without has 0.
    """
    n = leads.shape[0]
    story_of = np.empty(n, dtype=np.int64)
    for number, members in enumerate(stories):
        story_of[members] = number
    sizes = np.bincount(story_of, minlength=len(stories))[story_of]
    with_itself = totals_products(leads, stories)
    itself = np.diff(leads.indptr) > 0
    others = np.clip((with_itself - itself) / np.maximum(sizes - 1, 1), 0, 1)
    return np.where(sizes == 1, has_copy.astype(np.float64), others)

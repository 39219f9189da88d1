"""Related events told apart by time: the longer the silence between two reports, the more alike they have to be."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from dedupe.story_settings import SilenceParams


def split_at_silences(
    rows: sparse.csr_matrix[np.float64], days: NDArray[np.float64], params: SilenceParams
) -> list[NDArray[np.int64]]:
    """Row numbers of the parts of one topic between telling silences, each ascending; together all the rows.

    A silence is telling if the mean similarity between the articles before and after it is under
    ``similarity_per_root_day`` times the root of its days. A topic with an undated article has one part.

    Parameters
    ----------
    rows
        Shape ``(n, n_terms)``, each row of length 1 or empty.
    days
        Shape ``(n,)``: when each article was published, in days; NaN where nobody knows.
    """
    if not has_silence(days, params):
        return [np.arange(len(days))]
    by_date = np.argsort(days, kind="stable")
    ends = np.flatnonzero(np.diff(days[by_date]) >= params.min_days) + 1
    first, *later = np.split(by_date, ends)
    parts = [first]
    for part in later:
        silence_days = float(days[part[0]] - days[parts[-1][-1]])
        if _mean_similarity(rows[parts[-1]], rows[part]) < _needed(silence_days, params):
            parts.append(part)
        else:
            parts[-1] = np.concatenate([parts[-1], part])
    return sorted((np.sort(part) for part in parts), key=lambda part: int(part[0]))


def has_silence(days: NDArray[np.float64], params: SilenceParams) -> bool:
    """Whether dated articles leave ``min_days`` without one somewhere; never where an article has no date."""
    return len(days) > 1 and bool(np.diff(np.sort(days)).max() >= params.min_days)


def _mean_similarity(left: sparse.csr_matrix[np.float64], right: sparse.csr_matrix[np.float64]) -> float:
    mean_left, mean_right = (np.asarray(side.mean(axis=0)).ravel() for side in (left, right))
    return float(mean_left @ mean_right)


def _needed(silence_days: float, params: SilenceParams) -> float:
    return min(params.max_similarity, params.similarity_per_root_day * math.sqrt(silence_days))

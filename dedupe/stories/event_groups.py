"""Groups of articles on whose pairs the evidence agrees best (correlation clustering)."""

import numpy as np
from numpy.typing import NDArray

_LEAST_GAIN = 1e-9


def agreeing_groups(evidence: NDArray[np.float64]) -> list[NDArray[np.int64]]:
    """Groups with a high sum of evidence over the pairs inside them, the one with the first row first.

    The two groups with the most evidence between them are joined as long as it is above 0; then single rows move
    where they gain the most, until none does.

    Parameters
    ----------
    evidence
        Shape ``(n, n)``, symmetric: above 0 where two rows belong together, below where they do not. The diagonal
        does not count.

    References
    ----------
    Bansal, Blum, Chawla, *Correlation clustering* (2004).
    """
    between = evidence.astype(np.float64)
    np.fill_diagonal(between, 0.0)
    group = _settled(between, _joined(between))
    members = [np.flatnonzero(group == number) for number in np.unique(group)]
    return sorted(members, key=lambda rows: int(rows[0]))


def _joined(between: NDArray[np.float64]) -> NDArray[np.int64]:
    """Group of each row after all joins that gain."""
    sums = between.copy()
    np.fill_diagonal(sums, -np.inf)
    group = np.arange(len(sums))
    while len(sums) > 1:
        # Of equal sums the first decides; rounding must not.
        left, right = divmod(int(np.argmax(np.round(sums, 9))), len(sums))
        if sums[left, right] <= _LEAST_GAIN:
            break
        left, right = min(left, right), max(left, right)
        sums[left] += sums[right]
        sums[:, left] += sums[:, right]
        sums[left, left] = -np.inf
        sums = np.delete(np.delete(sums, right, axis=0), right, axis=1)
        group[group == right] = left
        group[group > right] -= 1
    return group


def _settled(between: NDArray[np.float64], group: NDArray[np.int64]) -> NDArray[np.int64]:
    """Group of each row after all moves of a single row that gain; every move raises the sum, so they end."""
    rows = np.arange(len(group))
    while len(group):
        to_group = between @ np.eye(group.max() + 2)[group]
        gain = np.round(to_group - to_group[rows, group][:, np.newaxis], 9)
        row, target = divmod(int(gain.argmax()), gain.shape[1])
        if gain[row, target] <= _LEAST_GAIN:
            break
        group = np.unique(np.where(rows == row, target, group), return_inverse=True)[1]
    return group

"""Of a word's variants, such as flower and flowers, one takes a place in a list: the one with the highest score."""

from __future__ import annotations

import numpy as np

from instahash.jit import kernel


@kernel
def keep_best(scores, groups, n_groups):
    """Put -inf in place of each score that is not the highest of its group in its row; of equals the first stays.

    scores : (m, n) float, changed in place.  groups : (m, n) int, below `n_groups`; one with -1 is in no group.
    """
    m, n = scores.shape
    best = np.full(n_groups, -1)
    for i in range(m):
        for j in range(n):
            group = groups[i, j]
            if group < 0:
                continue
            before = best[group]
            if before < 0 or scores[i, j] > scores[i, before]:
                best[group] = j
                if before >= 0:
                    scores[i, before] = -np.inf
            else:
                scores[i, j] = -np.inf
        for j in range(n):
            if groups[i, j] >= 0:
                best[groups[i, j]] = -1


def plain_keep_best(scores: np.ndarray, groups: np.ndarray, n_groups: int) -> None:
    """:func:`keep_best` from what it says."""
    for row, own in zip(scores, groups):
        for group in range(n_groups):
            places = np.flatnonzero(own == group)
            if len(places):
                row[np.setdiff1d(places, places[np.argmax(row[places])])] = -np.inf

"""Of a word's variants, such as flower and flowers, one takes a place in a list: the one with the highest score."""

from __future__ import annotations

import numpy as np

from instahash.jit import kernel


@kernel
def keep_best(scores, groups, n_groups, taken, ends):
    """Put -inf in place of each score that is not the highest of its group in its row; of equals the first stays. Of
    groups that are taken none stays.

    scores : (m, n) float, changed in place.  groups : (m, n) int, below `n_groups`; one with -1 is in no group.
    taken, ends : (n_taken,) and (m + 1,) int, the groups taken in row i are taken[ends[i] : ends[i + 1]].
    """
    m, n = scores.shape
    best = np.full(n_groups, -1)
    for i in range(m):
        own = taken[ends[i] : ends[i + 1]]
        for group in own:
            best[group] = n
        for j in range(n):
            group = groups[i, j]
            if group < 0:
                continue
            before = best[group]
            if before < n and (before < 0 or scores[i, j] > scores[i, before]):
                best[group] = j
                if before >= 0:
                    scores[i, before] = -np.inf
            else:
                scores[i, j] = -np.inf
        for j in range(n):
            if groups[i, j] >= 0:
                best[groups[i, j]] = -1
        for group in own:
            best[group] = -1


def plain_keep_best(scores: np.ndarray, groups: np.ndarray, n_groups: int, taken: np.ndarray, ends: np.ndarray) -> None:
    """:func:`keep_best` from what it says."""
    for i, (row, own) in enumerate(zip(scores, groups)):
        for group in range(n_groups):
            places = np.flatnonzero(own == group)
            if group in taken[ends[i] : ends[i + 1]]:
                row[places] = -np.inf
            elif len(places):
                row[np.setdiff1d(places, places[np.argmax(row[places])])] = -np.inf

"""The highest scores of each row: one kernel for every query that ends in a short list, and its plain twin."""

from __future__ import annotations

import numpy as np

from instahash.jit import kernel


@kernel
def top_k(scores: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Columns of the k highest scores of each row, highest first, ties by column; -1 where only -inf is left.

    scores : (n_rows, n_columns) float.  Returns (ids (n_rows, k) int32, values (n_rows, k)).
    """
    n_rows, n_columns = scores.shape
    ids = np.full((n_rows, k), -1, np.int32)
    values = np.full((n_rows, k), -np.inf, scores.dtype)
    for i in range(n_rows):
        best, value = ids[i], values[i]
        for j in range(n_columns if k > 0 else 0):
            score = scores[i, j]
            if score > value[k - 1]:
                # Insert from behind; equal scores stay in front, so ties keep the lower column first.
                place = k - 1
                while place > 0 and score > value[place - 1]:
                    value[place] = value[place - 1]
                    best[place] = best[place - 1]
                    place -= 1
                value[place] = score
                best[place] = j
    return ids, values


def plain_top_k(scores: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """:func:`top_k` by a full sort."""
    order = np.argsort(-scores, axis=1, kind="stable")[:, :k].astype(np.int32)
    values = np.take_along_axis(scores, order, axis=1)
    order[values == -np.inf] = -1
    missing = ((0, 0), (0, k - order.shape[1]))
    return np.pad(order, missing, constant_values=-1), np.pad(values, missing, constant_values=-np.inf)

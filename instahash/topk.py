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


@kernel
def largest_in_rows(indptr: np.ndarray, indices: np.ndarray, data: np.ndarray, k: int) -> np.ndarray:
    """Which entries of a CSR matrix are among the k > 0 largest of their row, (nnz,) bool; of equals the lower columns
    are.
    """
    largest = np.ones(len(data), np.bool_)
    for i in range(len(indptr) - 1):
        start, stop = indptr[i], indptr[i + 1]
        row = data[start:stop]
        if len(row) <= k:
            continue
        least = np.partition(row, len(row) - k)[len(row) - k]
        equal = np.sort(indices[start:stop][row == least])
        last = equal[k - np.sum(row > least) - 1]
        for q in range(start, stop):
            largest[q] = data[q] > least or (data[q] == least and indices[q] <= last)
    return largest


def plain_largest_in_rows(indptr: np.ndarray, indices: np.ndarray, data: np.ndarray, k: int) -> np.ndarray:
    """:func:`largest_in_rows` by a full sort."""
    largest = np.zeros(len(data), bool)
    for start, stop in zip(indptr, indptr[1:]):
        largest[start + np.lexsort((indices[start:stop], -data[start:stop]))[:k]] = True
    return largest


def plain_top_k(scores: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """:func:`top_k` by a full sort."""
    order = np.argsort(-scores, axis=1, kind="stable")[:, :k].astype(np.int32)
    values = np.take_along_axis(scores, order, axis=1)
    order[values == -np.inf] = -1
    missing = ((0, 0), (0, k - order.shape[1]))
    return np.pad(order, missing, constant_values=-1), np.pad(values, missing, constant_values=-np.inf)

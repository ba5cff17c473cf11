"""Sets of words as CSR matrices, of which the stored entries are the members."""

from __future__ import annotations

import numpy as np
from scipy import sparse


def ones(matrix, dtype=np.float32):
    """The CSR matrix with ones of `dtype` in the places of its stored entries."""
    return sparse.csr_array((np.ones(matrix.nnz, dtype), matrix.indices, matrix.indptr), shape=matrix.shape)


def keep(matrix, entries):
    """The CSR matrix with only the stored entries that the mask `entries` (nnz,) chooses."""
    kept = np.concatenate([[0], np.cumsum(entries)]).astype(matrix.indptr.dtype)
    return sparse.csr_array((matrix.data[entries], matrix.indices[entries], kept[matrix.indptr]), shape=matrix.shape)


def renumber(matrix, order):
    """Column order[j] becomes column j; columns not in `order` go, and -1 in it is an empty column."""
    order = np.asarray(order)
    number = np.full(matrix.shape[1], -1, np.int32)
    number[order[order >= 0]] = np.flatnonzero(order >= 0)
    columns = number[matrix.indices]
    kept = keep(matrix, columns >= 0)
    renumbered = sparse.csr_array((kept.data, columns[columns >= 0], kept.indptr), shape=(matrix.shape[0], len(order)))
    renumbered.sort_indices()
    return renumbered


def union(a, b):
    """The union of the sets in each row, CSR int8 of ones with sorted indices."""
    both = (ones(a, np.int8) + ones(b, np.int8)).tocsr()  # of ones: a sum would lose a stored zero
    both.sort_indices()
    return ones(both, np.int8)

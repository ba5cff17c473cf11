"""Dense arrays, a row a post or a word: probabilities and unit vectors."""

from __future__ import annotations

import numpy as np

from instahash.jit import kernel


def softmax(O: np.ndarray, excluded: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """(p, log Z) with p = softmax of each row of O (m, n), and log Z (m, 1), so that log p = O - log Z.

    excluded : (m, n) bool, entries whose p is 0; the others' p sum to 1 without them.
    """
    p, highest, total = _exponentials(O, excluded)
    p /= total
    return p, highest + np.log(total)


def log_probabilities(O: np.ndarray, excluded: np.ndarray | None = None) -> np.ndarray:
    """log p of :func:`softmax`, on the same scale for what is excluded."""
    _, highest, total = _exponentials(O, excluded)
    return np.asarray(O - (highest + np.log(total)))


def _exponentials(O: np.ndarray, excluded: np.ndarray | None) -> tuple[np.ndarray, ...]:
    """exp(O - highest) with 0 where excluded, and of each row the highest entry and the sum of the exponentials."""
    possible = O if excluded is None or not excluded.any() else np.where(excluded, -np.inf, O)
    highest = possible.max(axis=1, keepdims=True)
    highest[highest == -np.inf] = 0  # all are excluded
    p = np.exp(possible - highest)
    return p, highest, np.maximum(p.sum(axis=1, keepdims=True), np.finfo(np.float32).tiny)


@kernel
def product(indptr, indices, data, B):
    """A B for the CSR matrix A with these arrays and a dense B, without the GIL, which SciPy's product holds."""
    out = np.zeros((len(indptr) - 1, B.shape[1]), B.dtype)
    for i in range(len(out)):
        q, end = indptr[i], indptr[i + 1]
        # Four entries at a time: out[i] is then read and written once for four rows of B.
        while q + 4 <= end:
            a0, a1, a2, a3 = data[q], data[q + 1], data[q + 2], data[q + 3]
            b0, b1, b2, b3 = B[indices[q]], B[indices[q + 1]], B[indices[q + 2]], B[indices[q + 3]]
            for d in range(out.shape[1]):
                out[i, d] += a0 * b0[d] + a1 * b1[d] + a2 * b2[d] + a3 * b3[d]
            q += 4
        while q < end:
            a, b = data[q], B[indices[q]]
            for d in range(out.shape[1]):
                out[i, d] += a * b[d]
            q += 1
    return out


@kernel
def product_at(indptr, indices, data, B_indptr, B_indices, B_data, n_first, tail_indptr, tail_indices, k, n_columns):
    """(n, n_columns), A B for CSR matrices A (n, m) and B (m, k) with these arrays, in some of its k columns.

    They are the first `n_first`, and behind them for each row those in the CSR matrix (n, k) of the two arrays `tail`,
    which are none of the first; 0 stands where a row has fewer than others.
    """
    out, places = np.zeros((len(indptr) - 1, n_columns), data.dtype), np.full(k, -1, np.int32)
    for j in range(n_first):
        places[j] = j
    for i in range(len(out)):
        row = out[i]
        for p in range(tail_indptr[i], tail_indptr[i + 1]):
            places[tail_indices[p]] = n_first + p - tail_indptr[i]
        for p in range(indptr[i], indptr[i + 1]):
            a, j = data[p], indices[p]
            for q in range(B_indptr[j], B_indptr[j + 1]):
                if places[B_indices[q]] >= 0:
                    row[places[B_indices[q]]] += a * B_data[q]
        for p in range(tail_indptr[i], tail_indptr[i + 1]):
            places[tail_indices[p]] = -1
    return out


@kernel
def dots_at(indptr, indices, A, B):
    """(nnz,) a_i . b_j for each stored entry (i, j) of a CSR matrix, rows of A and of B."""
    dots = np.empty(len(indices), A.dtype)
    for i in range(len(A)):
        a = A[i]
        for q in range(indptr[i], indptr[i + 1]):
            b, dot = B[indices[q]], A.dtype.type(0)
            for d in range(len(a)):
                dot += a[d] * b[d]
            dots[q] = dot
    return dots


def plain_dots_at(indptr: np.ndarray, indices: np.ndarray, A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """:func:`dots_at` from the equation."""
    rows = np.repeat(np.arange(len(A)), np.diff(indptr))
    return np.array([A[i] @ B[j] for i, j in zip(rows, indices)], A.dtype)


def unit_rows(A: np.ndarray) -> np.ndarray:
    """The rows of A (n, dim) scaled to length 1; a row of zeros stays. Squares must not be beyond the type."""
    length = np.linalg.norm(A, axis=-1, keepdims=True)
    return A / np.where(length > 0, length, 1)

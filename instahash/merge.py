"""Two CSR matrices of the same posts put together. SciPy's checks take longer than all else for a single post."""

from __future__ import annotations

import numpy as np

from instahash.jit import kernel
from instahash.sparse import CSR, unchecked_csr


def maximum(a: CSR, b: CSR) -> CSR:
    """The entries that either stores, in the type of `a`, of what both store the higher. All rows are sorted."""
    if not b.nnz:
        return a
    of_b = b.indptr, b.indices, b.data.astype(a.dtype, copy=False)
    data, indices, indptr = merged(a.indptr, a.indices, a.data, *of_b)
    return unchecked_csr(data, indices, indptr, a.shape)


@kernel
def merged(a_indptr, a_indices, a_data, b_indptr, b_indices, b_data):
    """(data, indices, indptr) of :func:`maximum`."""
    most = len(a_data) + len(b_data)
    data, indices, indptr = np.empty(most, a_data.dtype), np.empty(most, a_indices.dtype), np.zeros_like(a_indptr)
    n = 0
    for i in range(len(indptr) - 1):
        p, q = a_indptr[i], b_indptr[i]
        while p < a_indptr[i + 1] or q < b_indptr[i + 1]:
            from_a = q == b_indptr[i + 1] or (p < a_indptr[i + 1] and a_indices[p] <= b_indices[q])
            from_b = p == a_indptr[i + 1] or (q < b_indptr[i + 1] and b_indices[q] <= a_indices[p])
            if from_a:
                indices[n], data[n] = a_indices[p], a_data[p]
                p += 1
            if from_b:
                indices[n], data[n] = b_indices[q], max(data[n], b_data[q]) if from_a else b_data[q]
                q += 1
            n += 1
        indptr[i + 1] = n
    return data[:n], indices[:n], indptr


def plain_maximum(a: CSR, b: CSR) -> CSR:
    """:func:`maximum`, row by row."""
    rows = []
    for i in range(a.shape[0]):
        row = dict(zip(a[[i]].indices.tolist(), a[[i]].data.tolist()))
        for j, value in zip(b[[i]].indices.tolist(), b[[i]].data.tolist()):
            row[j] = max(value, row.get(j, value))
        rows.append(sorted(row.items()))
    indices, data = ([entry[part] for row in rows for entry in row] for part in (0, 1))
    indptr = np.cumsum([0, *map(len, rows)])
    return CSR((np.array(data, a.dtype), np.array(indices, np.int64), indptr), shape=a.shape)

"""Compiled loops over the stored entries of CSR matrices."""

from __future__ import annotations

from instahash.jit import kernel


@kernel
def add_products(A_indptr, A_indices, A_data, B_indptr, B_indices, B_data, out):
    """out += A'B for CSR matrices A and B of the same posts, summed in the type of `out`."""
    for i in range(len(A_indptr) - 1):
        for p in range(A_indptr[i], A_indptr[i + 1]):
            row, a = out[A_indices[p]], A_data[p]
            for q in range(B_indptr[i], B_indptr[i + 1]):
                row[B_indices[q]] += a * B_data[q]


@kernel
def add_dots(indptr, rows, S_indptr, S_indices, S_data, Z, out):
    """out[q] += the product of row i of Z with row rows[q] of the CSR matrix S, for the places q of each post i.

    The places of post i are indptr[i] to indptr[i + 1]; nothing is added where the row is negative.
    """
    for i in range(len(indptr) - 1):
        for q in range(indptr[i], indptr[i + 1]):
            if rows[q] >= 0:
                total = Z.dtype.type(0)
                for e in range(S_indptr[rows[q]], S_indptr[rows[q] + 1]):
                    total += S_data[e] * Z[i, S_indices[e]]
                out[q] += total

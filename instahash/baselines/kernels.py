"""Compiled loops over the stored entries of CSR matrices."""

from __future__ import annotations

import numpy as np

from instahash.jit import kernel


@kernel
def largest(indptr, indices, data, most, kept):
    """kept[q] is set to whether entry q is among the `most` largest of its row; of equal ones the first columns are."""
    for i in range(len(indptr) - 1):
        start, stop = indptr[i], indptr[i + 1]
        row = data[start:stop]
        if len(row) <= most:
            kept[start:stop] = True
            continue
        least = np.partition(row, len(row) - most)[len(row) - most]
        equal = np.sort(indices[start:stop][row == least])
        last = equal[most - np.sum(row > least) - 1]
        for q in range(start, stop):
            kept[q] = data[q] > least or (data[q] == least and indices[q] <= last)

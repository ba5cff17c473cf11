"""A pool of threads that share the rows of an array. Kernels and NumPy let go of the GIL, so they do run at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np


class Threads:
    """Runs work(slice) on slices that together are all rows, one a thread; results come as a list, in order.

    A context manager. Each thread must have rows of its own to change.
    """

    def __init__(self, n_threads):
        self.n_threads = n_threads
        self._executor = ThreadPoolExecutor(n_threads) if n_threads > 1 else None

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self._executor:
            self._executor.shutdown()

    def rows(self, n_rows, work):
        """Slices of equally many rows."""
        return self._run(np.linspace(0, n_rows, self.n_threads + 1).astype(int), work)

    def entries(self, indptr, work):
        """Slices of the rows of a CSR matrix with about equally many stored entries."""
        cuts = np.searchsorted(indptr, np.linspace(0, indptr[-1], self.n_threads + 1)[1:-1])
        return self._run(np.concatenate([[0], cuts, [len(indptr) - 1]]), work)

    def _run(self, cuts, work):
        parts = [slice(int(a), int(b)) for a, b in zip(cuts, cuts[1:])]
        return list(self._executor.map(work, parts)) if self._executor else [work(part) for part in parts]

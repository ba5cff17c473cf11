"""A pool of threads that share the rows of an array. Kernels and NumPy let go of the GIL, so they do run at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import nullcontext
from threading import Lock
from typing import Any, TypeVar

import numpy as np
from threadpoolctl import threadpool_limits

S = TypeVar("S")
T = TypeVar("T")
Work = Callable[[slice], T]
# Kernels' callers test what they get for NaN and infinity, which says more than a warning of NumPy's.
QUIET: Any = {"over": "ignore", "invalid": "ignore"}


class _OneThread:
    """BLAS has one thread while this is entered, by whichever thread and however often, and then as many as before."""

    def __init__(self) -> None:
        self._entered = 0
        self.renew()

    def renew(self) -> None:
        """In a process that was forked nobody may be left who would open the lock."""
        self._lock = Lock()

    def __enter__(self) -> None:
        with self._lock:
            if not self._entered:
                self._limits = threadpool_limits(1, user_api="blas")
            self._entered += 1

    def __exit__(self, *error: Any) -> None:
        with self._lock:
            self._entered -= 1
            if not self._entered:
                self._limits.restore_original_limits()


_ONE_THREAD = _OneThread()
if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_ONE_THREAD.renew)


class Threads:
    """Runs work(slice) on slices that together are all rows, one a thread; results come as a list, in order.

    A context manager. Each thread must have rows of its own to change.

    blas : False where each thread makes matrix products of its own. BLAS then gets one thread while this is open, so
        that its threads do not wait for their next product on the cores that ours work on. This holds for the whole
        process, until the last of these is closed: of trainings at the same time, let each have a process.
    """

    def __init__(self, n_threads: int, blas: bool = True):
        self.n_threads, self._blas = n_threads, blas
        quiet: dict[str, Any] = {"initializer": lambda: np.seterr(**QUIET)}
        self._executor = ThreadPoolExecutor(n_threads, **quiet) if n_threads > 1 else None

    def __enter__(self) -> Threads:
        self._limits: Any = nullcontext() if self._blas else _ONE_THREAD
        self._limits.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        try:
            if self._executor:
                self._executor.shutdown()
        finally:
            self._limits.__exit__(*error)

    def each(self, items: Iterable[S], work: Callable[[S], T]) -> Iterator[T]:
        """work(item) of each item, in order."""
        return self._executor.map(work, items) if self._executor else map(work, items)

    def rows(self, n_rows: int, work: Work[T]) -> list[T]:
        """Slices of equally many rows."""
        return self._run(n_rows, lambda: np.linspace(0, n_rows, self.n_threads + 1)[1:-1].astype(int), work)

    def entries(self, indptr: np.ndarray, work: Work[T]) -> list[T]:
        """Slices of the rows of a CSR matrix with about equally many stored entries."""
        n_rows, shares = len(indptr) - 1, self.n_threads + 1
        return self._run(n_rows, lambda: np.searchsorted(indptr, np.linspace(0, indptr[-1], shares)[1:-1]), work)

    def product(self, A: np.ndarray, B: np.ndarray) -> np.ndarray:
        """A B."""
        out = np.empty((len(A), B.shape[1]), A.dtype)
        self.rows(len(A), lambda part: np.matmul(A[part], B, out=out[part]))
        return out

    def gram(self, A: np.ndarray) -> np.ndarray:
        """A'A, added up over each thread's rows."""
        first, *others = self.rows(len(A), lambda part: A[part].T @ A[part])
        return sum(others, first)

    def _run(self, n_rows: int, cuts: Callable[[], np.ndarray], work: Work[T]) -> list[T]:
        if not self._executor:
            with np.errstate(**QUIET):
                return [work(slice(0, n_rows))]
        ends = [0, *cuts().tolist(), n_rows]
        first, *others = map(slice, ends, ends[1:])
        # The first is this thread's: it need not be woken, and has the same part of the caches at each call.
        futures = [self._executor.submit(work, part) for part in others]
        try:
            with np.errstate(**QUIET):
                result = work(first)
        finally:
            wait(futures)  # or they would go on changing rows
        return [result, *(future.result() for future in futures)]

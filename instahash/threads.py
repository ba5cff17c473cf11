"""A pool of threads that share the rows of an array. Kernels and NumPy let go of the GIL, so they do run at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakSet

import numpy as np
from threadpoolctl import threadpool_limits

from instahash.errors import SettingsError

S = TypeVar("S")
T = TypeVar("T")
Work = Callable[[slice], T]
# Kernels' callers test what they get for NaN and infinity, which says more than a warning of NumPy's.
QUIET: Any = {"over": "ignore", "invalid": "ignore"}


class _OneThread:
    """Lets BLAS have one thread while any of some objects wants that, and then as many as before.

    One that was interrupted as it ended is forgotten when it is gone.
    """

    def __init__(self) -> None:
        self._wanted_by: WeakSet[Any] = WeakSet()
        self._limits: Any = None
        self.renew()

    def renew(self) -> None:
        """In a process that was forked nobody may be left who would open the lock."""
        self._lock = Lock()

    def begin(self, who: object) -> None:
        """Until `who` ends."""
        with self._lock:
            self._wanted_by.add(who)
            self._limits = self._limits or threadpool_limits(1, user_api="blas")

    def end(self, who: object) -> None:
        """As many threads as before, where no other object wants one."""
        with self._lock:
            self._wanted_by.discard(who)
            if self._limits and not self._wanted_by:
                self._limits.restore_original_limits()
                self._limits = None


_ONE_THREAD = _OneThread()
if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_ONE_THREAD.renew)


class Threads:
    """Runs work(slice) on slices that together are all rows, one a thread and none without rows where there are some.

    Results come as a list, in order.

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
        if not self._blas:
            _ONE_THREAD.begin(self)
        return self

    def __exit__(self, *error: Any) -> None:
        try:
            if self._executor:
                self._executor.shutdown()
        finally:
            if not self._blas:
                _ONE_THREAD.end(self)

    def each(self, items: Iterable[S], work: Callable[[S], T]) -> Iterator[T]:
        """work(item) of each item, in order."""
        with self._started():
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

    @contextmanager
    def _started(self) -> Iterator[None]:
        """SettingsError where the system starts no more threads."""
        try:
            yield
        except RuntimeError:
            found = f"n_threads={self.n_threads} are more threads than this system starts"
            raise SettingsError(f"{found}; lower n_threads") from None

    def _run(self, n_rows: int, cuts: Callable[[], np.ndarray], work: Work[T]) -> list[T]:
        if not self._executor:
            with np.errstate(**QUIET):
                return [work(slice(0, n_rows))]
        ends = list(dict.fromkeys([0, *cuts().tolist(), n_rows]))  # no thread is woken for no rows
        first, *others = map(slice, ends, ends[1:] or ends)
        # The first is this thread's: it need not be woken, and has the same part of the caches at each call.
        with self._started():
            futures = [self._executor.submit(work, part) for part in others]
        try:
            with np.errstate(**QUIET):
                result = work(first)
        finally:
            wait(futures)  # or they would go on changing rows
        return [result, *(future.result() for future in futures)]

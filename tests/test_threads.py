"""Threads share rows, and leave BLAS as they found it."""

import os
import signal
import threading
import time

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from instahash import threads as threads_module
from instahash.errors import SettingsError
from instahash.threads import Threads


def blas_threads():
    return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]


@pytest.mark.parametrize("n_threads", [1, 2, 3])
def test_rows_are_shared_out_once_and_in_order(n_threads):
    with Threads(n_threads) as threads:
        parts = threads.rows(10, lambda part: list(range(10))[part])
        assert len(parts) == n_threads and sum(parts, []) == list(range(10))
        indptr = np.array([0, 0, 7, 8, 8, 9, 12])
        parts = threads.entries(indptr, lambda part: list(range(6))[part])
        assert len(parts) == n_threads and sum(parts, []) == list(range(6))


@pytest.mark.parametrize("n_rows", [0, 1, 3])
def test_no_thread_has_no_rows(n_rows):
    with Threads(1000) as threads:
        parts = threads.rows(n_rows, lambda part: (threading.get_ident(), part))
        assert len(parts) == max(n_rows, 1) and sum(part.stop - part.start for _, part in parts) == n_rows
        assert parts[0][0] == threading.get_ident()


def test_more_threads_than_the_system_starts_are_refused(monkeypatch):
    def start(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    with Threads(64) as threads:
        with pytest.raises(SettingsError, match="n_threads=64.*lower n_threads"):
            threads.rows(100, len)
        with pytest.raises(SettingsError, match="n_threads=64.*lower n_threads"):
            list(threads.each([1], len))


def test_the_calling_thread_has_the_first_part_and_waits_for_the_others():
    """Also where it fails itself."""
    ended, began = [], threading.Event()

    def work(part):
        if part.start:
            began.set()
            time.sleep(0.2)
            ended.append(threading.get_ident())
        else:
            assert began.wait(20)
            return threading.get_ident(), 1 / fails

    with Threads(2) as threads:
        fails = 1
        assert threads.rows(2, work)[0][0] == threading.get_ident() not in ended
        fails = 0
        with pytest.raises(ZeroDivisionError):
            threads.rows(2, work)
        assert len(ended) == 2


@pytest.mark.parametrize("n_threads", [1, 2])
def test_items_are_worked_on_side_by_side_and_given_in_order(n_threads):
    """With two threads the first waits for what the second says."""
    said = threading.Event()

    def work(item):
        if item == 1 or n_threads == 1:
            said.set()
        assert said.wait(20)
        return 10 * item

    with Threads(n_threads) as threads:
        assert list(threads.each(iter([0, 1, 2]), work)) == [0, 10, 20]


@pytest.mark.parametrize("n_threads", [1, 2, 3])
def test_products(n_threads):
    A, B = np.random.default_rng(0).normal(size=(7, 4)), np.random.default_rng(1).normal(size=(4, 5))
    with Threads(n_threads, blas=False) as threads:
        np.testing.assert_allclose(threads.product(A, B), A @ B)
        np.testing.assert_allclose(threads.gram(A), A.T @ A)


def test_blas_gets_one_thread_where_ours_multiply_and_its_own_number_back():
    with threadpool_limits(2, user_api="blas"):  # whatever number an earlier test left
        before = blas_threads()
        with Threads(2):
            assert blas_threads() == before
        with Threads(2, blas=False):
            assert set(blas_threads()) == {1}
        assert blas_threads() == before
        with pytest.raises(ZeroDivisionError), Threads(2, blas=False) as threads:
            threads.rows(2, lambda part: 1 / 0)
        assert blas_threads() == before


def test_blas_gets_its_number_back_when_the_last_of_several_ends():
    """Whichever ends first; and where a thread is waited for in vain."""
    with threadpool_limits(2, user_api="blas"):
        before = blas_threads()
        first, second = Threads(1, blas=False), Threads(1, blas=False)
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
        assert set(blas_threads()) == {1}
        second.__exit__(None, None, None)
        assert blas_threads() == before
        Threads(1, blas=False).__enter__()  # whose end was interrupted
        with first:
            assert set(blas_threads()) == {1}
        assert blas_threads() == before
        threads = Threads(2, blas=False)
        with pytest.raises(KeyboardInterrupt), threads:
            threads._executor.shutdown = interrupt
        assert blas_threads() == before


def interrupt():
    raise KeyboardInterrupt


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_process_waits_for_no_thread_of_the_other():
    threads = Threads(2, blas=False)
    with threads, threads_module._ONE_THREAD._lock:
        threads.rows(4, lambda part: None)
        child = os.fork()
        if not child:  # where the lock would never be opened
            signal.alarm(20)
            with Threads(2, blas=False) as own:
                os._exit(own.rows(4, lambda part: part.start) != [0, 2])
        _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0

"""A cluster of Dask: workers on this machine or on others, each with shards of its own."""

from __future__ import annotations

import io
import logging
import operator
import os
import pickle
import secrets
import shutil
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import numpy as np

from instahash.data import Vocabulary
from instahash.errors import DataError, one_line
from instahash.shards.shard import Shard, held
from instahash.shards.workers import Chains, Done, add, scaled

T = TypeVar("T")
TIMEOUT = 60  # seconds in which a scheduler must answer and a worker be there
SETTINGS = {
    "distributed.scheduler.allowed-failures": 20,  # deaths that a shard may meet before it is taken for their cause
    "distributed.scheduler.work-stealing": False,  # who steals a shard has to read it anew
    "distributed.scheduler.active-memory-manager.start": False,  # it drops what two workers have, and will need again
    "distributed.worker.profile.enabled": False,
}


class Cluster:
    """Dask's workers.

    Neighbouring shards have the same worker, which keeps what it has read of them and adds up what it makes of them.
    Where it dies, Dask gives its work to others, which read those shards anew.
    """

    def __init__(self, address: str, how: dict[str, Any]):
        try:
            import dask
            from distributed import Client, LocalCluster
        except ImportError:
            advice = 'install it with: python3 -m pip install "instahash[cluster]"'
            raise DataError(f"--cluster needs the package dask.distributed; {advice}") from None
        self._how, self._shards, self._local = how, dict[Any, str](), None
        self._vocabularies = WeakKeyDictionary[Vocabulary, Any]()  # futures of those that workers have
        self._folder = f"instahash-{secrets.token_hex(8)}"  # of this object alone: files may change until the next
        try:
            if address.partition(":")[0] == "local":
                number = _processes(address)
                own: dict[str, Any] = {"threads_per_worker": 1, "dashboard_address": ":0"}
                with dask.config.set(SETTINGS), _uninterrupted():
                    self._local = LocalCluster(n_workers=number, silence_logs=logging.CRITICAL, **own)
            self._client = Client(self._local or address, timeout=TIMEOUT)
        except (OSError, ValueError, RuntimeError) as error:
            advice = "give the address of a running scheduler, as tcp://scheduler:8786, or local:4"
            raise DataError(f"the cluster '{address}' does not answer ({one_line(error)}); {advice}") from None
        except KeyboardInterrupt:
            if self._local:
                self._local.close()
            raise

    def map(self, function: Callable[..., T], names: list[str], args: tuple[Any, ...], done: Done) -> Iterator[T]:
        futures = self._futures(function, names, args, done)[::-1]
        while futures:
            yield self._result(futures.pop())

    def sum(self, function: Callable[..., T], names: list[str], args: tuple[Any, ...], done: Done) -> T:
        return self._total(self._futures(function, names, args, done))

    def _total(self, level: list[Any]) -> Any:
        """The sum of the results of futures."""
        while len(level) > 1:  # as `total` adds; as soon as there are two, so that few sums wait
            pairs, odd = zip(level[::2], level[1::2]), level[len(level) & ~1 :]
            level = [self._client.submit(add, *pair, pure=False, priority=1) for pair in pairs] + odd
        return self._result(level.pop())

    def count(self) -> int:
        return len(self._workers())

    def average(self, function: Callable[..., T], chains: Chains, start: T, args: tuple[Any, ...], done: Done) -> T:
        names = [name for own, _ in chains for name in own]
        homes, ends, waiting = self._homes(names), [], set()
        self._shards.clear()
        given, begun = self._given(args), self._sent(start)

        def ended(future: Any) -> None:
            waiting.discard(future)
            done()

        for own, weight in chains:
            state = begun
            for name in own:
                # At the chain's first shard's home, so that states are not moved.
                state = self._submit(_chained, function, name, homes[own[0]], state, *given)
                waiting.add(state)
                state.add_done_callback(ended)
            ends.append(self._client.submit(scaled, state, weight, pure=False))
            del state
        try:
            return self._total(ends)
        finally:
            self._client.cancel([*waiting])

    def close(self) -> None:
        if self._local:
            self._client.close()
            self._local.close()
        else:
            self._client.run(_forget, self._folder, on_error="ignore")
            self._client.close()

    def _futures(self, function: Callable[..., T], names: list[str], args: tuple[Any, ...], done: Done) -> list[Any]:
        """A future of each shard, at the worker that has it already or, if that is busy or gone, at any other."""
        homes = self._homes(names)
        self._shards.clear()
        given = self._given(args)
        futures = [self._submit(_work, function, name, homes[name], *given) for name in names]
        for future in futures:
            future.add_done_callback(lambda future: done())
        return futures

    def _given(self, args: tuple[Any, ...]) -> list[Any]:
        """Futures of arguments without their vocabularies, and of these, which workers have from then on."""
        pickled, vocabularies = _pickled(args)
        for own in vocabularies:
            if own not in self._vocabularies:
                self._vocabularies[own] = self._sent(own)
        return [self._sent(pickled), *(self._vocabularies[own] for own in vocabularies)]

    def _sent(self, value: Any) -> Any:
        """A value as a task of its own: the scheduler can make it anew where all workers that have it died."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # that it is large
            return self._client.submit(operator.itemgetter(0), (value,), pure=False)

    def _submit(self, work: Callable[..., Any], function: Callable[..., Any], name: str, home: str, *given: Any) -> Any:
        """A future of work on a shard, at home or, where that is gone, anywhere."""
        kind = getattr(function, "__name__", "work")  # Dask remembers how long each takes
        at = {"workers": [home], "allow_other_workers": True, "key": f"{kind}-{secrets.token_hex(8)}"}
        future = self._client.submit(work, function, name, self._folder, self._how, *given, **at)
        self._shards[future.key] = name
        return future

    def _homes(self, names: list[str]) -> dict[str, str]:
        """The worker of each shard: one that holds it already; else neighbours have the same, all about as many, and in
        the parts that :meth:`.Shards.average` makes chains of.
        """
        workers = self._workers()
        found = self._client.run(_held, self._folder, names, on_error="ignore")
        homes = {name: worker for worker in workers for name in found.get(worker, ())}
        for worker, own in zip(workers, np.array_split(np.arange(len(names)), len(workers))):
            for i in own:
                homes.setdefault(names[i], worker)
        return homes

    def _workers(self) -> list[str]:
        """The addresses of those that live; where all died at once, others may be on their way."""
        until = time.monotonic() + TIMEOUT
        while not (workers := sorted(self._client.nthreads())):
            if time.monotonic() > until:
                raise DataError("the cluster has no worker; start some, with: dask worker ADDRESS")
            time.sleep(0.1)
        return workers

    def _result(self, future: Any) -> Any:
        from distributed import KilledWorker

        try:
            return future.result()
        except KilledWorker as error:
            # Dask suspects each task that a worker had before it when it died.
            shard, advice = self._shards.get(error.task, "the sums"), "give workers more memory, or smaller shards"
            raise DataError(f"workers died again and again, at '{shard}' or one near it; {advice}") from None
        except ImportError as error:
            lack = f"the workers of the cluster lack a package ({one_line(error)})"
            raise DataError(f"{lack}; install the same there as here") from None


def _processes(address: str) -> int:
    """How many processes local:N has; as many as cores, where it names no number."""
    number = address.partition(":")[2] or str(os.cpu_count() or 1)
    if not number.isdecimal() or int(number) < 1:
        raise DataError(f"the cluster '{address}' must have a number of processes, 1 or more; try local:4")
    return int(number)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Have processes that begin meanwhile never see Ctrl-C: this one alone answers it, as soon as the block has ended.

    They have the mask of the thread that begins them, and that thread the one of the thread that began it.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # which would take the mask away from the thread that begins it
    caught: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: caught.append(number))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, before)
    if caught and callable(before):  # and not where Ctrl-C was ignored
        raise KeyboardInterrupt


def _pickled(args: tuple[Any, ...]) -> tuple[bytes, list[Vocabulary]]:
    """Arguments without their vocabularies, and these: large, and the same in each pass."""
    import cloudpickle

    vocabularies: list[Vocabulary] = []

    class Pickler(cloudpickle.Pickler):  # type: ignore[misc]
        def persistent_id(self, value: Any) -> int | None:
            if not isinstance(value, Vocabulary):
                return None
            if value not in vocabularies:
                vocabularies.append(value)
            return vocabularies.index(value)

    Pickler(file := io.BytesIO(), protocol=pickle.HIGHEST_PROTOCOL).dump(args)
    return file.getvalue(), vocabularies


@lru_cache(maxsize=1)
def _loaded(pickled: bytes, *vocabularies: Vocabulary) -> Any:
    """The arguments again, made once for all shards of a pass."""

    class Unpickler(pickle.Unpickler):
        def persistent_load(self, number: int) -> Vocabulary:
            return vocabularies[number]

    return Unpickler(io.BytesIO(pickled)).load()


def _work(function: Callable[..., T], name: str, folder: str, how: dict[str, Any], *given: Any) -> T:
    """What a worker does of a shard."""
    return function(Shard(name, _place(folder), how), *_loaded(*given))


def _chained(function: Callable[..., T], name: str, folder: str, how: dict[str, Any], state: T, *given: Any) -> T:
    """The same in a chain, after what came out before."""
    return function(Shard(name, _place(folder), how), state, *_loaded(*given))


def _held(folder: str, names: list[str]) -> list[str]:
    """The shards that a worker holds."""
    return held(_place(folder), names)


def _forget(folder: str) -> None:
    """Remove what a worker holds."""
    _loaded.cache_clear()
    shutil.rmtree(_place(folder), ignore_errors=True)


def _place(folder: str) -> Path:
    from distributed import get_worker

    return Path(get_worker().local_directory, folder)

"""A cluster of Dask: workers on this machine or on others, each with shards of its own."""

from __future__ import annotations

import logging
import os
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from instahash.errors import DataError, one_line
from instahash.shards.shard import Shard
from instahash.shards.workers import Done, add

T = TypeVar("T")
TIMEOUT = 60  # seconds in which a scheduler must answer and a worker be there
DEATHS = 20  # of workers, that a shard may meet before it is taken for their cause


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
        self._how, self._homes, self._shards, self._local = how, dict[str, str](), dict[Any, str](), None
        try:
            if address.partition(":")[0] == "local":
                number = int(address.partition(":")[2] or os.cpu_count() or 1)
                own: dict[str, Any] = {"threads_per_worker": 1, "dashboard_address": ":0"}
                with dask.config.set({"distributed.scheduler.allowed-failures": DEATHS}):
                    self._local = LocalCluster(n_workers=number, silence_logs=logging.CRITICAL, **own)
            self._client = Client(self._local or address, timeout=TIMEOUT)
        except (OSError, ValueError, RuntimeError) as error:
            advice = "give the address of a running scheduler, as tcp://scheduler:8786, or local:4"
            raise DataError(f"the cluster '{address}' does not answer ({one_line(error)}); {advice}") from None

    def map(self, function: Callable[..., T], names: list[str], args: tuple[Any, ...], done: Done) -> Iterator[T]:
        futures = self._futures(function, names, args, done)[::-1]
        while futures:
            yield self._result(futures.pop())

    def sum(self, function: Callable[..., T], names: list[str], args: tuple[Any, ...], done: Done) -> T:
        level = self._futures(function, names, args, done)
        while len(level) > 1:  # as `total` adds; as soon as there are two, so that few sums wait
            pairs, odd = zip(level[::2], level[1::2]), level[len(level) & ~1 :]
            level = [self._client.submit(add, *pair, pure=False, priority=1) for pair in pairs] + odd
        return self._result(level.pop())

    def close(self) -> None:
        self._client.close()
        if self._local:
            self._local.close()

    def _futures(self, function: Callable[..., T], names: list[str], args: tuple[Any, ...], done: Done) -> list[Any]:
        """A future of each shard, at the worker that has it already or, if that is busy or gone, at any other."""
        self._settle(names)
        self._shards.clear()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # that arguments are large
            # A task of their own: the scheduler can make them anew where all workers that have them died.
            given = self._client.submit(tuple, args, pure=False)
        futures = []
        for name in names:
            at = {"workers": [self._homes[name]], "allow_other_workers": True, "pure": False}
            futures.append(self._client.submit(_work, function, name, self._how, given, **at))
            futures[-1].add_done_callback(lambda future: done())
            self._shards[futures[-1].key] = name
        return futures

    def _settle(self, names: list[str]) -> None:
        """Give each shard without a worker that lives one: neighbours the same, all workers about as many."""
        workers = self._workers()
        self._homes = {name: home for name, home in self._homes.items() if home in workers}
        most, number = -(-len(names) // len(workers)), Counter(self._homes.values())
        for name in names:
            if name not in self._homes:
                self._homes[name] = next((w for w in workers if number[w] < most), workers[0])
                number[self._homes[name]] += 1

    def _workers(self) -> list[str]:
        """The addresses of those that live; where all died at once, others may be on their way."""
        until = time.monotonic() + TIMEOUT
        while not (workers := sorted(self._client.scheduler_info(n_workers=-1)["workers"])):
            if time.monotonic() > until:
                raise DataError("the cluster has no worker; start some, with: dask worker ADDRESS")
            time.sleep(0.1)
        return workers

    def _result(self, future: Any) -> Any:
        from distributed import KilledWorker

        try:
            return future.result()
        except KilledWorker as error:
            shard = self._shards.get(error.task, "the sums")
            advice = "give workers more memory, or more and smaller shards"
            raise DataError(f"workers died of '{shard}' again and again; {advice}") from None
        except ImportError as error:
            lack = f"the workers of the cluster lack a package ({one_line(error)})"
            raise DataError(f"{lack}; install the same there as here") from None


def _work(function: Callable[..., T], name: str, how: dict[str, Any], args: tuple[Any, ...]) -> T:
    """What a worker does of a shard; what it keeps goes with it."""
    from distributed import get_worker

    return function(Shard(name, Path(get_worker().local_directory, "instahash"), how), *args)

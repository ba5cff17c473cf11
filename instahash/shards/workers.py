"""Who works on shards: this process, or workers of a cluster; and how what they return is added up."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np

from instahash.shards.shard import Shard

T = TypeVar("T")
Done = Callable[[], object]
# Shards that are worked on one after the other, and the weight of what comes out.
Chains = Sequence[tuple[list[str], float]]


class Workers(Protocol):
    """Who works on shards."""

    def map(self, function: Callable[..., T], names: list[str], args: tuple[Any, ...], done: Done) -> Iterator[T]:
        """function(shard, *args) of each shard, in order; `done` is called once for each."""

    def sum(self, function: Callable[..., T], names: list[str], args: tuple[Any, ...], done: Done) -> T:
        """The sum of the same by :func:`add`, in the order of :func:`total`."""

    def count(self) -> int:
        """How many work at once."""

    def average(self, function: Callable[..., T], chains: Chains, start: T, args: tuple[Any, ...], done: Done) -> T:
        """The weighted mean by :func:`scaled` and :func:`add` of what each chain makes of `start`: for its shards in
        turn, what(shard, before, *args) of what came out before.
        """

    def close(self) -> None:
        """Let go of what they hold."""


class Here:
    """This process, on one shard after the other."""

    def __init__(self, how: dict[str, Any]):
        self._how, self._folder = how, tempfile.TemporaryDirectory(prefix="instahash-")

    def map(self, function: Callable[..., T], names: list[str], args: tuple[Any, ...], done: Done) -> Iterator[T]:
        for name in names:
            yield function(Shard(name, Path(self._folder.name), self._how), *args)
            done()

    def sum(self, function: Callable[..., T], names: list[str], args: tuple[Any, ...], done: Done) -> T:
        return total(self.map(function, names, args, done))

    def count(self) -> int:
        return 1

    def average(self, function: Callable[..., T], chains: Chains, start: T, args: tuple[Any, ...], done: Done) -> T:
        def ends() -> Iterator[T]:
            for names, weight in chains:
                state = start
                for name in names:
                    state = function(Shard(name, Path(self._folder.name), self._how), state, *args)
                    done()
                yield scaled(state, weight)

        return total(ends())

    def close(self) -> None:
        self._folder.cleanup()


def scaled(state: Any, weight: float) -> Any:
    """A tuple of numbers and arrays times a number; floats keep their type, whole numbers become float64."""
    if weight == 1:
        return state
    return tuple(
        part * (part.dtype.type(weight) if part.dtype.kind == "f" else weight) for part in map(np.asarray, state)
    )


def add(a: Any, b: Any) -> Any:
    """a + b of arrays, sparse matrices, numbers and Counters, and of tuples of them, part by part; neither changes."""
    if isinstance(a, tuple):
        parts = map(add, a, b)
        return type(a)(*parts) if hasattr(a, "_fields") else tuple(parts)
    return a + b


def total(results: Iterable[T]) -> T:
    """The sum of all results, neighbours first: ((0 + 1) + (2 + 3)) + 4. No more than log2(n) + 1 sums are held."""
    sums: list[tuple[int, T]] = []  # of so many results, ever fewer
    for own in results:
        n = 1
        while sums and sums[-1][0] == n:
            own = add(sums.pop()[1], own)
            n *= 2
        sums.append((n, own))
    _, last = sums.pop()
    while sums:
        last = add(sums.pop()[1], last)
    return last

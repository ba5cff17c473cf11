"""Shards: functions that work where the posts are, and sums of what they return."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import Any, TypeVar

import numpy as np
from tqdm import tqdm

from instahash.errors import DataError
from instahash.shards.shard import find
from instahash.shards.workers import Here, Workers

T = TypeVar("T")


class Shards:
    """Files of posts that are never gathered. A context manager: what is kept of the shards goes when it ends.

    sources : paths, URLs, or patterns of them; one alone may be a text.
    cluster : "" to work here, on one shard after the other, however many posts they have in all; "local:4" for four
        processes of this machine; or the address of a Dask scheduler, as "tcp://scheduler:8786".
    progress : show a bar where standard error is a terminal.
    how : arguments of :func:`instahash.read_posts`.

    A function must be pure: the same shard and arguments give the same result, since a shard whose worker died is done
    again. What it returns goes over the network, and must be small or be summed.

    names : of the shards, sorted.  sizes : their bytes.  how : as given.

    Raises DataError where there is none or the cluster does not answer.
    """

    def __init__(self, sources: str | Iterable[str], cluster: str = "", *, progress: bool = False, **how: Any):
        sources = [sources] if isinstance(sources, str) else sources
        self.sizes = {name: size for source in sources for name, size in find(source).items()}
        self.names, self.progress, self.how = sorted(self.sizes), progress, how
        if not self.names:
            raise DataError("no file of posts was given; give at least one")
        self._workers: Workers = Here(how)
        if cluster:
            from instahash.shards.cluster import Cluster

            self._workers = Cluster(cluster, how)

    def __enter__(self) -> Shards:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._workers.close()

    def map(self, function: Callable[..., T], *args: Any, what: str = "") -> Iterator[T]:
        """function(shard, *args) of each Shard, in the order of their names; what : said beside the bar."""
        with self._bar(what) as bar:
            yield from self._workers.map(function, self.names, args, bar.update)

    def sum(self, function: Callable[..., T], *args: Any, what: str = "") -> T:
        """The sum of function(shard, *args) over all Shards by `workers.add`; arguments as in :meth:`map`.

        On a cluster the workers add up. The order of the additions depends on the number of shards alone, so that
        every cluster, and none, gives the same bits.
        """
        with self._bar(what) as bar:
            return self._workers.sum(function, self.names, args, bar.update)

    def average(
        self, function: Callable[..., T], start: T, weights: Sequence[float], *args: Any, n_chains: int, what: str = ""
    ) -> T:
        """What a pass makes of `start` that must visit shards one after the other.

        A chain is some neighbouring shards. After each of them comes function(shard, state, *args), a tuple of numbers
        and arrays, of the state before; the mean of the last states is returned, by the `weights` of the shards.
        """
        parts = np.array_split(np.arange(len(self.names)), n_chains)
        of_parts = [sum(weights[i] for i in part) / sum(weights) for part in parts]
        chains = [([self.names[i] for i in part], weight) for part, weight in zip(parts, of_parts) if weight]
        with self._bar(what) as bar:
            return self._workers.average(function, chains, start, args, bar.update)

    def n_workers(self) -> int:
        """How many shards are worked on at once."""
        return min(self._workers.count(), len(self.names))

    def _bar(self, what: str) -> Any:
        hidden = None if self.progress else True
        return tqdm(desc=what, total=len(self.names), unit=" shards", disable=hidden)

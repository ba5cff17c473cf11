"""What a training will take, before it begins: the memory of its arrays and its time, roughly, and what there is."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

from instahash.errors import SettingsError

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]

# Seconds from which on it is said how long a training takes.
LONG = 3600
DATA = "data.max_hashtags"  # what helps where no setting of a model does


class Cost(NamedTuple):
    """Of the training of a model.

    memory : bytes at the peak of its training, by the setting of the model that they grow with; "" for what grows with
        the posts and their words alone.
    seconds : of one thread, on a processor of 2020.
    """

    memory: Mapping[str, float]
    seconds: float


def check_costs(costs: Mapping[str, Cost], settings: Any, report: Callable[[str], object]) -> None:
    """SettingsError where a model needs more memory than there is; a line in `report` where all take long.

    costs : model, which is the name of its section of the settings too -> Cost.  settings : those of the mode.
    """
    left, n_threads = memory_left(), settings.n_threads
    for name, cost in costs.items():
        needed = sum(cost.memory.values())
        if needed > left:
            own = max(cost.memory, key=lambda setting: cost.memory[setting])
            setting = f"{name}.{own}" if own else DATA
            value = attrgetter(setting)(settings)
            free = f"takes about {_gigabytes(needed)}, and this machine has {_gigabytes(left)} free"
            raise SettingsError(f"{name}, with {setting}={value}, {free}; lower {setting}")
    seconds = sum(cost.seconds for cost in costs.values()) / n_threads
    if seconds > LONG:
        longest = max(costs, key=lambda name: costs[name].seconds)
        part = costs[longest].seconds / n_threads / seconds
        report(f"This training takes about {_duration(seconds)}, {part:.0%} of it for {longest}.")


def memory_left() -> float:
    """Bytes that this process may still take: what the machine has free, or what limits leave of it; inf if unknown."""
    return min(_limits(), default=math.inf)


def _limits() -> Iterator[float]:
    with suppress(OSError, ValueError, IndexError):
        fields = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
        yield 1024.0 * int(fields["MemAvailable"].split()[0])
    with suppress(OSError, ValueError, KeyError):  # of a container; "max" where it has no limit
        group = Path("/sys/fs/cgroup")
        most, used = (float((group / f"memory.{name}").read_text()) for name in ("max", "current"))
        kept = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
        yield most - used + float(kept["inactive_file"])  # of files, which the system gives up for whoever needs more
    if resource is None:
        return
    with suppress(OSError, ValueError, IndexError):
        pages, page = Path("/proc/self/statm").read_text().split(), os.sysconf("SC_PAGE_SIZE")
        for kind, held in ((resource.RLIMIT_AS, pages[0]), (resource.RLIMIT_DATA, pages[5])):
            most = resource.getrlimit(kind)[0]
            if most != resource.RLIM_INFINITY:
                yield max(most - float(held) * page, 0.0)


def _gigabytes(number: float) -> str:
    return f"{number / 1e9:,.0f} GB" if number >= 1e10 else f"{number / 1e9:,.1f} GB"


def _duration(seconds: float) -> str:
    hours = seconds / 3600
    return f"{hours:,.0f} hours" if hours < 72 else f"{hours / 24:,.0f} days"

"""Processes that save without end and are killed at random moments, while others read; and disks that are full."""

import mmap
import os
import random
import resource
import shutil
import signal
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from chaos.processes import DONE, REFUSED, Findings, ended, forked
from chaos.saved import Saved
from instahash.annotate.cache import Cache
from instahash.data import Label
from instahash.explore.judgements import Judgements

# What versions of a writer begin with, so that a version tells whose it is.
OWN = 1_000_000
# Seconds that a killed process may have been at work.
LONGEST = 0.02
# Seconds in which each writer has saved once.
PATIENCE = 20
SYSTEMS, LISTS = ("a", "b"), (["sea"], ["sun"])


class Counters:
    """Numbers that processes share: of each the last version that it has saved, and whether it has begun."""

    def __init__(self, n: int):
        self._bytes = mmap.mmap(-1, 8 * n)

    def __getitem__(self, place: int) -> int:
        return struct.unpack_from("q", self._bytes, 8 * place)[0]

    def __setitem__(self, place: int, value: int) -> None:
        struct.pack_into("q", self._bytes, 8 * place, value)


def writers_killed(saved: Saved, folder: Path, n: int, rng: random.Random, trial: int, findings: Findings) -> None:
    """Kill `n` writers, after a random time in which the file is read; then the last version of one must be there.

    Two files that belong together have one writer, and no reader. Trials alternate between SIGKILL, one Ctrl-C, and
    two, of which the second comes while the first is dealt with.
    """
    n = 1 if saved.beside else n
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    saved.save(folder, 0)
    counters = Counters(n)

    def write(i: int) -> None:
        k = OWN * (i + 1)
        while True:
            k += 1
            saved.save(folder, k)
            counters[i] = k

    pids = [forked(lambda i=i: write(i)) for i in range(n)]
    how = ("SIGKILL", "SIGINT", "SIGINT twice")[trial % 3]
    when = f"{saved.name}, {n} writers, {how}, trial {trial}"
    deadline = time.monotonic() + PATIENCE
    while not all(counters[i] for i in range(n)) and time.monotonic() < deadline:
        time.sleep(0.0005)
    if time.monotonic() >= deadline:
        findings.fault("stuck", f"{when}: not each of them has saved in {PATIENCE} s")
    until = time.monotonic() + rng.uniform(0, LONGEST)
    if saved.beside:
        time.sleep(max(until - time.monotonic(), 0))
    while not saved.beside and time.monotonic() < until:
        seen = findings.version(saved, folder, _versions(n, counters), f"{when}, read meanwhile")
        findings.done["reads"] += 1
        if seen is None:
            break
    for pid in pids:
        os.kill(pid, signal.SIGKILL if how == "SIGKILL" else signal.SIGINT)
        if how == "SIGINT twice":
            time.sleep(rng.uniform(0, 0.0005))
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)
        time.sleep(rng.uniform(0, 0.001))
    for i, pid in enumerate(pids):
        findings.stopped(pid, lambda i=i: counters[i], when)
    # Whose save came last is not known; but of each writer only its last one, or the one it was at.
    last = {counters[i] + more for i in range(n) for more in (0, 1)}
    findings.version(saved, folder, last, when)
    findings.goes_on(saved, folder, 3, when)
    findings.done[f"kills_{n}_writers"] += 1


def _versions(n: int, counters: Counters) -> set[int | None]:
    """All that a reader may see: what was saved when it began to read, or anything after that."""
    return _Between([(counters[i], OWN * (i + 2)) for i in range(n)])  # type: ignore[return-value]


class _Between:
    """A set of numbers, given as the least and the first too large of each range."""

    def __init__(self, ranges: list[tuple[int, int]]):
        self._ranges = ranges

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and any(low <= number < high for low, high in self._ranges)

    def __repr__(self) -> str:
        return str(self._ranges)


def full_disk(saved: Saved, folder: Path, step: int, findings: Findings, tick: Callable[[], object]) -> None:
    """Save where a file can have no more than 0, step, 2 step, ... bytes, until it is whole."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    saved.save(folder, 1)
    most, code = 0, REFUSED

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        saved.save(folder, 2)

    while code == REFUSED:
        when = f"{saved.name}, a disk with room for {most} bytes"
        code = ended(forked(limited))
        findings.end(code, (DONE, REFUSED), when)
        findings.version(saved, folder, {2 if code == DONE else 1}, when)
        findings.done["full_disk"] += 1
        most += step
        tick()
    findings.goes_on(saved, folder, 3, when)


def _keep_labels(folder: Path, told: Callable[[int], None]) -> None:
    with Cache(folder / "labels", "settings") as cache:
        k = 0
        while True:
            k += 1
            images = [str(k)]
            cache.claim(images)
            cache.put(str(k), [Label(str(k), 0.5)] * 20)
            told(k)
            cache.release(images)


def _check_labels(folder: Path, last: int) -> bool:
    with Cache(folder / "labels", "settings") as cache:
        found = cache.get([str(k) for k in range(1, last + 1)])
        cache.put("next", [])
        with cache.statements() as execute:
            sound = execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        return sound and found == {str(k): (Label(str(k), 0.5),) * 20 for k in range(1, last + 1)}


def _judge(folder: Path, told: Callable[[int], None]) -> None:
    with Judgements(folder / "judgements") as judgements:
        k = 0
        while True:
            k += 1
            judgements.show("session", "", str(k), k, SYSTEMS, LISTS)
            judgements.choose("session", judgements.pairs("session", SYSTEMS)[-1]["pair"], "left")
            told(k)


def _check_judgements(folder: Path, last: int) -> bool:
    with Judgements(folder / "judgements") as judgements:
        rows = judgements.pairs("session", SYSTEMS)
        judgements.show("another", "", "x", 0, SYSTEMS, LISTS)
        with judgements.statements() as execute:
            sound = execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        found = [(row["post"], row["choice"]) for row in rows[:last]]
        return sound and found == [(str(k), "left") for k in range(1, last + 1)]


DATABASES = {"labels": (_keep_labels, _check_labels), "judgements": (_judge, _check_judgements)}


def database_killed(name: str, folder: Path, rng: random.Random, trial: int, findings: Findings) -> None:
    """Kill a process that writes to a database: what it was told is kept must be there."""
    work, check = DATABASES[name]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    counters = Counters(1)
    pid = forked(lambda: work(folder, lambda k: counters.__setitem__(0, k)))
    deadline = time.monotonic() + PATIENCE
    while not counters[0] and time.monotonic() < deadline:
        time.sleep(0.0005)
    time.sleep(rng.uniform(0, LONGEST))
    how = ("SIGKILL", "SIGINT")[trial % 2]
    os.kill(pid, getattr(signal, how))
    when = f"{name}, {how}, trial {trial}"
    findings.stopped(pid, lambda: counters[0], when)
    if not counters[0]:
        findings.fault("stuck", f"{when}: nothing was kept in {PATIENCE} s")
    try:
        if not check(folder, counters[0]):
            findings.fault("lost", f"{when}: not all that was kept is there")
    except Exception as error:
        findings.fault("stuck", f"{when}: {error!r:.200}")
    findings.done[f"kills_{name}"] += 1

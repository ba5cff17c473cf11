"""A save in a process of its own, which is forked so that it starts at once, and what is found after its end."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from chaos.saved import Mixed, Saved
from instahash.errors import InstahashError
from instahash.files import STALE

# What a process ends with.
DONE, CRASHED, REFUSED, INTERRUPTED = 0, 1, 3, 130
# Faults: no version or one that was not to be there, parts of several, a file of a killed process that stays for ever,
# a next save that fails, an error that is no line for people.
FAULTS = ("lost", "mixed", "left", "stuck", "traceback")


def forked(work: Callable[[], object]) -> int:
    """The number of a process that does this work, and ends as it ended."""
    pid = os.fork()
    if pid:
        return pid
    code = CRASHED
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        work()
        code = DONE
    except InstahashError:
        code = REFUSED
    except KeyboardInterrupt:
        code = INTERRUPTED
    finally:
        os._exit(code)


def ended(pid: int, patience: float = 60) -> int:
    """How it ended; the negative number of the signal that killed it.

    After so many seconds it is killed here: Python lets go of a Ctrl-C that comes while an object is taken apart.
    """
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.0005)
    os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@contextmanager
def ignored_interrupts() -> Iterator[None]:
    """Ctrl-C is for the processes that save."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class Findings:
    """Counts of what was done, `done`, and of `faults`, of which the first have a line in `lines`."""

    def __init__(self) -> None:
        self.done: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.lines: list[str] = []

    def fault(self, kind: str, line: str) -> None:
        self.faults[kind] += 1
        if len(self.lines) < 50:
            self.lines.append(f"{kind}: {line}")

    def version(self, saved: Saved, folder: Path, allowed: set[int | None], when: str) -> int | None:
        """The version that is there, which must be one of these."""
        try:
            found = saved.load(folder)
        except Mixed as error:
            self.fault("mixed", f"{when}: {error}")
            return None
        except Exception as error:  # of a damaged file anything may be said
            self.fault("lost", f"{when}: {error!r:.200}")
            return None
        if found not in allowed:
            self.fault("lost", f"{when}: version {found}, not one of {allowed}")
        return found

    def goes_on(self, saved: Saved, folder: Path, k: int, when: str) -> None:
        """The next save, of version k, works; and after an hour it removes all that was left."""
        long_ago = time.time() - 2 * STALE
        for path in folder.glob(".*.new"):
            os.utime(path, (long_ago, long_ago))
        try:
            saved.save(folder, k)
        except Exception as error:
            self.fault("stuck", f"{when}: {error!r:.200}")
            return
        self.version(saved, folder, {k}, f"{when}, then saved again")
        if left := set(os.listdir(folder)) - {saved.name, saved.beside}:
            self.fault("left", f"{when}: {sorted(left)}")

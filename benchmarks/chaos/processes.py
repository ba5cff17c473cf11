"""A save in a process of its own, which is forked so that it starts at once, and what is found after its end."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from pathlib import Path

from chaos.saved import Mixed, Saved
from instahash.errors import InstahashError
from instahash.files import STALE

# What a process ends with.
DONE, CRASHED, REFUSED, INTERRUPTED = 0, 1, 3, 130
# Seconds for a process to end that was told to stop.
PATIENCE = 5
# Faults: no version or one that was not to be there, parts of several, a file of a killed process that stays for ever,
# a next save that fails, an error that is no line for people, a process that does not end.
FAULTS = ("lost", "mixed", "left", "stuck", "traceback", "hung")


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


def ended(pid: int, patience: float = 60) -> int | None:
    """How it ended; the negative number of the signal that killed it. None where it is killed here, after so long."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.0005)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None


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

    def end(self, code: int | None, allowed: Container[int], when: str) -> None:
        """How a process ended, which must be one of these."""
        if code is None:
            self.fault("hung", when)
        elif code not in allowed:
            self.fault("traceback", f"{when}: ended with {code}")

    def stopped(self, pid: int, n_saved: Callable[[], int], when: str) -> None:
        """The end of a process that saves without end, of which `n_saved` tells the number, and was given a signal.

        Python drops a Ctrl-C that comes while an object is taken apart; the process then saves on, as it should.
        """
        before, code = n_saved(), ended(pid, PATIENCE)
        if code is None and n_saved() > before + 1:
            self.done["interrupts_dropped_by_python"] += 1
        else:
            self.end(code, (-signal.SIGKILL, -signal.SIGINT, INTERRUPTED), when)

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

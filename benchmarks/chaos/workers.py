"""One input after the other in a process of its own with limits, which is replaced when it dies or has done enough."""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import resource
import shutil
import signal
import tempfile
import traceback
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from random import Random
from typing import Any

from chaos.mutations import mutated
from chaos.target import Target, Wrong, fault_of_line

FINE, REFUSED = "fine", "refused"
FAULTS = ("traceback", "warning", "wrong", "bad line", "crash", "hang", "memory")
# Megabytes at which an input is too large whatever it is, and what a process may ask for before it is refused more.
MOST, ADDRESSES = 1000, 3000
# An input has so many seconds of processors, and of waiting this many times as many: on a busy machine it waits long.
WAITING = 4


@dataclass(frozen=True)
class Outcome:
    """What became of one input.

    kind : its mutation.  place, text : of a fault, where it is and what it says.
    seconds : of processors, of a call that ended, with those of processes that it has waited for.
    """

    number: int
    kind: str
    verdict: str
    place: str = ""
    text: str = ""
    megabytes: float = 0.0
    seconds: float = 0.0


def input_of(target: Target, inputs: Sequence[Any], seed: int, number: int) -> tuple[str, Any]:
    """(kind, input) with this number: the same for the same seed and the same sound inputs."""
    rng = Random(f"{seed} {target.name} {number}")
    return mutated(rng, target.mutations, rng.choice(inputs), inputs)


def judged(target: Target, value: Any, folder: Path) -> tuple[str, str, str, float]:
    """(verdict, place, text, megabytes) of a call."""
    before = _peak(anew=True)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        verdict, place, text = _ended(target, value, folder)
    megabytes = max(_peak() - before, 0) / 1024
    if verdict in (FINE, REFUSED):
        allowed = min(target.memory + (2 * len(value) / 2**20 if isinstance(value, bytes) else 0), MOST)
        if megabytes > allowed:
            verdict, text = "memory", f"{megabytes:,.0f} MB, more than {allowed:,.0f}"
        else:
            verdict, place, text = next(_of_warnings(caught), (verdict, place, text))
    return verdict, place, text.replace(str(folder), "FOLDER"), megabytes


def _ended(target: Target, value: Any, folder: Path) -> tuple[str, str, str]:
    """(verdict, place, text) of how a call ended."""
    from instahash.errors import InstahashError

    try:
        target.call(value, folder)
    except Wrong as error:
        return "wrong", _place(error), str(error)
    except MemoryError as error:
        return "memory", _place(error), str(error)
    except InstahashError as error:
        fault = fault_of_line(str(error).replace(str(folder), "FOLDER"))
        return ("bad line", _place(error), f"{fault}: {str(error)!r:.200}") if fault else (REFUSED, "", "")
    except Exception as error:
        return "traceback", _place(error), f"{error!r:.100}"
    return FINE, "", ""


def _of_warnings(caught: Sequence[warnings.WarningMessage]) -> Iterator[tuple[str, str, str]]:
    """Those that are faults: a long line of our own, and any but what is no concern of users."""
    from instahash.errors import DataWarning

    for each in caught:
        place, text = f"{Path(each.filename).name}:{each.lineno}", str(each.message)
        if issubclass(each.category, DataWarning):
            if fault := fault_of_line(text):
                yield "bad line", place, f"{fault}: {text!r:.200}"
        elif not issubclass(each.category, (DeprecationWarning, ResourceWarning)):
            yield "warning", place, f"{each.category.__name__}: {text:.100}"


def _place(error: BaseException) -> str:
    """The kind of error, and its last line within instahash."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if f"{os.sep}instahash{os.sep}" in frame.filename] or list(frames)
    return f"{type(error).__name__} at {Path(own[-1].filename).name}:{own[-1].lineno}"


def _peak(anew: bool = False) -> int:
    """Kilobytes of memory held at the peak, since it was last asked for `anew` where the system can tell."""
    try:
        if anew:
            Path("/proc/self/clear_refs").write_text("5")
        status = Path("/proc/self/status").read_bytes()
        return int(status.split(b"VmHWM:", 1)[1].split(None, 1)[0])
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def work(target: Target, inputs: Sequence[Any], seed: int, numbers: range, seconds: float, log: Path, to: Any) -> None:
    """The life of a process: sends an Outcome for each number, each of which may take so many seconds of processors."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    held = (
        int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() if os.path.exists("/proc") else 0
    )
    resource.setrlimit(resource.RLIMIT_AS, (held + ADDRESSES * 2**20,) * 2)
    with open(log, "w") as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
        faulthandler.enable(said)
        # Ends this process, whatever it is at, and says where that was.
        faulthandler.register(signal.SIGPROF, said, chain=True)
        for number in numbers:
            kind, value = input_of(target, inputs, seed, number)
            folder = Path(tempfile.mkdtemp(dir=log.parent))
            faulthandler.dump_traceback_later(WAITING * seconds, exit=True, file=said)
            began = sum(os.times()[:4])
            signal.setitimer(signal.ITIMER_PROF, seconds)
            outcome = Outcome(number, kind, *judged(target, value, folder), sum(os.times()[:4]) - began)
            signal.setitimer(signal.ITIMER_PROF, 0)
            faulthandler.cancel_dump_traceback_later()
            to.send(outcome)
            shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)  # nothing of the parent's is to be ended


class Worker:
    """A process at work on some inputs of a target."""

    def __init__(self, target: Target, inputs: Sequence[Any], seed: int, numbers: range, seconds: float, folder: Path):
        self.target, self.inputs, self.seed, self.numbers, self.seconds = target, inputs, seed, numbers, seconds
        self.folder = Path(tempfile.mkdtemp(dir=folder))
        self.done = 0
        context = multiprocessing.get_context("fork")
        self.connection, theirs = context.Pipe(duplex=False)
        options = (target, inputs, seed, numbers, seconds, self.folder / "log", theirs)
        self._process = context.Process(target=work, args=options, daemon=True)
        self._process.start()
        theirs.close()

    def next(self) -> Outcome | None:
        """The next outcome; None where all are done. A process that dies has had a fault with the one it was at."""
        try:
            outcome: Outcome = self.connection.recv()
        except EOFError:
            self._process.join()
            if self.done == len(self.numbers):
                return None
            return self._death()
        self.done += 1
        return outcome

    def rest(self) -> range:
        """The numbers that are not done; after a death those behind the one that it was at."""
        return self.numbers[self.done :]

    def close(self) -> None:
        if self._process.is_alive():
            self._process.kill()
        self._process.join()
        self.connection.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _death(self) -> Outcome:
        number, code = self.numbers[self.done], self._process.exitcode or 0
        self.done += 1
        kind, _ = input_of(self.target, self.inputs, self.seed, number)
        said = (self.folder / "log").read_text(errors="replace")
        hung = code == -signal.SIGPROF or "Timeout (" in said
        places = [line.strip() for line in said.splitlines() if f"{os.sep}instahash{os.sep}" in line and "File" in line]
        taken = f"{self.seconds:g} s of processors" if code == -signal.SIGPROF else f"{WAITING * self.seconds:g} s"
        what = f"after {taken}" if hung else _signal(code)
        where = places[0].rpartition(os.sep)[2].replace('"', "") if places else said.strip()[-200:].replace("\n", " | ")
        return Outcome(number, kind, "hang" if hung else "crash", where, what)


def _signal(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit status {code}"


def ready(workers: Sequence[Worker], timeout: float) -> list[Worker]:
    """Those that have something to say; one that says nothing for long, even of a hang, is killed first."""
    connections: dict[Any, Worker] = {worker.connection: worker for worker in workers}
    found: list[Connection | Any] = wait(list(connections), timeout)
    if not found:
        for worker in workers:
            worker._process.kill()
        found = wait(list(connections), timeout)
    return [connections[each] for each in found]

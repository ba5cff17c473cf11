"""A process in which students' files are checked, since they may loop without end, and end the process they run in."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple

from instahash.errors import DataError
from instahash.learn.course import Step, steps

SECONDS = 10.0  # that a check may take
# Seconds for a process to start, and for one that is past its limit to say where it was.
START, GRACE = 60.0, 1.0
# The child leaves Ctrl-C to this process, and finds what this one finds, whatever folder it is started in.
_CHILD = """
import signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
sys.path[:] = sys.argv[1:]
from instahash.learn.worker import main
main()
"""


class Outcome(NamedTuple):
    """What came out of a check.

    lines : what is wrong, to read; none where the step passes.  printed : what the student's file printed.
    """

    lines: list[str]
    printed: str

    @property
    def passes(self) -> bool:
        """Whether nothing is wrong."""
        return not self.lines


class Checker:
    """A process that checks files, one after another. It starts at once, so that it is ready when a file comes."""

    def __init__(self, seconds: float = SECONDS) -> None:
        """seconds : that a check may take."""
        self._seconds = seconds
        self._start()

    def _start(self) -> None:
        command = [sys.executable, "-c", _CHILD, *filter(None, sys.path)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._answers: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=_read, args=(self._process.stdout, self._answers), daemon=True).start()

    def begin(self, step: Step, path: Path) -> None:
        """Begin to check a file, in a new process if the last file ended the one there was."""
        if self._process.poll() is not None:
            self.renew()
        self._printed, self._started = "", False
        self._deadline = time.monotonic() + START
        job = {"step": step.name, "path": str(path.absolute()), "seconds": self._seconds}
        with suppress(OSError):  # the process has ended, which `poll` sees
            assert self._process.stdin
            self._process.stdin.write(json.dumps(job).encode("ascii") + b"\n")
            self._process.stdin.flush()

    def poll(self, timeout: float) -> Outcome | None:
        """What came out of the check that was begun; None if that is not known within `timeout` seconds."""
        until = time.monotonic() + timeout
        while True:
            try:
                answer = self._answers.get(timeout=max(0.0, min(until, self._deadline) - time.monotonic()))
            except queue.Empty:
                if time.monotonic() < self._deadline:
                    return None
                return self._ended(f"stopped after {self._seconds:g} s: does it loop without end?")
            if not answer:
                return self._ended(f"your file ended the process that checks it (exit code {self._process.wait()})")
            message = json.loads(answer)
            if "started" in message:
                self._started, self._deadline = True, time.monotonic() + self._seconds + GRACE
            self._printed += message.get("printed", "")
            if message.get("ended"):
                self.close()
            if "lines" in message:
                return Outcome(message["lines"], self._printed)

    def check(self, step: Step, path: Path) -> Outcome:
        """Check a file, in the same process as the one before."""
        self.begin(step, path)
        while (outcome := self.poll(0.1)) is None:  # short, for Ctrl-C is not answered in a wait on every system
            pass
        return outcome

    def renew(self) -> None:
        """A new process, which knows nothing of what files did in the last one; gives up a check that is under way."""
        self.close()
        self._start()

    def _ended(self, line: str) -> Outcome:
        self.close()
        if not self._started:
            raise DataError("the process that checks files does not start; is the installation whole?")
        return Outcome([line], self._printed)

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Checker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _read(lines: IO[bytes] | None, answers: queue.Queue[bytes]) -> None:
    """What a process says, and nothing when it has ended."""
    for line in lines or ():
        answers.put(line)
    answers.put(b"")


def passing(folder: Path, checker: Checker, each: Callable[[], object]) -> set[str]:
    """The names of the steps whose files in a folder pass. each : called after each step.

    Files that are as they were copied are not run.
    """
    names = set()
    for step in steps():
        path = folder / step.file
        try:
            begun = path.is_file() and path.read_bytes() != step.exercise().encode()
        except OSError:
            begun = False
        if begun and checker.check(step, path).passes:
            names.add(step.name)
        each()
    checker.renew()
    return names

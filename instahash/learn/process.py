"""A process in which students' files are checked, since they may loop without end, and end the process they run in."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple

from instahash.errors import DataError, plural
from instahash.learn.course import Step
from instahash.learn.folder import Folder

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

    lines : what is wrong, to read; none where the step passes.
    printed : what the student's file printed outside of all cases, and in the one that is wrong, else in the first one.
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
        self._printed: dict[str, str] = {}  # by case
        self._started = False
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
            if "printed" in message:
                self._printed[message["case"]] = self._printed.get(message["case"], "") + message["printed"]
            if message.get("ended"):
                self.close()
            if "lines" in message:
                return Outcome(message["lines"], _shown(self._printed, -1 if message["lines"] else 0))

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
        return Outcome([line], _shown(self._printed, -1))

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


def _shown(printed: dict[str, str], which: int) -> str:
    """What was printed outside of all cases, and in one of those in which something was."""
    text, cases = printed.get("", ""), [case for case in printed if case]
    if cases:
        others = f", as well as {plural(len(cases) - 1, 'other case')}" if len(cases) > 1 else ""
        text += f"for {cases[which]}{others}:\n{printed[cases[which]]}"
    return text


def outcomes(folder: Folder, checker: Checker, some: Sequence[Step], each: Callable[[], object]) -> dict[Step, Outcome]:
    """What comes out of steps whose files are not as they were copied. each : called after each of all."""
    found = {}
    for step in some:
        if folder.has_begun(step):
            found[step] = checker.check(step, folder.file(step))
        each()
    if found:
        checker.renew()
    return found

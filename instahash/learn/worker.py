"""What runs in the process that checks students' files: jobs come on its standard input, answers go to its output.

A job is a line of JSON: {"step": name, "path": file, "seconds": limit}. The answer is lines of JSON: {"started": true};
{"printed": text, "case": of which} as the file prints; and {"lines": [...]}, which
:func:`instahash.learn.checking.run` gives, with "ended": true where this process ends as well.
"""

from __future__ import annotations

import faulthandler
import io
import json
import os
import sys
import threading
import warnings
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

from instahash.errors import DataError
from instahash.learn.checking import run
from instahash.learn.course import Step, step_named
from instahash.learn.sources import read_source
from instahash.learn.wrong import CASES

# What checks import, so that it is there when a job comes.
WARM = ("scipy.sparse", "instahash.word2vec.reference", "instahash.autorec.reference", "instahash.softmax.reference")
LONGEST_OUTPUT = 4000  # characters
MEMORY = 4 << 30  # bytes, where the system can hold a process to that
# Seconds after which the process ends in any case, for a parent that was killed cannot end it.
ORPHAN = 30
_sending = threading.Lock()  # files may have threads that print


class Printed(io.TextIOBase):
    """Where a file prints to: each text is sent as it comes, until it is too much for the case that is under way."""

    def __init__(self, answers: TextIO) -> None:
        self._answers, self._left, self._case = answers, LONGEST_OUTPUT, ""

    def write(self, text: str) -> int:
        """Send a text."""
        if (case := ", ".join(CASES)) != self._case:
            self._left, self._case = LONGEST_OUTPUT, case
        if self._left > 0 and text:
            shown = text[: self._left] + "\n... and more\n" * (len(text) > self._left)
            _send(self._answers, printed=shown, case=case)
        self._left -= len(text)
        return len(text)


def main() -> None:
    """Do jobs until there are no more."""
    jobs, answers = os.fdopen(os.dup(0), encoding="ascii"), os.fdopen(os.dup(1), "w", encoding="ascii")
    # Files of students read nothing, and what they print is no answer.
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(nowhere, number)
    _limit_memory()
    warnings.formatwarning = _warning
    for name in WARM:
        with suppress(ImportError):
            import_module(name)
    for job in map(json.loads, jobs):
        sys.stdout = sys.stderr = Printed(answers)
        _send(answers, started=True)
        step = step_named(job["step"])
        limit = threading.Timer(job["seconds"], _stop, (step, job["seconds"], answers))
        limit.daemon = True
        limit.start()
        faulthandler.dump_traceback_later(job["seconds"] + ORPHAN, exit=True, file=nowhere)
        lines = _checked(step, Path(job["path"]))
        limit.cancel()
        faulthandler.cancel_dump_traceback_later()
        _send(answers, lines=lines)


def _checked(step: Step, path: Path) -> list[str]:
    try:
        return run(step, read_source(path))
    except DataError as error:
        return [str(error)]


def _stop(step: Step, seconds: float, answers: TextIO) -> None:
    """End the process, and say in which line of the student's file it was."""
    frame: Any = sys._current_frames().get(threading.main_thread().ident or 0)
    while frame is not None and frame.f_code.co_filename != step.file:
        frame = frame.f_back
    place = f" at line {frame.f_lineno} of {step.file}" if frame is not None else ""
    lines = [f"stopped after {seconds:g} s{place}: does it loop without end?"]
    with suppress(OSError):  # nobody may read it any more
        _send(answers, lines=lines, ended=True)
    os._exit(0)


def _warning(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
) -> str:
    return f"line {lineno}: {category.__name__}: {message}\n"


def _limit_memory() -> None:
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, resource.getrlimit(resource.RLIMIT_DATA)[1]))


def _send(answers: TextIO, **message: Any) -> None:
    with _sending:
        answers.write(json.dumps(message) + "\n")
        answers.flush()

"""The process that opens files of photos, as a call.

Whatever a file does, even end that process, is an ImageError of this file alone.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from instahash.decoding.limits import SECONDS, TOO_LITTLE_MEMORY, TOO_SLOW
from instahash.errors import AnnotatorError, ImageError

# The child finds what this process finds, and this package, whatever folder it is started in.
_CHILD = """
import sys
sys.path[:] = sys.argv[1:]
from instahash.decoding.worker import main
main()
"""
# Memory of up to 64 MB is kept from one photo for the next: to get it anew takes as long as a small photo (glibc alone
# knows these names). BLAS, which odd photos need, has one thread, as each takes memory.
_ENVIRONMENT = {
    "MALLOC_TRIM_THRESHOLD_": str(64 << 20),
    "MALLOC_MMAP_THRESHOLD_": str(16 << 20),
    **dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"), "1"),
}
_GRACE = 0.5  # seconds; a process that ended so shortly before its limit was past it
_idle: list[_Process] = []  # a thread takes one out to use it
_all: set[_Process] = set()


def opened(work: str, contents: Sequence[bytes], *options: Any) -> bytes:
    """What a piece of work, by its name in `worker.py`, makes of the contents of files.

    Threads may call it at once, each with a process of its own. Processes are kept, and serve many files.

    Raises ImageError, without the photo's name; AnnotatorError where no process can be started.
    """
    process = _taken()
    is_fresh = process.is_fresh
    try:
        return _answered(process, work, contents, options)
    except _BrokenError as broken:
        if is_fresh:
            raise ImageError(str(broken)) from None
    # What earlier files left behind may have been the reason.
    try:
        return _answered(_Process(), work, contents, options)
    except _BrokenError as broken:
        raise ImageError(str(broken)) from None


def start() -> None:
    """Have a process ready soon: it starts while this one does something else. Raises AnnotatorError."""
    if not _idle:
        _idle.append(_Process())


def _taken() -> _Process:
    try:
        return _idle.pop()
    except IndexError:
        return _Process()


def _answered(process: _Process, work: str, contents: Sequence[bytes], options: Sequence[Any]) -> bytes:
    try:
        answer = process.answer(work, contents, options)
        if answer == TOO_LITTLE_MEMORY:
            raise _BrokenError(answer)
    except BaseException:  # after an interruption too: the next question would get the answer to this one
        process.end()
        raise
    _idle.append(process)
    if isinstance(answer, str):
        raise ImageError(answer)
    return answer


class _BrokenError(Exception):
    """A process ended over a file, or has no memory left for it."""


class _Process:
    def __init__(self) -> None:
        package = str(Path(__file__).parents[2])
        # -I: nothing of its folder or its environment is run or imported, not even before it has our path.
        isolated = ["-I", *["-B"] * sys.dont_write_bytecode]
        command = [sys.executable, *isolated, "-c", _CHILD, *filter(None, sys.path), package]
        # Ctrl-C in a terminal and its closing are for this process alone, which may let the other one finish.
        apart: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
        pipe, environment = subprocess.PIPE, os.environ | _ENVIRONMENT
        try:
            self._process = subprocess.Popen(
                command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=environment, **apart
            )
        except OSError as error:
            raise AnnotatorError(f"cannot start the process that opens photos: {error.strerror or error}") from None
        assert self._process.stdin and self._process.stdout
        self._jobs, self._answers = self._process.stdin, self._process.stdout
        self.is_fresh = True
        _all.add(self)

    def answer(self, work: str, contents: Sequence[bytes], options: Sequence[Any]) -> bytes | str:
        """What was made, or a line that says why not. Raises ImageError, _BrokenError, AnnotatorError."""
        if self.is_fresh and not self._answers.readline():
            raise AnnotatorError("the process that opens photos does not start; install instahash and Pillow again")
        self.is_fresh = False
        sizes = [len(content) for content in contents]
        job = {"work": work, "sizes": sizes, "options": options, "seconds": SECONDS}
        began = time.monotonic()
        with suppress(OSError, ValueError):  # it ended, perhaps within a line
            self._jobs.write(json.dumps(job).encode("ascii") + b"\n")
            for content in contents:
                self._jobs.write(content)
            self._jobs.flush()
            began = time.monotonic()
            head = json.loads(self._answers.readline())
            if "refused" in head:
                return str(head["refused"])
            answer = self._answers.read(head["done"])
            if len(answer) == head["done"]:
                return answer
        if time.monotonic() - began > SECONDS - _GRACE:
            raise ImageError(TOO_SLOW)
        code: int | str = "says what is no answer"
        with suppress(subprocess.TimeoutExpired):
            code = self._process.wait(1)
        raise _BrokenError(f"it ends the process that opens it ({code}); save it elsewhere as JPEG")

    def end(self) -> None:
        """End it, whatever it is at."""
        _all.discard(self)
        self._process.kill()
        for pipe in (self._jobs, self._answers):
            with suppress(OSError):  # what was not yet written
                pipe.close()
        self._process.wait()


def _end_all() -> None:
    for process in list(_all):
        process.end()


def _forget() -> None:
    """A forked process leaves its parent's processes alone: answers would go to one of the two."""
    _idle.clear()
    _all.clear()


atexit.register(_end_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)

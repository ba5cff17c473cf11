"""Signals and errors at every system call of a save, given by strace."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from chaos.processes import DONE, INTERRUPTED, REFUSED, Findings, ended, forked
from chaos.saved import Saved

STRACE = "install it with your system's packages (apt install strace); it works on Linux"
# What a full or a broken disk may answer to: all calls about files and about what is open.
FILES = "%file,%desc"
ERRORS = ("ENOSPC", "EIO")
# A line of strace's log, which has the number of the process first.
CALL = re.compile(r"^\d+\s+(\w+)\(", re.M)


def available() -> bool:
    """Whether there is an strace that may look into processes."""
    if not shutil.which("strace"):
        return False
    return subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True).returncode == 0


def traced(work: Callable[[], object], log: Path, options: list[str]) -> tuple[int | None, str]:
    """How a process ended that did this work under strace, and strace's log of it."""
    waits, go = os.pipe()

    def held_back() -> None:
        os.close(go)
        with suppress(OSError):  # that this call meets, since strace is there already
            os.read(waits, 1)
        work()

    pid = forked(held_back)
    os.close(waits)
    command = ["strace", "-f", "-o", str(log), *options, "-p", str(pid)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) as tracer:
        assert tracer.stderr
        first = tracer.stderr.readline()
        if b"attached" not in first:
            os.kill(pid, signal.SIGKILL)
            ended(pid)
            raise SystemExit(f"strace cannot trace: {first.decode().strip()}")
        os.close(go)
        code = ended(pid)
        tracer.stderr.read()
    return code, log.read_text(errors="replace")


def n_calls(work: Callable[[], object], log: Path, which: str) -> int:
    """How many of these system calls the work makes."""
    code, text = traced(work, log, ["-e", f"trace={which}"])
    assert code == DONE, f"the save that is only looked at ended with {code}"
    return len(CALL.findall(text))


def at_every_call(
    saved: Saved, folder: Path, log: Path, how: str, left: bool, findings: Findings, tick: Callable[[], object]
) -> None:
    """Save version 2 over 1 once for each system call, which meets `how`: SIGKILL, SIGINT or an error.

    left : a killed process has left its half of a file, which this save removes.
    """
    is_signal = how.startswith("SIG")
    which, fault = ("all", f"signal={how}") if is_signal else (FILES, f"error={how}")

    def begin() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        saved.save(folder, 1)
        if left:
            half = folder / f".{saved.name}.01234567.new"
            half.write_bytes(b"half")
            os.utime(half, (0, 0))

    begin()
    for number in range(1, n_calls(lambda: saved.save(folder, 2), log, which) + 1):
        begin()
        options = ["-e", f"trace={which}", "-e", f"inject={which}:{fault}:when={number}"]
        code, text = traced(lambda: saved.save(folder, 2), log, options)
        calls = CALL.findall(text)
        when = f"{saved.name}, {how} at call {number}{', ' + calls[number - 1] if len(calls) >= number else ''}"
        allowed: dict[Any, set[int | None]] = {
            DONE: {2},
            REFUSED: {1},
            INTERRUPTED: {1, 2},
            -signal.SIGKILL: {1, 2},
        }
        findings.end(code, allowed, when)
        findings.version(saved, folder, allowed.get(code, {1, 2}), when)
        findings.goes_on(saved, folder, 3, when)
        findings.done[f"calls_{how}"] += 1
        tick()

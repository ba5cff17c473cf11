"""A running instahash-explore, and a model in its directory that is replaced again and again."""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from chaos import clients
from instahash import InstaHash
from instahash.storage import MODEL

ROOT = Path(__file__).resolve().parents[2]
# The server says that it goes on to read the body, and so that the request is under way.
HEAD = (
    b"POST /api/explain HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nconnection: close\r\n"
    b"expect: 100-continue\r\ncontent-length: 18\r\n\r\n"
)
BODY = b'{"labels":["dog"]}'
RENEWAL_SECONDS = 30  # by which a new file is taken up or refused


class Served:
    """A running instahash-explore. A context manager: at its end a request under way is answered, and faults are added.

    folder : with "posts.jsonl" and the directory "model".  descriptors : that the process may have.
    """

    def __init__(self, folder: Path, faults: list[str], descriptors: int | None = None):
        self.faults, self.model_dir, self.log = faults, folder / "model", open(folder / "log", "w+", encoding="utf-8")
        command = [
            sys.executable,
            str(ROOT / "bin" / "instahash-explore"),
            "--port",
            "0",
            "--model-dir",
            str(self.model_dir),
        ]
        command += ["--posts", str(folder / "posts.jsonl"), "--judgements", str(folder / "judgements.sqlite")]

        def limit() -> None:
            if descriptors:
                resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self.log, text=True, preexec_fn=limit, cwd=folder
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().split()[1]
        self.port = int(self.address.rpartition(":")[2])

    def __enter__(self) -> Served:
        return self

    def __exit__(self, *error: object) -> None:
        answer = b""
        with clients.connected(self.port, HEAD) as asked, contextlib.suppress(OSError):
            asked.recv(65536)
            self.process.terminate()
            asked.sendall(BODY)
            answer = asked.recv(65536)
        if not answer.startswith(b"HTTP/1.1 200"):
            self.faults.append(f"a request under way was not answered at the end, but {answer[:100]!r}")
            self.process.terminate()
        try:
            code = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        if code:
            self.faults.append(f"terminated, the server exited with {code}")
        self.log.seek(0)
        self.lines = self.log.read().splitlines()
        self.log.close()
        self.faults += [f"the server wrote: {line}" for line in self.lines if "Traceback" in line or "Error:" in line][
            :5
        ]

    def written(self) -> list[str]:
        """The lines that it has written to standard error."""
        return Path(self.log.name).read_text(encoding="utf-8").splitlines()

    def megabytes(self) -> float:
        return psutil.Process(self.process.pid).memory_info().rss / 1e6

    def wait_for(self, text: str, write: Callable[[], None]) -> None:
        """Write a file, and wait until the server has said this of it."""
        n_before, end = len(self.written()), time.monotonic() + RENEWAL_SECONDS
        write()
        while text not in (self.written()[n_before:] or [""])[-1]:
            if time.monotonic() > end:
                self.faults.append(f"of a new file the server did not say '{text}'")
                return
            time.sleep(0.1)


class Replacing(threading.Thread):
    """Saves the models in turn into one directory, and every third time first a file that is none.

    seconds : from one file to the next, until `ended` is set.
    """

    def __init__(self, models: list[InstaHash], directory: Path, seconds: float):
        super().__init__(daemon=True)
        self.models, self.directory, self.seconds, self.ended = models, directory, seconds, threading.Event()
        self.written = self.broken = 0

    def run(self) -> None:
        while not self.ended.wait(self.seconds):
            if self.written % 3 == 2:
                self.write_broken()
                self.ended.wait(self.seconds)
            self.write_next()

    def write_broken(self) -> None:
        (self.directory / "broken").write_bytes(b"PK\x03\x04" + os.urandom(5000))
        os.replace(self.directory / "broken", self.directory / MODEL)
        self.broken += 1

    def write_next(self) -> None:
        self.written += 1
        self.models[self.written % len(self.models)].save(self.directory)

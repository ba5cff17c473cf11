"""What runs in the process that opens files of photos: jobs come on its standard input, answers go to its output.

A job is a line of JSON, {"work": name, "sizes": [...], "options": [...], "seconds": limit}, and then contents of files
of these sizes. The answer is a line of JSON, {"done": size}, and then as many bytes; or {"refused": line}, which says
why there are none. An empty line says that it is ready. A process that takes longer over a job ends itself.
"""

from __future__ import annotations

import faulthandler
import json
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any

from instahash.decoding.limits import MEMORY, TOO_LITTLE_MEMORY
from instahash.errors import InstahashError


def main() -> None:
    """Do jobs until there are no more."""
    jobs, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # What libraries print is no answer, and nothing for people.
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(nowhere, number)
    # Who stops the other process closes the input of this one, which may have to finish before.
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    _limit_memory()
    work = _work()
    answers.write(b"\n")
    answers.flush()
    for line in jobs:
        job = json.loads(line)
        contents = [jobs.read(size) for size in job["sizes"]]
        # Its thread needs nothing of Python, which a decoder may not let go of.
        faulthandler.dump_traceback_later(job["seconds"], exit=True, file=nowhere)
        answer = _answer(work[job["work"]], contents, job["options"])
        del contents
        faulthandler.cancel_dump_traceback_later()
        _send(answers, answer)


def _work() -> dict[str, Callable[..., bytes]]:
    """What may be asked for, by name."""
    from instahash.decoding import keywords

    work: dict[str, Callable[..., bytes]] = {
        "with_keywords": keywords.with_keywords,
        "new_sidecar": keywords.sidecar,
        "sidecar": lambda photo, old, words: keywords.sidecar(photo, words, old),
        "bare_digest": keywords.bare_digest,
    }
    with suppress(ImportError):  # Pillow may be missing where keywords are all that is wanted
        from instahash.decoding import pictures

        work["square"] = lambda *job: pictures.square(*job).tobytes()
        work["jpeg"] = pictures.jpeg
    return work


def _answer(work: Callable[..., bytes], contents: list[bytes], options: list[Any]) -> bytes | str:
    try:
        return work(*contents, *options)
    except InstahashError as error:
        return str(error)
    except MemoryError:
        return TOO_LITTLE_MEMORY


def _send(answers: IO[bytes], answer: bytes | str) -> None:
    head = {"refused": answer} if isinstance(answer, str) else {"done": len(answer)}
    answers.write(json.dumps(head).encode("ascii") + b"\n")
    if isinstance(answer, bytes):
        answers.write(answer)
    answers.flush()


def _limit_memory() -> None:
    with suppress(ImportError, OSError, ValueError):
        import resource

        # Memory that is only reserved, as each thread does, does not count, as it would for the address space.
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, resource.getrlimit(resource.RLIMIT_DATA)[1]))

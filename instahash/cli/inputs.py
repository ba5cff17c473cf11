"""What a command reads must not be written over."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from instahash.errors import DataError


def check_out(option: str, out: str | Path, inputs: set[tuple[int, int]]) -> None:
    """Raise DataError where `out` must not be written over; inputs : what :func:`identities` finds."""
    if not os.path.exists(out):
        return
    if not os.path.isfile(out):
        raise DataError(f"{option} '{out}' is no regular file; name a file to write")
    if os.path.islink(out) or not identities([out]).isdisjoint(inputs):
        raise DataError(f"{option} '{out}' is a link, or one of the inputs; name another file")


def identities(paths: Iterable[Any]) -> set[tuple[int, int]]:
    """Device and inode of the files that are there, by which each is known under any name."""
    found = set()
    for path in paths:
        with suppress(OSError, ValueError):
            status = os.stat(getattr(path, "archive", path))  # of a file in a zip file: the zip file
            found.add((status.st_dev, status.st_ino))
    return found

"""A model that was trained anew while its pages are open: it takes the old one's place between two requests."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from instahash.errors import InstahashError

State = tuple[int, int, int]


def file_state(path: str | Path) -> State | None:
    """What changes with each writing of a model's file, (inode, bytes, nanoseconds); None where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


class Renewal:
    """Looks whether a model's file is another one, and then has it read.

    path : of the file.  seen : its state when the model in use was read.
    make : called in a thread, reads the model and gives what is to be taken up.  take : called with that by the loop.
    say : called with a line for people.
    """

    def __init__(
        self,
        path: str | Path,
        seen: State | None,
        make: Callable[[], Any],
        take: Callable[[Any], None],
        say: Callable[[str], None],
    ):
        self.path, self.make, self.take, self.say = Path(path), make, take, say
        self._seen = self._last = seen
        self._task: asyncio.Task[None] | None = None

    async def check(self) -> None:
        """Begin to read a file that is another than the last, and is no longer being written; waits for nothing.

        One that cannot be used is named in a line, and not read again.
        """
        state, before = file_state(self.path), self._last
        self._last = state
        is_busy = self._task is not None and not self._task.done()
        if state is None or state != before or state == self._seen or is_busy:
            return
        self._seen = state
        self._task = asyncio.create_task(self._renew())

    async def _renew(self) -> None:
        try:
            self.take(await asyncio.to_thread(self.make))
            self.say(f"the pages now use the new model in '{self.path.parent}'")
        except Exception as error:  # whatever is in the file, the pages go on
            why = error if isinstance(error, InstahashError) else repr(error)
            self.say(f"the new model in '{self.path.parent}' cannot be used, the pages go on with the old one: {why}")

"""A step is checked each time its file is saved; when it passes, the next one is looked at."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from instahash.errors import DataError
from instahash.learn.course import Step, steps
from instahash.learn.folder import Folder
from instahash.learn.process import Checker, Outcome
from instahash.learn.screens import View, end_screen, list_screen, step_screen
from instahash.learn.terminal import Terminal

TICK = 0.05  # seconds between looks at the files, the keys and the check
PATIENCE = 1.0  # seconds: for an editor to put a new file in the old one's place, and until a slow check is spoken of


def watch(folder: Folder, show: Callable[[str], None], terminal: Terminal, step: Step | None = None) -> bool:
    """Check files at each save until all steps pass, which returns True, or a key ends it, which returns False.

    show : called with what is to be on the screen.  step : the one to begin with; the next one if it is None.
    """
    step = step or folder.next_step()
    if step is None:
        show(end_screen())
        return True
    with Checker() as checker:
        watching = _Watching(folder, show, terminal, checker)
        watching.begin(step)
        while (ended := watching.tick()) is None:
            pass
        return ended


class _Watching:
    """What is looked at: a view of one step, and a check of it that may be under way."""

    def __init__(self, folder: Folder, show: Callable[[str], None], terminal: Terminal, checker: Checker) -> None:
        self._folder, self._show, self._terminal, self._checker = folder, show, terminal, checker
        self._saves = Saves({step: folder.file(step) for step in steps()})
        self._waiting: list[Step] = []  # were saved as well
        self._view = View(steps()[0], None)
        self._slow = float("inf")  # when the check under way is to be spoken of
        self._checking = False

    def begin(self, step: Step) -> None:
        """Begin to check a step."""
        hints = self._view.hints if step == self._view.step else []
        self._view = self._view._replace(step=step, outcome=None, hints=hints)
        self._checker.begin(step, self._folder.file(step))
        self._checking, self._slow = True, time.monotonic() + PATIENCE

    def tick(self) -> bool | None:
        """Answer keys, saves and the check once; True when all steps pass, False when a key ends it, else None."""
        if (key := self._terminal.pressed()) == "q":
            return False
        self._answer(key)
        if saved := self._saves.look():
            self._saved(saved)
        if not self._checking:
            time.sleep(TICK)
        elif (outcome := self._checker.poll(TICK)) is not None:
            return self._come_out(outcome)
        elif time.monotonic() > self._slow:
            self._slow = float("inf")
            self._show_step()
        return None

    def _saved(self, saved: list[Step]) -> None:
        """Have saved files checked one after another: the one on the screen last, so that it stays there."""
        if not self._folder.path.is_dir():
            raise DataError(f"the folder '{self._folder.path}' is not there any more; was it moved? watch it there")
        if self._checking and self._view.step in saved:
            self._checker.renew()  # what is under way is of an older text
            self._checking = False
        if not self._checking:
            self._view = self._view._replace(passed=None, printed="", notes=())
        saved.sort(key=lambda step: step == self._view.step)
        self._waiting = [*(step for step in self._waiting if step not in saved), *saved]
        if not self._checking:
            self.begin(self._waiting.pop(0))

    def _come_out(self, outcome: Outcome) -> bool | None:
        """Keep what came out, and go on to what is saved as well, or to the next step where this one passes."""
        step, self._checking = self._view.step, False
        if outcome.passes != (step.name in self._folder.passed):
            try:
                self._folder.mark(step, outcome.passes)
            except DataError as error:
                self._view = self._view._replace(notes=(*self._view.notes, f"progress is not kept: {error}"))
        if outcome.passes:
            self._view = self._view._replace(passed=step, printed=outcome.printed)
        elif self._waiting:
            self._view = self._view._replace(notes=(*self._view.notes, f"saved as well, does not pass: {step.title}"))
        if self._waiting:
            self.begin(self._waiting.pop(0))
            return None
        following = self._folder.next_step(step) if outcome.passes else step
        if following is None:
            self._show(end_screen())
            return True
        if following != step:
            self.begin(following)
            return None
        self._view = self._view._replace(outcome=outcome)
        self._show_step()
        # The next check gets a process that knows nothing of this one, and is ready by then.
        self._checker.renew()
        return None

    def _answer(self, key: str) -> None:
        if key == "h":
            step, before = self._view.step, len(self._view.hints)
            hints = self._folder.take_hint(step)
            notes = ("there are no more hints",) if before == len(hints) else ()
            self._view = self._view._replace(hints=hints, notes=notes)
        if key == "l":
            self._show(
                list_screen(self._folder, max(self._terminal.rows - 2, 0), self._view.step)
                + "\n\nany key: back   q: quit"
            )
        elif key == "r":
            self._checker.renew()
            self.begin(self._view.step)
        elif key:
            self._show_step()

    def _show_step(self) -> None:
        self._show(step_screen(self._folder, self._view, self._terminal))


class Saves:
    """Tells which files were saved, by looking at their times."""

    def __init__(self, files: dict[Step, Path]) -> None:
        self._files = files
        self._seen = {step: stamp(path) for step, path in files.items()}
        self._last = dict(self._seen)
        self._since = dict.fromkeys(files, 0.0)

    def look(self) -> list[Step]:
        """The steps whose files are others than they were, and have been so for a tick, so that they are whole.

        A file that is gone counts a second later, since some editors take the old file away and put a new one there.
        """
        saved, now = [], time.monotonic()
        for step, path in self._files.items():
            current = stamp(path)
            if current != self._last[step]:
                self._last[step], self._since[step] = current, now
            elif current != self._seen[step] and now - self._since[step] >= (TICK / 2 if current else PATIENCE):
                self._seen[step] = current
                saved.append(step)
        return saved


def stamp(path: Path) -> tuple[int, int, int] | None:
    """What changes with each save: time, size and the file itself, since editors write new ones; None if it is gone."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino

"""A student's folder: the files of the steps, and beside them which steps pass and which hints were taken."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from instahash.errors import DataError
from instahash.files import check_writable, write_text, writing
from instahash.learn.course import Step, steps
from instahash.learn.sources import LARGEST

PROGRESS = ".instahash-learn.json"
PICTURES = "pictures"


def is_course(path: Path) -> bool:
    """Whether a folder has a progress file or a file of a step."""
    return (path / PROGRESS).is_file() or any((path / step.file).is_file() for step in steps())


def start(path: Path) -> list[str]:
    """Copy the course into a folder, which is made if need be; the names of the files that were not there yet.

    What is there stays as it is. Raises DataError where nothing can be written.
    """
    try:
        (path / PICTURES).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"cannot make the folder '{path}': {error.strerror or error}; choose another one") from None
    written = []
    for step in steps():
        if not (path / step.file).exists():
            write_text(path / step.file, step.exercise())
            written.append(step)
        if not picture(path, step).exists():
            write_text(picture(path, step), step.part("picture.svg"))
    if len(written) == len(steps()) and not (path / PROGRESS).exists():
        write_text(path / PROGRESS, _as_text(set(), {}))
    if (folder := Folder(path)).passed & {step.name for step in written}:
        folder.unmark(written)
    return [step.file for step in written]


def picture(path: Path, step: Step) -> Path:
    """Where a step's picture lies in a student's folder."""
    return path / PICTURES / f"{step.name}.svg"


class Folder:
    """A student's folder that is there.

    passed : names of the steps that passed when they were last checked.  hints : how many were taken, by steps' names.
    lost : why the progress is not known, an empty text where it is.
    """

    def __init__(self, path: Path) -> None:
        if not is_course(path):
            what = "has no course" if path.is_dir() else "is not there"
            raise DataError(f"the folder '{path}' {what}; instahash-learn start FOLDER copies one there")
        self.path = path
        self.passed: set[str] = set()
        self.hints: dict[str, int] = {}
        self.lost = self._read()

    def file(self, step: Step) -> Path:
        """Where a step's file is, or should be."""
        return self.path / step.file

    def has_begun(self, step: Step) -> bool:
        """Whether a step's file is another one than was copied."""
        try:
            return self.file(step).read_bytes() != step.exercise().encode()
        except OSError:
            return False

    def next_step(self, after: Step | None = None) -> Step | None:
        """The first step that does not pass, among those after a step if there is one; None where all pass."""
        n = after.number if after else 0
        return next((step for step in [*steps()[n:], *steps()[:n]] if step.name not in self.passed), None)

    def n_passed(self) -> int:
        """How many steps pass."""
        return len(self.passed)

    def mark(self, step: Step, passes: bool) -> None:
        """Keep whether a step passes. Raises DataError where that cannot be written; it is known here all the same."""
        self._change(lambda: self.passed.add(step.name) if passes else self.passed.discard(step.name))

    def unmark(self, some: list[Step]) -> None:
        """Keep that these steps do not pass. Raises DataError where that cannot be written."""
        self._change(lambda: self.passed.difference_update(step.name for step in some))

    def take_hint(self, step: Step) -> list[str]:
        """The hints of a step with one more than were taken before; those of a step that passes are not counted."""
        if step.name in self.passed:
            return step.hints()
        number = min(self.hints.get(step.name, 0) + 1, len(step.hints()))

        def take() -> None:
            self.hints[step.name] = max(number, self.hints.get(step.name, 0))

        with suppress(DataError):  # a hint is given even where its number cannot be kept
            self._change(take)
        return step.hints()[:number]

    def reset(self, step: Step) -> Path | None:
        """Put a step's file back as it was. What the student wrote is kept beside it; where, if there was anything."""
        path, old = self.file(step), None
        check_writable(path)
        if path.exists():
            old = path.with_name(path.name + ".old")
            with writing(old) as file:
                file.write(path.read_bytes())
        write_text(path, step.exercise())
        self.unmark([step])
        return old

    def keep(self, passed: set[str]) -> None:
        """Keep a progress that was found by checking every file; a broken file is kept beside the new one."""
        path = self.path / PROGRESS
        if self.lost and path.exists():
            with suppress(OSError):
                os.replace(path, path.with_name(PROGRESS + ".old"))
        self.passed, self.lost = passed, ""
        self._write()

    def _change(self, change: Callable[[], object]) -> None:
        """Change what is kept: another process may have changed it meanwhile."""
        self._read()
        change()
        self._write()

    def _write(self) -> None:
        write_text(self.path / PROGRESS, _as_text(self.passed, self.hints))

    def _read(self) -> str:
        """Read the progress; why it is not known, or an empty text."""
        try:
            with (self.path / PROGRESS).open("rb") as file:
                content = file.read(LARGEST + 1)
            value: Any = json.loads(content) if len(content) <= LARGEST else None
            passed, hints = {str(name) for name in value["passed"]}, {str(k): int(v) for k, v in value["hints"].items()}
        except FileNotFoundError:
            return f"there is no progress file '{PROGRESS}'"
        except OSError as error:
            return f"cannot read the progress file '{PROGRESS}': {error.strerror or error}"
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            return f"the progress file '{PROGRESS}' is broken"
        names = {step.name for step in steps()}
        self.passed, self.hints = passed & names, {name: n for name, n in hints.items() if name in names}
        return ""


def _as_text(passed: set[str], hints: dict[str, int]) -> str:
    return json.dumps({"passed": sorted(passed), "hints": hints}, indent=1) + "\n"

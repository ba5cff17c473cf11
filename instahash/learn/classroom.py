"""A class: one line a student, from checks that are run anew."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from instahash.errors import DataError
from instahash.learn.course import steps
from instahash.learn.folder import Folder, is_course
from instahash.learn.process import Checker, passing


class Student(NamedTuple):
    """What a teacher wants to know.

    student : the name of the folder.  passed : how many steps pass, of `steps`.  next : the first that does not.
    hints : how many were taken, as far as the folder says.  last_save : of any step's file, local time.
    note : why something is not known.
    """

    student: str
    passed: int | None
    steps: int
    next: str
    hints: int | None
    last_save: str
    note: str


def students(folder: Path) -> list[Path]:
    """The folders in a folder, one a student, by their names. Raises DataError where there are none."""
    try:
        found = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError as error:
        raise DataError(f"cannot read the folder '{folder}': {error.strerror or error}") from None
    if not found:
        raise DataError(f"there is no folder in '{folder}'; it should hold one for each student")
    return found


def look_at(path: Path, checker: Checker, each: Callable[[], object]) -> Student:
    """Check all files of a student. each : called after each step."""
    try:
        folder = Folder(_course_in(path))
    except (DataError, OSError) as error:
        note = str(error) if isinstance(error, DataError) else f"cannot be read: {error.strerror}"
        return Student(path.name, None, len(steps()), "", None, "", note)
    there = [folder.file(step) for step in steps() if folder.file(step).is_file()]
    folder.passed = passing(folder.path, checker, each)
    following = folder.next_step()
    times = [file.stat().st_mtime for file in there]
    return Student(
        student=path.name,
        passed=folder.n_passed(),
        steps=len(steps()),
        next=following.name if following else "",
        hints=None if folder.lost else sum(folder.hints.values()),
        last_save=datetime.fromtimestamp(max(times)).isoformat(" ", "minutes") if times else "",
        note="; ".join(filter(None, [folder.lost, _missing(len(steps()) - len(there))])),
    )


def _course_in(path: Path) -> Path:
    """The folder itself, or one in it: students may hand in the folder that `start` made."""
    inside = sorted(child for child in path.iterdir() if child.is_dir())
    return next((folder for folder in (path, *inside) if is_course(folder)), path)


def _missing(n: int) -> str:
    return f"{n} of the files are not there" if n else ""


def as_csv(rows: list[Student]) -> str:
    """The lines of a class with their heads."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(Student._fields)
    writer.writerows(rows)
    return file.getvalue()

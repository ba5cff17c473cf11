"""A class: one line a student, from checks that are run anew."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from instahash.cells import as_cell
from instahash.errors import DataError
from instahash.learn.course import Step
from instahash.learn.folder import Folder, is_course
from instahash.learn.process import Checker, Outcome, outcomes


class Student(NamedTuple):
    """What a teacher wants to know.

    student : the name of the folder.  passed : how many steps pass, of `steps`.  next : the first that does not.
    hints : how many were taken, as far as the folder says.  last_save : of any step's file, as its time says, local.
    note : what does not run, and why something is not known.
    by_step : "1" for a step that passes, "0" for one that does not, "" for one that was not begun.
    """

    student: str
    passed: int | None
    steps: int
    next: str
    hints: int | None
    last_save: str
    note: str
    by_step: list[str]


def students(folder: Path) -> tuple[list[Path], list[Path]]:
    """The folders in a folder, one a student, by their names; and what else is there. Raises DataError for none."""
    if is_course(folder):
        raise DataError(f"'{folder}' is the folder of one student; give the one that holds the students' folders")
    try:
        found = sorted((path for path in folder.iterdir() if not path.name.startswith(".")), key=_alphabetical)
    except OSError as error:
        raise DataError(f"cannot read the folder '{folder}': {error.strerror or error}") from None
    folders = [path for path in found if path.is_dir()]
    if not folders:
        raise DataError(f"there is no folder in '{folder}'; it should hold one for each student")
    return folders, [path for path in found if not path.is_dir()]


def _alphabetical(path: Path) -> tuple[str, str]:
    """José after anna, and before Karl."""
    return unicodedata.normalize("NFKD", path.name).casefold(), path.name


def look_at(path: Path, checker: Checker, some: Sequence[Step], each: Callable[[], object]) -> Student:
    """Check some files of a student. each : called after each step."""
    try:
        folder = Folder(_course_in(path))
    except (DataError, OSError) as error:
        note = f"cannot be read: {error.strerror}" if isinstance(error, OSError) else "there is no course in it"
        return Student(path.name, None, len(some), "", None, "", note, [""] * len(some))
    there = [folder.file(step) for step in some if folder.file(step).is_file()]
    found = outcomes(folder, checker, some, each)
    passed = [step for step in found if found[step].passes]
    following = next((step.name for step in some if step not in passed), "")
    times = [file.stat().st_mtime for file in there]
    missing = len(some) - len(there)
    not_there = f"{missing} of the files are not there" if missing else ""
    notes = [*(_trouble(step, found[step]) for step in found), folder.lost, not_there]
    return Student(
        student=path.name,
        passed=len(passed),
        steps=len(some),
        next=following,
        hints=None if folder.lost else sum(folder.hints.get(step.name, 0) for step in some),
        last_save=datetime.fromtimestamp(max(times)).isoformat(" ", "minutes") if times else "",
        note="; ".join(filter(None, notes)),
        by_step=[str(int(found[step].passes)) if step in found else "" for step in some],
    )


def _trouble(step: Step, outcome: Outcome) -> str:
    """What a teacher is told of a file that does not run to its end: "11 does not run: SyntaxError"."""
    for line in outcome.lines:
        if match := re.match(r"line \d+ of \S+: (\w+)", line):
            return f"{step.number} does not run: {match[1]}"
        if match := re.match(r"stopped after [\d.]+ s|.* ended the process.*", line):
            return f"{step.number} {match[0]}"
    return ""


def _course_in(path: Path) -> Path:
    """The folder itself, or one in it: students may hand in the folder that `start` made."""
    inside = sorted(child for child in path.iterdir() if child.is_dir())
    return next((folder for folder in (path, *inside) if is_course(folder)), path)


def as_csv(rows: list[Student], some: Sequence[Step]) -> str:
    """The lines of a class with their heads; behind the note a column a step."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*Student._fields[:-1], *(step.number for step in some)])
    writer.writerows([as_cell(row.student), *row[1:-2], as_cell(row.note), *row.by_step] for row in rows)
    return file.getvalue()

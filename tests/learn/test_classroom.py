"""A class: a line a student, from files that are run anew, whatever the folders hold."""

import csv
import io
import os
import re

import pytest

from instahash.errors import DataError
from instahash.learn.classroom import as_csv, look_at, students
from instahash.learn.course import steps
from instahash.learn.folder import PROGRESS, Folder, start
from instahash.learn.process import Checker

STEP, N = steps()[0], len(steps())
RIGHT = STEP.filled(STEP.solution())


@pytest.fixture(scope="module")
def school(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    for name in ("Ada, L.", "Zoë", "Cheat", "Loop"):
        start(folder / name)
    (folder / "Ada, L." / STEP.file).write_text(RIGHT)
    os.utime(folder / "Ada, L." / STEP.file, (4e9, 4e9))
    Folder(folder / "Ada, L.").take_hint(STEP)
    Folder(folder / "Cheat").mark(STEP, True)
    (folder / "Loop" / STEP.file).write_text("while True: pass")
    (folder / "Loop" / PROGRESS).write_text("{")
    (folder / "Nested" / "a").mkdir(parents=True)
    start(folder / "Nested" / "course")
    (folder / "Nested" / "course" / STEP.file).write_text(RIGHT)
    (folder / "Other").mkdir()
    (folder / "Part").mkdir()
    (folder / "Part" / STEP.file).write_text(RIGHT)
    (folder / ".hidden").mkdir()
    (folder / "class.csv").touch()
    return folder


@pytest.fixture(scope="module")
def rows(school):
    with Checker(seconds=1) as checker:
        text = as_csv([look_at(path, checker, lambda: None) for path in students(school)])
    return {row["student"]: row for row in csv.DictReader(io.StringIO(text))}


def test_each_folder_has_a_line(rows):
    assert list(rows) == sorted(["Ada, L.", "Zoë", "Cheat", "Loop", "Nested", "Other", "Part"])
    assert {row["steps"] for row in rows.values()} == {str(N)}


def test_checks_are_run_anew_and_not_believed(rows):
    assert (rows["Ada, L."]["passed"], rows["Ada, L."]["next"], rows["Ada, L."]["hints"]) == ("1", steps()[1].name, "1")
    assert (rows["Cheat"]["passed"], rows["Cheat"]["next"]) == ("0", STEP.name)
    assert (rows["Zoë"]["passed"], rows["Zoë"]["hints"], rows["Zoë"]["note"]) == ("0", "0", "")
    assert rows["Nested"]["passed"] == rows["Part"]["passed"] == "1"


def test_what_is_not_known_is_said_in_the_line(rows):
    assert rows["Other"]["passed"] == "" and "has no course" in rows["Other"]["note"]
    assert (rows["Loop"]["passed"], rows["Loop"]["hints"]) == ("0", "") and "is broken" in rows["Loop"]["note"]
    assert "there is no progress file" in rows["Part"]["note"]
    assert f"{N - 1} of the files are not there" in rows["Part"]["note"]


def test_the_last_save_is_a_time(rows):
    assert rows["Ada, L."]["last_save"].startswith("2096-10-0") and rows["Other"]["last_save"] == ""
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", rows["Zoë"]["last_save"])


def test_the_progress_of_students_stays_as_it_is(school, rows):
    assert Folder(school / "Cheat").passed == {STEP.name} and (school / "Loop" / PROGRESS).read_text() == "{"


def test_a_folder_without_folders_is_refused(tmp_path):
    with pytest.raises(DataError, match="one for each student"):
        students(tmp_path)
    with pytest.raises(DataError, match="cannot read the folder"):
        students(tmp_path / "nowhere")

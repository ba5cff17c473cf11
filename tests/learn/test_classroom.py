"""A class: a line a student, from files that are run anew, whatever the folders hold."""

import csv
import io
import os
import re

import pytest

from instahash.errors import DataError
from instahash.learn.classroom import as_csv, look_at, students
from instahash.learn.course import steps
from instahash.learn.folder import PROGRESS, Folder
from instahash.learn.process import Checker

STEP, N = steps()[0], len(steps())
RIGHT = STEP.filled(STEP.solution())


@pytest.fixture(scope="module")
def school(tmp_path_factory, copy_course):
    folder = tmp_path_factory.mktemp("class")
    for name in ("Ada, L.", "Zoë", "Cheat", "Loop", "Éric"):
        copy_course(folder / name)
    (folder / "Ada, L." / STEP.file).write_text(RIGHT)
    os.utime(folder / "Ada, L." / STEP.file, (4e9, 4e9))
    Folder(folder / "Ada, L.").take_hint(STEP)
    Folder(folder / "Cheat").mark(STEP, True)
    (folder / "Loop" / STEP.file).write_text("while True: pass")
    (folder / "Loop" / PROGRESS).write_text("{")
    (folder / "Loop" / steps()[2].file).write_text("return (")
    (folder / "Nested" / "a").mkdir(parents=True)
    copy_course(folder / "Nested" / "course")
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
        found = [look_at(path, checker, steps(), lambda: None) for path in students(school)[0]]
    text = as_csv(found, steps())
    return {row["student"]: row for row in csv.DictReader(io.StringIO(text))}


def test_each_folder_has_a_line(rows):
    assert list(rows) == ["Ada, L.", "Cheat", "Éric", "Loop", "Nested", "Other", "Part", "Zoë"]
    assert {row["steps"] for row in rows.values()} == {str(N)}


def test_checks_are_run_anew_and_not_believed(rows):
    assert (rows["Ada, L."]["passed"], rows["Ada, L."]["next"], rows["Ada, L."]["hints"]) == ("1", steps()[1].name, "1")
    assert (rows["Cheat"]["passed"], rows["Cheat"]["next"]) == ("0", STEP.name)
    assert (rows["Zoë"]["passed"], rows["Zoë"]["hints"], rows["Zoë"]["note"]) == ("0", "0", "")
    assert rows["Nested"]["passed"] == rows["Part"]["passed"] == "1"


def test_what_is_not_known_is_said_in_the_line(rows):
    assert rows["Other"]["passed"] == "" and rows["Other"]["note"] == "there is no course in it"
    assert (rows["Loop"]["passed"], rows["Loop"]["hints"]) == ("0", "") and "is broken" in rows["Loop"]["note"]
    assert "there is no progress file" in rows["Part"]["note"]
    assert f"{N - 1} of the files are not there" in rows["Part"]["note"]


def test_each_step_has_a_column_and_what_does_not_run_a_note(rows):
    assert [rows["Ada, L."][str(step.number)] for step in steps()] == ["1"] + [""] * (N - 1)
    assert [rows["Loop"][str(number)] for number in (1, 2, 3)] == ["0", "", "0"]
    assert rows["Loop"]["note"].startswith("1 stopped after 1 s; 3 does not run: SyntaxError; the progress")
    assert {rows["Other"][str(step.number)] for step in steps()} == {""}


def test_some_steps_are_counted_alone(school):
    with Checker() as checker:
        row = look_at(school / "Ada, L.", checker, steps()[1:4], lambda: None)
    assert row[1:5] == (0, 3, steps()[1].name, 0) and row.by_step == [""] * 3
    assert as_csv([row], steps()[1:4]).split("\n")[0].endswith(",note,2,3,4")
    name = '=HYPERLINK("http://x")'
    table = list(csv.DictReader(io.StringIO(as_csv([row._replace(student=name, note="@SUM(1)")], steps()[1:4]))))
    assert (table[0]["student"], table[0]["note"]) == (f"'{name}", "'@SUM(1)"), "no cell is a formula"


def test_the_last_save_is_a_time(rows):
    assert rows["Ada, L."]["last_save"].startswith("2096-10-0") and rows["Other"]["last_save"] == ""
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", rows["Zoë"]["last_save"])


def test_the_progress_of_students_stays_as_it_is(school, rows):
    assert Folder(school / "Cheat").passed == {STEP.name} and (school / "Loop" / PROGRESS).read_text() == "{"


def test_what_is_no_folder_is_named(school):
    assert [path.name for path in students(school)[1]] == ["class.csv"]


def test_a_folder_without_folders_is_refused(tmp_path):
    with pytest.raises(DataError, match="one for each student"):
        students(tmp_path)
    (tmp_path / PROGRESS).touch()
    with pytest.raises(DataError, match="is the folder of one student"):
        students(tmp_path)
    with pytest.raises(DataError, match="cannot read the folder"):
        students(tmp_path / "nowhere")

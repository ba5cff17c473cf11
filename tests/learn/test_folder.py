"""A student's folder: what a student wrote stays, progress is kept whole or found anew."""

import json

import pytest

from instahash.errors import DataError
from instahash.learn.course import steps
from instahash.learn.folder import PICTURES, PROGRESS, Folder, start
from instahash.learn.process import Checker, outcomes

STEP = steps()[0]
NAMES = [step.file for step in steps()]


@pytest.fixture
def path(tmp_path, copy_course):
    return copy_course(tmp_path / "mein Kurs é")


def test_the_course_is_copied_without_its_solutions(tmp_path):
    path = tmp_path / "mein Kurs é"
    assert start(path) == NAMES
    assert sorted(p.name for p in path.glob("*.py")) == NAMES
    for step in steps():
        text = (path / step.file).read_text(encoding="utf-8")
        assert text == step.exercise() and step.solution().strip() not in text and "# solution" not in text
        assert (path / PICTURES / f"{step.name}.svg").read_text(encoding="utf-8").startswith("<?xml")
    assert not [p for p in path.rglob("*") if p.name in ("step.py", "check.py", "hints.md")]
    folder = Folder(path)
    assert (folder.next_step(), folder.passed, folder.hints, folder.lost) == (STEP, set(), {}, "")


def test_starting_again_brings_back_what_is_gone_and_overwrites_nothing(path):
    (path / STEP.file).write_text("mine")
    assert start(path) == []
    assert (path / STEP.file).read_text() == "mine"
    Folder(path).mark(STEP, True)
    (path / STEP.file).unlink()
    (path / PICTURES / f"{STEP.name}.svg").unlink()
    assert start(path) == [STEP.file]
    assert (path / STEP.file).read_text() == STEP.exercise() and (path / PICTURES / f"{STEP.name}.svg").exists()
    assert Folder(path).passed == set()  # what was put back does not pass


def test_starting_again_does_not_hide_what_passes(path):
    (path / PROGRESS).unlink()
    start(path)
    assert "there is no progress file" in Folder(path).lost


def test_a_place_that_is_no_folder_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="cannot make the folder .*file.*choose another one"):
        start(tmp_path / "file")
    with pytest.raises(DataError, match="has no course; instahash-learn start FOLDER copies one"):
        Folder(tmp_path)
    with pytest.raises(DataError, match="is not there; instahash-learn start FOLDER copies one"):
        Folder(tmp_path / "nowhere")


def test_progress_and_hints_are_kept(path):
    folder = Folder(path)
    assert [len(folder.take_hint(STEP)) for _ in range(4)] == [1, 2, 3, 3]
    folder.mark(STEP, True)
    again = Folder(path)
    assert (again.passed, again.hints) == ({STEP.name}, {STEP.name: 3})
    assert folder.next_step() == again.next_step() != STEP
    folder.mark(STEP, False)
    assert Folder(path).passed == set() and Folder(path).next_step() == STEP
    assert [p.name for p in path.glob(".*")] == [PROGRESS]


def test_hints_of_a_step_that_passes_are_not_counted(path):
    folder = Folder(path)
    folder.mark(STEP, True)
    assert folder.take_hint(STEP) == STEP.hints() and Folder(path).hints == {}


def test_the_next_step_is_the_one_after_with_all_others_behind_it(path):
    folder, (first, *others) = Folder(path), steps()
    assert folder.next_step(others[9]) == others[10] and folder.next_step(others[-1]) == first
    folder.passed = {step.name for step in others}
    assert folder.next_step(others[9]) == first
    folder.passed.add(first.name)
    assert folder.next_step(first) is None


def test_what_another_watcher_kept_meanwhile_stays(path):
    one, two = Folder(path), Folder(path)
    one.mark(STEP, True)
    two.take_hint(STEP)
    assert (Folder(path).passed, Folder(path).hints) == ({STEP.name}, {STEP.name: 1})


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"passed": 3, "hints": {}}', '{"passed": [], "hints": {"01_sigmoid": "x"}}', "\0", "[" * 9999]
    + ['{"passed": [], "hints": {"01_sigmoid": Infinity}}', '{"passed": [], "hints": {}}' + " " * 1_000_000 + "1"],
)
def test_a_broken_progress_file_is_told_and_found_anew(path, text):
    (path / STEP.file).write_text(STEP.filled(STEP.solution()))
    (path / PROGRESS).write_text(text)
    folder = Folder(path)
    assert folder.lost == f"the progress file '{PROGRESS}' is broken" and folder.passed == set()
    folder.keep({STEP.name})
    assert Folder(path).lost == "" and Folder(path).passed == {STEP.name}
    assert (path / f"{PROGRESS}.old").read_text() == text


def test_names_that_are_no_steps_are_left_out(path):
    (path / PROGRESS).write_text(json.dumps({"passed": ["99_more", STEP.name], "hints": {"99_more": 2}}))
    assert (Folder(path).passed, Folder(path).hints) == ({STEP.name}, {})


def test_progress_that_cannot_be_written_is_known_all_the_same(path):
    folder = Folder(path)
    (path / PROGRESS).unlink()
    (path / PROGRESS).mkdir()
    with pytest.raises(DataError, match="cannot write"):
        folder.mark(STEP, True)
    assert folder.passed == {STEP.name}
    assert [len(folder.take_hint(steps()[1])) for _ in range(2)] == [1, 2]


def test_a_reset_keeps_what_was_written(path):
    (path / STEP.file).write_text("mine")
    folder = Folder(path)
    folder.mark(STEP, True)
    assert folder.reset(STEP).read_text() == "mine"
    assert folder.file(STEP).read_text() == STEP.exercise() and Folder(path).passed == set()
    folder.file(STEP).unlink()
    assert folder.reset(STEP) is None and folder.file(STEP).read_text() == STEP.exercise()


def test_files_that_were_begun_are_run(path):
    (path / STEP.file).write_text(STEP.filled(STEP.solution()))
    (path / steps()[1].file).write_text(steps()[1].filled("return 1"))
    (path / steps()[2].file).unlink()
    looked_at = []
    with Checker() as checker:
        found = outcomes(Folder(path), checker, steps(), lambda: looked_at.append(1))
        assert {step: outcome.passes for step, outcome in found.items()} == {STEP: True, steps()[1]: False}
        assert list(outcomes(Folder(path), checker, steps()[1:], list)) == [steps()[1]]
    assert len(looked_at) == len(steps())

"""instahash-learn as a process, by its exit code and what it prints."""

import csv
import os
import subprocess
import sys

import pytest

from instahash.learn.course import steps
from instahash.learn.folder import PROGRESS, Folder

FIRST, LAST = steps()[0], steps()[-1]
N = len(steps())


@pytest.fixture
def learn(tmp_path):
    """A function that runs the command in an empty folder."""

    def run(*args, **variables):
        command = [sys.executable, "-c", "import sys; from instahash.cli.learn import main; sys.exit(main())"]
        return subprocess.run(
            [*command, *map(str, args)], cwd=tmp_path, capture_output=True, text=True, timeout=120,
            env=os.environ | variables,
        )  # fmt: skip

    return run


def prints(answer, *parts, code=0):
    assert answer.returncode == code and "Traceback" not in answer.stderr, answer
    for part in parts:
        assert part in answer.stdout, answer.stdout
    return True


def refused(answer, *parts):
    """Exit code 2 and one line, which has all the parts."""
    assert answer.returncode == 2 and answer.stderr.count("\n") == 1, answer
    for part in ("instahash-learn: error: ", *parts):
        assert part in answer.stderr
    return True


def write(folder, body, step=FIRST):
    (folder / step.file).write_text(step.filled(body), encoding="utf-8")


def test_from_nothing_to_the_first_step(learn, tmp_path):
    assert prints(learn(), "instahash-learn start")
    answer = learn("start")
    assert prints(answer, f"copied {N} step", "instahash-learn watch\n", "instahash-course/01_sigmoid.py")
    folder = tmp_path / "instahash-course"
    assert prints(learn(), "] 0 of", f"Next: {FIRST.title}", "instahash-learn watch")
    assert prints(learn("check"), FIRST.title, str(folder / FIRST.file), "nothing to check yet", code=1)
    write(folder, "return -x")
    assert prints(learn("start"), "nothing new")
    assert prints(learn("check", "1"), "is wanted", "] 0 of", code=1)
    assert refused(learn("solution", "1"), "is shown once yours passes; for a hint: instahash-learn hint 1")
    write(folder, "print('é')\n" + FIRST.solution())
    assert prints(learn("check", "sigmoid"), "it passes", "printed by your file:\n  ", "] 1 of")
    assert prints(learn("list"), f"passes  {FIRST.title}", "] 1 of")
    assert prints(learn("solution", "1"), FIRST.solution())
    assert Folder(folder).passed == {FIRST.name}


def test_hints_come_one_by_one(learn):
    learn("start", "Kurs é")
    first, second, third = FIRST.hints()
    answer = learn("hint", "--folder", "Kurs é")
    assert prints(answer, "hint 1 of 3\n" + first) and second not in answer.stdout
    assert prints(learn("hint", "1", "--folder", "Kurs é"), first, "hint 2 of 3\n" + second)
    assert prints(learn("hint", "1", "--folder", "Kurs é"), "hint 3 of 3\n" + third)
    assert prints(learn("list", "--folder", "Kurs é", PYTHONIOENCODING="ascii"), "3 hints")


def test_a_step_is_put_back(learn, tmp_path):
    learn("start", ".")
    write(tmp_path, FIRST.solution())
    assert prints(learn("check", "all"), f"{FIRST.title}: passes", code=1)
    assert prints(learn("reset", "1"), f"yours is kept as '{FIRST.file}.old'")
    assert (tmp_path / FIRST.file).read_text() == FIRST.exercise()
    assert prints(learn("check", "1"), "] 0 of", code=1)
    (tmp_path / FIRST.file).unlink()
    assert prints(learn("check", "1"), "is not there; instahash-learn start puts it back", code=1)
    assert prints(learn("start", "."), "copied 1 step")


def test_a_lost_progress_is_found_anew(learn, tmp_path):
    learn("start", ".")
    write(tmp_path, FIRST.solution())
    (tmp_path / PROGRESS).write_text("{")
    answer = learn("list")
    assert prints(answer, f"passes  {FIRST.title}")
    assert answer.stderr.startswith(f"instahash-learn: the progress file '{PROGRESS}' is broken; all files are checked")
    assert learn("list").stderr == ""


def test_a_class_has_a_line_a_student(learn, tmp_path):
    for name in ("anna", "Zoë"):
        learn("start", f"handed-in/{name}")
    write(tmp_path / "handed-in" / "anna", FIRST.solution())
    (tmp_path / "handed-in" / "nothing").mkdir()
    answer = learn("class", "handed-in")
    rows = list(csv.DictReader(answer.stdout.splitlines()))
    assert [(row["student"], row["passed"]) for row in rows] == [("Zoë", "0"), ("anna", "1"), ("nothing", "")]
    assert "runs the files of 3 students on this machine" in answer.stderr and answer.returncode == 0
    other = learn("--class", "handed-in", "--csv", "class.csv")
    assert other.stdout == "" and (tmp_path / "class.csv").read_text(encoding="utf-8") == answer.stdout


@pytest.mark.parametrize(
    "args, parts",
    [
        (["watch"], ["there is no course here or in 'instahash-course'; instahash-learn start makes one"]),
        (["watch", "nowhere"], ["the folder 'nowhere' is not there"]),
        (["--folder", "nowhere"], ["the folder 'nowhere' is not there"]),
        (["sing"], ["invalid choice: 'sing'"]),
        (["solution"], ["solution takes a STEP, as in: instahash-learn solution STEP"]),
        (["reset"], ["reset takes a STEP"]),
        (["class"], ["class takes a FOLDER"]),
        (["class", "nowhere"], ["cannot read the folder 'nowhere'"]),
        (["class", "course"], ["one for each student"]),
        (["class", ".", "--csv", "course"], ["cannot write 'course'"]),
        (["watch", "--class", "."], ["--class is a command of its own; leave out 'watch'"]),
        (["list", "--csv", "x"], ["--csv is of the command class"]),
        (["list", "3"], ["list takes no argument; leave out '3'"]),
        (["check", "99", "--folder", "course"], [f"there is no step '99'; give a number from 1 to {N}"]),
        (["start", "file"], ["cannot make the folder 'file'"]),
    ],
)
def test_bad_usage_gets_one_line(learn, tmp_path, args, parts):
    (tmp_path / "file").touch()
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / FIRST.file).write_text(FIRST.exercise())
    (tmp_path / "course" / PROGRESS).write_text('{"passed": [], "hints": {}}')
    assert refused(learn(*args), *parts)


def test_at_the_end_there_is_nothing_left_to_do(learn, tmp_path):
    learn("start", ".")
    Folder(tmp_path).keep({step.name for step in steps()})
    for args in ([], ["watch"]):
        assert prints(learn(*args), f"All {N} steps pass")
    assert prints(learn("check"), LAST.title, code=1)

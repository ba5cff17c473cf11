"""instahash-learn by its exit code and what it prints, as a process where that may differ."""

import csv
import os
import subprocess
import sys
from typing import NamedTuple

import pytest

from instahash.cli.learn import main
from instahash.learn.course import steps
from instahash.learn.folder import PROGRESS, Folder

FIRST, LAST = steps()[0], steps()[-1]
N = len(steps())


class Answer(NamedTuple):
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def learn(tmp_path, monkeypatch, capsys, ready_checker):
    """A function that calls the command in an empty folder, or in a folder in it."""

    monkeypatch.setattr("instahash.learn.process.Checker", lambda: ready_checker)

    def call(*args, folder="."):
        monkeypatch.chdir(tmp_path / folder)
        try:
            code = main([*map(str, args)])
        except SystemExit as ending:  # of argparse
            code = ending.code
        return Answer(code, *capsys.readouterr())

    return call


@pytest.fixture
def process(tmp_path):
    """The same in a process of its own."""

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


def test_from_nothing_to_the_first_step(learn, process, tmp_path):
    assert prints(process(), "instahash-learn start")
    answer = process("start")
    assert prints(answer, f"copied {N} step", "instahash-learn watch\n", "instahash-course/01_sigmoid.py")
    folder = tmp_path / "instahash-course"
    assert prints(learn(), "] 0 of", f"Next: {FIRST.title}", "instahash-learn watch")
    assert prints(process("check"), FIRST.title, str(folder / FIRST.file), "nothing to check yet", code=1)
    write(folder, "return -x")
    assert prints(learn("start"), "nothing new")
    assert prints(learn("check", "1"), "is wanted", "] 0 of", code=1)
    assert refused(process("solution", "1"), "is shown once yours passes; for a hint: instahash-learn hint 1")
    write(folder, "print('é')\n" + FIRST.solution())
    assert prints(
        learn("check", "sigmoid"),
        "it passes",
        "printed by your file:\n  ",
        "] 1 of",
        "next: instahash-course/02_pair_loss.py",
    )
    assert prints(learn("list"), f"passes  {FIRST.title}", "] 1 of")
    assert prints(learn("solution", "1"), FIRST.solution())
    assert Folder(folder).passed == {FIRST.name}


def test_start_inside_of_a_course_brings_back_what_is_gone(learn, tmp_path):
    answer = learn("start", "my course")
    assert prints(answer, "instahash-learn watch 'my course'", "in that folder: cd 'my course'")
    (tmp_path / "my course" / FIRST.file).unlink()
    assert prints(learn("start", folder="my course"), "copied 1 step to '.': ", "instahash-learn watch\n")
    assert (tmp_path / "my course" / FIRST.file).exists()
    assert not (tmp_path / "my course" / "instahash-course").exists()
    assert refused(learn("check", "12"), "there is no course here", "give it with --folder")


def test_hints_come_one_by_one(learn, process, tmp_path, copy_course):
    copy_course(tmp_path / "Kurs é")
    begin = [hint.replace("`", "").split()[:5] for hint in FIRST.hints()]
    first, second, third = map(" ".join, begin)
    answer = learn("hint", "--folder", "Kurs é")
    assert prints(answer, "hint 1 of 3\n" + first) and second not in answer.stdout
    assert prints(learn("hint", "1", "--folder", "Kurs é"), first, "hint 2 of 3\n" + second)
    answer = learn("hint", "1", "--folder", "Kurs é")
    assert prints(answer, "hint 3 of 3\n" + third) and "no more" not in answer.stdout
    assert prints(learn("hint", "1", "--folder", "Kurs é"), third, "there are no more hints\n")
    assert prints(process("list", "--folder", "Kurs é", PYTHONIOENCODING="ascii"), "3 hints")


def test_a_step_is_put_back(learn, tmp_path, copy_course):
    copy_course(tmp_path / "instahash-course")
    folder = tmp_path / "instahash-course"
    write(folder, FIRST.solution())
    write(folder, "return 1", steps()[1])
    answer = learn("check", "1-2", "adagrad")
    assert prints(answer, f"{FIRST.title}: passes", f"{steps()[1].title}: does not pass", code=1)
    assert f"{steps()[13].title}: not begun" in answer.stdout
    assert prints(learn("reset", "1"), f"yours is kept as '{FIRST.file}.old'")
    assert (folder / FIRST.file).read_text() == FIRST.exercise()
    (folder / FIRST.file).unlink()
    assert prints(learn("check", "1"), "is not there; instahash-learn reset 01_sigmoid puts it back", "] 0 of", code=1)
    assert prints(learn("reset", "01_sigmoid"), "is as it was")


def test_a_lost_progress_is_found_anew(learn, tmp_path, copy_course):
    folder = tmp_path / "instahash-course"
    copy_course(folder)
    write(folder, FIRST.solution())
    (folder / PROGRESS).write_text("{")
    answer = learn("list")
    assert prints(answer, f"passes  {FIRST.title}")
    assert answer.stderr.startswith(f"instahash-learn: the progress file '{PROGRESS}' is broken; all files are checked")
    assert learn("list").stderr == ""


def test_a_class_has_a_line_a_student(process, learn, tmp_path, copy_course):
    for name in ("anna", "Zoë"):
        copy_course(tmp_path / "handed-in" / name)
    write(tmp_path / "handed-in" / "anna", FIRST.solution())
    (tmp_path / "handed-in" / "nothing").mkdir()
    (tmp_path / "handed-in" / "emil.zip").touch()
    answer = process("class", "handed-in")
    rows = list(csv.DictReader(answer.stdout.splitlines()))
    assert [(row["student"], row["passed"]) for row in rows] == [("anna", "1"), ("nothing", ""), ("Zoë", "0")]
    assert [row["1"] for row in rows] == ["1", "", ""] and len(rows[0]) == 7 + N
    assert "runs the files of 3 students on this machine" in answer.stderr and answer.returncode == 0
    assert "left out, for they are no folders: emil.zip\n" in answer.stderr
    assert f"instahash-learn: anna: 1 of {N} pass\n" in answer.stderr
    assert learn("--class", "handed-in", "--csv", "class.csv", "--steps", "1-2,5").stdout == ""
    data = (tmp_path / "class.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfstudent,passed,") and data.splitlines()[0].endswith(b",note,1,2,5")
    assert data.splitlines()[1].startswith(f"anna,1,3,{steps()[1].name},0,".encode())


@pytest.mark.parametrize(
    "args, parts",
    [
        (["watch"], ["there is no course here or in 'instahash-course'; go to its folder, give it with"]),
        (["watch", "40"], ["there is no step '40'"]),
        (["watch", "nowhere"], ["the folder 'nowhere' is not there"]),
        (["--folder", "nowhere"], ["the folder 'nowhere' is not there"]),
        (["sing"], ["invalid choice: 'sing'"]),
        (["solution"], ["solution takes a STEP, as in: instahash-learn solution STEP"]),
        (["reset"], ["reset takes a STEP"]),
        (["class"], ["class takes a FOLDER"]),
        (["class", "nowhere"], ["cannot read the folder 'nowhere'"]),
        (["class", "course"], ["'course' is the folder of one student"]),
        (["class", ".", "--steps", "3-99"], ["there is no step '99'"]),
        (["class", ".", "--csv", "course"], ["cannot write 'course'"]),
        (["watch", "--class", "."], ["--class is a command of its own; leave out 'watch'"]),
        (["list", "--csv", "x"], ["--csv is of the command class"]),
        (["list", "--steps", "1-2"], ["--steps is of the command class"]),
        (["hint", "3", "4"], ["hint takes one argument; leave out '4'"]),
        (["check", "9-3", "--folder", "course"], ["did you mean 3-9?"]),
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


def test_at_the_end_there_is_nothing_left_to_do(learn, tmp_path, copy_course):
    copy_course(tmp_path / "instahash-course")
    Folder(tmp_path / "instahash-course").keep({step.name for step in steps()})
    for args in ([], ["watch"]):
        assert prints(learn(*args), f"All {N} steps pass")
    assert prints(learn("check"), LAST.title, code=1)

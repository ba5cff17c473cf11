"""`instahash-learn watch` as a student has it: in a terminal, with an editor that saves files."""

import os
import re
import select
import signal
import subprocess
import sys
import time

import psutil
import pytest

from instahash.errors import DataError
from instahash.learn import terminal, watching
from instahash.learn.course import steps
from instahash.learn.folder import PROGRESS, Folder
from instahash.learn.terminal import Terminal
from instahash.learn.watching import Saves

fcntl, pty, termios = (pytest.importorskip(name, reason="no pseudo-terminals") for name in ("fcntl", "pty", "termios"))

FIRST, SECOND, *_ = steps()
COMMAND = [sys.executable, "-c", "import sys; from instahash.cli.learn import main; sys.exit(main())"]
SECONDS = 60  # that an answer may take on a busy machine


def into_terminal():
    """Make the terminal that a process has as its input its own, so that Ctrl-C reaches it."""
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Watch:
    """The command, in a terminal or not, and what it has written since it was last asked."""

    def __init__(self, folder, terminal=True, **variables):
        self.folder, command = folder, [*COMMAND, "watch", str(folder)]
        ours, theirs = pty.openpty() if terminal else os.pipe()
        stdin = theirs if terminal else subprocess.DEVNULL
        self.process = subprocess.Popen(
            command,
            stdin=stdin,
            stdout=theirs,
            stderr=theirs,
            env=os.environ | variables,
            preexec_fn=into_terminal if terminal else None,
        )
        os.close(theirs)
        self.screen, self.text = ours, ""

    def shows(self, *words):
        """What it writes until the last of the words has come; all must be in it, in this order."""
        until = time.monotonic() + SECONDS
        pattern = ".*?".join(map(re.escape, words))
        while not (found := re.search(pattern, self.text, re.DOTALL)):
            assert time.monotonic() < until, f"{words} are not in:\n{self.text}"
            if select.select([self.screen], [], [], 0.1)[0]:
                try:
                    new = os.read(self.screen, 65536)
                except OSError:  # the terminal of a process that has ended
                    new = b""
                assert new, f"it ended before it wrote {words}:\n{self.text}"
                self.text += new.decode("utf-8", "replace").replace("\r\n", "\n")
        shown, self.text = self.text[: found.end()], self.text[found.end() :]
        return shown

    def save(self, step, body):
        (self.folder / step.file).write_text(step.filled(body), encoding="utf-8")

    def presses(self, key):
        os.write(self.screen, key)

    def ends(self):
        self.process.wait(timeout=SECONDS)
        os.close(self.screen)
        return self.process.returncode


@pytest.fixture
def folder(tmp_path, copy_course):
    return copy_course(tmp_path / "Kurs é")


@pytest.fixture
def command(folder):
    """A function that starts the command."""
    started = []

    def begin(**options):
        started.append(Watch(folder, **options))
        return started[-1]

    yield begin
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.ends()


def test_a_step_is_checked_at_each_save_and_the_next_one_follows(folder, command):
    student = command()
    shown = student.shows(FIRST.title, "nothing to check yet", "] 0 of", "h: hint", "q: quit")
    assert "\033[2J" in shown and "\033[3J" not in shown and str(folder / FIRST.file) in shown
    student.save(FIRST, "print('seen')\nreturn -x")
    shown = student.shows("is wanted", "printed by your file:", "seen", "checked at", "q: quit")
    assert "Traceback" not in shown
    student.presses(b"h")
    student.shows("is wanted", "hint 1 of 3\n" + FIRST.hints()[0].replace("`", "")[:60], "q: quit")
    student.presses(b"l")
    student.shows("next    " + FIRST.title, "1 hint", "any key: back")
    student.save(FIRST, FIRST.solution())
    student.shows("passed: " + FIRST.title, SECOND.title, SECOND.file, "nothing to check yet", "] 1 of")
    student.presses(b"q")
    assert student.ends() == 0
    assert (Folder(folder).passed, Folder(folder).hints) == ({FIRST.name}, {FIRST.name: 1})


def test_a_loop_is_given_up_at_a_save_and_ctrl_c_leaves_no_process(folder, command):
    student = command()
    student.shows("q: quit")
    student.save(FIRST, "while True: pass")
    student.shows("checking ...")
    student.save(FIRST, "return nq")
    assert "stopped" not in student.shows("NameError: name 'nq' is not defined")
    student.save(FIRST, "while True: pass")
    student.shows("checking ...")
    (inside,) = psutil.Process(student.process.pid).children()
    student.presses(b"\x03")
    student.shows("instahash-learn: interrupted; what passes is kept, and instahash-learn watch")
    assert student.ends() == 130
    assert not inside.is_running()


def test_ctrl_c_while_it_starts_leaves_no_traceback(command):
    student = command()
    while not psutil.Process(student.process.pid).children():
        assert student.process.poll() is None
    student.presses(b"\x03")
    assert "Traceback" not in student.shows("interrupted; what passes is kept", "goes on\n")
    assert student.ends() == 130


def test_without_a_terminal_it_writes_lines(folder, command):
    student = command(terminal=False, PYTHONIOENCODING="ascii")
    shown = student.shows("nothing to check yet", f"a hint: instahash-learn hint {FIRST.number}\n\n")
    assert "\033" not in shown and r"Kurs \xe9" in shown
    student.save(FIRST, "print('\\033[2J é')\nreturn x")
    shown = student.shows("printed by your file", r"\x1b[2J \xe9", "a hint")
    assert "\033" not in shown
    student.process.send_signal(signal.SIGINT)
    student.shows("interrupted")
    assert student.ends() == 130


def test_two_watchers_at_once_both_go_on(folder, command):
    two = [command(), command()]
    for student in two:
        student.shows("q: quit")
    two[0].save(FIRST, FIRST.solution())
    for student in two:
        student.shows("passed: " + FIRST.title)
    assert Folder(folder).passed == {FIRST.name}


class Story:
    """A terminal at which a student does what a generator does: it is given the screens, and yields keys."""

    interactive, columns, rows = True, 80, 23

    def __init__(self, student):
        self.screens = [""]
        self._keys, self._until = student(self), time.monotonic() + SECONDS

    def pressed(self):
        assert time.monotonic() < self._until, self.screens[-1]
        return next(self._keys)

    def bold(self, text):
        return text

    def shows(self, *words):
        """Wait until a screen has all words."""
        while not all(word in self.screens[-1] for word in words):
            yield ""


def write(folder, step, body=None):
    (folder / step.file).write_text(step.filled(body or step.solution()), encoding="utf-8")


@pytest.fixture
def watched(folder, ready_checker, monkeypatch):
    """A function that lets a student do all that is told, and returns the last screen."""
    monkeypatch.setattr(watching, "Checker", lambda: ready_checker)

    def watch(student, step=None):
        story = Story(student)
        watching.watch(Folder(folder), story.screens.append, story, step)
        return story.screens[-1]

    return watch


def test_each_of_several_files_saved_together_is_checked(folder, watched):
    one, two, three, four, *_ = steps()

    def student(story):
        yield from story.shows(one.title, "nothing to check yet")
        for step in (one, two, four):
            write(folder, step, "return 7" if step == two else None)
        yield from story.shows("saved as well, does not pass: " + two.title, "] 2 of")
        write(folder, one, "print('seen')\nreturn 1")
        yield from story.shows(one.title, "is wanted", "  seen")
        assert "saved as well" not in story.screens[-1]
        yield "q"

    watched(student)
    assert Folder(folder).passed == {four.name}


def test_a_file_saved_while_another_is_checked_has_its_turn(folder, watched):
    one, two, *_ = steps()

    def student(story):
        yield from story.shows(one.title, "nothing to check yet")
        write(folder, one, f"import time\ntime.sleep(0.7)\n{one.solution()}")
        for _ in range(8):
            yield ""
        write(folder, two)
        yield from story.shows("] 2 of")
        yield "q"

    watched(student)
    assert Folder(folder).passed == {one.name, two.name}


def test_after_a_jump_the_step_behind_it_follows_and_what_was_printed_stays(folder, watched):
    step, following = steps()[10:12]

    def student(story):
        yield from story.shows(step.title, "nothing to check yet")
        write(folder, step, f"print('seen')\n{step.solution()}")
        yield from story.shows("passed: " + step.title, following.title, "nothing to check yet", "\n  seen")
        yield "q"

    assert "] 1 of" in watched(student, step)


def test_keys_show_hints_until_there_are_no_more_and_the_list(folder, watched):
    def student(story):
        yield from story.shows("nothing to check yet")
        for number in (1, 2, 3):
            yield "h"
            yield from story.shows(f"hint {number} of 3")
            assert "no more" not in story.screens[-1]
        yield "h"
        yield from story.shows("there are no more hints")
        yield "l"
        yield from story.shows("next    " + FIRST.title, "any key: back   q: quit")
        assert story.screens[-1].count("\n") < story.rows
        yield "q"

    watched(student)


def test_a_folder_that_was_moved_is_told(folder, watched):
    def student(story):
        yield from story.shows("nothing to check yet")
        folder.rename(folder.with_name("moved"))
        yield from story.shows("never")

    with pytest.raises(DataError, match="is not there any more; was it moved"):
        watched(student)


def test_progress_that_cannot_be_kept_is_said_and_the_course_goes_on(folder, watched):
    def student(story):
        yield from story.shows("nothing to check yet")
        (folder / PROGRESS).unlink()
        (folder / PROGRESS).mkdir()
        write(folder, FIRST)
        yield from story.shows("passed: " + FIRST.title, "] 1 of", "progress is not kept: cannot write")
        yield "q"

    watched(student)


@pytest.fixture
def saves(tmp_path):
    paths = {step: tmp_path / step.file for step in steps()[:2]}
    for path in paths.values():
        path.write_text("old")
    return Saves(paths)


def seen(saves, seconds=0.5):
    """The steps that were saved, in some time."""
    until, found = time.monotonic() + seconds, []
    while time.monotonic() < until and not found:
        time.sleep(0.03)
        found = saves.look()
    return found


def test_a_save_is_seen_once_however_an_editor_does_it(saves, tmp_path):
    assert seen(saves, 0.2) == []
    path, beside = tmp_path / FIRST.file, tmp_path / "beside"
    os.utime(path, (1e9, 1e9))
    assert seen(saves) == [FIRST] and seen(saves, 0.2) == []
    beside.write_text("new")
    os.utime(beside, (1e9, 1e9))  # by renaming: time and size are the same
    os.replace(beside, path)
    assert seen(saves) == [FIRST] and seen(saves, 0.2) == []
    path.unlink()  # by a new file in the place of the old one
    assert seen(saves, 0.2) == []
    path.write_text("newer")
    assert seen(saves) == [FIRST] and seen(saves, 0.2) == []


def test_a_file_that_is_gone_is_told_after_a_while(saves, tmp_path):
    (tmp_path / FIRST.file).unlink()
    assert seen(saves, 0.5) == [] and seen(saves, 3) == [FIRST]


def test_a_file_that_is_still_written_to_is_waited_for(saves, tmp_path):
    with open(tmp_path / FIRST.file, "w") as file:
        for _ in range(5):
            file.write("more")
            file.flush()
            assert saves.look() == []
    assert seen(saves) == [FIRST]


def test_no_terminal_has_no_keys():
    terminal = Terminal()
    assert not terminal.interactive and terminal.pressed() == "" and terminal.bold("x") == "x"


def test_a_terminal_that_does_not_say_its_size_has_the_usual_one(monkeypatch):
    """Python 3.10 says that it has no columns and no lines."""
    screen = terminal.Terminal()
    screen.interactive = True
    for size, expected in (((0, 0), (80, 23)), ((100, 0), (100, 23)), ((40, 1), (40, 1))):
        monkeypatch.setattr(terminal.shutil, "get_terminal_size", lambda size=size: size)
        assert (screen.columns, screen.rows) == expected

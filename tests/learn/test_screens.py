"""What is on the screen fits: lines end between words, and the message stays in sight."""

import pytest

from instahash.learn.course import steps
from instahash.learn.folder import Folder
from instahash.learn.layout import cut, height, joined, window, wrapped
from instahash.learn.process import Outcome
from instahash.learn.screens import View, hint_lines, list_screen, step_screen, told


class Screen:
    """A terminal of some size."""

    interactive = True

    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows

    def bold(self, text):
        return text


MESSAGE = ["for w = (1, 2):", "sign: these are minus the derivatives; " * 3, "    return " + "a + " * 40 + "b"]


def test_long_lines_end_between_words_and_code_stays_whole():
    lines = wrapped("\n".join(MESSAGE), 40).split("\n")
    assert lines[-1] == MESSAGE[2] and all(len(line) <= 40 for line in lines[:-1])
    assert " ".join(lines[1:-1]) == MESSAGE[1].strip()
    assert wrapped("a-b " * 9 + "\n", 0) == "a-b " * 9 + "\n" and "a-\n" not in wrapped("a-b " * 9, 7)
    assert joined("one\ntwo\n\nthree\n    code\nfour") == "one two\n\nthree\n    code\nfour"


def test_lines_that_do_not_fit_are_counted():
    text = "\n".join(map(str, range(9)))
    assert cut(text, 9, 80) == text and height(text, 80) == 9
    assert cut(text, 4, 80) == "0\n1\n2\n... 6 more lines"
    assert cut("x" * 100 + "\ny\nz", 4, 40) == "x" * 100 + "\n... 2 more lines"
    assert cut(text, 1, 80) == "0"
    assert window(list("abcdef"), 0, 3) == ["a", "b", "..."] and window(list("abcdef"), 5, 3) == ["...", "e", "f"]
    assert window(list("abcdef"), 3, 3) == ["...", "d", "..."] and window(list("ab"), 1, 5) == list("ab")
    assert window(list("abcdef"), 3, 1) == ["d"]


@pytest.mark.parametrize("columns, rows", [(80, 23), (100, 39), (40, 15)])
@pytest.mark.parametrize("printed", ["", "x\n" * 200])
def test_a_step_fits_the_screen(copied_course, columns, rows, printed):
    folder = Folder(copied_course)
    for step in steps() if not printed else steps()[:3]:
        view = View(step, Outcome(MESSAGE[:2], printed), steps()[0], hints=step.hints(), notes=("a note",))
        text = step_screen(folder, view, Screen(columns, rows))
        if columns >= 80:
            assert height(text, columns) <= rows
            assert MESSAGE[0] in text and "hint 3 of 3" in text
        assert not [line for line in text.split("\n") if len(line) > columns and not line.startswith(" ")]
        assert text.split()[-2:] == ["q:", "quit"] and step.title in text.replace("\n", " ")


def test_what_was_printed_is_cut_to_the_rows_that_are_left(copied_course):
    view = View(steps()[0], Outcome(MESSAGE[:1], "x\n" * 200))
    text = step_screen(Folder(copied_course), view, Screen(80, 23))
    assert "printed by your file:\n  x\n" in text and height(text, 80) == 23
    shown = text.count("  x\n")
    assert f"... {200 - shown} more lines" in text
    assert "200" not in told(view.outcome) and told(view.outcome).count("  x") == 200
    text = step_screen(Folder(copied_course), view._replace(outcome=Outcome(["wrong"] * 99, "x")), Screen(80, 23))
    assert height(text, 80) <= 23 and "more lines" in text
    passed = view._replace(outcome=Outcome(["wrong"], ""), passed=steps()[1], printed="seen\n")
    assert "printed by 02_pair_loss.py:\n  seen" in step_screen(Folder(copied_course), passed, Screen(80, 23))


def test_the_list_shows_the_steps_around_the_next_one(copied_course):
    folder = Folder(copied_course)
    assert list_screen(folder).count("\n") == len(steps()) + 1
    folder.passed, folder.hints = {step.name for step in steps()[:20]}, {steps()[21].name: 3}
    lines = list_screen(folder, 12).split("\n")
    assert len(lines) == 12 and [line for line in lines if line.startswith("next    21.")]
    assert lines[0] == "..." == lines[9] and "2. The loss" in list_screen(folder, 12, steps()[1])
    assert [line for line in lines if line.endswith("  3 hints")]


def test_a_list_has_a_space_before_its_hints(copied_course):
    folder = Folder(copied_course)
    folder.hints = {step.name: 3 for step in steps()}
    assert all(line.endswith(" 3 hints") for line in list_screen(folder).split("\n")[: len(steps())])


def test_hints_are_told_as_paragraphs_without_backticks():
    for step in steps():
        text = hint_lines(step, step.hints())
        assert "`" not in text and text.count("hint ") >= 3

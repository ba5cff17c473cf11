"""What students read on the screen."""

from __future__ import annotations

import time
from typing import NamedTuple

from instahash.errors import plural, printable
from instahash.learn.course import Step, steps
from instahash.learn.folder import Folder, picture
from instahash.learn.layout import cut, height, joined, window, wrapped
from instahash.learn.process import Outcome
from instahash.learn.terminal import Terminal

BAR = 30  # characters
KEYS = "h: hint   l: list   r: check again   q: quit"


class View(NamedTuple):
    """What is shown of a step.

    outcome : None while it is checked.  passed : the step that has just passed, if one has, and what it printed.
    hints : those that were asked for.  notes : what else is to be said.
    """

    step: Step
    outcome: Outcome | None
    passed: Step | None = None
    printed: str = ""
    hints: list[str] = []
    notes: tuple[str, ...] = ()


def step_screen(folder: Folder, view: View, terminal: Terminal) -> str:
    """A step while it is watched. Where rows are few, earlier hints and the end of what was printed are left out."""
    step, columns = view.step, terminal.columns
    passed = f"passed: {view.passed.title}\n\n" if view.passed else ""
    head = f"{passed}{terminal.bold(step.title)}\n{places(folder, step)}"
    checked = time.strftime(", checked at %H:%M:%S") if view.outcome else ""
    keys = KEYS if terminal.interactive else f"a hint: instahash-learn hint {step.number}"
    foot = "\n\n".join([f"{bar(folder)}{checked}", *view.notes, keys])
    message = _message(view.outcome) if view.outcome else "checking ..."
    printed = _printed(view.outcome.printed) if view.outcome else ""
    printed = printed or _printed(view.printed, view.passed)
    hints = hint_lines(step, view.hints)
    head, foot, message, hints = (wrapped(text, columns) for text in (head, foot, message, hints))
    if terminal.rows:
        left = terminal.rows - height(head, columns) - height(foot, columns) - 2
        message = cut(message, left, columns)
        left -= height(message, columns) + 1
        if hints and height(hints, columns) > left:
            hints = cut(wrapped(hint_lines(step, view.hints, len(view.hints)), columns), left, columns)
        left -= height(hints, columns) + 1 if hints else 0
        printed = cut(printed, left, columns) if left > 2 else ""
    return "\n\n".join(filter(None, [head, message, printed, hints, foot]))


def places(folder: Folder, step: Step) -> str:
    """The file to edit and the picture of what is wanted."""
    return f"  edit     {folder.file(step).absolute()}\n  picture  {picture(folder.path, step).absolute()}"


def told(outcome: Outcome, columns: int = 0) -> str:
    """What came out of a check, and what the file printed."""
    return "\n\n".join(filter(None, [wrapped(_message(outcome), columns), _printed(outcome.printed)]))


def _message(outcome: Outcome) -> str:
    return "\n".join(map(printable, outcome.lines or ["it passes"]))


def _printed(text: str, passed: Step | None = None) -> str:
    lines = [f"  {printable(line)}" for line in text.rstrip().expandtabs().split("\n")]
    of = passed.file if passed else "your file"
    return "\n".join([f"printed by {of}:", *lines]) if text.strip() else ""


def hint_lines(step: Step, hints: list[str], first: int = 1, columns: int = 0) -> str:
    """Hints from the first one wanted on, the last one taken at the end."""
    n, parts = len(step.hints()), list(enumerate(hints, 1))[first - 1 :]
    texts = [f"hint {i} of {n}\n{joined(text).replace('`', '')}" for i, text in parts]
    return wrapped("\n\n".join(texts), columns)


def bar(folder: Folder) -> str:
    """How far a student is."""
    n = len(steps())
    full = BAR * folder.n_passed() // n
    return f"[{'#' * full}{'-' * (BAR - full)}] {folder.n_passed()} of {n} steps pass"


def list_screen(folder: Folder, rows: int = 0, around: Step | None = None) -> str:
    """A line for each step: whether it passes, its title, how many hints were taken.

    rows : that there are on the screen; 0 gives all steps.  around : the one that is shown for certain.
    """
    following, lines = folder.next_step(), []
    for step in steps():
        mark = "passes" if step.name in folder.passed else "next" if step == following else ""
        taken = folder.hints.get(step.name, 0)
        lines.append(f"{mark:<8}{step.title:<52}{plural(taken, 'hint') if taken else ''}".rstrip())
    if rows:
        at = around or following or steps()[-1]
        lines = window(lines, at.number - 1, max(rows - 2, 1))
    return "\n".join([*lines, "", bar(folder)])


def end_screen() -> str:
    """What is said when nothing is left to do."""
    n = len(steps())
    return f"All {n} steps pass. instahash-learn solution N shows how we would write step N."

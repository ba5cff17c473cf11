"""What students read on the screen."""

from __future__ import annotations

import time
from typing import NamedTuple

from instahash.errors import plural
from instahash.learn.course import Step, steps
from instahash.learn.folder import Folder, picture
from instahash.learn.process import Outcome
from instahash.learn.terminal import Terminal

BAR = 30  # characters
KEYS = "h: hint   l: list   r: check again   q: quit"


class View(NamedTuple):
    """What is shown of a step.

    outcome : None while it is checked.  passed : the step that has just passed, if one has.
    hints : those that were asked for.  note : what else is to be said.
    """

    step: Step
    outcome: Outcome | None
    passed: Step | None = None
    hints: list[str] = []
    note: str = ""


def step_screen(folder: Folder, view: View, terminal: Terminal) -> str:
    """A step while it is watched."""
    step = view.step
    parts = [f"passed: {view.passed.title}"] if view.passed else []
    parts.append(f"{terminal.bold(step.title)}\n{places(folder, step)}")
    parts.append(told(view.outcome) if view.outcome else "checking ...")
    if view.hints:
        parts.append(hint_lines(step, view.hints))
    checked = time.strftime(", checked at %H:%M:%S") if view.outcome else ""
    parts.append(f"{bar(folder)}{checked}")
    if view.note:
        parts.append(view.note)
    parts.append(KEYS if terminal.interactive else f"a hint: instahash-learn hint {step.number}")
    return "\n\n".join(parts)


def places(folder: Folder, step: Step) -> str:
    """The file to edit and the picture of what is wanted."""
    return f"  edit     {folder.file(step).absolute()}\n  picture  {picture(folder.path, step).absolute()}"


def told(outcome: Outcome) -> str:
    """What came out of a check, and what the file printed."""
    lines = outcome.lines or ["it passes"]
    if printed := outcome.printed.rstrip():
        lines = [*lines, "", "printed by your file:", *(f"  {line}" for line in printed.expandtabs().split("\n"))]
    return "\n".join(map(_displayed, lines))


def _displayed(line: str) -> str:
    """A line that a terminal only displays."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)


def hint_lines(step: Step, hints: list[str]) -> str:
    """Hints, the last one taken at the end."""
    return "\n\n".join(f"hint {i} of {len(step.hints())}\n{text}" for i, text in enumerate(hints, 1))


def bar(folder: Folder) -> str:
    """How far a student is."""
    n = len(steps())
    full = BAR * folder.n_passed() // n
    return f"[{'#' * full}{'-' * (BAR - full)}] {folder.n_passed()} of {n} steps pass"


def list_screen(folder: Folder) -> str:
    """A line for each step: whether it passes, its title, how many hints were taken."""
    following, lines = folder.next_step(), []
    for step in steps():
        mark = "passes" if step.name in folder.passed else "next" if step == following else ""
        taken = folder.hints.get(step.name, 0)
        lines.append(f"{mark:<8}{step.title:<44}{plural(taken, 'hint') if taken else ''}".rstrip())
    return "\n".join([*lines, "", bar(folder)])


def end_screen() -> str:
    """What is said when nothing is left to do."""
    n = len(steps())
    return f"All {n} steps pass. instahash-learn solution N shows how we would write step N."

"""The course: its steps in their order, and what a step's folder holds.

A folder `steps/NN_name` holds `step.py`, which is exercise and solution in one, `check.py` with a function
check(answer), `hints.md`, `picture.py` and the `picture.svg` that it draws. The lines of `step.py` between `# solution`
and `# end` are what a student is to write.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from textwrap import dedent, indent
from typing import NamedTuple

from instahash.errors import DataError

STEPS = Path(__file__).with_name("steps")
HOLE = "...  # your lines here\n"
_HOLE = re.compile(r"^( *)# solution\n(.*?)^ *# end\n", re.MULTILINE | re.DOTALL)


class Step(NamedTuple):
    """One step of the course.

    number : from 1 on.  name : of its file, "01_sigmoid".  folder : where its parts are.
    """

    number: int
    name: str
    folder: Path

    @property
    def file(self) -> str:
        """The name of the student's file."""
        return f"{self.name}.py"

    @property
    def title(self) -> str:
        """The first line of its text, "1. The sigmoid"."""
        text = ast.get_docstring(ast.parse(self.solved())) or ""
        return text.partition("\n")[0]

    def solved(self) -> str:
        """The step's text with its solution, and with the lines that mark it."""
        return self.part("step.py")

    def solution(self) -> str:
        """The lines that a student is to write."""
        return dedent(_HOLE.findall(self.solved())[0][1])

    def exercise(self) -> str:
        """The student's file: a hole where the solution was."""
        return self.filled(HOLE)

    def filled(self, body: str) -> str:
        """The student's file with the lines of `body` in place of the hole, at its indent."""
        body = dedent(body).strip("\n") + "\n"
        return _HOLE.sub(lambda match: indent(body, match[1]), self.solved())

    def hints(self) -> list[str]:
        """From where to look to nearly the line."""
        return [text.strip() for text in re.split(r"^---$", self.part("hints.md"), flags=re.MULTILINE)]

    def part(self, name: str) -> str:
        """The text of a file of the step's folder."""
        return (self.folder / name).read_text(encoding="utf-8")


@cache
def steps() -> list[Step]:
    """All steps, in the order in which they are done."""
    folders = sorted(path for path in STEPS.iterdir() if (path / "step.py").is_file())
    return [Step(int(path.name.partition("_")[0]), path.name, path) for path in folders]


def step_named(text: str) -> Step:
    """The step that somebody means with "3", "03_pair_gradient", "pair_gradient", or the path of its file.

    Raises DataError, which names the course's first and last step.
    """
    name = re.split(r"[/\\]", text)[-1].removesuffix(".py").lower()
    for step in steps():
        if name in (step.name, step.name.partition("_")[2]) or name.isdecimal() and int(name) == step.number:
            return step
    wanted = f"a number from 1 to {steps()[-1].number}, or a name as instahash-learn list shows"
    raise DataError(f"there is no step '{text}'; give {wanted}")

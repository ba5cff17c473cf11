"""The course: its steps in their order, and what a step's folder holds.

A folder `steps/NN_name` holds `step.py`, which is exercise and solution in one, `check.py` with a function
check(answer), `hints.md`, `picture.py` and the `picture.svg` that it draws. The lines of `step.py` between `# solution`
and `# end` are what a student is to write.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
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
    """The step that is meant with "3", "03_pair_gradient", "pair_gradient", its title, the path of its file.

    The beginning of a name or title will do where no other step's begins so. Raises DataError, which names the course's
    first and last step.
    """
    wanted = re.split(r"[/\\]", text)[-1].removesuffix(".py").strip().lower()
    names = {
        step: (step.name, step.name.partition("_")[2], step.title.lower(), step.title[3:].lower().strip())
        for step in steps()
    }
    if wanted.isdecimal():
        found = [step for step in names if step.number == int(wanted)]
    else:
        found = [step for step in names if wanted in names[step]]
        found = found or [step for step in names if wanted and any(name.startswith(wanted) for name in names[step])]
    if len(found) == 1:
        return found[0]
    number = f"a number from 1 to {steps()[-1].number}"
    if found:
        raise DataError(f"'{text}' may be {' or '.join(step.name for step in found)}; give {number}")
    raise DataError(f"there is no step '{text}'; give {number}, or a name as instahash-learn list shows")


def steps_named(texts: Sequence[str]) -> list[Step]:
    """The steps that are meant with texts as "3", "11-22", "adagrad" or "all", each once. Raises as `step_named`."""
    found: dict[Step, None] = {}
    for text in texts:
        if text == "all":
            found |= dict.fromkeys(steps())
        elif match := re.fullmatch(r"(\d+)-(\d+)", text):
            first, last = map(step_named, match.groups())
            if first.number > last.number:
                raise DataError(f"there are no steps '{text}'; did you mean {last.number}-{first.number}?")
            found |= dict.fromkeys(steps()[first.number - 1 : last.number])
        else:
            found[step_named(text)] = None
    return list(found)

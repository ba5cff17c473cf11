"""A step's check run on a student's text, and what came out as lines to read."""

from __future__ import annotations

import ast
import sys
import traceback
from types import ModuleType
from typing import Any

from instahash.learn.course import HOLE, Step
from instahash.learn.wrong import Wrong
from instahash.testing import GradientError


def run(step: Step, source: str) -> list[str]:
    """What is wrong with the text of a student's file, in lines to read; nothing where it passes.

    The text runs in this process, without any limit. What it prints goes where this process prints.
    """
    try:
        tree = ast.parse(source, step.file)
        compile(tree, step.file, "exec")  # which sees what parsing does not, as a return outside of a function
    except SyntaxError as error:
        return _of_syntax(error, step)
    except (ValueError, RecursionError, MemoryError) as error:  # of a text that is no program at all
        return [f"{step.file} cannot be read as Python: {error}"]
    try:
        if _is_untouched(step, tree):
            line = next((i for i, text in enumerate(source.splitlines(), 1) if HOLE.strip() in text), 0)
            return [f"nothing to check yet: write your lines in place of the ... in line {line} of {step.file}"]
        answer = _module(step.name, source, step.file)
        _must_have(step, answer)
        _module(f"check_of_{step.name}", step.part("check.py"), str(step.folder / "check.py")).check(answer)
    except (Exception, SystemExit) as error:
        return _of_error(error, step, source)
    finally:
        sys.modules.pop(step.name, None)
    return []


def _is_untouched(step: Step, tree: ast.Module) -> bool:
    """Whether a file still has its hole, and nothing more: comments and spaces do not count."""
    return ast.dump(tree) == ast.dump(ast.parse(step.exercise()))


def _module(name: str, source: str, file: str) -> Any:
    """A module made of a text; it stands in `sys.modules`, where dataclasses and others look for theirs."""
    module = ModuleType(name)
    module.__file__ = file
    sys.modules[name] = module
    exec(compile(source, file, "exec"), vars(module))
    return module


def _must_have(step: Step, answer: ModuleType) -> None:
    """Raise Wrong where a function or class that the exercise had is no longer there."""
    for node in ast.parse(step.exercise()).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not hasattr(answer, node.name):
            what = "function" if isinstance(node, ast.FunctionDef) else "class"
            text = f"the {what} {node.name} is not there any more"
            raise Wrong(f"{text}; instahash-learn reset {step.number} brings it back")


def _of_syntax(error: SyntaxError, step: Step) -> list[str]:
    lines = [f"line {error.lineno} of {step.file}: {type(error).__name__}: {error.msg}"]
    if error.text:
        text = error.text.rstrip("\n")
        lines.append(f"    {text.lstrip()}")
        column = (error.offset or 0) - 1 - (len(text) - len(text.lstrip()))
        if column >= 0:
            lines.append("    " + " " * column + "^")
    return lines


def _of_error(error: BaseException, step: Step, source: str) -> list[str]:
    """Mistakes that a check found in its own words; what a student's line raised with that line."""
    notes = list(getattr(error, "__notes__", []))
    if isinstance(error, (Wrong, GradientError)):
        return notes + str(error).replace("the gradient says", "your gradient says").splitlines()
    if isinstance(error, SystemExit):
        return [*notes, "your file ends the program: leave out exit() or quit()"]
    told = " ".join(f"{type(error).__name__}: {error}".split())
    places = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == step.file]
    if not places:
        return [*notes, "what your function returns cannot be used as it is wanted", told]
    line = places[-1].lineno or 0
    lines = [*notes, f"line {line} of {step.file}: {told}"]
    lines += [f"    {text.strip()}" for text in source.splitlines()[line - 1 : line]]
    if isinstance(error, ModuleNotFoundError) and error.name == "hypothesis":
        lines.append('this step needs it: python3 -m pip install "instahash[learn]"')
    return lines

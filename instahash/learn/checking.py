"""A step's check run on a student's text, and what came out as lines to read."""

from __future__ import annotations

import ast
import inspect
import sys
from types import ModuleType
from typing import Any

from instahash.learn.course import HOLE, Step
from instahash.learn.raised import of_nothing, of_raised, of_syntax
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
        return of_syntax(error, step)
    except (ValueError, RecursionError, MemoryError) as error:  # of a text that is no program at all
        return [f"{step.file} cannot be read as Python: {error}"]
    try:
        if _is_untouched(step, tree):
            line = next((i for i, text in enumerate(source.splitlines(), 1) if HOLE.strip() in text), 0)
            return [f"nothing to check yet: write your lines in place of the ... in line {line} of {step.file}"]
        answer = _module(step.name, source, step.file)
        _must_have(step, answer)
        _module(f"check_of_{step.name}", step.part("check.py"), str(step.folder / "check.py")).check(answer)
    except (Exception, SystemExit, KeyboardInterrupt) as error:
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
    """Raise Wrong where a function of the exercise is no longer there, or takes other arguments."""
    for node in ast.parse(step.exercise()).body:
        if not isinstance(node, ast.FunctionDef):
            continue
        line, back = f"def {node.name}({ast.unparse(node.args)}):", f"or instahash-learn reset {step.number}"
        if not callable(function := getattr(answer, node.name, None)):
            raise Wrong(f"the function {node.name} is not there any more; write its line again, {line} {back}")
        try:
            inspect.signature(function).bind(*node.args.args)
        except (TypeError, ValueError):
            if not node.decorator_list:
                raise Wrong(f"{node.name} takes other arguments; write its line again, {line} {back}") from None


def _of_error(error: BaseException, step: Step, source: str) -> list[str]:
    """Mistakes that a check found in its own words; what a student's line raised with that line."""
    notes = list(getattr(error, "__notes__", []))
    if isinstance(error, (Wrong, GradientError)):
        lines = str(error).replace("the gradient says", "your gradient says").splitlines()
    elif isinstance(error, SystemExit):
        lines = ["your file ends the program: leave out exit() or quit()"]
    else:
        lines = of_raised(error, step, source)
    return [*notes, *lines, *(of_nothing(ast.parse(source)) if "None" in str(error) else ())]

"""What a student's own lines raised: the line, the message, and where it can be told, what it comes from."""

from __future__ import annotations

import ast
import re
import traceback
from collections.abc import Iterator
from types import FrameType
from typing import Any

import numpy as np
from scipy import sparse

from instahash.learn.course import Step, steps

# What NumPy and SciPy say of shapes, and the rule that was broken.
RULES = {
    r"matmul.*not have enough dimensions": "@ takes arrays; one number is multiplied with *",
    r"matmul|not aligned|dimension mismatch": (
        "in A @ B the last axis of A must be as long as the first of B, or as the last but one where B has several"
    ),
    r"inconsistent shapes": "* goes entry by entry; the matrix product is @",
    r"broadcast|shape mismatch": "entry by entry, axes are compared from the last one on: as long, or of length 1",
    r"truth value of an array": "if, while, and, or, not and max() take one True or False, not one for each entry",
}
OF_ADD_AT = "np.add.at(A, rows, values) wants one row of values for each of rows"
ALONE = "each file stands alone: {} is not known here; write again what you need of another step, or do without"
# Methods that give None back; those of NumPy itself with the name of one of FRESH give a new array.
IN_PLACE = {"at", "setdiag", "fill_diagonal", "put", "copyto", "shuffle", "append", "extend", "sort", "update", "add"}
FRESH = {"np.append", "np.sort", "np.add", "numpy.append", "numpy.sort", "numpy.add"}


def of_raised(error: BaseException, step: Step, source: str) -> list[str]:
    """The line of the student's file that raised an error, its kind and message, and what they come from."""
    told = " ".join(f"{type(error).__name__}: {error}".split()).rstrip(":")
    frames = [(frame, line) for frame, line in traceback.walk_tb(error.__traceback__) if _file(frame) == step.file]
    if not frames:
        return ["what your function returns cannot be used as it is wanted", told]
    frame, number = frames[-1]
    lines = [f"line {number} of {step.file}: {told}"]
    lines += [f"    {text.strip()}" for text in source.splitlines()[number - 1 : number]]
    return lines + _of_shapes(str(error), frame, _statement(source, number)) + _of_names(error)


def _file(frame: FrameType) -> str:
    return frame.f_code.co_filename


def _statement(source: str, number: int) -> str:
    """The text of the simple statement that holds a line."""
    spans = [
        (node.lineno, node.end_lineno or 0)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.stmt) and not hasattr(node, "body") and node.lineno <= number <= (node.end_lineno or 0)
    ]
    first, last = max(spans, default=(number, number))
    return "\n".join(source.splitlines()[first - 1 : last])


def _of_shapes(message: str, frame: FrameType, text: str) -> list[str]:
    """The rule of shapes that was broken, and the shapes of what the statement names."""
    rule = next((rule for said, rule in RULES.items() if re.search(said, message)), None)
    if rule is None:
        return []
    names = dict.fromkeys(re.findall(r"(?<![.\w])[^\W\d]\w*", text))
    known = {**frame.f_globals, **frame.f_locals}
    shapes = [f"{name} is {_shape(known[name])}" for name in names if name in known and _shape(known[name])]
    return [OF_ADD_AT if ".at(" in text else rule, *([f"here {', '.join(shapes)}"] if shapes else [])]


def _shape(value: Any) -> str:
    if isinstance(value, np.ndarray) or sparse.issparse(value):
        return str(value.shape) if value.ndim else "one number"
    return "one number" if isinstance(value, (int, float, np.number)) else ""


def _of_names(error: BaseException) -> list[str]:
    name = getattr(error, "name", None)
    if isinstance(error, ModuleNotFoundError) and name == "hypothesis":
        return ['this step needs it: python3 -m pip install "instahash[learn]"']
    return [ALONE.format(name)] if isinstance(error, (NameError, ModuleNotFoundError)) and name in _elsewhere() else []


def _elsewhere() -> set[str]:
    """Names that students may think they have of other steps; s is what the texts call the sigmoid."""
    bodies = [ast.parse(step.exercise()).body for step in steps()]
    functions = {node.name for body in bodies for node in body if isinstance(node, ast.FunctionDef)}
    return functions | {"s"} | {step.name.partition("_")[2] for step in steps()}


def of_syntax(error: SyntaxError, step: Step) -> list[str]:
    """The line that is no Python, with a mark where it is not."""
    lines = [f"line {error.lineno} of {step.file}: {type(error).__name__}: {error.msg}"]
    if error.text:
        text = error.text.rstrip("\n")
        lines.append(f"    {text.lstrip()}")
        column = (error.offset or 0) - 1 - (len(text) - len(text.lstrip()))
        if column >= 0:
            lines.append("    " + " " * column + "^")
        if found := re.match(r"\s*(?:from|import)\s+(\d\d_\w+)", text):
            lines.append(ALONE.format(found[1]))
    return lines


def of_nothing(tree: ast.Module) -> Iterator[str]:
    """Lines that give a name to, or return, what a call gives back that only changes something and gives None."""
    for node in ast.walk(tree):
        call = getattr(node, "value", None)
        if not isinstance(node, (ast.Assign, ast.Return)) or not isinstance(call, ast.Call):
            continue
        name = ast.unparse(call.func)
        if isinstance(call.func, ast.Attribute) and call.func.attr in IN_PLACE and name not in FRESH:
            is_numpy = name.startswith(("np.", "numpy."))
            changed = ast.unparse(call.args[0]) if is_numpy and call.args else ast.unparse(call.func.value)
            yield f"line {node.lineno}: {name} changes {changed} itself and gives nothing back; let it stand alone"

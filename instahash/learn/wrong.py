"""Answers that are wrong, and what a check asks of them besides values: what may not overflow, or may not change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import numpy as np
from scipy import sparse


class Wrong(AssertionError):
    """An answer that is not right; its text is for the student, and does not hold the solution."""


CASES: list[str] = []  # that are under way, the outer one first


@contextmanager
def case(text: str) -> Iterator[None]:
    """What is wrong or printed inside of the block is told with this text, "w = [1, 2], c = [3, 4]", before it."""
    CASES.append(text)
    try:
        yield
    except Exception as error:
        notes: Any = [f"for {text}:", *getattr(error, "__notes__", [])]
        error.__notes__ = notes
        raise
    finally:
        CASES.pop()


@contextmanager
def no_overflow() -> Iterator[None]:
    """Where an array overflows inside of the block, or 0 / 0 is computed, FloatingPointError is raised in that line."""
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        yield


@contextmanager
def unchanged(**arguments: Any) -> Iterator[None]:
    """Raise Wrong where one of the arguments, by their names, is not the same after the block.

    That is said rather than what else is found wrong in the block, which may come of it.
    """
    before = deepcopy(arguments)

    def look() -> None:
        for name, value in arguments.items():
            if not equal(value, before[name]):
                raise Wrong(f"in place: {name} is changed by your function; it must work on a copy") from None

    try:
        yield
    except Exception:
        look()
        raise
    look()


def equal(a: Any, b: Any) -> bool:
    """Whether two things are the same, to the bit, arrays and what holds them as well."""
    if sparse.issparse(a):
        return a.shape == b.shape and np.array_equal(a.toarray(), b.toarray(), equal_nan=True)
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.tobytes() == b.tobytes() and a.shape == b.shape
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(equal, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)
    return bool(a == b)

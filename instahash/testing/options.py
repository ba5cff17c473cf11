"""Options of the checks: what makes no sense is said in one line."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from time import monotonic
from typing import Any

import numpy as np

__tracebackhide__ = True


def shown(x: Any) -> str:
    """What `x` is written as, cut off; Python itself writes no whole number of more than 4,300 digits."""
    try:
        return f"{x!r:.40}"
    except ValueError:
        return f"a {type(x).__name__} of thousands of digits"


def must_be_some(n: int | None, name: str) -> None:
    """TypeError where `n` is no whole number, ValueError where nothing is to be checked."""
    if n is not None and (isinstance(n, bool) or not isinstance(n, (int, np.integer))):
        raise TypeError(f"{name} is {shown(n)}; it must be a whole number")
    if n is not None and n < 1:
        raise ValueError(f"{name} is {shown(n)}; it must be at least 1")


def must_be_dict(x: Any, name: str, example: str) -> None:
    """TypeError where `x` is neither None nor a mapping from texts, as `example` is one."""
    if x is not None and not isinstance(x, Mapping):
        raise TypeError(f"{name} must be a dict, as {example}, not a {type(x).__name__}")
    for key in x or ():
        if not isinstance(key, str):
            raise TypeError(f"{name} has the key {shown(key)}; its keys must be texts, as in {example}")


def must_be_sizes(sizes: Any) -> None:
    """TypeError where `sizes` are neither None nor numbers by names."""
    must_be_dict(sizes, "sizes", '{"the batch size": 32}')
    for name, size in (sizes or {}).items():
        _must_be_number(size, f"the size {name}")


def _must_be_number(x: Any, name: str) -> None:
    if isinstance(x, bool) or not isinstance(x, Real):
        raise TypeError(f"{name} is {shown(x)}; it must be a number")


def must_be_seed(seed: int) -> None:
    """TypeError where `seed` is no whole number, ValueError where it is negative."""
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
        raise TypeError(f"seed is {shown(seed)}; it must be a whole number")
    if seed < 0:
        raise ValueError(f"seed is {shown(seed)}; it must be at least 0")


def must_be_tolerances(rtol: float | None, atol: float) -> None:
    """TypeError, or ValueError, where they are no numbers of at least 0."""
    for name, tolerance in (("rtol", 0.0 if rtol is None else rtol), ("atol", atol)):
        _must_be_number(tolerance, name)
        if not tolerance >= 0:
            raise ValueError(f"{name} is {shown(tolerance)}; it must be 0 or more")


def deadline_after(seconds: float | None) -> float:
    """When so much time is over; never if it is None."""
    if seconds is None:
        return np.inf
    _must_be_number(seconds, "seconds")
    if not seconds > 0:
        raise ValueError(f"seconds is {shown(seconds)}; it must be more than 0")
    return monotonic() + seconds

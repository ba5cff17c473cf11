"""What is handed in as parameters, and what these are called."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from instahash.testing.options import shown
from instahash.testing.trees import is_branch, is_leaf

__tracebackhide__ = True


def must_be_parameters(params: Sequence[Any]) -> None:
    """ValueError where there are none, TypeError where one is neither of numbers nor a structure."""
    if not params:
        raise ValueError("there is no parameter; hand them in behind the two functions")
    for param in params:
        if not is_leaf(param) and not is_branch(param):
            raise TypeError(_refused(param))


def names_of(loss: Callable[..., Any], params: Sequence[Any], names: Sequence[str] | None) -> list[str]:
    """A name a parameter; TypeError or ValueError where `names` are not that."""
    if names is not None and not isinstance(names, Iterable):
        raise TypeError(f"names must be a list of {len(params)}, one a parameter, not {shown(names)}")
    found = _argument_names(loss, params) if names is None else list(names)
    if not all(isinstance(name, str) for name in found):
        raise TypeError(f"names must be texts, not {shown(found)}")
    if isinstance(names, str) or len(found) != len(params):
        raise ValueError(f"names must be a list of {len(params)}, one a parameter, not {shown(names)}")
    if len(set(found)) < len(params):
        raise ValueError(f"names must differ from each other, and are {shown(found)}")
    return found


def _argument_names(loss: Callable[..., Any], params: Sequence[Any]) -> list[str]:
    """The names of the loss's arguments if there is a structure whose parts must be named; else numbers."""
    names = ["parameter" if len(params) == 1 else f"parameter {i}" for i in range(len(params))]
    if all(is_leaf(param) for param in params):
        return names
    try:
        arguments = list(inspect.signature(loss).parameters.values())
    except (TypeError, ValueError):
        return names
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    found = [argument.name for argument in arguments if argument.kind in kinds][: len(params)]
    return found if len(found) == len(params) else names


def _refused(param: Any) -> str:
    """Why this is no parameter, and what may be one."""
    if isinstance(param, np.ndarray):
        advice = "; x.astype(np.float64) makes one of whole numbers" if param.dtype.kind in "iub" else ""
        if param.dtype.kind == "O":
            is_complex = any(isinstance(x, (complex, np.complexfloating)) for x in param.flat)
            advice = f"; x.astype({'complex' if is_complex else 'np.float64'}) makes one of its numbers"
        return f"parameters must be arrays of float64, float32 or complex numbers, not {param.dtype}{advice}"
    return (
        f"parameters must be arrays, numbers, or lists, dicts and dataclasses of them, not a {type(param).__name__}; "
        "hand in data as kwargs={...}"
    )

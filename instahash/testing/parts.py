"""What was returned as the gradient, in the structure of the parameters or flat, as a list of one for each leaf."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from instahash.testing.errors import GradientError
from instahash.testing.trees import Leaf, MismatchError, described, is_leaf, leaves, matched

__tracebackhide__ = True


def parts_of(returned: Any, params: Sequence[Any], names: Sequence[str], leaves_of_all: Sequence[Leaf]) -> list[Any]:
    """What was returned for each leaf of all parameters, sparse ones as arrays. Raises GradientError for too few."""
    parts = _of_leaves(returned, params, names, leaves_of_all)
    return [part.toarray() if hasattr(part, "toarray") else part for part in parts]


def _of_leaves(returned: Any, params: Sequence[Any], names: Sequence[str], leaves_of_all: Sequence[Leaf]) -> list[Any]:
    n = len(params)
    wanted = f"one array for each parameter: {n}"
    is_sequence = not hasattr(returned, "shape") and isinstance(returned, Iterable)
    try:
        if n == 1 and not is_leaf(params[0]):
            return _of_branch(params[0], returned, names[0])
        if n == 1 and (not is_sequence or _has_shape(returned, leaves_of_all[0])):
            return [returned]
        if isinstance(returned, Mapping):
            raise GradientError(f"the gradient is {described(returned)}, and must be {wanted}", {"gradient": "count"})
        arrays = list(returned) if is_sequence else [returned]
        if len(arrays) == len(leaves_of_all) != n:
            return arrays
        if len(arrays) != n:
            text = f"the gradient must have {wanted}, not {len(arrays)}"
            text += "; what is no parameter goes in as kwargs={...}" * (len(arrays) < n)
            raise GradientError(text, {"gradient": "count"})
        return [part for parts in zip(params, arrays, names) for part in _of_branch(*parts)]
    except MismatchError as error:
        text, name = error.args
        raise GradientError(text, {name: "count"}) from None


def _of_branch(param: Any, returned: Any, name: str) -> list[Any]:
    """What was returned for each leaf of a parameter: in its structure, in a list of this alone, or as a flat list."""
    try:
        return list(matched(param, returned, name))
    except MismatchError:
        if isinstance(returned, (list, tuple)) and len(returned) == 1:
            return _of_branch(param, returned[0], name)
        if isinstance(returned, (list, tuple)) and len(returned) == sum(1 for _ in leaves(param, name)):
            return list(returned)
        raise


def _has_shape(returned: Any, leaf: Leaf) -> bool:
    """Whether lists of numbers are the gradient of the one leaf itself."""
    try:
        return np.shape(returned) == leaf.shape
    except ValueError:
        return False

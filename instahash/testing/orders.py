"""Gradients that are returned in another order than the parameters, told by their shapes and by their numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice, permutations
from typing import Any

import numpy as np

from instahash.testing.errors import GradientError
from instahash.testing.places import ORDINALS
from instahash.testing.quotients import Moved, quick

__tracebackhide__ = True

TRIED = 720


def must_be_in_order(
    value: Callable[[list[np.ndarray]], Any],
    params: Sequence[np.ndarray],
    names: Sequence[str],
    returned: Sequence[Any],
    level: int,
) -> None:
    """GradientError where gradients have the shapes of the parameters in another order, and their numbers are so too.

    value : the loss.  level : of the steps along a line on which its slope is measured.
    """
    shapes = [param.shape for param in params]
    found = [array.shape if getattr(array, "dtype", np.dtype("O")).kind in "fiub" else None for array in returned]
    if found == shapes or sorted(map(repr, found)) != sorted(map(repr, shapes)):
        return
    order = _other_order(value, params, returned, level)
    if order is not None:
        kinds: dict[str, str | None] = {names[i]: "swapped" for i, of in enumerate(order) if of != i}
        raise GradientError(_named(order, names), kinds)


def _other_order(
    value: Callable[[list[np.ndarray]], Any], params: Sequence[np.ndarray], returned: Sequence[np.ndarray], level: int
) -> list[int] | None:
    """Of which parameter each gradient is: of its shape, and so that all together give the loss's slope along a line.

    None where no order does.
    """
    rng = np.random.default_rng(0)
    moves = [np.asarray(rng.normal(size=p.shape) * np.maximum(1, np.abs(p)) / 10, p.dtype) for p in params]

    def line(t: float) -> Moved:
        return Moved(float(value([np.asarray(p + t * move, p.dtype) for p, move in zip(params, moves)])), 0.0, t)

    with np.errstate(all="ignore"):
        slope = quick(line, level)[0]
    for order in islice(permutations(range(len(params))), TRIED):
        if all(gradient.shape == params[i].shape for i, gradient in zip(order, returned)):
            said = sum(float((gradient * moves[i]).sum()) for i, gradient in zip(order, returned))
            if abs(said - slope) <= 1e-3 * abs(slope):
                return list(order)
    return None


def _named(order: Sequence[int], names: Sequence[str]) -> str:
    """As in "the first is that of W, the second that of b"."""
    parts = [f"the {which} {'is ' * (i == 0)}that of {names[of]}" for i, (which, of) in enumerate(zip(ORDINALS, order))]
    return "the gradients stand in another order: " + ", ".join(parts)

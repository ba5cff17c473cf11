"""What a loss and a gradient returned: one real number, and an array of the parameter's shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from instahash.testing.errors import GradientError
from instahash.testing.options import shown
from instahash.testing.trees import described
from instahash.testing.wirtinger import slopes

__tracebackhide__ = True


def number_of(returned: Any) -> Any:
    """The one real number that a loss returned, a float or a longdouble."""
    try:
        array = np.asarray(returned)
    except ValueError:  # parts of several shapes
        array = np.asarray(None)
    if array.size != 1 or array.dtype.kind not in "fiub":
        what, advice = shown(returned), "sum it, or take the mean"
        if isinstance(returned, tuple):
            what = f"a tuple of {len(returned)}"
            advice = "hand in gradient=True if it returns its gradient too"
        elif isinstance(returned, (list, Mapping)):
            what, advice = described(returned), "return the number alone, or sum it"
        elif array.size != 1:
            what = f"an array of shape {array.shape}"
        elif array.dtype.kind == "c":
            what, advice = f"the complex number {array.reshape(-1)[0]}", "the sum of abs(z)**2 is one"
            if (np.abs(array.imag) <= 1e-6 * np.abs(array)).all():
                advice = "its imaginary part is about 0 here: is it everywhere? Then return loss.real"
        raise GradientError(f"the loss is {what}, not one real number; {advice}", {"loss": "no scalar"})
    value = array.reshape(-1)[0]
    return value if isinstance(value, np.longdouble) else float(value)


def gradient_of(name: str, param: np.ndarray, is_complex: bool, array: Any, wirtinger: str) -> np.ndarray:
    """What was returned as one leaf's gradient, real as the leaf; wirtinger : the convention of a complex one."""
    kinds = "fiubc" if is_complex else "fiub"
    try:
        found = np.asarray(array)
    except ValueError:
        found = np.asarray(None)
    if found.dtype.kind not in kinds:
        wanted = "complex" if is_complex else "real"
        text = f"the gradient of {name} must be an array of {wanted} numbers, not {_kind(array)}"
        if found.dtype.kind == "c":
            size = float(np.abs(found.imag).max(initial=0))
            advice = f"up to {size:.3g}: is {name} complex? Then hand in x.astype(complex)"
            text += f"; its imaginary parts are {advice if size else '0, so return gradient.real'}"
        raise TypeError(text)
    wanted_shape = param.shape[:-1] if is_complex else param.shape
    if found.shape != wanted_shape:
        text = f"{name} has shape {wanted_shape}, but its gradient {found.shape}"
        text += _shape_advice(found.shape, wanted_shape)
        raise GradientError(text, {name: "transposed" if found.shape == wanted_shape[::-1] else "shape"})
    bad = ~np.isfinite(found)
    if bad.any():
        first = np.argwhere(bad)[0].tolist()
        text = f"the gradient of {name} is {found[tuple(first)]} in {bad.sum()} of {found.size} entries, "
        text += f"first at {name}{first or ''}"
        if not is_complex and (param[bad] == 0).all():
            text += f", where {name} is 0: is something divided by it, or its logarithm taken?"
        raise GradientError(text, {name: "not finite"})
    return slopes(wide(found), wirtinger) if is_complex else wide(found)


def _shape_advice(found: tuple[int, ...], wanted: tuple[int, ...]) -> str:
    """What to do about a gradient of another shape, where that can be told."""
    if found == wanted[::-1]:
        return ": it is transposed"
    if [n for n in found if n != 1] == [n for n in wanted if n != 1]:
        return ": its axes of length 1 are others, as keepdims makes them; reshape it"
    longer = max(len(found), len(wanted))
    f, w = ((1,) * (longer - len(shape)) + shape for shape in (found, wanted))
    if all(n in (1, m) for m, n in zip(f, w)):
        axes = ", ".join(str(axis) for axis, (m, n) in enumerate(zip(f, w)) if m != n)
        return f": is a sum over axis {axes} missing?"
    if all(m in (1, n) for m, n in zip(f, w)):
        return ": is it a sum over too many axes?"
    return ""


def wide(x: Any) -> Any:
    """A copy in float64, or in longdouble where it is in that; complex where it is complex."""
    return np.asarray(x).astype(np.result_type(x, np.float64))[()]


def _kind(x: Any) -> str:
    """What `x` is, for messages: an array's dtype, else its type."""
    return str(x.dtype) if isinstance(x, np.ndarray) else f"a {type(x).__name__}"

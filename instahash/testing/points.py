"""A loss and its gradient at one point: what they return is checked, and lines lead through the point."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from instahash.testing.quotients import Line, Moved

Loss = Callable[..., Any]
Gradient = Callable[..., Any]
FINE, COARSE = (float(np.finfo(dtype).eps) for dtype in (np.float64, np.float32))
# All parameters and their gradients at other points; None where the gradient cannot be computed there.
Elsewhere = list[tuple[list[np.ndarray], list[np.ndarray]]] | None


class GradientError(AssertionError):
    """A gradient that is not the derivative of its loss; `kinds` maps parameters' names to the kinds of mistake."""

    __module__ = "instahash.testing"  # as tracebacks name it

    def __init__(self, text: str, kinds: dict[str, str | None] | None = None) -> None:
        super().__init__(text)
        self.kinds = kinds or {}


class NotSmoothError(GradientError):
    """The loss has a kink at the point, or ends there, so that it has no derivative to compare with."""

    __module__ = "instahash.testing"


class Probe(NamedTuple):
    """One number of the gradient that can be compared with a slope.

    name : what it is, for messages; position, place : of which parameter, and the tuple of its indices there.
    line : t -> `Moved`, at the point moved by t. The slope at 0 is `scale` times what the gradient's number misses.
    found : the gradient's number.
    size, rounding : the sizes to which rtol and the gradient's own rounding errors are relative.
    """

    name: str
    position: int
    place: tuple[int, ...]
    line: Line
    found: float
    scale: float
    size: float
    rounding: float


class Point:
    """Calls the gradient, and checks it as far as this needs no derivative.

    params : copies of the parameters, of which `dtype` is the coarsest.
    gradients : their gradients, float64 arrays.  names : their names.
    loss_epsilon : machine epsilon of the loss, as far as its values show.
    """

    def __init__(
        self, loss: Loss, gradient: Gradient, params: Sequence[np.ndarray], names: Sequence[str] | None
    ) -> None:
        for param in params:
            if not isinstance(param, np.ndarray) or param.dtype not in (np.float64, np.float32):
                text = f"parameters must be float64 or float32 arrays, not {_kind(param)}"
                raise TypeError(f"{text}; np.array(x, np.float64) makes one of numbers")
            if not np.isfinite(param).all():
                raise ValueError("parameters must be finite, without NaN and inf")
        self._loss, self._gradient = loss, gradient
        self.params = [param.copy() for param in params]
        self.dtype = np.dtype(np.float32 if any(p.dtype == np.float32 for p in params) else np.float64)
        if names is None:
            names = ["parameter" if len(params) == 1 else f"parameter {i}" for i in range(len(params))]
        if isinstance(names, str) or len(names) != len(params):
            raise ValueError(f"names must be a list of {len(params)}, one a parameter, not {names!r}")
        self.names = names
        self.loss_epsilon = COARSE  # until a value is seen that is not a float32 number
        self.gradients, self._epsilon = self._call_gradient(self.params)
        self._largest = [float(np.abs(gradient).max(initial=0)) for gradient in self.gradients]
        for name, first, second in zip(self.names, self.gradients, self._call_gradient(self.params)[0]):
            if np.abs(first - second).max(initial=0) > 1e-5 * np.abs(first).max(initial=0):
                text = f"the gradient of {name} differs from call to call; hand in what it draws or keeps"
                raise GradientError(text, {name: "state"})

    @property
    def epsilon(self) -> float:
        """Machine epsilon of the loss or the gradient, whichever is the coarser."""
        return max(self.loss_epsilon, self._epsilon)

    def entry(self, position: int, index: int) -> Probe:
        """The probe of entry `index` of the flat parameter at `position`, which moves by t max(1, |x|)."""
        flat, gradient = self.params[position].reshape(-1), self.gradients[position]
        found, here = float(gradient.reshape(-1)[index]), flat[index]
        scale = max(1.0, abs(float(here)))

        def line(t: float) -> Moved:
            flat[index] = float(here) + t * scale
            moved = float(flat[index]) - float(here)
            try:
                value = self.value(self.params) if _resolved(moved, t * scale) else np.nan
                return Moved(value, found * moved, moved / scale)
            finally:
                flat[index] = here

        place = tuple(int(i) for i in np.unravel_index(index, gradient.shape))
        name = f"d loss / d {self.names[position]}{list(place) if place else ''}"
        return Probe(name, position, place, line, found, scale, abs(found), self._largest[position])

    @np.errstate(all="ignore")
    def direction(self, rng: np.random.Generator, number: int) -> Probe:
        """The probe along a random direction relative to max(1, |x|)."""
        n_entries = sum(param.size for param in self.params)
        sizes = [np.maximum(1.0, np.abs(param)) / np.sqrt(n_entries) for param in self.params]
        moves = [rng.standard_normal(param.shape) * size for param, size in zip(self.params, sizes)]
        square = sum(float((move**2).sum()) for move in moves)

        def line(t: float) -> Moved:
            moved = [np.asarray(param + t * move, param.dtype) for param, move in zip(self.params, moves)]
            steps = [there.astype(np.float64) - here for there, here in zip(moved, self.params)]
            value = self.value(moved) if all(map(_resolved, steps, [t * move for move in moves])) else np.nan
            said = sum(float((g * step).sum()) for g, step in zip(self.gradients, steps))
            return Moved(value, said, sum(float((m * step).sum()) for m, step in zip(moves, steps)) / square)

        parts = [gradient * move for gradient, move in zip(self.gradients, moves)]
        size = float(np.sqrt(sum((part**2).sum() for part in parts)))
        name, found = f"d loss / d direction {number}", float(sum(part.sum() for part in parts))
        return Probe(name, 0, (number,), line, found, 1.0, size, size)

    def elsewhere(self) -> Elsewhere:
        """At eight points near this one, each entry moved by up to 30 %."""
        rng, points = np.random.default_rng(0), []
        for _ in range(8):
            params = [np.asarray(p * rng.uniform(0.7, 1.3, p.shape), p.dtype) for p in self.params]
            try:
                points.append((params, self._call_gradient(params)[0]))
            except Exception:  # nobody has promised that it can be computed there
                return None
        return points

    def value(self, params: list[np.ndarray]) -> float:
        """The loss; NaN where it cannot be computed."""
        try:
            with np.errstate(all="ignore"):
                returned = self._called("loss", self._loss, params)
        except (ArithmeticError, ValueError):
            return np.nan
        array = np.asarray(returned)
        if array.size != 1 or array.dtype.kind not in "fiub":
            what = f"an array of shape {array.shape}" if array.size != 1 else repr(returned)
            text = f"the loss is {what}, not one real number; sum it, or take the mean"
            raise GradientError(text, {"loss": "no scalar"})
        value = float(array.reshape(-1)[0])
        with np.errstate(over="ignore"):
            if np.isfinite(value) and float(np.float32(value)) != value:
                self.loss_epsilon = FINE
        return value

    def blame_the_loss(self) -> None:
        """Raise where the loss itself, at the point, cannot be differentiated."""
        # Six calls, since what is drawn may be the same in two.
        values = [float(np.asarray(self._called("loss", self._loss, self.params)).reshape(-1)[0]) for _ in range(6)]
        if not np.isfinite(values).all():
            raise GradientError(f"the loss is {values[0]} at the point itself", {"loss": "not finite"})
        low, high = min(values), max(values)
        if high - low > 1e3 * self.loss_epsilon * max(abs(low), abs(high)):
            text = f"the loss differs from call to call, {low!r} to {high!r} at one point; hand in what it draws"
            raise GradientError(text, {"loss": "state"})

    def _called(self, culprit: str, function: Callable[..., Any], params: Sequence[np.ndarray]) -> Any:
        """What a function returns for copies of its own, which it may keep but must leave as they are."""
        copies = [param.copy() for param in params]
        returned = function(*copies)
        for name, param, copy in zip(self.names, params, copies):
            if not np.array_equal(param, copy):
                text = f"the {culprit} changes {name} in place; it must work on a copy"
                raise GradientError(text, {culprit: "in place"})
        return returned

    def _call_gradient(self, params: list[np.ndarray]) -> tuple[list[np.ndarray], float]:
        """The gradient as float64 arrays of the parameters' shapes, and the epsilon that it was computed with."""
        returned, n = self._called("gradient", self._gradient, params), len(params)
        if returned is None:
            wanted = "the array of the parameter" if n == 1 else f"{n} arrays, one a parameter"
            text = f"the gradient function returned None; it must return {wanted}: is a return missing?"
            raise GradientError(text, {"gradient": "count"})
        arrays = [returned] if hasattr(returned, "shape") or not isinstance(returned, Iterable) else list(returned)
        if len(arrays) != n:
            text = f"the gradient must have one array for each parameter: {n}, not {len(arrays)}"
            raise GradientError(text, {"gradient": "count"})
        gradients = [_checked(*parts) for parts in zip(self.names, params, arrays)]
        coarse = any(np.asarray(array).dtype == np.float32 for array in arrays) or any(
            param.dtype == np.float32 and np.array_equal(gradient.astype(np.float32), gradient)
            for param, gradient in zip(params, gradients)
        )
        return gradients, COARSE if coarse else FINE


def _checked(name: str, param: np.ndarray, array: Any) -> np.ndarray:
    """One parameter's gradient in float64."""
    if np.asarray(array).dtype.kind not in "fiub":
        raise TypeError(f"the gradient of {name} must be an array of real numbers, not {_kind(array)}")
    shape = np.shape(array)
    if shape != param.shape:
        turned = shape == param.shape[::-1]
        text = f"{name} has shape {param.shape}, but its gradient {shape}" + turned * ": it is transposed"
        raise GradientError(text, {name: "transposed" if turned else "shape"})
    gradient = np.array(array, dtype=np.float64)
    if bad := np.argwhere(~np.isfinite(gradient)).tolist():
        what, where = gradient[tuple(bad[0])], f"{len(bad)} of {param.size} entries, first at {name}{bad[0]}"
        raise GradientError(f"the gradient of {name} is {what} in {where}", {name: "not finite"})
    return gradient


def _resolved(moved: Any, wanted: Any) -> bool:
    """Whether rounding has left a step, or an array of steps, about as it was wanted."""
    return bool(np.abs(moved - wanted).sum() <= np.abs(wanted).sum() / 256)


def _kind(x: Any) -> str:
    """What `x` is, for messages: an array's dtype, else its type."""
    return str(x.dtype) if isinstance(x, np.ndarray) else f"a {type(x).__name__}"

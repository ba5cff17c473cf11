"""A loss and its gradient at one point: what they return is checked, and lines lead through the point."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from instahash.testing.errors import GradientError
from instahash.testing.functions import Pair
from instahash.testing.orders import must_be_in_order
from instahash.testing.quotients import FIRST, QUICK, Line, Moved
from instahash.testing.returned import gradient_of, number_of, wide
from instahash.testing.wirtinger import must_be_convention

__tracebackhide__ = True

DTYPES = [np.dtype(kind) for kind in (np.float16, np.float32, np.float64, np.longdouble)]
# All parameters and their gradients at other points; None where the gradient cannot be computed there.
Elsewhere = list[tuple[list[np.ndarray], list[np.ndarray]]] | None


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

    params : the leaves, of which `dtype` is the coarsest.  names : their names.
    gradients : their gradients, arrays of their shapes in float64, or in longdouble where they are in it.
    loss_epsilon : machine epsilon of the loss, as far as its values show.
    of : what is differentiated, for messages.
    """

    def __init__(self, functions: Pair, wirtinger: str = "x+iy", of: str = "loss") -> None:
        must_be_convention(wirtinger)
        self._functions, self.wirtinger, self._of = functions, wirtinger, of
        self.params = [leaf.array for leaf in functions.leaves]
        self.names = [leaf.name for leaf in functions.leaves]
        self.is_complex = [leaf.is_complex for leaf in functions.leaves]
        for name, param in zip(self.names, self.params):
            if n_bad := int((~np.isfinite(param)).sum()):
                raise ValueError(f"{name} has NaN or inf in {n_bad} of {param.size} numbers; parameters must be finite")
        self.dtype = max((param.dtype for param in self.params), key=epsilon_of, default=np.dtype(np.float64))
        # Until a value is seen that is no number of this dtype.
        self._loss_dtype = np.dtype(np.float16 if self.dtype == np.float16 else np.float32)
        self.gradients, self._epsilon = self._call_gradient(self.params)
        self._largest = [float(np.abs(gradient).max(initial=0)) for gradient in self.gradients]
        for name, first, second in zip(self.names, self.gradients, self._call_gradient(self.params)[0]):
            if np.abs(first - second).max(initial=0) > 1e-5 * np.abs(first).max(initial=0):
                text = f"the gradient of {name} differs from call to call; hand in what it draws or keeps"
                text += ", as kwargs={...}"
                raise GradientError(text, {name: "state"})

    @property
    def loss_epsilon(self) -> float:
        return epsilon_of(self._loss_dtype)

    @property
    def epsilon(self) -> float:
        """Machine epsilon of the loss or the gradient, whichever is the coarser."""
        return max(self.loss_epsilon, self._epsilon)

    def entry(self, position: int, index: int) -> Probe:
        """The probe of entry `index` of the flat parameter at `position`, which moves by t max(1, |x|)."""
        flat, gradient = self.params[position].reshape(-1), self.gradients[position]
        found, here = gradient.reshape(-1)[index], wide(flat[index])
        scale = float(_scales(flat[index]))

        def line(t: float) -> Moved:
            flat[index] = here + t * scale
            moved = wide(flat[index]) - here
            try:
                value = self.value(self.params) if self._resolved(moved, t * scale) else np.nan
                return Moved(value, found * moved, moved / scale)
            finally:
                flat[index] = here

        place = tuple(int(i) for i in np.unravel_index(index, gradient.shape))
        name, at = self.names[position], list(place)
        part = (".real", ".imag")[at.pop()] if self.is_complex[position] else ""
        name = f"d {self._of} / d {name}{at if at else ''}{part}"
        return Probe(name, position, place, line, float(found), scale, abs(float(found)), self._largest[position])

    @np.errstate(all="ignore")
    def direction(self, rng: np.random.Generator, number: int) -> Probe:
        """The probe along a random direction relative to max(1, |x|); number 1 has the signs of the gradient."""
        n_entries, moves = sum(param.size for param in self.params), []
        for param, gradient in zip(self.params, self.gradients):
            move = rng.standard_normal(param.shape) / np.sqrt(n_entries) * np.maximum(1.0, np.abs(param))
            if number == 1:
                move = np.copysign(move, gradient)
            moves.append(_scales(param, move))
        square = sum(float((move**2).sum()) for move in moves)

        def line(t: float) -> Moved:
            moved = [np.asarray(param + t * move, param.dtype) for param, move in zip(self.params, moves)]
            steps = [wide(there) - wide(here) for there, here in zip(moved, self.params)]
            value = self.value(moved) if all(map(self._resolved, steps, [t * move for move in moves])) else np.nan
            said = sum((g * step).sum() for g, step in zip(self.gradients, steps))
            return Moved(value, said, sum(float((m * step).sum()) for m, step in zip(moves, steps)) / square)

        parts = [gradient * move for gradient, move in zip(self.gradients, moves)]
        size = float(np.sqrt(sum((part**2).sum() for part in parts)))
        name, found = f"d loss / d direction {number}", float(sum(part.sum() for part in parts))
        size = max(size, abs(found))
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

    def value(self, params: list[np.ndarray]) -> Any:
        """The loss, a float or a longdouble; NaN where it cannot be computed."""
        with np.errstate(all="ignore"):
            try:
                value = number_of(self._functions.loss(params))
            except (ArithmeticError, ValueError):
                return np.nan
            # As a long double, since a float32 beside a Python float is compared in float32.
            while np.longdouble(self._loss_dtype.type(value)) != value and np.isfinite(value):
                self._loss_dtype = DTYPES[DTYPES.index(self._loss_dtype) + 1]
        return value

    def _resolved(self, moved: Any, wanted: Any) -> bool:
        """Whether rounding has left a step, or an array of steps, about as it was wanted."""
        part = 1 / 32 if self.dtype == np.float16 else 1 / 256
        return bool(np.abs(moved - wanted).sum() <= np.abs(wanted).sum() * part)

    def blame_the_loss(self) -> None:
        """Raise where the loss itself, at the point, cannot be differentiated."""
        # Six calls, since what is drawn may be the same in two.
        values = [float(number_of(self._functions.loss(self.params))) for _ in range(6)]
        if not np.isfinite(values).all():
            of = "the loss" if self._of == "loss" else self._of
            text = f"{of} is {values[0]} at the point itself; take one at which it is a number"
            raise GradientError(text, {"loss": "not finite"})
        low, high = min(values), max(values)
        if high - low > 1e3 * self.loss_epsilon * max(abs(low), abs(high)):
            text = f"the loss differs from call to call, {low!r} to {high!r} at one point"
            text += "; hand in what it draws, as kwargs={...}"
            raise GradientError(text, {"loss": "state"})

    def _call_gradient(self, params: list[np.ndarray]) -> tuple[list[np.ndarray], float]:
        """The gradient as arrays of the leaves' shapes, and the epsilon that it was computed with."""
        returned = self._functions.gradient(params)
        if not any(self.is_complex):
            must_be_in_order(self.value, self.params, self.names, returned, QUICK[self.dtype])
        gradients = [
            gradient_of(*parts, self.wirtinger) for parts in zip(self.names, params, self.is_complex, returned)
        ]
        epsilons = []
        for param, gradient, array in zip(params, gradients, returned):
            dtype = np.asarray(array).dtype
            epsilons.append(epsilon_of(dtype if dtype.kind in "fc" else param.dtype))
            with np.errstate(over="ignore"):
                if np.array_equal(gradient.astype(param.dtype), gradient):
                    epsilons.append(epsilon_of(param.dtype))
        return gradients, max(epsilons, default=epsilon_of(np.float64))


def epsilon_of(dtype: Any) -> float:
    """Machine epsilon of a real or complex dtype."""
    return float(np.finfo(dtype).eps)


def _scales(x: np.ndarray, moves: Any = None) -> Any:
    """max(1, |x|), or other moves; in float16 longer ones, near to these, of which no step is rounded."""
    scales = np.maximum(1.0, np.abs(wide(x)))
    moves = scales if moves is None else moves
    if x.dtype == np.float16:
        sizes = np.clip(np.abs(moves), scales / 4, scales)
        return np.where(moves < 0, -1.0, 1.0) * 2.0 ** np.round(np.log2(sizes * FIRST)) / FIRST
    return moves

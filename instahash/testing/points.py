"""A loss and its gradient at one point: what they return is checked, and lines lead through the point."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from instahash.testing.quotients import Moved, noise_of


class GradientError(AssertionError):
    """A gradient that is not the derivative of its loss; `kinds` maps parameters' names to the kinds of mistake."""

    __module__ = "instahash.testing"  # as tracebacks name it

    def __init__(self, text, kinds=None):
        super().__init__(text)
        self.kinds = kinds or {}


class Probe(NamedTuple):
    """One number of the gradient that can be compared with a slope.

    name : what it is, for messages; position, index : of which parameter, and the tuple of its indices there.
    line : t -> `Moved`, at the point moved by t. The slope at 0 is `scale` times what the gradient's number misses.
    found : the gradient's number.
    size, rounding : the sizes to which rtol and the gradient's own rounding errors are relative.
    """

    name: str
    position: int
    index: tuple
    line: Callable
    found: float
    scale: float
    size: float
    rounding: float


def resolved(moved, wanted):
    """Whether rounding has left a step, or an array of steps, about as it was wanted."""
    return np.abs(moved - wanted).sum() <= np.abs(wanted).sum() / 256


def kind(x):
    """What `x` is, for messages: an array's dtype, else its type."""
    return x.dtype if isinstance(x, np.ndarray) else f"a {type(x).__name__}"


class Point:
    """Calls the gradient, and checks it as far as this needs no derivative.

    params : copies of the parameters; gradients : their gradients, float64 arrays; names : their names.
    """

    def __init__(self, loss, gradient, params, names):
        for param in params:
            if not isinstance(param, np.ndarray) or param.dtype not in (np.float64, np.float32):
                text = f"parameters must be float64 or float32 arrays, not {kind(param)}"
                raise TypeError(f"{text}; np.array(x, np.float64) makes one of numbers")
            if not np.isfinite(param).all():
                raise ValueError("parameters must be finite, without NaN and inf")
        self._loss, self._gradient, self._originals = loss, gradient, params
        self.params = [param.copy() for param in params]
        if names is None:
            names = ["parameter" if len(params) == 1 else f"parameter {i}" for i in range(len(params))]
        if isinstance(names, str) or len(names) != len(params):
            raise ValueError(f"names must be a list of {len(params)}, one a parameter, not {names!r}")
        self.names = names
        self._loss_is_coarse = True  # until a value is seen that is not a float32 number
        self.gradients, self._gradient_is_coarse = self._call_gradient()
        self._largest = [float(np.abs(gradient).max(initial=0)) for gradient in self.gradients]
        for name, first, second in zip(self.names, self.gradients, self._call_gradient()[0]):
            if np.abs(first - second).max(initial=0) > 1e-5 * np.abs(first).max(initial=0):
                raise GradientError(
                    f"the gradient of {name} differs from call to call; hand in what it draws or keeps",
                    {name: "state"},
                )

    @property
    def dtype(self):
        """The coarsest dtype of the parameters."""
        return np.dtype(np.float32 if any(p.dtype == np.float32 for p in self.params) else np.float64)

    @property
    def loss_epsilon(self):
        """Machine epsilon of the loss, as far as its values show."""
        return float(np.finfo(np.float32 if self._loss_is_coarse else np.float64).eps)

    @property
    def epsilon(self):
        """Machine epsilon of the loss or the gradient, whichever is the coarser."""
        return float(np.finfo(np.float32 if self._loss_is_coarse or self._gradient_is_coarse else np.float64).eps)

    def entry(self, position, index):
        """The probe of entry `index` of the flat parameter at `position`, which moves by t max(1, |x|)."""
        flat, gradient = self.params[position].reshape(-1), self.gradients[position]
        found, here = float(gradient.reshape(-1)[index]), flat[index]
        scale = max(1.0, abs(float(here)))

        def line(t):
            flat[index] = float(here) + t * scale
            moved = float(flat[index]) - float(here)
            try:
                value = self.value(self.params) if resolved(moved, t * scale) else np.nan
                return Moved(value, found * moved, moved / scale)
            finally:
                flat[index] = here

        index_ = tuple(int(i) for i in np.unravel_index(index, gradient.shape))
        name = f"d loss / d {self.names[position]}{list(index_) if index_ else ''}"
        return Probe(name, position, index_, line, found, scale, abs(found), self._largest[position])

    @np.errstate(all="ignore")
    def direction(self, rng, number=0, moves=None):
        """The probe along `moves`, one array a parameter; default a random direction relative to max(1, |x|)."""
        if moves is None:
            n_entries = sum(param.size for param in self.params)
            sizes = [np.maximum(1.0, np.abs(param)) / np.sqrt(n_entries) for param in self.params]
            moves = [rng.standard_normal(param.shape) * size for param, size in zip(self.params, sizes)]

        square = sum(float((move**2).sum()) for move in moves)

        def line(t):
            moved = [np.asarray(param + t * move, param.dtype) for param, move in zip(self.params, moves)]
            steps = [there.astype(np.float64) - here for there, here in zip(moved, self.params)]
            value = self.value(moved) if all(map(resolved, steps, [t * move for move in moves])) else np.nan
            said = sum(float((g * step).sum()) for g, step in zip(self.gradients, steps))
            return Moved(value, said, sum(float((m * step).sum()) for m, step in zip(moves, steps)) / square)

        parts = [gradient * move for gradient, move in zip(self.gradients, moves)]
        size = float(np.sqrt(sum((part**2).sum() for part in parts)))
        name, found = f"d loss / d direction {number}", float(sum(part.sum() for part in parts))
        return Probe(name, 0, (number,), line, found, 1.0, size, size)

    def noise(self):
        """How far values of the loss near the point are off, measured along one line on which every entry moves."""
        rng, moves = np.random.default_rng(0), []
        for param in self.params:
            sizes = np.where(param == 0, np.abs(param).max(initial=0) or 1.0, np.abs(param)).astype(np.float64)
            moves.append(rng.choice([-1.0, 1.0], param.shape) * sizes)
        return noise_of(self.direction(rng, moves=moves).line, float(np.finfo(self.dtype).eps))

    def elsewhere(self, n_points=8):
        """Pairs of parameters and gradients at points near this one, each entry moved by up to 30 %, or None."""
        rng, points = np.random.default_rng(0), []
        for _ in range(n_points):
            params = [np.asarray(p * rng.uniform(0.7, 1.3, p.shape), p.dtype) for p in self._originals]
            try:
                gradients = self._gradient(*[p.copy() for p in params])
                gradients = [gradients] if len(params) == 1 and hasattr(gradients, "shape") else gradients
                gradients = [np.array(g, np.float64).reshape(p.shape) for g, p in zip(gradients, params)]
            except Exception:  # nobody has promised that it can be computed there
                return None
            if not all(np.isfinite(g).all() for g in gradients):
                return None
            points.append((params, gradients))
        return points

    def value(self, params):
        """The loss; NaN where it cannot be computed."""
        try:
            with np.errstate(all="ignore"):
                value = self._loss(*params)
        except (ArithmeticError, ValueError):
            return np.nan
        array = np.asarray(value)
        if array.size != 1 or array.dtype.kind not in "fiub":
            what = f"an array of shape {array.shape}" if array.size != 1 else repr(value)
            text = f"the loss is {what}, not one real number; sum it, or take the mean"
            raise GradientError(text, {"loss": "no scalar"})
        value = float(array.reshape(-1)[0])
        with np.errstate(over="ignore"):
            if self._loss_is_coarse and np.isfinite(value) and float(np.float32(value)) != value:
                self._loss_is_coarse = False
        return value

    def blame_the_loss(self):
        """Raise where the loss itself, at the point, cannot be differentiated."""
        # Six calls, since what is drawn may be the same in two.
        values = [float(np.asarray(self._loss(*self.params)).reshape(-1)[0]) for _ in range(6)]
        self.must_be_unchanged_by("loss")
        if not np.isfinite(values).all():
            raise GradientError(f"the loss is {values[0]} at the point itself", {"loss": "not finite"})
        low, high = min(values), max(values)
        if high - low > 1e3 * self.loss_epsilon * max(abs(low), abs(high)):
            text = f"the loss differs from call to call, {low!r} to {high!r} at one point; hand in what it draws"
            raise GradientError(text, {"loss": "state"})

    def must_be_unchanged_by(self, culprit):
        """Raise where the parameters are not what they were."""
        for name, param, original in zip(self.names, self.params, self._originals):
            if not np.array_equal(param, original):
                text = f"the {culprit} changes {name} in place; it must work on a copy"
                raise GradientError(text, {culprit: "in place"})

    def _call_gradient(self):
        """The gradient as float64 arrays of the parameters' shapes, and whether it was computed in float32."""
        arrays = self._gradient(*self.params)
        if arrays is None:
            text = f"the gradient function returned None; it must return {len(self.params)} arrays, one a parameter"
            if len(self.params) == 1:
                text = "the gradient function returned None; it must return the array of the parameter"
            raise GradientError(f"{text}: is a return missing?", {"gradient": "count"})
        arrays = [arrays] if hasattr(arrays, "shape") or not isinstance(arrays, Iterable) else list(arrays)
        self.must_be_unchanged_by("gradient")
        if len(arrays) != len(self.params):
            text = f"the gradient must have one array for each parameter: {len(self.params)}, not {len(arrays)}"
            raise GradientError(text, {"gradient": "count"})
        coarse = False
        for i, (name, param, array) in enumerate(zip(self.names, self.params, arrays)):
            if np.asarray(array).dtype.kind not in "fiub":
                raise TypeError(f"the gradient of {name} must be an array of real numbers, not {kind(array)}")
            if np.shape(array) != param.shape:
                turned = np.shape(array) == param.shape[::-1]
                text = f"{name} has shape {param.shape}, but its gradient {np.shape(array)}"
                raise GradientError(text + turned * ": it is transposed", {name: "transposed" if turned else "shape"})
            coarse |= np.asarray(array).dtype == np.float32
            arrays[i] = np.array(array, dtype=np.float64)
            bad = np.argwhere(~np.isfinite(arrays[i])).tolist()
            if bad:
                what, where = arrays[i][tuple(bad[0])], f"{len(bad)} of {param.size} entries, first at {name}{bad[0]}"
                raise GradientError(f"the gradient of {name} is {what} in {where}", {name: "not finite"})
            if param.dtype == np.float32:
                coarse |= np.array_equal(arrays[i].astype(np.float32), arrays[i])
        return arrays, coarse

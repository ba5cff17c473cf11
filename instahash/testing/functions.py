"""The two functions of a check, in whatever form they come, as two of the list of all leaves.

A gradient may be returned in the structure of the parameters, or flat, an array a leaf; sparse; together with the loss,
as `scipy.optimize.minimize` takes it where jac=True; or be written into `out`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from instahash.testing.arguments import must_be_parameters, names_of
from instahash.testing.errors import GradientError
from instahash.testing.options import must_be_dict, shown
from instahash.testing.parts import parts_of
from instahash.testing.trees import Leaf, described, is_branch, is_leaf, leaves, rebuilt

__tracebackhide__ = True


class Pair(Protocol):
    """A loss and its gradient as functions of all leaves."""

    leaves: list[Leaf]

    def loss(self, arrays: Sequence[np.ndarray]) -> Any: ...

    def gradient(self, arrays: Sequence[np.ndarray]) -> list[Any]: ...


class Functions:
    """A loss and its gradient, both called with the list of all leaves.

    params : as they were handed in.  gradient : a function, or True where the loss returns both.
    """

    def __init__(
        self,
        loss: Callable[..., Any],
        gradient: Callable[..., Any] | bool,
        params: Sequence[Any],
        names: Sequence[str] | None,
        kwargs: Mapping[str, Any] | None,
        out: bool,
    ) -> None:
        must_be_dict(kwargs, "kwargs", '{"X": X, "y": y}')
        if not callable(loss):
            raise TypeError(f"the loss must be a function, not a {type(loss).__name__}; hand it in without calling it")
        must_be_parameters(params)
        self._loss, self._gradient, self._params, self._kwargs = loss, gradient, params, dict(kwargs or {})
        self._out = out
        if isinstance(gradient, bool) and not gradient or not isinstance(gradient, bool) and not callable(gradient):
            raise TypeError(f"gradient must be a function, or True where the loss returns both, not {shown(gradient)}")
        if out and isinstance(gradient, bool):
            raise ValueError("out=True is for a gradient that is a function; leave it out beside gradient=True")
        self._names = names_of(loss, params, names)
        self._is_plain = all(isinstance(param, np.ndarray) and param.dtype.kind == "f" for param in params)
        self.leaves: list[Leaf] = [leaf for p, name in zip(params, self._names) for leaf in leaves(p, name)]
        if not self.leaves and not all(is_leaf(p) for p in params):
            raise TypeError("there is no floating-point number in the parameters; write 3.0 for 3")

    def loss(self, arrays: Sequence[np.ndarray]) -> Any:
        returned = self._called("loss", self._loss, arrays)
        return self._both(returned)[0] if isinstance(self._gradient, bool) else returned

    def gradient(self, arrays: Sequence[np.ndarray]) -> list[Any]:
        """What was returned for each leaf."""
        if isinstance(self._gradient, bool):
            returned = self._both(self._called("loss", self._loss, arrays))[1]
        elif self._out:
            return self._written(self._gradient, arrays)
        else:
            returned = self._called("gradient", self._gradient, arrays)
        if returned is None:
            n = len(self._params)
            wanted = f"{n} arrays, one a parameter" if n != 1 else "the array of the parameter"
            if n == 1 and not is_leaf(self._params[0]):
                wanted = f"{described(self._params[0])}, as the parameter is one"
            text = f"the gradient function returned None; it must return {wanted}: is a return missing?"
            raise GradientError(text, {"gradient": "count"})
        return parts_of(returned, self._params, self._names, self.leaves)

    def jacobian(self) -> list[Any]:
        """What the second function, a Jacobian, returned for each leaf."""
        arrays = [leaf.array for leaf in self.leaves]
        returned = self._called("Jacobian", self._gradient, arrays)  # type: ignore[arg-type]
        if returned is None:
            raise GradientError("the Jacobian returned None: is a return missing?", {"Jacobian": "count"})
        if len(self.leaves) == len(self._params) == 1 and isinstance(returned, (list, tuple)) and len(returned) != 1:
            returned = rectangular(returned, "Jacobian")
        return parts_of(returned, self._params, self._names, self.leaves)

    def product(self, arrays: Sequence[np.ndarray], vectors: Sequence[Any], as_gradient: bool = False) -> Any:
        """What the second function returned for the parameters and then the vectors; if a gradient, for each leaf."""

        def with_vectors(*params: Any, **kwargs: Any) -> Any:
            return self._gradient(*params, *vectors, **kwargs)  # type: ignore[operator]

        returned = self._called("product", with_vectors, arrays)
        return parts_of(returned, self._params, self._names, self.leaves) if as_gradient else returned

    def _called(self, culprit: str, function: Callable[..., Any], arrays: Sequence[np.ndarray], **more: Any) -> Any:
        """What a function returns for copies of its own, which it may keep but must leave as they are."""
        arguments = self.structured(arrays)
        returned = function(*arguments, **self._kwargs, **more)
        after = arguments if self._is_plain else [leaf.array for p in arguments for leaf in leaves(p, "")]
        for leaf, before, now in zip(self.leaves, arrays, after):
            if not np.array_equal(before, now, equal_nan=True):  # far moves may overflow
                text = f"the {culprit} changes {leaf.name} in place; it must work on a copy"
                raise GradientError(text, {culprit: "in place"})
        return returned

    def structured(self, arrays: Sequence[np.ndarray]) -> list[Any]:
        """Copies of arrays of the leaves' shapes, in the structure of the parameters."""
        if self._is_plain:
            return [array.copy() for array in arrays]
        copies = iter([array.copy() for array in arrays])
        return [rebuilt(param, copies) for param in self._params]

    def _both(self, returned: Any) -> tuple[Any, Any]:
        if not isinstance(returned, (tuple, list)) or len(returned) not in (2, 1 + len(self._params)):
            text = f"with gradient=True the loss must return two, the loss and its gradient, not {described(returned)}"
            raise GradientError(text, {"gradient": "count"})
        return returned[0], returned[1] if len(returned) == 2 else list(returned[1:])

    def _written(self, gradient: Callable[..., Any], arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
        """What stands in `out`, which is all NaN before."""

        def filled(number: float) -> list[np.ndarray]:
            buffers = self.structured([np.full_like(array, number) for array in arrays])
            buffers = [b if is_branch(b) else np.asarray(b) for b in buffers]  # into a number nothing can be written
            self._called("gradient", gradient, arrays, out=buffers[0] if len(buffers) == 1 else buffers)
            return [leaf.array for buffer, name in zip(buffers, self._names) for leaf in leaves(buffer, name)]

        written = filled(np.nan)
        for leaf, array, of_zeros in zip(self.leaves, written, filled(0.0)):
            if np.isnan(array).any() and not np.isnan(of_zeros).any():
                n = f"{np.isnan(array).sum()} of {array.size} entries"
                text = f"the gradient does not write {n} of out for {leaf.name}, or adds to what stands there"
                raise GradientError(text, {leaf.name: "in place"})
        return [_complex(array) if leaf.is_complex else array for leaf, array in zip(self.leaves, written)]


def rectangular(returned: Any, culprit: str) -> np.ndarray:
    """What a function returned as an array. Raises GradientError for lists of different lengths."""
    try:
        return np.asarray(returned)
    except ValueError:
        text = f"the {culprit} returned lists of different lengths; it must return an array"
        raise GradientError(text, {culprit: "shape"}) from None


def _complex(array: np.ndarray) -> np.ndarray:
    return array[..., 0] + 1j * array[..., 1]

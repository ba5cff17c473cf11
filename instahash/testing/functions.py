"""The two functions of a check, in whatever form they come, as two of the list of all leaves.

A gradient may be returned in the structure of the parameters, or flat, an array a leaf; sparse; together with the loss,
as `scipy.optimize.minimize` takes it where jac=True; or be written into `out`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from instahash.testing.errors import GradientError
from instahash.testing.options import must_be_dict, shown
from instahash.testing.trees import Leaf, MismatchError, described, is_branch, is_leaf, leaves, matched, rebuilt

__tracebackhide__ = True


class Pair(Protocol):
    """A loss and its gradient as functions of all leaves."""

    leaves: list[Leaf]

    def loss(self, arrays: Sequence[np.ndarray]) -> Any: ...

    def gradient(self, arrays: Sequence[np.ndarray]) -> list[Any]: ...


class Functions:
    """A loss and its gradient, both called with the list of all leaves.

    params : the leaves.  n_params : how many arguments they are.
    gradient : a function, or True where the loss returns both.
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
            raise TypeError(f"the loss must be a function, not a {type(loss).__name__}")
        if not params:
            raise ValueError("there is no parameter; hand them in behind the two functions")
        self._loss, self._gradient, self._params, self._kwargs = loss, gradient, params, dict(kwargs or {})
        self._out = out
        for param in params:
            if not is_leaf(param) and not is_branch(param):
                raise TypeError(_refused(param))
        if isinstance(gradient, bool) and not gradient or not isinstance(gradient, bool) and not callable(gradient):
            raise TypeError(f"gradient must be a function, or True where the loss returns both, not {shown(gradient)}")
        if out and isinstance(gradient, bool):
            raise ValueError("out=True is for a gradient that is a function of its own")
        if names is not None and not isinstance(names, Iterable):
            raise TypeError(f"names must be a list of {len(params)}, one a parameter, not {shown(names)}")
        self._names = _argument_names(loss, params) if names is None else list(names)
        if not all(isinstance(name, str) for name in self._names):
            raise TypeError(f"names must be texts, not {shown(self._names)}")
        if isinstance(names, str) or len(self._names) != len(params):
            raise ValueError(f"names must be a list of {len(params)}, one a parameter, not {shown(names)}")
        if len(set(self._names)) < len(params):
            raise ValueError(f"names must differ from each other, and are {shown(self._names)}")
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
        return self._parts(returned)

    def jacobian(self) -> list[Any]:
        """What the second function, a Jacobian, returned for each leaf."""
        arrays = [leaf.array for leaf in self.leaves]
        returned = self._called("Jacobian", self._gradient, arrays)  # type: ignore[arg-type]
        if returned is None:
            raise GradientError("the Jacobian returned None: is a return missing?", {"Jacobian": "count"})
        if len(self.leaves) == len(self._params) == 1 and isinstance(returned, (list, tuple)) and len(returned) != 1:
            returned = rectangular(returned, "Jacobian")
        return self._parts(returned)

    def product(self, arrays: Sequence[np.ndarray], vectors: Sequence[Any], as_gradient: bool = False) -> Any:
        """What the second function returned for the parameters and then the vectors; if a gradient, for each leaf."""

        def with_vectors(*params: Any, **kwargs: Any) -> Any:
            return self._gradient(*params, *vectors, **kwargs)  # type: ignore[operator]

        returned = self._called("product", with_vectors, arrays)
        return self._parts(returned) if as_gradient else returned

    def structured(self, arrays: Sequence[np.ndarray]) -> list[Any]:
        """Arrays of the leaves' shapes in the structure of the parameters."""
        return self._arguments(arrays)

    def _called(self, culprit: str, function: Callable[..., Any], arrays: Sequence[np.ndarray], **more: Any) -> Any:
        """What a function returns for copies of its own, which it may keep but must leave as they are."""
        arguments = self._arguments(arrays)
        returned = function(*arguments, **self._kwargs, **more)
        after = arguments if self._is_plain else [leaf.array for p in arguments for leaf in leaves(p, "")]
        for leaf, before, now in zip(self.leaves, arrays, after):
            if not np.array_equal(before, now, equal_nan=True):  # far moves may overflow
                text = f"the {culprit} changes {leaf.name} in place; it must work on a copy"
                raise GradientError(text, {culprit: "in place"})
        return returned

    def _arguments(self, arrays: Sequence[np.ndarray]) -> list[Any]:
        if self._is_plain:
            return [array.copy() for array in arrays]
        copies = iter([array.copy() for array in arrays])
        return [rebuilt(param, copies) for param in self._params]

    def _both(self, returned: Any) -> tuple[Any, Any]:
        if not isinstance(returned, (tuple, list)) or len(returned) not in (2, 1 + len(self._params)):
            text = "with gradient=True the loss must return two, the loss and its gradient"
            raise GradientError(text, {"gradient": "count"})
        return returned[0], returned[1] if len(returned) == 2 else list(returned[1:])

    def _written(self, gradient: Callable[..., Any], arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
        """What stands in `out`, which is all NaN before."""

        def filled(number: float) -> list[np.ndarray]:
            buffers = self._arguments([np.full_like(array, number) for array in arrays])
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

    def _parts(self, returned: Any) -> list[Any]:
        """What was returned for each leaf, sparse ones as arrays."""
        return [part.toarray() if hasattr(part, "toarray") else part for part in self._of_leaves(returned)]

    def _of_leaves(self, returned: Any) -> list[Any]:
        n = len(self._params)
        wanted = f"one array for each parameter: {n}"
        is_sequence = not hasattr(returned, "shape") and isinstance(returned, Iterable)
        try:
            if n == 1 and not is_leaf(self._params[0]):
                return _of_branch(self._params[0], returned, self._names[0])
            if n == 1 and (not is_sequence or _has_shape(returned, self.leaves[0])):
                return [returned]
            if isinstance(returned, Mapping):
                raise GradientError(
                    f"the gradient is {described(returned)}, and must be {wanted}", {"gradient": "count"}
                )
            arrays = list(returned) if is_sequence else [returned]
            if len(arrays) == len(self.leaves) != n:
                return arrays
            if len(arrays) != n:
                text = f"the gradient must have {wanted}, not {len(arrays)}"
                text += "; what is no parameter goes in as kwargs={...}" * (len(arrays) < n)
                raise GradientError(text, {"gradient": "count"})
            return [part for parts in zip(self._params, arrays, self._names) for part in _of_branch(*parts)]
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


def _has_shape(returned: Any, leaf: Leaf) -> bool:
    """Whether lists of numbers are the gradient of the one leaf itself."""
    try:
        return np.shape(returned) == leaf.shape
    except ValueError:
        return False


def rectangular(returned: Any, culprit: str) -> np.ndarray:
    """What a function returned as an array. Raises GradientError for lists of different lengths."""
    try:
        return np.asarray(returned)
    except ValueError:
        text = f"the {culprit} returned lists of different lengths; it must return an array"
        raise GradientError(text, {culprit: "shape"}) from None


def _complex(array: np.ndarray) -> np.ndarray:
    return array[..., 0] + 1j * array[..., 1]


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

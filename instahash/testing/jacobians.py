"""Jacobians of functions with many outputs, whole or as products with vectors; Hessians are those of gradients."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from instahash.testing.cases import Case, placed
from instahash.testing.comparing import Checked, compare, drawn, joined
from instahash.testing.errors import GradientError
from instahash.testing.functions import Functions
from instahash.testing.messages import report
from instahash.testing.options import must_be_seed, must_be_some
from instahash.testing.point import Point
from instahash.testing.products import FORMS, jacobian_of
from instahash.testing.trees import bytes_of, leaves

__tracebackhide__ = True


def check_jacobian(
    function: Callable[..., Any],
    jacobian: Callable[..., Any],
    *params: Any,
    form: str = "jacobian",
    rtol: float | None = None,
    atol: float = 0.0,
    names: Sequence[str] | None = None,
    n_checked: int | None = None,
    seed: int = 0,
    kwargs: Mapping[str, Any] | None = None,
    of: str = "f",
) -> Checked:
    """Compare a hand-written Jacobian with difference quotients of a function whose value is an array.

    function : returns one real array, or several in a list, tuple or dict. n_outputs is how many numbers these are.
    jacobian : called with copies of `params`, and returns for each parameter an array of the output's shape followed by
        the parameter's, or (n_outputs, n_entries), dense or sparse.
    form : "jacobian", or a product of it with vectors. "jvp": called with the parameters and then with a tangent for
        each, of its shape; returns what has the shape of the output. "vjp": called with the parameters and then with a
        cotangent, of the shape of the output; returns what a gradient returns.
    n_checked : check so many outputs by so many entries of each parameter, drawn with `seed`; default all.
    of : the function's name, for messages.

    A product is taken with all unit vectors, and with one random vector, for which it must be their sum. Other
    arguments, errors and warnings as in :func:`check_gradient`; parameters are real.

    Returns how many entries of the Jacobian by each array were checked.
    """
    must_be_some(n_checked, "n_checked")
    must_be_seed(seed)
    if form not in FORMS:
        raise ValueError(f"form must be one of {', '.join(map(repr, FORMS))}, not {form!r}")
    if not callable(jacobian):
        raise TypeError(f"the Jacobian must be a function, not {jacobian!r}")
    functions = Functions(function, jacobian, params, names, kwargs, False)
    if any(leaf.is_complex for leaf in functions.leaves):
        text = (
            "the parameters of a Jacobian must be real; take real and imaginary parts as two of them, and of the output"
        )
        raise TypeError(text)
    outputs = _Outputs(functions)
    rows = drawn(len(outputs.names), n_checked, [seed, -1 % 2**32])
    columns = [drawn(leaf.array.size, n_checked, [seed, i]) for i, leaf in enumerate(functions.leaves)]
    J = jacobian_of(form, functions, outputs.here, rows, columns, seed)
    probes, parts = [], []
    for row in rows:
        point = Point(_Output(outputs, J, row), of=f"{of}{outputs.names[row]}")
        chosen = [point.entry(position, int(index)) for position, by in enumerate(columns) for index in by]
        of_row, found = compare(point, chosen, rtol, atol)
        flat = [int(np.ravel_multi_index(p.place, point.params[p.position].shape)) if p.place else 0 for p in of_row]
        probes += [probe._replace(place=(int(row), i)) for probe, i in zip(of_row, flat)]
        parts.append(found)
    counts = {leaf.name: len(rows) * len(by) for leaf, by in zip(functions.leaves, columns)}
    if parts:
        found = joined(parts)
        what = "Jacobian" if form == "jacobian" else form
        leaf_names = [leaf.name for leaf in functions.leaves]
        report(leaf_names, probes, found, lambda: _cases(functions, J, probes, found), what)
    return Checked(counts, {leaf.name: len(outputs.names) * leaf.array.size for leaf in functions.leaves})


def check_hessian(
    gradient: Callable[..., Any],
    hessian: Callable[..., Any],
    *params: Any,
    product: bool = False,
    rtol: float | None = None,
    atol: float = 0.0,
    names: Sequence[str] | None = None,
    n_checked: int | None = None,
    seed: int = 0,
    kwargs: Mapping[str, Any] | None = None,
) -> Checked:
    """Compare a hand-written Hessian with difference quotients of a gradient, which :func:`check_gradient` has passed.

    gradient : returns the gradient in the structure of the parameters.
    hessian : for one array x, returns an array of shape x.shape + x.shape, or (n_entries, n_entries), dense or sparse.
    product : `hessian` is called with the parameters, and then with a vector for each, and returns the Hessian's
        product with these, in the structure of the gradient.

    Otherwise as :func:`check_jacobian`, whose function is the gradient.
    """
    form = "jvp" if product else "jacobian"
    options = {"rtol": rtol, "atol": atol, "names": names, "n_checked": n_checked, "seed": seed, "kwargs": kwargs}
    return check_jacobian(gradient, hessian, *params, form=form, of="gradient", **options)  # type: ignore[arg-type]


class _Outputs:
    """A function's value as one flat array, computed once at each point. names : indices, as in "[2, 0]"."""

    def __init__(self, functions: Functions) -> None:
        self._functions, self.leaves = functions, functions.leaves
        self._known: dict[bytes, np.ndarray] = {}
        self.here = functions.loss([leaf.array for leaf in self.leaves])
        parts = list(leaves(self.here, ""))
        if not parts or any(part.is_complex for part in parts):
            text = f"the function returned {self.here!r}; it must return arrays of real numbers"
            raise GradientError(text, {"f": "no scalar"})
        flat = np.concatenate([part.array.reshape(-1) for part in parts])
        if not np.allclose(flat, self([leaf.array for leaf in self.leaves]), rtol=1e-5, atol=0, equal_nan=True):
            text = "the function differs from call to call; hand in what it draws or keeps"
            raise GradientError(text, {"f": "state"})
        self.names = [
            f"{part.name}{list(index) if index else ''}" for part in parts for index in np.ndindex(part.array.shape)
        ]

    def __call__(self, arrays: Sequence[np.ndarray]) -> np.ndarray:
        key = bytes_of(arrays)
        if key not in self._known:
            parts = list(leaves(self._functions.loss(arrays), ""))
            self._known[key] = np.concatenate([part.array.reshape(-1) for part in parts])
        return self._known[key]


class _Output:
    """One number of the output as a loss, and a row of the Jacobian as its gradient."""

    def __init__(self, outputs: _Outputs, J: Sequence[np.ndarray], row: int) -> None:
        self._outputs, self._J, self._row, self.leaves = outputs, J, row, outputs.leaves

    def loss(self, arrays: Sequence[np.ndarray]) -> Any:
        return self._outputs(arrays)[self._row]

    def gradient(self, arrays: Sequence[np.ndarray]) -> list[Any]:
        """That at the point itself."""
        return [of_leaf[self._row].reshape(leaf.array.shape) for of_leaf, leaf in zip(self._J, self.leaves)]


def _cases(functions: Functions, J: Sequence[np.ndarray], probes: Sequence[Any], found: Any) -> list[Case]:
    """A case for the Jacobian by each array: a row an output, a column an entry."""
    cases: list[Case] = []
    for leaf, said, of_leaf in zip(functions.leaves, J, placed(J, probes, found)):
        param = np.broadcast_to(leaf.array.reshape(-1), said.shape)
        cases.append(Case(leaf.name, param, said, *of_leaf, found.rtol, cases, elsewhere=lambda: None))
    return cases

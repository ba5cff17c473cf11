"""Jacobians of functions with many outputs, whole or as products with vectors; Hessians are those of gradients."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Any

import numpy as np

from instahash.testing.cases import Case, Found, placed
from instahash.testing.comparing import Checked, compare, drawn, joined
from instahash.testing.functions import Functions
from instahash.testing.messages import report, say_how_little
from instahash.testing.mistakes import GLOBAL
from instahash.testing.options import deadline_after, must_be_seed, must_be_some, shown
from instahash.testing.outputs import Output, Outputs
from instahash.testing.point import Point, Probe
from instahash.testing.products import FORMS, jacobian_of
from instahash.testing.wirtinger import must_be_convention

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
    seconds: float | None = None,
    seed: int = 0,
    kwargs: Mapping[str, Any] | None = None,
    wirtinger: str = "x+iy",
    of: str = "f",
) -> Checked:
    """Compare a hand-written Jacobian with difference quotients of a function whose value is an array.

    function : returns one array, or several in a list, tuple or dict. n_outputs is how many numbers these are.
    jacobian : called with copies of `params`, and returns for each parameter an array of the output's shape followed by
        the parameter's, or (n_outputs, n_entries), dense or sparse.
    form : "jacobian", or a product of it with vectors. "jvp": called with the parameters and then with a tangent for
        each, of its shape; returns what has the shape of the output. "vjp": called with the parameters and then with a
        cotangent, of the shape of the output; returns what a gradient returns.
    n_checked : check so many outputs by so many entries of each parameter, drawn with `seed`; default all. A complex
        number is two, its real and its imaginary part.
    seconds : compare for that time; outputs come in an order drawn with `seed`, and at least one is checked.
    wirtinger : which numbers a real output's derivatives by complex parameters are, the cotangents of complex outputs,
        and what a vjp returns by complex parameters; as in :func:`check_gradient`.
    of : the function's name, for messages.

    A product is taken with all unit vectors, and with one random vector, for which it must be their sum. Other
    arguments, errors and warnings as in :func:`check_gradient`.

    The Jacobian of complex outputs by complex parameters is the matrix J of df = J dz, which a holomorphic function
    has; GradientError says where there is none. The jvp of any function is df, and needs no convention.

    Returns how many entries of the Jacobian by each array were checked.
    """
    _must_be_options(form, jacobian, n_checked, seed, wirtinger)
    deadline = deadline_after(seconds)
    functions = Functions(function, jacobian, params, names, kwargs, False)
    outputs = Outputs(functions)
    rows = drawn(len(outputs.names), n_checked, [seed, -1 % 2**32])
    if seconds is not None:
        rows = np.random.default_rng(seed).permutation(rows)
    columns = [drawn(leaf.array.size, n_checked, [seed, i]) for i, leaf in enumerate(functions.leaves)]
    J = jacobian_of(form, functions, outputs.here, rows, columns, seed, wirtinger)
    probes, parts = _compared(outputs, J, rows, columns, of, rtol, atol, deadline)
    if parts:
        names, what, found = [leaf.name for leaf in functions.leaves], FORMS[form], joined(parts)
        report(names, probes, found, lambda: _cases(form, outputs, J, probes, found, of, wirtinger), what)
    counts = {leaf.name: len(parts) * len(by) for leaf, by in zip(functions.leaves, columns)}
    checked = Checked(counts, {leaf.name: len(outputs.names) * leaf.array.size for leaf in functions.leaves})
    if len(parts) < len(rows):
        say_how_little(checked)
    return checked


def check_hessian(
    gradient: Callable[..., Any],
    hessian: Callable[..., Any],
    *params: Any,
    product: bool = False,
    rtol: float | None = None,
    atol: float = 0.0,
    names: Sequence[str] | None = None,
    n_checked: int | None = None,
    seconds: float | None = None,
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
    numbers: dict[str, Any] = {"rtol": rtol, "atol": atol, "n_checked": n_checked, "seconds": seconds, "seed": seed}
    return check_jacobian(gradient, hessian, *params, form=form, of="gradient", names=names, kwargs=kwargs, **numbers)


def _must_be_options(form: str, jacobian: Any, n_checked: int | None, seed: int, wirtinger: str) -> None:
    must_be_some(n_checked, "n_checked")
    must_be_seed(seed)
    must_be_convention(wirtinger)
    if form not in list(FORMS):
        raise ValueError(f"form must be one of {', '.join(map(repr, FORMS))}, not {shown(form)}")
    if not callable(jacobian):
        raise TypeError(f"the Jacobian must be a function, not {shown(jacobian)}")


def _compared(
    outputs: Outputs,
    J: Sequence[np.ndarray],
    rows: np.ndarray,
    columns: Sequence[np.ndarray],
    of: str,
    rtol: float | None,
    atol: float,
    deadline: float,
) -> tuple[list[Probe], list[Found]]:
    """The derivatives of outputs by entries of each leaf, at their places in J, and what was found of each output."""
    probes: list[Probe] = []
    parts: list[Found] = []
    for row in rows:
        if parts and monotonic() > deadline:
            break
        point = Point(Output(outputs, J, row), of=f"{of}{outputs.names[row]}")
        chosen = [point.entry(position, int(index)) for position, by in enumerate(columns) for index in by]
        of_row, found = compare(point, chosen, rtol, atol)
        flat = [int(np.ravel_multi_index(p.place, point.params[p.position].shape)) if p.place else 0 for p in of_row]
        probes += [probe._replace(place=(int(row), i)) for probe, i in zip(of_row, flat)]
        parts.append(found)
    return probes, parts


def _cases(
    form: str, outputs: Outputs, J: Sequence[np.ndarray], probes: Sequence[Probe], found: Found, of: str, wirtinger: str
) -> list[Case]:
    """A case for the Jacobian by each array: a row an output, a column an entry.

    Raises GradientError where a matrix is that of a function which has none.
    """
    arrays = placed(J, probes, found)
    if form == "jacobian":
        outputs.must_be_holomorphic(arrays, of, found.rtol)
    # Of the derivatives by complex parameters: empty where there is none to mistake, None where rows are parts too.
    convention = None if outputs.complex_rows else "" if form == "jvp" else wirtinger
    cases: list[Case] = []
    for leaf, said, (expected, floor, wrong) in zip(outputs.leaves, J, arrays):
        shape = (len(said), -1, 2) if leaf.is_complex else said.shape
        param = np.broadcast_to(leaf.array.reshape(-1), said.shape)
        param, said, expected, floor, wrong = (a.reshape(shape) for a in (param, said, expected, floor, wrong))
        own = (convention or "x+iy") if leaf.is_complex else ""
        kinds = GLOBAL if convention is None or own and not convention else ()
        rtol = found.rtol
        cases.append(Case(leaf.name, param, said, expected, floor, wrong, rtol, cases, {}, lambda: None, kinds, own))
    return cases

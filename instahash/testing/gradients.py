"""Is this gradient the derivative of that loss? If not, what is wrong with it?

A number g of the gradient passes where it differs from the derivative D, a difference quotient, by no more than

    tolerance = rtol max(|g|, |D|) + atol + 100 epsilon G + E

rtol     epsilon^(2/5) unless given: 5.5e-7 in float64, 1.7e-3 in float32. The best step of a quotient with an error of
         O(h^4) is near epsilon^(1/5) and leaves an error of epsilon^(4/5); rtol asks for half as many digits.
atol     0 unless given.
G        the largest |g| of the same parameter: large terms that cancel in g leave their rounding errors.
E        the error of the quotient itself, which `quotients` estimates; three times it where it is more than G / 10.
epsilon  of the dtype that loss and gradient are computed in. That is float32 where the gradient has this dtype, where
         all values of the loss are float32 numbers, or where the parameters have it and the gradient's numbers all are
         float32 numbers. Else it is float64.

The steps in x_i are h max(1, |x_i|), as they are after rounding. First D is taken from one pair of steps, four values
of the loss, and E as 0. What does not pass then, and where these lie so far apart that rounding may hide the slope, is
measured again with steps of all sizes, some 10 to 50 values of the loss. A loss that curves within much less than
max(1, |x_i|), and by less than its own rounding errors, looks flat.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from instahash.testing.cases import Case, entries
from instahash.testing.comparing import Checked, checked_entries, compare, drawn
from instahash.testing.functions import Functions
from instahash.testing.messages import report, say_how_little
from instahash.testing.mistakes import GLOBAL
from instahash.testing.options import deadline_after, must_be_seed, must_be_sizes, must_be_some
from instahash.testing.point import Point

__tracebackhide__ = True  # pytest shows the line that called a check, and none of these


def check_gradient(
    loss: Callable[..., Any],
    gradient: Callable[..., Any] | bool,
    *params: Any,
    rtol: float | None = None,
    atol: float = 0.0,
    names: Sequence[str] | None = None,
    n_checked: int | None = None,
    seconds: float | None = None,
    seed: int = 0,
    sizes: Mapping[str, float] | None = None,
    kwargs: Mapping[str, Any] | None = None,
    out: bool = False,
    wirtinger: str = "x+iy",
) -> Checked:
    """Compare each entry of a hand-written gradient with a difference quotient of the loss.

    loss, gradient : called with copies of `params`. The loss returns one real number; the gradient an array of its
        shape for each parameter, or the one array of a single parameter, dense or sparse. With gradient=True the loss
        returns both, (loss, gradient).
    params : arrays and numbers, in float16, float32, float64, longdouble or as complex of these; lists of Python
        numbers; and lists, tuples, dicts, NamedTuples and dataclasses of all these. Their gradient has the same
        structure, or is a list of all their arrays.
    rtol, atol : the relative part of the tolerance, default epsilon^(2/5), and the absolute part; see this module.
    names : a name a parameter, for the message.
    n_checked : check so many entries of each parameter, drawn with `seed`; default all.
    seconds : stop after that time; entries come in an order drawn with `seed`, and at least one is checked.
    sizes : numbers that may have been forgotten in the gradient, for the message: {"the batch size": 32}.
    kwargs : data, with which both functions are called by keyword: {"X": X, "y": y}.
    out : the gradient is written into arrays, handed in as the keyword `out`: one in the structure of the parameter, or
        a list of them where there are more; for a number, an array of shape (). They hold NaN, or zeros, before.
    wirtinger : which number a gradient by z = x + iy is, of dL/dx + i dL/dy: "x+iy" this itself, "x-iy" its conjugate,
        "z*" half of the first, "z" half of the second.

    Returns how many entries of each array were checked.

    Raises GradientError where a number is wrong. The text has the worst, how many are wrong in each parameter, and the
    kind of mistake where one explains them all; `kinds` maps the parameters' names to these kinds. Also where shapes or
    the structure are wrong, the gradient is not finite, the loss is not one finite number, and where one of the
    two changes its parameters or gives other values when it is called again. Its kind NotSmoothError: the loss has a
    kink, or an end, wherever the two differ. TypeError where parameters, gradients or options are not of such kinds;
    ValueError where parameters are not finite, there is none, names are not one for each or not different, a tolerance
    is below 0, or nothing is to be checked.

    Warns (RuntimeWarning) where E is more than a tenth of the largest entry of a parameter's gradient: such an entry
    was not checked. Also where less than a tenth of all entries was looked at within `seconds`.
    """
    must_be_some(n_checked, "n_checked")
    must_be_seed(seed)
    must_be_sizes(sizes)
    deadline, point = deadline_after(seconds), Point(Functions(loss, gradient, params, names, kwargs, out), wirtinger)
    chosen = _chosen(point, n_checked, seed)
    if seconds is not None:
        chosen = [chosen[i] for i in np.random.default_rng(seed).permutation(len(chosen))]
    probes, found = compare(point, [point.entry(*at) for at in chosen], rtol, atol, deadline)
    report(point.names, probes, found, lambda: entries(point, probes, found, sizes or {}))
    checked = checked_entries(point, probes)
    if len(probes) < len(chosen):
        say_how_little(checked, "take check_directional, which sees all entries")
    return checked


def check_directional(
    loss: Callable[..., Any],
    gradient: Callable[..., Any] | bool,
    *params: Any,
    rtol: float | None = None,
    atol: float = 0.0,
    names: Sequence[str] | None = None,
    n_directions: int = 5,
    seconds: float | None = None,
    seed: int = 0,
    kwargs: Mapping[str, Any] | None = None,
    out: bool = False,
    wirtinger: str = "x+iy",
) -> Checked:
    """Compare gradient . d with the derivative of the loss along d, for random directions d over all parameters.

    One number a direction whatever the size of the parameters: four values of the loss check millions of entries at
    once, though they cannot say which is wrong. An entry of d is normal times max(1, |x_i|), over the root of how many
    there are. The second direction has the signs of the gradient: along it the loss moves far above its rounding errors
    however many entries there are, and shows a wrong sign or factor. rtol and G are relative to the length of the
    vector of all g_i d_i, or to their sum where that is more. Other arguments, errors and warnings as in
    :func:`check_gradient`. Returns how many directions were checked.
    """
    must_be_some(n_directions, "n_directions")
    must_be_seed(seed)
    deadline = deadline_after(seconds)
    point = Point(Functions(loss, gradient, params, names, kwargs, out), wirtinger)
    rng = np.random.default_rng(seed)
    n = n_directions if any(param.size for param in point.params) else 0
    probes, found = compare(point, [point.direction(rng, number) for number in range(n)], rtol, atol, deadline)
    name = "random directions"

    def cases() -> list[Case]:
        return [Case(name, found.said, *found[:4], found.rtol, kinds=GLOBAL)]

    report([name], probes, found, cases, advice="check_gradient(..., n_checked=20) shows entries")
    checked = Checked({name: len(probes)}, {name: n})
    if len(probes) < n:
        say_how_little(checked)
    return checked


def _chosen(point: Point, n_checked: int | None, seed: int) -> list[tuple[int, int]]:
    """The leaf and the flat index of each entry that is to be checked."""
    chosen = []
    for position, param in enumerate(point.params):
        for index in drawn(param.size, n_checked, [seed, position]):
            chosen.append((position, int(index)))
    return chosen

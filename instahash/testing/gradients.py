"""Is this gradient the derivative of that loss? If not, what is wrong with it?

A number g of the gradient passes where it differs from the derivative D, a difference quotient, by no more than

    tolerance = rtol max(|g|, |D|) + atol + 100 epsilon G + E

rtol     epsilon^(2/5) unless given: 5.5e-7 in float64, 1.7e-3 in float32. The best step of a quotient with an error of
         O(h^4) is near epsilon^(1/5) and leaves an error of epsilon^(4/5); rtol asks for half as many digits.
atol     0 unless given.
G        the largest |g| of the same parameter: large terms that cancel in g leave their rounding errors.
E        the error of the quotient itself, which `quotients` estimates.
epsilon  of the dtype that loss and gradient are computed in. That is float32 where the gradient has this dtype, where
         all values of the loss are float32 numbers, or where the parameters have it and the gradient's numbers all are
         float32 numbers. Else it is float64.

The steps in x_i are h max(1, |x_i|), as they are after rounding. First D is taken from one pair of steps, four values
of the loss, and E as 0. What does not pass then is measured again with steps of all sizes, some 10 to 50 values of the
loss. A loss that curves within much less than max(1, |x_i|), and by less than its own rounding errors, looks flat.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from math import ceil, log10
from typing import Any

import numpy as np

from instahash.testing.cases import Case, Found, entries
from instahash.testing.mistakes import diagnose
from instahash.testing.noise import Noise, jump_of
from instahash.testing.points import Gradient, GradientError, Loss, NotSmoothError, Point, Probe
from instahash.testing.quotients import QUICK, quick, slope

# Kinds of mistake that hold along directions if they hold for all entries.
GLOBAL = ("sign", "factor", "zero")


def check_gradient(
    loss: Loss,
    gradient: Gradient,
    *params: np.ndarray,
    rtol: float | None = None,
    atol: float = 0.0,
    names: Sequence[str] | None = None,
    n_checked: int | None = None,
    seed: int = 0,
    sizes: Mapping[str, float] | None = None,
) -> None:
    """Compare each entry of a hand-written gradient with a difference quotient of the loss.

    loss, gradient : called with copies of `params`; return one number, and one array of its shape for each parameter,
        or the one array of a single parameter.
    params : float64 or float32 arrays of any shapes.
    rtol, atol : the relative part of the tolerance, default epsilon^(2/5), and the absolute part; see this module.
    names : a name a parameter, for the message.
    n_checked : check so many entries of each parameter, drawn with `seed`; default all.
    sizes : numbers that may have been forgotten in the gradient, for the message: {"the batch size": 32}.

    Raises GradientError where a number is wrong. The text has the worst, how many are wrong in each parameter, and the
    kind of mistake where one explains them all; `kinds` maps the parameters' names to these kinds. Also where shapes or
    the number of arrays are wrong, the gradient is not finite, the loss is not one finite number, and where one of the
    two changes its parameters or gives other values when it is called again. Its kind NotSmoothError: the loss has a
    kink, or an end, wherever the two differ. TypeError where parameters are not float64 or float32 arrays, or gradients
    are not of real numbers; ValueError where parameters are not finite, there is not one name for each, or nothing is
    to be checked.

    Warns (RuntimeWarning) where E is more than a tenth of the largest entry of a parameter's gradient: such an entry
    was not checked.
    """
    if n_checked is not None and n_checked < 1:
        raise ValueError(f"n_checked is {n_checked}; it must be at least 1")
    point = Point(loss, gradient, params, names)
    probes = []
    for position, param in enumerate(point.params):
        indices = np.arange(param.size)
        if n_checked is not None and n_checked < param.size:
            indices = np.random.default_rng([seed, position]).choice(param.size, n_checked, replace=False)
        probes += [point.entry(position, int(index)) for index in indices]
    found = _compare(point, probes, rtol, atol)
    _report(point, point.names, probes, found, lambda: entries(point, probes, found, sizes or {}))


def check_directional(
    loss: Loss,
    gradient: Gradient,
    *params: np.ndarray,
    rtol: float | None = None,
    atol: float = 0.0,
    n_directions: int = 5,
    seed: int = 0,
) -> None:
    """Compare gradient . d with the derivative of the loss along d, for random directions d over all parameters.

    One number a direction whatever the size of the parameters: four values of the loss check millions of entries at
    once, though they cannot say which is wrong. An entry of d is normal times max(1, |x_i|), over the root of how many
    there are; rtol and G are relative to the length of the vector of all g_i d_i. Other arguments, errors and warnings
    as in :func:`check_gradient`.
    """
    if n_directions < 1:
        raise ValueError(f"n_directions is {n_directions}; it must be at least 1")
    point = Point(loss, gradient, params, None)
    rng = np.random.default_rng(seed)
    has_entries = any(param.size for param in point.params)
    probes = [point.direction(rng, number) for number in range(n_directions if has_entries else 0)]
    found = _compare(point, probes, rtol, atol)
    name = "random directions"
    _report(point, [name], probes, found, lambda: [Case(name, found.said, *found[:4], found.rtol, kinds=GLOBAL)])


@np.errstate(all="ignore")
def _compare(point: Point, probes: list[Probe], rtol: float | None, atol: float) -> Found:
    said, size, rounding = (np.array([getattr(p, name) for p in probes]) for name in ("found", "size", "rounding"))
    missing = np.array([quick(probe.line, QUICK[point.dtype]) / probe.scale for probe in probes])
    rtol = point.epsilon**0.4 if rtol is None else rtol
    floors = atol + 100 * point.epsilon * rounding
    errors, sides = np.zeros(len(probes)), {}

    def fails() -> Any:
        return ~(np.abs(missing) <= rtol * np.maximum(size, np.abs(said + missing)) + floors + errors)

    noise, suspects = Noise(point.value, point.params), np.flatnonzero(fails())
    if len(suspects):
        point.blame_the_loss()
    for i in suspects:
        measured, scale = slope(probes[i].line, noise, point.loss_epsilon), probes[i].scale
        missing[i], errors[i] = measured.value / scale, measured.error / scale
        left, right = measured.sides
        if not abs(right - left) / scale <= rtol * size[i] + floors[i]:
            sides[int(i)] = said[i] + left / scale, said[i] + right / scale
    wrong = fails()
    jump = jump_of(point.value, point.params, max(noise(0), noise(9))) if wrong.any() else 0.0
    sides = {i: both for i, both in sides.items() if not wrong[i]}
    return Found(said, said + missing, floors + errors, wrong, errors > 0.1 * rounding, sides, rtol, jump)


def _report(
    point: Point, names: Sequence[str], probes: list[Probe], found: Found, cases: Callable[[], list[Case]]
) -> None:
    """Raise, or warn, if there is reason to. cases : called for the cases in which mistakes are looked for."""
    if found.wrong.any():
        raise _wrong_slope(probes, found, cases())
    if found.sides:
        raise _no_slope(probes, found)
    positions = np.array([probe.position for probe in probes])
    for position, name in enumerate(names):
        hidden = found.hidden[positions == position]
        if hidden.any():
            warnings.warn(
                f"{hidden.sum()} of {len(hidden)} derivatives by {name} are hidden by rounding errors of the loss, or "
                "by a kink close by, and were not checked; leave out of the loss what does not depend on parameters, "
                "or compute in float64",
                RuntimeWarning,
                stacklevel=3,
            )


def _wrong_slope(probes: list[Probe], found: Found, cases: list[Case]) -> GradientError:
    """The error for numbers that are wrong: the worst, then a line for each parameter that has any."""
    worst = max(np.flatnonzero(found.wrong), key=lambda i: abs(found.derivatives[i] - found.said[i]))
    said, derivative, floor = (numbers[worst] for numbers in found[:3])
    expected, number = _displayed(derivative, said, floor)
    tolerance = found.rtol * max(abs(derivative), probes[worst].size) + floor
    lines = [f"{probes[worst].name} is {expected} by differences, but the gradient says {number}"]
    lines.append(f"they may differ by {tolerance:.1g}")
    named: dict[str, str | None] = {}
    for case in cases:
        if case.wrong.any():
            kind, text = diagnose(case)
            named[case.name] = kind
            place = f", in {case.place}" if case.place else ""
            lines.append(f"{case.name}: {case.wrong.sum()} of {case.checked.sum()} wrong{place}")
            lines.append(f"  {kind}: {text}" if kind else "  no one kind of mistake explains it")
    if found.sides:
        lines.append(f"at {len(found.sides)} more the loss has a kink or an end")
    if found.jump:
        lines.append(f"the loss jumps by about {found.jump:.1g} close by, as where a solver stops at a tolerance, or a")
        lines[-1] += " branch changes: is the gradient that of a smooth loss?"
    return GradientError("\n".join(lines), named)


def _no_slope(probes: list[Probe], found: Found) -> NotSmoothError:
    """The error for kinks and ends of the loss."""
    number, (left, right) = next(iter(found.sides.items()))
    probe, reason = probes[number], "the loss is not finite on one side of the point, or on both"
    if not np.isnan(left):
        left, right = (0.0 if abs(side) < 0.01 * abs(right - left) else side for side in (left, right))
        said = f"slope {left:.3g} on one side, {right:.3g} on the other; the gradient says {probe.found:.3g}"
        reason = f"the loss has a kink\n{said}"
    n = f"{len(found.sides)} of {len(probes)} checked are so"
    return NotSmoothError(
        f"{probe.name} does not exist: {reason}\n{n}; move the point, as testing.away_from_kinks does"
    )


def _displayed(a: float, b: float, floor: float) -> list[str]:
    """Two numbers as texts, with enough digits to tell them apart; 0 for what is below `floor`."""
    size = max(abs(a), abs(b))
    digits = 6 if a == b or not size else min(max(6, ceil(log10(size / abs(a - b))) + 3), 17)
    return ["0" if abs(x) <= floor else f"{x:.{digits}g}" for x in (a, b)]

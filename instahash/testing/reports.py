"""What to say of a gradient that is wrong."""

from __future__ import annotations

from math import ceil, log10

import numpy as np

from instahash.testing.mistakes import Case, diagnose, places
from instahash.testing.points import GradientError


class NotSmoothError(GradientError):
    """The loss has a kink at the point, or ends there, so that it has no derivative to compare with."""


def entries(point, probes, found, sizes):
    """The cases of all parameters, from the probes of their entries."""
    arrays = [(np.full(p.shape, np.nan), np.zeros(p.shape), np.zeros(p.shape, bool)) for p in point.params]
    for probe, *values in zip(probes, found.derivatives, found.floors, found.wrong):
        for array, value in zip(arrays[probe.position], values):
            array[probe.index] = value
    cases = []
    for name, param, said, of_param in zip(point.names, point.params, point.gradients, arrays):
        cases.append(Case(name, param, said, *of_param, found.rtol, cases, sizes))
    return cases


def directions(probes, found):
    """One case of all directions."""
    said = np.array([probe.found for probe in probes])
    return Case("random directions", said, said, found.derivatives, found.floors, found.wrong, found.rtol)


def wrong_slope(probes, found, cases, kinds):
    """The error for numbers that are wrong: the worst, then a line for each parameter that has any."""
    said = np.array([probe.found for probe in probes])
    worst = max(np.flatnonzero(found.wrong), key=lambda i: abs(found.derivatives[i] - said[i]))
    derivative, floor = found.derivatives[worst], found.floors[worst]
    tolerance = found.rtol * max(abs(derivative), probes[worst].size) + floor
    derivative, number = shown(derivative, said[worst], floor)
    lines = [f"{probes[worst].name} is {derivative} by central differences, but the gradient says {number}"]
    lines[0] += f" (tolerance {tolerance:.1g})"
    named = {}
    for case in cases:
        if case.wrong.any():
            kind, text = diagnose(case, kinds)
            named[case.name] = kind
            place = places(case)
            lines.append(f"{case.name}: {case.wrong.sum()} of {case.checked.sum()} wrong" + f", in {place}" * bool(place))
            lines.append(f"  {kind}: {text}" if kind else "  no one kind of mistake explains it")
    if found.sides:
        lines.append(f"at {len(found.sides)} more the loss has a kink or an end")
    return GradientError("\n".join(lines), named)


def no_slope(probes, found):
    """The error for kinks and ends of the loss."""
    number, (left, right) = next(iter(found.sides.items()))
    text = f"{probes[number].name} does not exist: "
    if np.isnan(left):
        text += "the loss is not finite on one side of the point, or on both"
    else:
        scale = 1e-6 * (abs(left) + abs(right))
        text += f"the loss has a kink, with slope {shown(left, right, scale)[0]} on one side and "
        text += f"{shown(right, left, scale)[0]} on the other, and the gradient says {probes[number].found:.6g}"
    return NotSmoothError(
        f"{text}\n{len(found.sides)} of {len(probes)} checked are so; move the point, as testing.away_from_kinks does"
    )


def shown(a, b, floor):
    """Two numbers as texts, with enough digits to tell them apart; 0 for what is below `floor`."""
    size = max(abs(a), abs(b))
    digits = 6 if a == b or not size else min(max(6, ceil(log10(size / abs(a - b))) + 3), 17)
    return tuple("0" if abs(x) <= floor else f"{x:.{digits}g}" for x in (a, b))

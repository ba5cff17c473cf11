"""What to say of a gradient that is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from math import ceil, log10

import numpy as np

from instahash.testing.mistakes import diagnose
from instahash.testing.points import GradientError


class NotSmoothError(GradientError):
    """The loss has a kink at the point, or ends there, so that it has no derivative to compare with."""

    __module__ = "instahash.testing"  # as tracebacks name it


@dataclass
class Case:
    """One parameter's gradient, found and expected. Arrays have the parameter's shape.

    expected : NaN where it was not checked.
    floor : the part of the tolerance that is not relative to the numbers.
    others : the cases of all parameters; sizes : names of numbers that may be a forgotten factor.
    elsewhere : called for pairs of the parameter and its gradient at other points; None if there are none to be had.
    """

    name: str
    param: np.ndarray
    found: np.ndarray
    expected: np.ndarray
    floor: np.ndarray
    wrong: np.ndarray
    rtol: float
    others: list = field(default_factory=list)
    sizes: dict = field(default_factory=dict)
    elsewhere: Callable = list

    def __post_init__(self):
        self.checked = ~np.isnan(self.expected)
        self.complete = bool(self.checked.all())
        self.missing = np.where(self.checked, self.expected - self.found, 0.0)
        size = np.maximum(np.abs(self.found), np.abs(np.nan_to_num(self.expected)))
        self.clear = self.wrong & (np.abs(self.missing) > 5 * (self.rtol * size + self.floor))
        self.place = self._place()

    def fits(self, model, weight=1.0, constants=0, where=True):
        """Does `model` predict the gradient?

        weight : how many numbers, each off by `floor`, the model adds up. constants : how many were chosen to fit.
        """
        where, clear = self.checked & where, self.clear & where
        off = np.abs(self.found - model)
        bound = 2 * self.rtol * np.maximum(np.abs(self.found), np.abs(model))
        bound += (1 + weight) * self.floor.max(where=self.checked, initial=0)
        near = off <= 1e-3 * np.abs(self.missing).max(initial=0)
        return bool(clear.sum() > constants and (off <= bound)[where].all() and near[clear].all())

    def fits_where_wrong(self, model, weight=1.0, constants=0):
        """As `fits`, for a model of the wrong entries; the right ones are right."""
        return self.fits(np.where(self.wrong, model, self.expected), weight, constants)

    def _place(self):
        """The rows, columns or entries that hold what is wrong, if they are not all; else an empty text."""
        if not self.complete:
            return ""
        names = ("entry", "entries") if self.found.ndim == 1 else ("row", "rows")
        for axis, (one, many) in enumerate((names, ("column", "columns"))[: self.found.ndim]):
            bad = np.flatnonzero(self.wrong.any(tuple(i for i in range(self.found.ndim) if i != axis)))
            if 0 < len(bad) < self.found.shape[axis] and self.wrong.take(bad, axis).mean() > 0.5:
                listed = ", ".join(map(str, bad[:5])) + (", ..." if len(bad) > 5 else "")
                return f"{one if len(bad) == 1 else many} {listed}"
        return ""


def entries(point, probes, found, sizes):
    """The cases of all parameters, from the probes of their entries."""
    arrays = [(np.full(p.shape, np.nan), np.zeros(p.shape), np.zeros(p.shape, bool)) for p in point.params]
    for probe, *values in zip(probes, found.derivatives, found.floors, found.wrong):
        for array, value in zip(arrays[probe.position], values):
            array[probe.index] = value
    elsewhere = cache(point.elsewhere)

    def pairs(position):
        points = elsewhere()
        return points and [(params[position], gradients[position]) for params, gradients in points]

    cases = []
    for i, (name, param, said, of_param) in enumerate(zip(point.names, point.params, point.gradients, arrays)):
        cases.append(Case(name, param, said, *of_param, found.rtol, cases, sizes, partial(pairs, i)))
    return cases


def directions(probes, found):
    """One case of all directions."""
    said = np.array([probe.found for probe in probes])
    return Case("random directions", said, said, found.derivatives, found.floors, found.wrong, found.rtol)


def wrong_slope(probes, found, cases):
    """The error for numbers that are wrong: the worst, then a line for each parameter that has any."""
    said = np.array([probe.found for probe in probes])
    worst = max(np.flatnonzero(found.wrong), key=lambda i: abs(found.derivatives[i] - said[i]))
    derivative, floor = found.derivatives[worst], found.floors[worst]
    tolerance = found.rtol * max(abs(derivative), probes[worst].size) + floor
    derivative, number = shown(derivative, said[worst], floor)
    lines = [f"{probes[worst].name} is {derivative} by differences, but the gradient says {number}"]
    lines.append(f"they may differ by {tolerance:.1g}")
    named = {}
    for case in cases:
        if case.wrong.any():
            kind, text = diagnose(case)
            named[case.name] = kind
            place = f", in {case.place}" if case.place else ""
            lines.append(f"{case.name}: {case.wrong.sum()} of {case.checked.sum()} wrong{place}")
            lines.append(f"  {kind}: {text}" if kind else "  no one kind of mistake explains it")
    if found.sides:
        lines.append(f"at {len(found.sides)} more the loss has a kink or an end")
    return GradientError("\n".join(lines), named)


def no_slope(probes, found):
    """The error for kinks and ends of the loss."""
    number, (left, right) = next(iter(found.sides.items()))
    lines = [f"{probes[number].name} does not exist: the loss has a kink"]
    if np.isnan(left):
        lines[0] = f"{probes[number].name} does not exist: the loss is not finite on one side of the point, or on both"
    else:
        left, right = (0.0 if abs(side) < 0.01 * abs(right - left) else side for side in (left, right))
        lines.append(
            f"slope {left:.3g} on one side, {right:.3g} on the other; the gradient says {probes[number].found:.3g}"
        )
    lines.append(f"{len(found.sides)} of {len(probes)} checked are so; move the point, as testing.away_from_kinks does")
    return NotSmoothError("\n".join(lines))


def shown(a, b, floor):
    """Two numbers as texts, with enough digits to tell them apart; 0 for what is below `floor`."""
    size = max(abs(a), abs(b))
    digits = 6 if a == b or not size else min(max(6, ceil(log10(size / abs(a - b))) + 3), 17)
    return tuple("0" if abs(x) <= floor else f"{x:.{digits}g}" for x in (a, b))

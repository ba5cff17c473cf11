"""What a check says: errors for numbers that are wrong, warnings for those that could not be judged."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from math import ceil, log10

import numpy as np

from instahash.testing.cases import Case, Found
from instahash.testing.comparing import Checked
from instahash.testing.errors import NEXT, UNEXPLAINED, GradientError, NotSmoothError
from instahash.testing.mistakes import diagnose
from instahash.testing.point import Probe
from instahash.testing.traces import trace_of

__tracebackhide__ = True


def report(
    names: Sequence[str],
    probes: list[Probe],
    found: Found,
    cases: Callable[[], list[Case]],
    of: str = "gradient",
    advice: str = NEXT,
) -> None:
    """Raise, or warn, if there is reason to.

    cases : called for the cases in which mistakes are looked for.  of : what is checked.
    advice : what to try where nothing explains what is wrong.
    """
    if found.wrong.any():
        raise wrong_slope(probes, found, cases(), of, advice)
    if found.sides:
        raise no_slope(probes, found, of)
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


def wrong_slope(probes: list[Probe], found: Found, cases: list[Case], of: str, advice: str) -> GradientError:
    """The error for numbers that are wrong: the worst, then a line for each parameter that has any."""
    worst = max(np.flatnonzero(found.wrong), key=lambda i: abs(found.derivatives[i] - found.said[i]))
    said, derivative, floor = (numbers[worst] for numbers in found[:3])
    expected, number = _displayed(derivative, said, floor)
    tolerance = found.rtol * max(abs(derivative), probes[worst].size) + floor
    lines = [f"{probes[worst].name} is {expected} by differences, but the {of} says {number}"]
    lines.append(f"they may differ by {tolerance:.1g}")
    named: dict[str, str | None] = {}
    for case in cases:
        if case.wrong.any():
            kind, text = diagnose(case)
            named[case.name] = kind
            place = f", {case.place.text}" if case.place.text else ""
            lines.append(f"{case.name}: {case.wrong.sum()} of {case.checked.sum()} wrong{place}")
            trace = "" if kind else trace_of(case)
            lines.append(f"  {kind}: {text}" if kind else f"  {trace or UNEXPLAINED}")
    if unexplained := [i for i, line in enumerate(lines) if line.endswith(UNEXPLAINED)]:
        lines[unexplained[-1]] += f": {advice}"
    if found.sides:
        lines.append(f"at {len(found.sides)} more the loss has a kink or an end")
    if found.jump:
        lines.append(f"the loss jumps by about {found.jump:.1g} close by, as where a solver stops at a tolerance, or a")
        lines[-1] += " branch changes: is the gradient that of a smooth loss?"
    return GradientError("\n".join(lines), named, {case.name: case.place.text for case in cases if case.wrong.any()})


def no_slope(probes: list[Probe], found: Found, of: str) -> NotSmoothError:
    """The error for kinks and ends of the loss."""
    number, (left, right) = next(iter(found.sides.items()))
    probe, reason = probes[number], "the loss is not finite on one side of the point, or on both"
    if not np.isnan(left):
        left, right = (0.0 if abs(side) < 0.01 * abs(right - left) else side for side in (left, right))
        said = f"slope {left:.3g} on one side, {right:.3g} on the other; the {of} says {probe.found:.3g}"
        reason = f"the loss has a kink\n{said}"
    n = f"{len(found.sides)} of {len(probes)} checked are so"
    return NotSmoothError(
        f"{probe.name} does not exist: {reason}\n{n}; move the point a little, as testing.away_from_kinks does"
    )


def _displayed(a: float, b: float, floor: float) -> list[str]:
    """Two numbers as texts, with enough digits to tell them apart; 0 for the one that is below `floor`."""
    size = max(abs(a), abs(b))
    floor = floor if size > floor else 0.0
    digits = 6 if a == b or not size else min(max(6, ceil(log10(size / abs(a - b))) + 3), 17)
    return ["0" if abs(x) <= floor else f"{x:.{digits}g}" for x in (a, b)]


def say_how_little(checked: Checked, instead: str = "") -> None:
    """Warn where time has left but little; instead : what else could be done, or nothing."""
    if checked.share < 0.1:
        text = f"time was over when {checked}; give it more{instead and f', or {instead}'}"
        warnings.warn(text, RuntimeWarning, stacklevel=3)

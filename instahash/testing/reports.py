"""What to say of a gradient that is wrong."""

from __future__ import annotations

from math import ceil, log10

import numpy as np

from instahash.testing.cases import Case, Found
from instahash.testing.mistakes import diagnose
from instahash.testing.points import GradientError, NotSmoothError, Probe


def wrong_slope(probes: list[Probe], found: Found, cases: list[Case]) -> GradientError:
    """The error for numbers that are wrong: the worst, then a line for each parameter that has any."""
    said = np.array([probe.found for probe in probes])
    worst = max(np.flatnonzero(found.wrong), key=lambda i: abs(found.derivatives[i] - said[i]))
    derivative, floor = found.derivatives[worst], found.floors[worst]
    expected, number = _displayed(derivative, said[worst], floor)
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
    return GradientError("\n".join(lines), named)


def no_slope(probes: list[Probe], found: Found) -> NotSmoothError:
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

"""Numbers of a gradient beside slopes: the tolerance, and which are wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

import numpy as np

from instahash.testing.cases import Found
from instahash.testing.noise import Noise, jump_of
from instahash.testing.options import must_be_tolerances
from instahash.testing.point import Point, Probe
from instahash.testing.quotients import QUICK, quick, slope

__tracebackhide__ = True


@dataclass(frozen=True)
class Checked:
    """How much was looked at: entries, or directions, of each parameter.

    checked, total : by the parameters' names.
    """

    checked: Mapping[str, int]
    total: Mapping[str, int]

    @property
    def share(self) -> float:
        """The part of all entries that was looked at, from 0 to 1; 1 where there are none."""
        return sum(self.checked.values()) / max(sum(self.total.values()), 1) if any(self.total.values()) else 1.0

    def __str__(self) -> str:
        parts = ", ".join(f"{name} {n} of {self.total[name]}" for name, n in self.checked.items())
        return f"{sum(self.checked.values())} of {sum(self.total.values())} checked, {100 * self.share:.3g} %: {parts}"

    def _ipython_display_(self) -> None:
        """Nothing: a check that ends a notebook's cell is as silent as elsewhere."""


def drawn(size: int, n_checked: int | None, seed: list[int]) -> np.ndarray:
    """So many of `size` numbers from 0 on; all where there are no more."""
    if n_checked is None or n_checked >= size:
        return np.arange(size)
    return np.random.default_rng(seed).choice(size, n_checked, replace=False)


def checked_entries(point: Point, probes: Sequence[Probe]) -> Checked:
    """How many entries of each leaf the probes are."""
    counts = np.bincount([probe.position for probe in probes], minlength=len(point.params))
    totals = {name: param.size for name, param in zip(point.names, point.params)}
    return Checked(dict(zip(point.names, map(int, counts))), totals)


def joined(parts: Sequence[Found]) -> Found:
    """What was found at several points, one after the other."""
    starts = np.cumsum([0, *(len(part.said) for part in parts)])
    sides = {int(start) + i: both for start, part in zip(starts, parts) for i, both in part.sides.items()}
    said, derivatives, floors, wrong, hidden = (np.concatenate([part[i] for part in parts]) for i in range(5))
    return Found(
        said,
        derivatives,
        floors,
        wrong,
        hidden,
        sides,
        max(part.rtol for part in parts),
        max(part.jump for part in parts),
    )


@np.errstate(all="ignore")
def compare(
    point: Point, probes: Sequence[Probe], rtol: float | None, atol: float, deadline: float = np.inf
) -> tuple[list[Probe], Found]:
    """The probes that were compared before the time of `deadline`, at least one, and what was found."""
    must_be_tolerances(rtol, atol)
    quotients: list[tuple[float, float]] = []
    for probe in probes:
        if quotients and monotonic() > deadline:
            break
        value, spread = quick(probe.line, QUICK[point.dtype])
        quotients.append((value / probe.scale, spread / probe.scale))
    probes = list(probes[: len(quotients)])
    missing, spreads = np.array(quotients).reshape(-1, 2).T
    said, size, rounding = (np.array([getattr(p, name) for p in probes]) for name in ("found", "size", "rounding"))
    rtol = point.epsilon**0.4 if rtol is None else rtol
    floors = atol + 100 * point.epsilon * rounding
    errors, sides = np.zeros(len(probes)), {}

    def tolerances() -> Any:
        return rtol * np.maximum(size, np.abs(said + missing)) + floors + errors

    def fails() -> Any:
        return ~(np.isfinite(missing) & (np.abs(missing) <= tolerances()))

    # Losses far apart have rounding errors that four values alone do not show. Beside a 0 these hide nothing.
    known = ~(fails() | (point.loss_epsilon * spreads > tolerances()) & (size > 0))
    noise, suspects = Noise(point.value, point.params), np.flatnonzero(~known)
    if fails().any():
        point.blame_the_loss()
    for i in suspects:
        if i != suspects[0] and monotonic() > deadline:
            break
        measured, scale, known[i] = slope(probes[i].line, noise, point.loss_epsilon), probes[i].scale, True
        missing[i], errors[i] = measured.value / scale, measured.error / scale
        if errors[i] > 0.1 * rounding[i]:
            errors[i] *= 3  # what is known so badly is not called wrong by a narrow margin
        left, right = measured.sides
        if not abs(right - left) / scale <= rtol * size[i] + floors[i]:
            sides[int(i)] = said[i] + left / scale, said[i] + right / scale
    wrong = fails()
    # Positions count those that are known.
    sides = {int(known[:i].sum()): both for i, both in sides.items() if not wrong[i]}
    jump = 0.0
    if (wrong & known).any():
        here = abs(float(point.value(point.params)))
        jump = jump_of(point.value, point.params, max(noise(0), noise(9), point.loss_epsilon * here))
    arrays = (said, said + missing, floors + errors, wrong, errors > 0.1 * rounding)
    numbers, derivatives, floors, wrong, hidden = (array[known] for array in arrays)
    found = Found(numbers, derivatives, floors, wrong, hidden, sides, rtol, jump)
    return [probe for probe, is_known in zip(probes, known) if is_known], found

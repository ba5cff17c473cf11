"""How large the errors of a loss are, by how far from the point it is computed.

Errors are told from the loss itself by fourth differences of nine values on a short stretch: of a smooth curve they are
nothing, of independent errors of variance s^2 they have variance 70 s^2. A stretch is a line on which every entry moves
by its own odd number of units in its last place, so that no step is rounded.

At the point itself errors may be far smaller than beside it: 200^2 is exact, and 1 - cos(1e-9) is exactly 0. So a
stretch lies at a random place as far from the point as the steps are whose errors it is to tell, and at least a
thousandth of an entry away from it: next to 1 the squares of a stretch are all rounded alike. Where all values of a
stretch are one number, they say nothing; what is found farther away then counts.

References: More and Wild 2011, Estimating Computational Noise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from instahash.testing.quotients import step

__tracebackhide__ = True

# Levels of steps that share a measurement, of which the first has the longest step.
GROUP = 3
# Of groups before the first, how many are looked at where a loss is flat all over that.
FARTHEST = -3
# The parts of an entry that two stretches' steps are; the longer one shows what a loss in a coarser dtype does.
SHORT, LONG = (2.0**-41, 2.0**-35), 2.0**-17
STEPS = np.arange(-4, 5)
# The least part of an entry that a stretch is away from it.
NEAREST = 2.0**-10


class Noise:
    """Called with a level of steps, gives the size of the errors of the loss as far away as these.

    value : the loss, called with parameters, NaN where it has none; params : the point.
    """

    def __init__(self, value: Callable[[list[np.ndarray]], float], params: Sequence[np.ndarray]) -> None:
        self._value, self._params = value, params
        self._at = cache(self._measured)

    def __call__(self, level: int) -> float:
        return self._at(level // GROUP)

    def _measured(self, group: int) -> float:
        """The least of the stretches' errors, of which the one here that is longer may have to do with the curve."""
        h, rng = step(group * GROUP), np.random.default_rng(group - FARTHEST)
        found: list[float] = []
        bases = [self._base(side * h, rng) for side in (1.0, -1.0)]
        for part in (*SHORT, LONG):
            if part != LONG or not found:
                sizes = [size for base in bases if 0 < (size := self._differences(base, part, rng)) < np.inf]
                found += [max(sizes)] if sizes else []
        return min(found) if found else self._at(group - 1) if group > FARTHEST else self._of_cancelled()

    def _of_cancelled(self) -> float:
        """The rounding error of a term as large as the largest entry, for a loss that is flat all around.

        log(exp(x).sum()) - x[0] is exactly 0 where x[0] is above all others by 40: what it loses has the size of x[0].
        """
        return max((float(np.finfo(p.dtype).eps * np.abs(p).max(initial=0)) for p in self._params), default=0.0)

    def _base(self, h: float, rng: np.random.Generator) -> list[np.ndarray]:
        """The parameters where every entry has moved by about h max(1, |x|)."""
        base = []
        for param in self._params:
            size = np.abs(param).astype(np.float64)
            far = np.maximum(abs(h) * np.maximum(1.0, size), NEAREST * size)
            signs = np.sign(h) * rng.choice([-1.0, 1.0], param.shape)
            base.append(np.asarray(param + signs * far * rng.uniform(0.5, 1.0, param.shape), param.dtype))
        return base

    def _differences(self, base: list[np.ndarray], part: float, rng: np.random.Generator) -> float:
        """The size of the errors on the stretch whose steps are about `part` of each entry; 0 where it shows none."""
        moves = []
        for param in base:
            units = max(1, int(part / np.finfo(param.dtype).eps))
            odd = units + 2 * rng.integers(units // 2 + 1, size=param.shape)
            moves.append(np.asarray(odd * np.spacing(np.abs(param)), param.dtype))
        losses = np.array([self._value([np.asarray(p + i * m, p.dtype) for p, m in zip(base, moves)]) for i in STEPS])
        return float(np.sqrt(np.mean((np.diff(losses - losses[4], 4)) ** 2) / 70)) if np.isfinite(losses).all() else 0.0


def jump_of(value: Callable[[list[np.ndarray]], float], params: Sequence[np.ndarray], noise: float) -> float:
    """How large a jump of the loss close by is, such as those of a solver that stops at a tolerance; 0 where is none.

    The largest fourth difference of a stretch is looked at from nearer and nearer. That of a smooth curve falls by 256
    where the steps are a quarter as long, that at a kink by 4; that of a jump, three times as high as it, stays.
    noise : what is not a hundred times as large is no jump.
    """
    rng, seen, middle = np.random.default_rng(0), [np.inf] * 4, 0.0
    sides = [rng.choice([-1.0, 1.0], param.shape) * np.maximum(1.0, np.abs(param)) for param in params]
    spacing, finest = 2.0**-6, 2.0**16 * max((float(np.finfo(p.dtype).eps) for p in params), default=1.0)
    while spacing > finest:
        at = middle + spacing * (np.arange(-6, 7) + rng.uniform(-0.5, 0.5))
        losses = np.array([value([np.asarray(p + t * side, p.dtype) for p, side in zip(params, sides)]) for t in at])
        differences = np.abs(np.diff(losses - losses[6], 4))
        if not differences.max() > 300 * noise:
            return 0.0
        seen.append(float(differences.max()))
        middle, spacing = at[2 + int(differences.argmax())], spacing / 4
    return seen[-1] / 3 if seen[-4] < 10 * seen[-1] else 0.0

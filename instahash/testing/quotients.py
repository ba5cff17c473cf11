"""The derivative of a loss along a line, by difference quotients, with an estimate of their own error.

Let phi(t) be the loss at the point moved by t along a line, less what the gradient says that it changes by: the slope
of phi at 0 is what the gradient misses. With h_k = 0.7 / 4^k, let

    D_k = (phi(h_k) - phi(-h_k)) / 2 h_k            central difference            phi'(0) + O(h^2)
    R_k = (16 D_k - D_(k-1)) / 15                   Richardson's extrapolation    phi'(0) + O(h^4)
    S_k = phi(h_k) - 2 phi(0) + phi(-h_k)           second difference             h^2 phi''(0) + O(h^4)

in which 2 h_k is what really lies between the two points, after rounding.

Large steps err by what the formula leaves out, small ones by noise, an error of each value of the loss. So every step
has an error, and the step with the least is taken:

    E_k = C_k + N_k + sum_(j > k) max(C_j - N_j, 0)
    C_k = |R_k - R_(k-1)| + |S_k - S_(k-1) / 16| / h_k          N_k = 8 noise_k / h_k

The first term of C is the error of the coarser of two extrapolations, some 256 times that of the finer one. The second
tells whether h is small enough: on a smooth curve it is O(h^3), but where the curve turns sharply within h it is of the
size of the slopes. The sum is what finer steps change that noise does not explain. The noise is measured (`noise`), and
at least epsilon |loss|. Steps are tried, at least nine, until N_k > E, and either noise could explain all that the
gradient misses, N_k > |R|, or nine digits of it are known. Fewer may show a curve that is flat, or wild, by chance.

At a kink S_k / h_k goes to the slope on the right minus the slope on the left as h goes to zero, else to zero.

References: Press, Teukolsky, Vetterling and Flannery, Numerical Recipes, section 5.7, for the balance of both errors
and a table of extrapolations (Ridders 1982); Gill, Murray and Wright 1981, Practical Optimization, sections 4.6.1, 8.5
and 8.6, for noise and steps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

__tracebackhide__ = True

FIRST, RATIO, LEAST_STEPS, N_STEPS = 0.7, 4.0, 9, 40
NOISES = 8.0
# Levels whose extrapolation is tried first: steps near the fifth root of epsilon, where both errors are alike.
QUICK = {np.dtype(np.longdouble): 6, np.dtype(np.float64): 4, np.dtype(np.float32): 2, np.dtype(np.float16): 1}


class Moved(NamedTuple):
    """The loss at a moved point, NaN if it has none; what the gradient says that it changed by; and the step."""

    loss: float
    said: float
    step: float


# The loss along a line: called with a step.
Line = Callable[[float], Moved]


class Slope(NamedTuple):
    """A slope of phi at 0, and how far it may be off.

    sides : the slopes on the left and on the right; NaN where the loss is not finite beside the point.
    """

    value: float
    error: float
    sides: tuple[float, float]


def step(k: Any) -> Any:
    """h_k."""
    return FIRST * RATIO**-k


def central(right: Moved, left: Moved) -> float:
    """D from two moved points. The losses come first: what the gradient says may be lost in the rounding of a sum."""
    between = right.step - left.step
    return ((right.loss - left.loss) - (right.said - left.said)) / between if between else np.nan


def extrapolated(fine: float, coarse: float) -> float:
    """R from two central differences, of which the second has a step four times as long."""
    return (RATIO**2 * fine - coarse) / (RATIO**2 - 1)


def quick(line: Line, k: int) -> tuple[float, float]:
    """R_k from four values, right if phi is smooth and well scaled; and how far apart their losses are, over h_k."""
    right, left, far_right, far_left = (line(h) for h in (step(k), -step(k), step(k - 1), -step(k - 1)))
    losses = [float(moved.loss) for moved in (right, left, far_right, far_left)]
    value = extrapolated(central(right, left), central(far_right, far_left))
    return float(value), (max(losses) - min(losses)) / step(k)


def slope(line: Line, noise: Callable[[int], float], epsilon: float) -> Slope:
    """phi'(0).

    noise : from a level k to the noise of the loss as far away; epsilon times the loss is taken where that is more.
    epsilon : the machine epsilon of the loss.
    """
    here, best, value = line(0.0), np.inf, np.inf
    D, jumps, R, changes, noises = [], [], [np.nan], [np.nan], []
    for k in range(N_STEPS):
        h, right, left = step(k), line(step(k)), line(-step(k))
        D.append(central(right, left))
        second = (right.loss - here.loss - right.said) - (here.loss - left.loss + left.said)
        jumps.append((second - D[k] * (right.step + left.step)) / h)
        noises.append(NOISES * max(noise(k), epsilon * max(abs(right.loss), abs(left.loss), abs(here.loss))) / h)
        if k > 0:
            R.append(extrapolated(D[k], D[k - 1]))
            changes.append(abs(R[k] - R[k - 1]) + abs(jumps[k] - jumps[k - 1] / RATIO))
            if changes[k] + noises[k] < best:
                best, value = changes[k] + noises[k], abs(R[k])
            # Could noise explain what is missing? Are nine digits known and settled?
            settled = changes[k] <= 2 * noises[k] and best < 1e-9 * value
            if k + 1 >= LEAST_STEPS and noises[k] > best and (settled or noises[k] > value):
                break
    J, R_, C, N = (np.array(numbers) for numbers in (jumps, R, changes, noises))
    # What is still to change at finer steps, as far as it is not noise.
    coming = np.fmax(C - N, 0.0)
    errors = C + N + np.cumsum(coming[::-1])[::-1] - coming
    if not np.isfinite(errors).any():
        return Slope(0.0, np.inf, (np.nan, np.nan))
    k = int(np.nanargmin(errors))
    value = float(R[k])
    return Slope(value, float(errors[k]), sides(J, R_, N) or (value, value))


def sides(jumps: np.ndarray, R: np.ndarray, noises: np.ndarray) -> tuple[float, float] | None:
    """The slopes on the left and on the right if S_k / h_k stays when h goes to zero; else None.

    It stays if it is the same in the three finest steps where it is well above its noise, while R has settled, and if
    it is about the same in the next step. On a smooth curve it shrinks fourfold from step to step.
    """
    clear = np.flatnonzero(np.abs(jumps) > 6 * noises)
    if not len(clear) or clear[-1] < 4:
        return None
    k = clear[-1]
    relative = np.abs(jumps[k - 2 : k + 2] / jumps[k] - 1)
    relative[3:] = np.nan_to_num(relative[3:])  # rounding may leave no finer step
    settled = np.abs(np.diff(R[k - 3 : k + 1])) < 0.2 * abs(jumps[k])
    if not settled.all() or not (relative < [0.25, 0.25, 0.25, 0.75][: len(relative)]).all():
        return None
    # Without its term of the order h, at the coarsest of the three, which has the least noise.
    jump = (RATIO * jumps[k - 2] - jumps[k - 3]) / (RATIO - 1)
    return float(R[k - 2] - jump / 2), float(R[k - 2] + jump / 2)

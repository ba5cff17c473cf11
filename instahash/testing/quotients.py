"""The derivative of a loss along a line, by difference quotients, with an estimate of their own error.

Let phi(t) be the loss at the point moved by t along the line, h_k = 0.7 / 4^k, and

    D_k = (phi(h_k) - phi(-h_k)) / 2 h_k            central difference            phi'(0) + O(h^2)
    R_k = (16 D_k - D_(k-1)) / 15                   Richardson's extrapolation    phi'(0) + O(h^4)
    S_k = phi(h_k) - 2 phi(0) + phi(-h_k)           second difference             h^2 phi''(0) + O(h^4)

Large steps err by what the formula leaves out, small ones by what cancellation leaves of the loss: each value of the loss
is off by some `noise`, and a quotient by noise / h. So every step has an error, and the step with the least is taken:

    E_k = C_k + N_k + sum_(j > k, C_j > 2 N_j) C_j
    C_k = |R_k - R_(k-1)| + |S_k - S_(k-1) / 16| / h_k          N_k = 8 noise_k / h_k

The first term of C is the error of the coarser of two extrapolations, some 256 times that of the finer one. The second
tells whether h is small enough at all: on a smooth curve it is O(h^3), but where the curve bends sharply within h it is
of the size of the slopes. The sum is what finer steps change that noise does not explain: only what they leave alone has
converged. Steps are tried until N_k > E and noise could explain all that the gradient misses, N_k > |R|, or nine digits of
that are known.

At a kink S_k / h_k does not go to zero with h. It goes to the slope on the right minus the slope on the left.

References: Press, Teukolsky, Vetterling and Flannery, Numerical Recipes, section 5.7, for the balance of the two errors,
and for a table of extrapolations of which the best is taken (Ridders 1982); Gill, Murray and Wright 1981, Practical
Optimization, sections 4.6.1 and 8.5 to 8.6, for noise and steps; More and Wild 2011, Estimating Computational Noise,
section 2, for the noise from a table of differences.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

FIRST, RATIO, N_STEPS = 0.7, 4.0, 40
NOISES = 8.0
# Levels whose extrapolation is tried first: steps near the fifth root of epsilon, where both errors are alike.
QUICK = {np.dtype(np.float64): 4, np.dtype(np.float32): 2}


class Slope(NamedTuple):
    """A derivative along a line.

    value, error : the derivative and how far it may be off.
    sides : the slopes on the left and on the right; NaN where phi is not finite beside the point.
    """

    value: float
    error: float
    sides: tuple = (0.0, 0.0)


def step(k):
    """h_k."""
    return FIRST * RATIO**-k


def quick(line, k):
    """R_k from four values: right if phi is smooth and well scaled, and without any word on its error."""
    fine, coarse = ((line(h)[0] - line(-h)[0]) / (2 * h) for h in (step(k), step(k - 1)))
    return extrapolated(fine, coarse)


def extrapolated(fine, coarse):
    """R from two central differences, of which the second has a step four times as long."""
    return (RATIO**2 * fine - coarse) / (RATIO**2 - 1)


def slope(line, noise, epsilon):
    """phi'(0) as a :class:`Slope`.

    line : called with a step, returns phi and the size of the numbers that it is the difference of; NaN for no value.
    noise : how far a value of phi near 0 is off, typically.
    epsilon : the machine epsilon of the loss. A value of phi is taken to be off by epsilon times its size at least.
    """
    (center, size_center), best, value = line(0.0), np.inf, np.inf
    D, S, R, changes, noises = [], [], [np.nan], [np.nan], []
    for k in range(N_STEPS):
        h = step(k)
        (right, size), (left, size_left) = line(h), line(-h)
        D.append((right - left) / (2 * h))
        S.append(right - 2 * center + left)
        noises.append(NOISES * max(noise, epsilon * max(size, size_left, size_center)) / h)
        if k > 0:
            R.append(extrapolated(D[k], D[k - 1]))
            changes.append(abs(R[k] - R[k - 1]) + abs(S[k] - S[k - 1] / RATIO**2) / h)
            if changes[k] + noises[k] < best:
                best, value = changes[k] + noises[k], abs(R[k])
            # Could noise explain what the gradient misses? Or is that known to nine digits, or h too short for the dtype?
            if noises[k] > max(best, value) or noises[k] > best < 1e-9 * value or (np.isnan(D[k]) and best < np.inf):
                break
    changes, noises = np.array(changes), np.array(noises)
    # What is still to change at finer steps, as far as it is not noise.
    coming = np.where(changes > 2 * noises, changes, 0.0)
    errors = changes + noises + np.cumsum(coming[::-1])[::-1] - coming
    if not np.isfinite(errors).any():
        return Slope(0.0, np.inf, (np.nan, np.nan))
    k = int(np.nanargmin(errors))
    jump = lasting(np.array(S) / step(np.arange(len(S))), R, noises)
    return Slope(R[k], float(errors[k]), (R[k] - jump / 2, R[k] + jump / 2))


def lasting(jumps, R, noises):
    """The difference of the slopes on the two sides, S_k / h_k, if it stays when h goes to zero; else 0.

    It stays if in the three finest steps where it is well above its noise it is the same, while R has settled, and if it
    is about the same in the next step. On a smooth curve it shrinks fourfold from step to step.
    """
    clear = np.flatnonzero(np.abs(jumps) > 6 * noises)
    if not len(clear) or clear[-1] < 3:
        return 0.0
    k = clear[-1]
    relative = np.abs(jumps[k - 2 : k + 2] / jumps[k] - 1)
    if (relative >= [0.25, 0.25, 0.25, 0.75][: len(relative)]).any() or np.isnan(relative).any():
        return 0.0
    settled = (np.abs(np.diff(R[k - 3 : k + 1])) < 0.2 * abs(jumps[k])).all()
    # Without its term of the order h, at the coarsest of the three, which has the least noise.
    return float((RATIO * jumps[k - 2] - jumps[k - 3]) / (RATIO - 1)) if settled else 0.0


def noise_of(line, epsilon):
    """How far values of phi near 0 are off: the root mean square of fourth differences of nine values, over sqrt(70).

    Of a smooth curve they are nothing on a short stretch; of independent errors of variance s^2 they have variance
    70 s^2. The least of three short stretches is taken. A loss that is the same all over them may round its parameters
    to float32; a longer one is tried then.
    """
    found = []
    for spacing in (*epsilon**0.75 * 2.0 ** -np.arange(0, 24, 8), 2.0**-18):
        if found and spacing == 2.0**-18:
            break
        values, sizes = np.transpose([line(i * spacing) for i in range(-4, 5)])
        if (sizes != sizes[0]).any() and np.isfinite(values).all():
            found.append(float(np.sqrt(np.mean(np.diff(values, 4) ** 2) / 70)))
    return min(found, default=0.0)

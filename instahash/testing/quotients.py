"""The derivative of a loss along a line, by difference quotients, with an estimate of their own error.

Let phi(t) be the loss at the point moved by t along the line, h_k = 0.7 / 4^k, and

    D_k = (phi(h_k) - phi(-h_k)) / 2 h_k            central difference            phi'(0) + O(h^2)
    R_k = (16 D_k - D_(k-1)) / 15                   Richardson's extrapolation    phi'(0) + O(h^4)
    S_k = phi(h_k) - 2 phi(0) + phi(-h_k)           second difference             h^2 phi''(0) + O(h^4)

Large steps err by what the formula leaves out, small ones by what cancellation leaves of the loss: each value of the loss
is off by some `noise`, and a quotient by noise / h. So every step has an error, and the step with the least is taken:

    E_k = |R_k - R_(k-1)| + |S_k - S_(k-1) / 16| / h_k + 8 noise_k / h_k

The first term is the error of the coarser of two extrapolations, some 256 times that of the finer one. The second tells
whether h is small enough at all: on a smooth curve it is O(h^3), but where the curve bends sharply within h it is of the
size of the slopes. A step whose R is contradicted by a finer one, |R_j - R_k| > E_j + E_k, is not taken. Steps are tried
until 8 noise_k / h_k alone is more than the least E so far.

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
    sides : the slopes on the left and on the right where there is a kink; NaN where phi is not finite beside the point;
        else None.
    """

    value: float
    error: float
    sides: tuple | None = None


def step(k):
    """h_k."""
    return FIRST * RATIO**-k


def quick(phi, k):
    """R_k from four values of phi: right if phi is smooth and well scaled, and without any word on its error."""
    fine, coarse = ((phi(h) - phi(-h)) / (2 * h) for h in (step(k), step(k - 1)))
    return extrapolated(fine, coarse)


def extrapolated(fine, coarse):
    """R from two central differences, of which the second has a step four times as long."""
    return (RATIO**2 * fine - coarse) / (RATIO**2 - 1)


def slope(phi, noise, epsilon):
    """phi'(0) as a :class:`Slope`.

    phi : called with a step, returns a float; NaN where it has no value.
    noise : how far a value of phi near 0 is off, typically.
    epsilon : the machine epsilon of phi's dtype. A value of phi is taken to be off by epsilon times its size at least.
    """
    center, best = phi(0.0), np.inf
    D, S, R, E, noises = [], [], [np.nan], [np.nan], []
    for k in range(N_STEPS):
        h = step(k)
        right, left = phi(h), phi(-h)
        noises.append(max(noise, epsilon * max(abs(right), abs(left), abs(center))) / h)
        D.append((right - left) / (2 * h))
        S.append(right - 2 * center + left)
        if k > 0:
            R.append(extrapolated(D[k], D[k - 1]))
            E.append(abs(R[k] - R[k - 1]) + abs(S[k] - S[k - 1] / RATIO**2) / h + NOISES * noises[k])
            best = min(best, E[k]) if np.isfinite(E[k]) else best
            if NOISES * noises[k] > best:
                break
    R, E = np.array(R), np.array(E)
    jumps = np.array(S) / step(np.arange(len(S)))
    known = np.flatnonzero(np.isfinite(E))
    if not len(known):
        return Slope(0.0, np.inf, (np.nan, np.nan))
    trusted = [k for k in known if all(abs(R[j] - R[k]) <= E[j] + E[k] for j in known if j > k)]
    k = min(trusted, key=lambda k: E[k])
    jump = lasting(jumps, np.array(noises))
    return Slope(R[k], E[k], None if jump is None else (R[k] - jump / 2, R[k] + jump / 2))


def lasting(jumps, noises):
    """The difference of the slopes on the two sides, S_k / h_k, if it stays when h goes to zero; else None.

    It stays if it is well above its noise in the last three steps and shrinks in none of them. On a smooth curve it
    shrinks fourfold from step to step.
    """
    clear = np.flatnonzero(np.abs(jumps) > 50 * noises)[-3:]
    last = jumps[clear]
    if len(last) < 3 or (np.abs(last[1:] / last[:-1] - 1) > 0.25).any():
        return None
    return float(last[-1])


def noise_of(phi, epsilon):
    """How far values of phi near 0 are off: the root mean square of fourth differences of nine values, over sqrt(70).

    Of a smooth curve they are nothing on so short a stretch; of independent errors of variance s^2 they have variance
    70 s^2. A loss that does not change at all on the stretch may round its parameters: a longer one is tried then.
    """
    for spacing in (epsilon**0.75, 2.0**-18):
        values = np.array([phi(i * spacing) for i in range(-4, 5)])
        if not (values == values[0]).all():
            break
    differences = np.diff(values, 4)
    noise = np.sqrt(np.mean(differences**2) / 70)
    return float(noise) if np.isfinite(noise) else 0.0

"""Stiff losses and many entries."""

import numpy as np

from gradients.case import Problem

atoms = Problem(
    "Lennard-Jones energy",
    lambda r: ({}, {"x": np.array([[0, 0, 0], [1, 0, 0], [0, 1.1, 0], [0, 0, 1.2]]) + 0.05 * r.normal(size=(4, 3))}),
)


@atoms.loss
def _(d, x):
    i, j = np.triu_indices(len(x), 1)
    s = ((x[i] - x[j]) ** 2).sum(axis=1)
    return 4 * (s**-6 - s**-3).sum()


def atoms_gradient(d, x, both=True, power=-6):
    g = np.zeros_like(x)
    for i, j in zip(*np.triu_indices(len(x), 1)):
        e = x[i] - x[j]
        s = e @ e
        step = 8 * (power * s**-7 + 3 * s**-4) * e
        g[i] += step
        g[j] -= step if both else 0
    return g


atoms.right(atoms_gradient)


@atoms.wrong("sign", "the force, not the gradient")
def _(d, x):
    return -atoms_gradient(d, x)


@atoms.wrong("some rows|other", "only the first of two atoms is pushed")
def _(d, x):
    return atoms_gradient(d, x, both=False)


valley = Problem("Rosenbrock's valley, 1,000 entries", lambda r: ({}, {"x": r.uniform(-1, 1.5, 1000)}))


@valley.loss
def _(d, x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def valley_gradient(d, x):
    e, g = x[1:] - x[:-1] ** 2, np.zeros_like(x)
    g[:-1] = -400 * x[:-1] * e - 2 * (1 - x[:-1])
    g[1:] += 200 * e
    return g


valley.right(valley_gradient)


@valley.wrong("some rows", "the last entry is left out")
def _(d, x):
    g = valley_gradient(d, x)
    g[-1] = 0
    return g


smooth = Problem("total variation of an image, 64 by 64", lambda r: ({}, {"x": r.normal(size=(64, 64))}))


@smooth.loss
def _(d, x):
    return np.sqrt((x[1:, :-1] - x[:-1, :-1]) ** 2 + (x[:-1, 1:] - x[:-1, :-1]) ** 2 + 1e-3).sum()


def smooth_gradient(d, x):
    a, b, g = x[1:, :-1] - x[:-1, :-1], x[:-1, 1:] - x[:-1, :-1], np.zeros_like(x)
    s = np.sqrt(a**2 + b**2 + 1e-3)
    g[:-1, :-1] -= (a + b) / s
    g[1:, :-1] += a / s
    g[:-1, 1:] += b / s
    return g


smooth.right(smooth_gradient)


@smooth.wrong("some rows", "the lower edge is not written")
def _(d, x):
    g = smooth_gradient(d, x)
    g[-1] = 0
    return g


many = Problem(
    "100,000 weights", lambda r: ({"t": r.normal(size=100_000)}, {"w": r.normal(size=100_000)})
)  # fmt: skip


@many.loss
def _(d, w):
    return (np.logaddexp(0, w) - d.t * w).sum()


def many_gradient(d, w):
    return 1 / (1 + np.exp(-w)) - d.t


many.right(many_gradient)


@many.wrong("sign", "the gradient of the likelihood")
def _(d, w):
    return -many_gradient(d, w)


@many.wrong("other|some rows", "the last tenth is left as it was")
def _(d, w):
    g = many_gradient(d, w)
    g[90_000:] = 0
    return g


@many.wrong("other|some rows|zero|factor", "one entry of the 100,000 is twice what it should be")
def _(d, w):
    g = many_gradient(d, w)
    g[np.abs(g).argmax()] *= 2
    return g


PROBLEMS = (atoms, valley, smooth, many)

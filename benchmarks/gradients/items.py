"""Vectors of users, items and features."""

import numpy as np

from gradients.case import Problem, sigmoid


def table(r, *shape):
    return 0.7 * r.normal(size=shape)


factors = Problem(
    "matrix factorisation",
    lambda r: ({"R": r.normal(size=(5, 5)), "seen": r.random((5, 5)) < 0.6, "reg": 0.2},
               {"U": table(r, 5, 5), "V": table(r, 5, 5)}),
)  # fmt: skip


@factors.loss
def _(d, U, V):
    E = (U @ V.T - d.R) * d.seen
    return 0.5 * (E**2).sum() + 0.5 * d.reg * ((U**2).sum() + (V**2).sum())


@factors.right
def _(d, U, V):
    E = (U @ V.T - d.R) * d.seen
    return E @ V + d.reg * U, E.T @ U + d.reg * V


@factors.wrong({"V": "other"}, "E U for E' U")
def _(d, U, V):
    E = (U @ V.T - d.R) * d.seen
    return E @ V + d.reg * U, E @ U + d.reg * V


@factors.wrong({"U": "transposed"}, "V' E' for E V")
def _(d, U, V):
    E = (U @ V.T - d.R) * d.seen
    return V.T @ E.T + d.reg * U.T, E.T @ U + d.reg * V


@factors.wrong({"V": "missing term"}, "items have no penalty")
def _(d, U, V):
    E = (U @ V.T - d.R) * d.seen
    return E @ V + d.reg * U, E.T @ U


ranking = Problem(
    "Bayesian personalised ranking",
    lambda r: ({"u": np.array([0, 1, 2, 0]), "i": np.array([0, 1, 2, 1]), "j": np.array([3, 4, 3, 5])},
               {"U": table(r, 4, 3), "V": table(r, 7, 3)}),
)  # fmt: skip


@ranking.loss
def _(d, U, V):
    return np.logaddexp(0, -(U[d.u] * (V[d.i] - V[d.j])).sum(axis=1)).sum()


def ranking_gradient(d, U, V, sign=-1.0):
    e = sigmoid((U[d.u] * (V[d.i] - V[d.j])).sum(axis=1)) - 1
    dU, dV = np.zeros_like(U), np.zeros_like(V)
    np.add.at(dU, d.u, e[:, None] * (V[d.i] - V[d.j]))
    np.add.at(dV, d.i, e[:, None] * U[d.u])
    np.add.at(dV, d.j, sign * e[:, None] * U[d.u])
    return dU, dV


ranking.right(ranking_gradient)


@ranking.wrong({"V": "sign|some rows"}, "the item not liked is pushed the same way")
def _(d, U, V):
    return ranking_gradient(d, U, V, 1.0)


@ranking.wrong({"V": "some rows"}, "the item not liked stays where it is")
def _(d, U, V):
    return ranking_gradient(d, U, V, 0.0)


triplet = Problem(
    "triplet loss",
    lambda r: ({"t": np.array([[0, 1, 2], [3, 1, 4], [5, 0, 3], [2, 4, 6]]), "margin": 4.0}, {"E": table(r, 8, 3)}),
)


@triplet.loss
def _(d, E):
    a, p, n = E[d.t[:, 0]], E[d.t[:, 1]], E[d.t[:, 2]]
    return np.maximum(((a - p) ** 2).sum(axis=1) - ((a - n) ** 2).sum(axis=1) + d.margin, 0).sum()


def triplet_gradient(d, E, anchor=None):
    a, p, n = E[d.t[:, 0]], E[d.t[:, 1]], E[d.t[:, 2]]
    on = (((a - p) ** 2).sum(axis=1) - ((a - n) ** 2).sum(axis=1) + d.margin > 0)[:, None]
    dE = np.zeros_like(E)
    np.add.at(dE, d.t[:, 0], 2 * on * (n - p if anchor is None else anchor(a, p, n)))
    np.add.at(dE, d.t[:, 1], -2 * on * (a - p))
    np.add.at(dE, d.t[:, 2], 2 * on * (a - n))
    return dE


triplet.right(triplet_gradient)


@triplet.wrong("factor", "the 2 of the square is forgotten")
def _(d, E):
    return triplet_gradient(d, E) / 2


machine = Problem(
    "factorisation machine",
    lambda r: ({"X": r.normal(size=(9, 6)), "y": r.normal(size=9)}, {"w": table(r, 6), "V": table(r, 6, 2)}),
    sizes=("y",),
)


@machine.loss
def _(d, w, V):
    z = d.X @ w + 0.5 * ((d.X @ V) ** 2 - d.X**2 @ V**2).sum(axis=1)
    return 0.5 * ((z - d.y) ** 2).mean()


def machine_gradient(d, w, V, own=1.0):
    z = d.X @ w + 0.5 * ((d.X @ V) ** 2 - d.X**2 @ V**2).sum(axis=1)
    e = (z - d.y) / len(d.y)
    return d.X.T @ e, (d.X * e[:, None]).T @ (d.X @ V) - own * (d.X**2).T.dot(e)[:, None] * V


machine.right(machine_gradient)


@machine.wrong({"V": "missing term|other"}, "a feature's product with itself is left in")
def _(d, w, V):
    return machine_gradient(d, w, V, 0.0)


@machine.wrong({"w": "factor"}, "w's gradient is a sum, V's a mean")
def _(d, w, V):
    dw, dV = machine_gradient(d, w, V)
    return dw * len(d.y), dV


PROBLEMS = (factors, ranking, triplet, machine)

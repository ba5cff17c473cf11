"""Small networks."""

import numpy as np

from gradients.case import Problem, log_sum_exp, one_hot, softmax

perceptron = Problem(
    "network with relu",
    lambda r: ({"X": r.normal(size=(10, 4)), "y": r.integers(3, size=10)},
               {"W": r.normal(size=(4, 5)), "b": 0.3 * r.normal(size=5), "U": r.normal(size=(5, 3)),
                "c": 0.3 * r.normal(size=3)}),
    sizes=("y",),
)  # fmt: skip


@perceptron.loss
def _(d, W, b, U, c):
    z = np.maximum(d.X @ W + b, 0) @ U + c
    return -(z - log_sum_exp(z))[np.arange(len(d.y)), d.y].mean()


def perceptron_gradient(d, W, b, U, c, slope=lambda z: z > 0):
    z = d.X @ W + b
    H = np.maximum(z, 0)
    E = (softmax(H @ U + c) - one_hot(d.y, 3, W)) / len(d.y)
    dZ = (E @ U.T) * slope(z)
    return d.X.T @ dZ, dZ.sum(axis=0), H.T @ E, E.sum(axis=0)


perceptron.right(perceptron_gradient)


@perceptron.wrong({"W": "chain rule|other", "b": "chain rule|other"}, "the slope of relu is forgotten")
def _(d, *params):
    return perceptron_gradient(d, *params, slope=np.ones_like)


@perceptron.wrong({"b": "shape"}, "keepdims leaves a row")
def _(d, *params):
    dW, db, dU, dc = perceptron_gradient(d, *params)
    return dW, db[None], dU, dc


@perceptron.wrong({"c": "zero"}, "the output's bias is not filled in")
def _(d, W, b, U, c):
    return *perceptron_gradient(d, W, b, U, c)[:3], np.zeros_like(c)


@perceptron.wrong("count", "the output's bias is not returned")
def _(d, *params):
    return perceptron_gradient(d, *params)[:3]


autorec = Problem(
    "AutoRec",
    lambda r: ({"S": r.choice([-1.0, 1.0], (5, 5)), "reg": 0.1},
               {"V": r.normal(size=(3, 5)), "mu": 0.2 * r.normal(size=3), "U": r.normal(size=(5, 3)),
                "b": 0.2 * r.normal(size=5)}),
    sizes=("S",),
)  # fmt: skip


@autorec.loss
def _(d, V, mu, U, b):
    O = np.tanh(d.S @ V.T + mu) @ U.T + b
    return 0.5 * ((O - d.S) ** 2).sum() / len(d.S) + 0.5 * d.reg * ((V**2).sum() + (U**2).sum())


def autorec_gradient(d, V, mu, U, b, slope=lambda H: 1 - H**2):
    H = np.tanh(d.S @ V.T + mu)
    E = (H @ U.T + b - d.S) / len(d.S)
    dZ = (E @ U) * slope(H)
    return dZ.T @ d.S + d.reg * V, dZ.sum(axis=0), E.T @ H + d.reg * U, E.sum(axis=0)


autorec.right(autorec_gradient)


@autorec.wrong({"b": "reduction"}, "errors are summed over the words, not the posts")
def _(d, V, mu, U, b):
    E = (np.tanh(d.S @ V.T + mu) @ U.T + b - d.S) / len(d.S)
    return *autorec_gradient(d, V, mu, U, b)[:3], E.sum(axis=1)


@autorec.wrong({"U": "missing term"}, "U has no penalty")
def _(d, V, mu, U, b):
    dV, dmu, dU, db = autorec_gradient(d, V, mu, U, b)
    return dV, dmu, dU - d.reg * U, db


@autorec.wrong({"V": "other", "mu": "other"}, "1 - H for 1 - H**2")
def _(d, *params):
    return autorec_gradient(d, *params, slope=lambda H: 1 - H)


dropout = Problem(
    "dropout with a fixed mask",
    lambda r: ({"X": r.normal(size=(6, 4)), "mask": (r.random((6, 5)) < 0.6) / 0.6, "t": r.normal(size=6)},
               {"W": r.normal(size=(4, 5)), "u": r.normal(size=5)}),
)  # fmt: skip


@dropout.loss
def _(d, W, u):
    return 0.5 * (((np.tanh(d.X @ W) * d.mask) @ u - d.t) ** 2).sum()


def dropout_gradient(d, W, u, mask=None):
    mask = d.mask if mask is None else mask
    A = np.tanh(d.X @ W)
    e = (A * d.mask) @ u - d.t
    return d.X.T @ (np.outer(e, u) * mask * (1 - A**2)), (A * d.mask).T @ e


dropout.right(dropout_gradient)


@dropout.wrong({"W": "factor"}, "the mask comes back without 1 / (1 - p)")
def _(d, W, u):
    return dropout_gradient(d, W, u, (d.mask > 0).astype(W.dtype))


@dropout.wrong("state", "the way back draws its own mask")
def _(d, W, u):
    rng = d.__dict__.setdefault("rng", np.random.default_rng(0))
    return dropout_gradient(d, W, u, ((rng.random(d.mask.shape) < 0.6) / 0.6).astype(W.dtype))


residual = Problem(
    "residual block",
    lambda r: ({"t": r.normal(size=(5, 4))}, {"x": r.normal(size=(5, 4)), "W": 0.6 * r.normal(size=(4, 4))}),
)


@residual.loss
def _(d, x, W):
    return 0.5 * ((x + np.tanh(x @ W) - d.t) ** 2).sum()


def residual_gradient(d, x, W, skip=1.0):
    H = np.tanh(x @ W)
    E = x + H - d.t
    dZ = E * (1 - H**2)
    return skip * E + dZ @ W.T, x.T @ dZ


residual.right(residual_gradient)


@residual.wrong({"x": "other"}, "W for W'")
def _(d, x, W):
    H = np.tanh(x @ W)
    E = x + H - d.t
    dZ = E * (1 - H**2)
    return E + dZ @ W, x.T @ dZ


@residual.wrong({"W": "other"}, "sums are kept in a buffer of half precision")
def _(d, x, W):
    dx, dW = residual_gradient(d, x, W)
    return dx, dW.astype(np.float16).astype(W.dtype)


PROBLEMS = (perceptron, autorec, dropout, residual)

"""Layers and small networks."""

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


convolution = Problem(
    "convolution with stride 2",
    lambda r: ({"T": r.normal(size=(4, 4))}, {"x": r.normal(size=(9, 9)), "K": r.normal(size=(3, 3)), "b": 0.2}),
)


def strided(i, j, n=4):
    return slice(i, i + 2 * n - 1, 2), slice(j, j + 2 * n - 1, 2)


@convolution.loss
def _(d, x, K, b):
    z = b + sum(K[i, j] * x[strided(i, j)] for i in range(3) for j in range(3))
    return 0.5 * ((np.tanh(z) - d.T) ** 2).sum()


def convolution_gradient(d, x, K, b, place=strided, slope=lambda o: 1 - o**2):
    o = np.tanh(b + sum(K[i, j] * x[strided(i, j)] for i in range(3) for j in range(3)))
    dz, dx, dK = (o - d.T) * slope(o), np.zeros_like(x), np.zeros_like(K)
    for i in range(3):
        for j in range(3):
            dx[place(i, j)] += K[i, j] * dz
            dK[i, j] = (dz * x[strided(i, j)]).sum()
    return dx, dK, dz.sum()


convolution.right(convolution_gradient)


@convolution.wrong({"K": "shifted|other"}, "the kernel's gradient is flipped")
def _(d, x, K, b):
    dx, dK, db = convolution_gradient(d, x, K, b)
    return dx, dK[::-1, ::-1], db


@convolution.wrong({"x": "reduction|other"}, "the stride is forgotten on the way back")
def _(d, x, K, b):
    return convolution_gradient(d, x, K, b, lambda i, j: (slice(i, i + 4), slice(j, j + 4)))


@convolution.wrong({"K": "some rows|zero|other"}, "a loop that ends one too early")
def _(d, x, K, b):
    dx, dK, db = convolution_gradient(d, x, K, b)
    dK[2] = 0
    return dx, dK, db


batch_norm = Problem(
    "batch norm",
    lambda r: ({"T": r.normal(size=(8, 3)), "eps": 0.05},
               {"x": r.normal(size=(8, 3)) * [0.5, 1.0, 2.0], "g": r.uniform(0.5, 2, 3), "b": r.normal(size=3)}),
)  # fmt: skip


@batch_norm.loss
def _(d, x, g, b):
    c = x - x.mean(axis=0)
    return ((g * c / np.sqrt((c**2).mean(axis=0) + d.eps) + b - d.T) ** 2).sum()


def batch_norm_gradient(d, x, g, b, through=True, root=None):
    c = x - x.mean(axis=0)
    s = np.sqrt((c**2).mean(axis=0) + d.eps) if root is None else root((c**2).mean(axis=0))
    n = c / s
    E = 2 * (g * n + b - d.T)
    dn = E * g
    dx = (dn - dn.mean(axis=0) - n * (dn * n).mean(axis=0)) / s if through else dn / s
    return dx, (E * n).sum(axis=0), E.sum(axis=0)


batch_norm.right(batch_norm_gradient)


@batch_norm.wrong({"x": "other"}, "mean and deviation are taken as constant")
def _(d, x, g, b):
    return batch_norm_gradient(d, x, g, b, through=False)


@batch_norm.wrong({"x": "other", "g": "other", "b": "other"}, "eps is added outside of the root")
def _(d, x, g, b):
    return batch_norm_gradient(d, x, g, b, root=lambda v: np.sqrt(v) + d.eps)


layer_norm = Problem(
    "layer norm",
    lambda r: ({"T": r.normal(size=(5, 6)), "eps": 1e-3}, {"x": r.normal(size=(5, 6)), "g": r.uniform(0.5, 2, 6)}),
)


@layer_norm.loss
def _(d, x, g):
    c = x - x.mean(axis=1, keepdims=True)
    return 0.5 * ((g * c / np.sqrt((c**2).mean(axis=1, keepdims=True) + d.eps) - d.T) ** 2).sum()


def layer_norm_gradient(d, x, g, centre=1.0, axis=0):
    c = x - x.mean(axis=1, keepdims=True)
    s = np.sqrt((c**2).mean(axis=1, keepdims=True) + d.eps)
    n = c / s
    E = g * n - d.T
    dn = E * g
    dx = (dn - centre * dn.mean(axis=1, keepdims=True) - n * (dn * n).mean(axis=1, keepdims=True)) / s
    return dx, (E * n).sum(axis=axis)


layer_norm.right(layer_norm_gradient)


@layer_norm.wrong({"x": "missing term"}, "the way through the mean is forgotten")
def _(d, x, g):
    return layer_norm_gradient(d, x, g, centre=0.0)


@layer_norm.wrong({"g": "shape"}, "the gain's errors are summed over the features")
def _(d, x, g):
    return layer_norm_gradient(d, x, g, axis=1)


attention = Problem(
    "attention",
    lambda r: ({"T": r.normal(size=(5, 4))}, {name: r.normal(size=(5, 4)) for name in ("Q", "K", "V")}),
)


@attention.loss
def _(d, Q, K, V):
    return 0.5 * ((softmax(Q @ K.T / 2) @ V - d.T) ** 2).sum()


def attention_gradient(d, Q, K, V, scale=0.5, all_of_softmax=True):
    P = softmax(Q @ K.T / 2)
    E = P @ V - d.T
    dP = E @ V.T
    dZ = P * (dP - (dP * P).sum(axis=1, keepdims=True)) if all_of_softmax else P * (1 - P) * dP
    return scale * dZ @ K, scale * dZ.T @ Q, P.T @ E


attention.right(attention_gradient)


@attention.wrong({"Q": "factor", "K": "factor"}, "the scale 1/sqrt(d) is forgotten")
def _(d, Q, K, V):
    return attention_gradient(d, Q, K, V, scale=1.0)


@attention.wrong({"Q": "other", "K": "other"}, "only the diagonal of the softmax's Jacobian")
def _(d, Q, K, V):
    return attention_gradient(d, Q, K, V, all_of_softmax=False)


@attention.wrong({"Q": "swapped", "K": "swapped"}, "Q and K in the wrong order")
def _(d, Q, K, V):
    dQ, dK, dV = attention_gradient(d, Q, K, V)
    return dK, dQ, dV


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


pooling = Problem(
    "max pooling", lambda r: ({"T": r.normal(size=(3, 3))}, {"x": r.permutation(36).reshape(6, 6) / 7 - 2})
)


def windows(x):
    """The 2 by 2 windows of 6 by 6, as 3 by 3 by 4."""
    return x.reshape(3, 2, 3, 2).transpose(0, 2, 1, 3).reshape(3, 3, 4)


@pooling.loss
def _(d, x):
    return 0.5 * ((windows(x).max(axis=2) - d.T) ** 2).sum()


def unwindowed(w):
    return w.reshape(3, 3, 2, 2).transpose(0, 2, 1, 3).reshape(6, 6)


@pooling.right
def _(d, x):
    w = windows(x)
    top = w.max(axis=2, keepdims=True)
    return unwindowed((w == top) * (top - d.T[:, :, None]))


@pooling.wrong("reduction|other", "spread over the window, as in mean pooling")
def _(d, x):
    e = windows(x).max(axis=2, keepdims=True) - d.T[:, :, None]
    return unwindowed(np.repeat(e / 4, 4, axis=2))


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


PROBLEMS = (
    *(perceptron, autorec, convolution, batch_norm, layer_norm, attention, dropout, pooling, residual),
)  # fmt: skip

"""Layers alone."""

import numpy as np

from gradients.case import Problem, softmax

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


@batch_norm.wrong({"x": "other", "g": "other"}, "eps is added outside of the root")
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


PROBLEMS = (convolution, batch_norm, layer_norm, attention, pooling)

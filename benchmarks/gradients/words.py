"""Vectors of words and of pairs of views."""

import numpy as np

from gradients.case import Problem, log_sum_exp, sigmoid, softmax


def table(r, *shape):
    return 0.7 * r.normal(size=shape)


skip_gram = Problem(
    "skip-gram with negatives",
    lambda r: (
        {"i": np.array([0, 1, 4, 0, 2]), "j": np.array([1, 2, 3, 5, 1]), "l": r.integers(6, size=(5, 3))},
        {"W": table(r, 6, 4), "C": table(r, 6, 4)},
    ),
)


@skip_gram.loss
def _(d, W, C):
    near = (W[d.i] * C[d.j]).sum(axis=1)
    far = (W[d.i][:, None] * C[d.l]).sum(axis=2)
    return np.logaddexp(0, -near).sum() + np.logaddexp(0, far).sum()


def skip_gram_errors(d, W, C):
    near = (W[d.i] * C[d.j]).sum(axis=1)
    far = (W[d.i][:, None] * C[d.l]).sum(axis=2)
    return sigmoid(near) - 1, sigmoid(far)


@skip_gram.right
def _(d, W, C):
    e, f = skip_gram_errors(d, W, C)
    dW, dC = np.zeros_like(W), np.zeros_like(C)
    np.add.at(dW, d.i, e[:, None] * C[d.j] + (f[:, :, None] * C[d.l]).sum(axis=1))
    np.add.at(dC, d.j, e[:, None] * W[d.i])
    np.add.at(dC, d.l, f[:, :, None] * W[d.i][:, None])
    return dW, dC


@skip_gram.wrong({"W": "some rows|other", "C": "some rows|other"}, "+= with indices that occur more than once")
def _(d, W, C):
    e, f = skip_gram_errors(d, W, C)
    dW, dC = np.zeros_like(W), np.zeros_like(C)
    dW[d.i] += e[:, None] * C[d.j] + (f[:, :, None] * C[d.l]).sum(axis=1)
    dC[d.j] += e[:, None] * W[d.i]
    dC[d.l] += f[:, :, None] * W[d.i][:, None]
    return dW, dC


@skip_gram.wrong({"C": "missing term|some rows|other"}, "negatives do not move")
def _(d, W, C):
    e, f = skip_gram_errors(d, W, C)
    dW, dC = np.zeros_like(W), np.zeros_like(C)
    np.add.at(dW, d.i, e[:, None] * C[d.j] + (f[:, :, None] * C[d.l]).sum(axis=1))
    np.add.at(dC, d.j, e[:, None] * W[d.i])
    return dW, dC


@skip_gram.wrong({"W": "swapped", "C": "swapped"}, "returned in the other order")
def _(d, W, C):
    return skip_gram.gradient(d, W, C)[::-1]


@skip_gram.wrong("state", "the buffers are not emptied between calls")
def _(d, W, C):
    kept = d.__dict__.setdefault("kept", [np.zeros_like(W), np.zeros_like(C)])
    for total, part in zip(kept, skip_gram.gradient(d, W, C)):
        total += part
    return tuple(kept)


bag = Problem(
    "mean of a bag of words, with repeated words",
    lambda r: (
        {"words": np.array([[0, 3, 3, 5], [1, 1, 1, 2], [6, 0, 5, 3]]), "y": np.array([0, 2, 1])},
        {"E": table(r, 8, 3), "U": table(r, 3, 3)},
    ),
)


@bag.loss
def _(d, E, U):
    z = E[d.words].mean(axis=1) @ U
    return -(z - log_sum_exp(z))[np.arange(len(d.y)), d.y].sum()


def bag_errors(d, E, U):
    P = softmax(E[d.words].mean(axis=1) @ U)
    P[np.arange(len(d.y)), d.y] -= 1
    return P


@bag.right
def _(d, E, U):
    P, dE = bag_errors(d, E, U), np.zeros_like(E)
    np.add.at(dE, d.words, (P @ U.T)[:, None] / d.words.shape[1])
    return dE, E[d.words].mean(axis=1).T @ P


@bag.wrong({"E": "factor"}, "the mean's 1/4 is forgotten")
def _(d, E, U):
    P, dE = bag_errors(d, E, U), np.zeros_like(E)
    np.add.at(dE, d.words, (P @ U.T)[:, None])
    return dE, E[d.words].mean(axis=1).T @ P


@bag.wrong({"E": "some rows|other"}, "a repeated word is counted once")
def _(d, E, U):
    P, dE = bag_errors(d, E, U), np.zeros_like(E)
    for words, row in zip(d.words, P @ U.T / d.words.shape[1]):
        dE[words] += row
    return dE, E[d.words].mean(axis=1).T @ P


@bag.wrong({"E": "shifted"}, "ids count from 1 in the gradient")
def _(d, E, U):
    P, dE = bag_errors(d, E, U), np.zeros_like(E)
    np.add.at(dE, d.words + 1, (P @ U.T)[:, None] / d.words.shape[1])
    return dE, E[d.words].mean(axis=1).T @ P


cosine = Problem(
    "cosine similarity", lambda r: ({}, {"a": r.normal(size=6), "b": r.normal(size=6) + 0.5})
)  # fmt: skip


@cosine.loss
def _(d, a, b):
    return 1 - a @ b / np.sqrt((a @ a) * (b @ b))


@cosine.right
def _(d, a, b):
    A, B, s = np.sqrt(a @ a), np.sqrt(b @ b), a @ b / np.sqrt((a @ a) * (b @ b))
    return (s * a / A - b / B) / A, (s * b / B - a / A) / B


@cosine.wrong({"a": "missing term", "b": "missing term"}, "lengths are taken as constant")
def _(d, a, b):
    AB = np.sqrt((a @ a) * (b @ b))
    return -b / AB, -a / AB


@cosine.wrong({"a": "in place", "b": "in place"}, "both are normalised in place")
def _(d, a, b):
    A, B = np.sqrt(a @ a), np.sqrt(b @ b)
    a /= A
    b /= B
    s = a @ b
    return (s * a - b) / A, (s * b - a) / B


contrast = Problem(
    "InfoNCE", lambda r: ({"tau": 0.4}, {"A": table(r, 5, 4), "B": table(r, 5, 4)})
)  # fmt: skip


@contrast.loss
def _(d, A, B):
    Z = A @ B.T / d.tau
    return (log_sum_exp(Z)[:, 0] - (A * B).sum(axis=1) / d.tau).mean()


@contrast.right
def _(d, A, B):
    E = (softmax(A @ B.T / d.tau) - np.eye(len(A), dtype=A.dtype)) / len(A) / d.tau
    return E @ B, E.T @ A


@contrast.wrong({"A": "factor", "B": "factor"}, "the temperature is forgotten")
def _(d, A, B):
    E = (softmax(A @ B.T / d.tau) - np.eye(len(A), dtype=A.dtype)) / len(A)
    return E @ B, E.T @ A


@contrast.wrong({"B": "zero"}, "B is taken for a constant")
def _(d, A, B):
    E = (softmax(A @ B.T / d.tau) - np.eye(len(A), dtype=A.dtype)) / len(A) / d.tau
    return E @ B, np.zeros_like(B)


PROBLEMS = (skip_gram, bag, cosine, contrast)

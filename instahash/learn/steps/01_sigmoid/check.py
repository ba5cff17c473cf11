"""The sigmoid against one computed number by number."""

import math

import numpy as np

from instahash.learn.compare import case, no_overflow, same, unchanged


def s(x):
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def check(answer):
    rng = np.random.default_rng(1)
    arrays = [np.array([0.0, 2.0, -2.0]), 3 * rng.standard_normal((2, 3, 4)), np.zeros((0, 2))]
    for x in arrays:
        with case(f"x = {x}" if x.ndim == 1 else f"an x of shape {x.shape}"), unchanged(x=x):
            mistaken = {
                "sign: it is s(-x)": each(lambda v: s(-v), x),
                "sign: it is right for positive x, but for negative x it is s(-x)": each(lambda v: s(abs(v)), x),
            }
            same(answer.sigmoid(x), each(s, x), "s", mistaken=mistaken)
    x = np.array([1000.0, -1000.0, 40.0, -40.0, -700.0, 700.0])
    with case(f"x = {x}"), no_overflow(), unchanged(x=x):
        same(answer.sigmoid(x), each(s, x), "s")


def each(function, x):
    return np.array([function(v) for v in x.ravel()]).reshape(x.shape)

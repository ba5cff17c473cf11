"""The gradient of a pair's loss beside the example, then beside differences of the reference's loss."""

import numpy as np

from instahash.learn.compare import case, no_overflow, same, unchanged
from instahash.testing import check_gradient
from instahash.word2vec.reference import log_sigmoid


def loss(w, c):
    return -log_sigmoid(w @ c)


def check(answer):
    w, c = np.array([np.log(3), 1.0]), np.array([1.0, 0.0])
    with case("w = (log 3, 1), c = (1, 0)"):
        with unchanged(w=w, c=c):
            found = answer.pair_gradient(w, c)
        same(found, (-c / 4, -w / 4), ("dw", "dc"), mistaken=mistaken(w, c, 3 / 4))
    rng = np.random.default_rng(3)
    for dim in (1, 3, 20):
        with case(f"vectors of {dim} numbers" if dim > 1 else "vectors of one number"):
            check_gradient(loss, answer.pair_gradient, *rng.normal(size=(2, dim)), names=["w", "c"])
    for x, error in ((-1000.0, -1.0), (1000.0, 0.0)):
        w = np.array([x, 5.0])
        with case(f"w = ({x:g}, 5), c = (1, 0), so x = {x:g} and s(x) = {1 + error:g}"), no_overflow():
            same(answer.pair_gradient(w, c), (error * c, error * w), ("dw", "dc"))


def mistaken(w, c, s):
    return {
        "swapped: dw is what dc should be, and dc what dw should be": (-w / 4, -c / 4),
        "sign: these are minus the derivatives; the error is negative where the score is too low": (c / 4, w / 4),
        "missing term: your error is s(x); it should be 0 where s(x) is 1": (s * c, s * w),
        "sign: your error is -s(x); it should be 0 where s(x) is 1": (-s * c, -s * w),
        "chain rule: your error is -1 / s(x), how -log s changes with s; but s changes with x": (-c / s, -w / s),
        "chain rule: s (1 - s) is the derivative of s(x), but the loss has a logarithm as well": (
            s * (1 - s) * c,
            s * (1 - s) * w,
        ),
        "chain rule: the error is -s (1 - s) here, without a factor: the derivative of log s by s is 1/s, not 1": (
            -s * (1 - s) * c,
            -s * (1 - s) * w,
        ),
        "chain rule: the factor s (1 - s) is there once too often; it has cancelled already": (
            -((1 - s) ** 2) * s * c,
            -((1 - s) ** 2) * s * w,
        ),
    }

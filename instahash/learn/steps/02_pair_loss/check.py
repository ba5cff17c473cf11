"""The loss of a pair beside the reference's."""

import numpy as np

from instahash.learn.compare import case, no_overflow, same, unchanged
from instahash.word2vec.reference import log_sigmoid


def check(answer):
    with case("w = (log 3, 1), c = (1, 0)"):
        look(answer, np.array([np.log(3), 1.0]), np.array([1.0, 0.0]))
    rng = np.random.default_rng(2)
    for dim in (1, 3, 50):
        with case(f"vectors of {dim} numbers" if dim > 1 else "vectors of one number"):
            look(answer, *rng.normal(size=(2, dim)))
    for x in (-1000.0, 1000.0):
        with case(f"w = ({x:g}, 5), c = (1, 0), so x = {x:g}"), no_overflow():
            look(answer, np.array([x, 5.0]), np.array([1.0, 0.0]))


def look(answer, w, c):
    with unchanged(w=w, c=c):
        found = answer.pair_loss(w, c)
    x = float(w @ c)
    right = -log_sigmoid(x)
    mistaken = {
        "sign: it is log s(x), which is never above 0; a loss is never below": -right,
        "sign: it is -log s(-x), which is large where the model is right": -log_sigmoid(-x),
        "sign: it is log s(-x)": log_sigmoid(-x),
        "sum: a loss is made of each product w[d] c[d]; add the products up first": -log_sigmoid(w * c).sum(),
        "it is log(exp(1) + exp(-x)); 1 is exp of another number": np.logaddexp(1, -x),
        "it is s(x), the probability; the loss is minus its logarithm": np.exp(-right),
        "it is the score x": x,
        "factor: the logarithm is to the base 10; np.log is the one that is wanted": right / np.log(10),
        "factor: the logarithm is to the base 2; np.log is the one that is wanted": right / np.log(2),
    }
    same(found, right, "the loss", mistaken=mistaken)

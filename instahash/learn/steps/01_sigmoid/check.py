"""The sigmoid beside one that is computed number by number."""

import math

import numpy as np

from instahash.learn.compare import case, no_overflow, same, unchanged


def check(answer):
    rng = np.random.default_rng(1)
    with case("x = (0, log 3, -log 3)"):
        look(answer, np.array([0.0, math.log(3), -math.log(3)]))
    for shape in ((2, 3), (4, 1, 2), (0,)):
        with case(f"an x of shape {shape}"):
            look(answer, rng.normal(0, 3, shape))
    with case("x = (1000, -1000), of which exp may only see the negative one; np.where computes both of its sides"):
        with no_overflow():
            look(answer, np.array([1000.0, -1000.0]))
    with case("x = (40, -40, 700, -700)"), no_overflow():
        look(answer, np.array([40.0, -40.0, 700.0, -700.0]))


def look(answer, x):
    with unchanged(x=x):
        found = answer.sigmoid(x)
    mistaken = {
        "sign: it is s(-x)": each(s, -x),
        "sign: it is right where x is positive, but where x is negative it is s(-x)": each(s, abs(x)),
        "brackets: it is 1 + exp(-x); all of that should stand below the line": 1 + exp(-x),
        "brackets: a / 1 + e is (a / 1) + e; write a / (1 + e)": each(
            lambda x: (1 if x >= 0 else math.exp(x)) + math.exp(-abs(x)), x
        ),
        "brackets: it is 2 exp(x); 1 + exp(x) should stand below the line": 2 * exp(x),
    }
    same(found, each(s, x), "s", mistaken=mistaken)


def each(function, x):
    return np.array([function(number) for number in x.ravel()]).reshape(x.shape)


def exp(x):
    return np.exp(np.clip(x, -700, 700))


def s(x):
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))

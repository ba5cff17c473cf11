"""Loss and derivative beside those of `instahash.autorec.reference`."""

import numpy as np

from instahash.autorec import reference
from instahash.learn.compare import Wrong, case, same, unchanged


def check(answer):
    with case("the example of the text"):
        look(answer, np.array([1.0, 2.0, 0.5]), np.array([2.0, 1.5, 0.0]), 0.2)
    rng = np.random.default_rng(20)
    x = rng.permutation([2.0] * 4 + [1.75, 1.5, 1.25, 1.0] + [0.0] * 12)
    for absent in (0.3, 1.0, 0.0):
        with case(f"{len(x)} words and absent = {absent}"):
            look(answer, rng.normal(size=len(x)), x, absent)
    with case("yes to everything, o = 2, and absent = 0"):
        look(answer, np.full(20, 2.0), np.where(x > 1.9, x, 0), 0.0)
    with case("a post without words, x = 0, and absent = 0.3"):
        look(answer, rng.normal(size=6), np.zeros(6), 0.3)


def look(answer, o, x, absent):
    with unchanged(o=o, x=x):
        found = answer.weighted(o, x, absent)
    if not isinstance(found, (tuple, list)) or len(found) != 2:
        raise Wrong("two things are wanted: J, a number, and do, an array")
    w, e = np.where(x > 0, 1.0, absent), o - x
    # One post, one unit that is silent, and o as the bias: what is left of the reference is the weighted loss.
    zero = np.zeros((1, len(x)))
    J, *_, do = reference.loss_and_gradients(zero, np.zeros(1), zero.T, o, x[None], x[None], w=w)

    def loss(w, e):
        return (w * e**2).sum() / 2

    bag = np.where(x > 1.9, 1.0, absent)
    turned = np.where(x > 0, absent, 1.0)
    same(
        found[0],
        J,
        "J",
        mistaken={
            "the weights are the other way round: 1 is for rated words, `absent` for absent ones": loss(turned, e),
            "the words of the expansion count as absent here; they are rated as well: x is 1 to 2 there": loss(bag, e),
            "the weight is squared: it belongs before e^2, not into it": loss(w**2, e),
            "the absent words have no weight at all here, so their errors count like others": loss(1.0, e),
            "the absent words are left out; they count, with the weight `absent`": loss(x > 0, e),
            "the 1/2 is missing": 2 * J,
            "the mean is taken; J has the sum": J / len(x),
            "the sum is divided by the sum of the weights; J has the sum": J / max(w.sum(), 1e-9),
        },
    )
    same(
        found[1],
        do,
        "do",
        mistaken={
            "do has no weights: each w_j stands before its e_j^2, and so stays when you differentiate": e,
            "do is w_j e_j^2; the derivative of 1/2 w e^2 by o has e, not e^2": w * e**2,
            "the weight is squared in do": w**2 * e,
            "do has the sign of x - o; the error is o - x": -do,
        },
    )

"""Codes and outputs beside those of `instahash.autorec.reference`."""

import numpy as np

from instahash.autorec import reference
from instahash.learn.compare import Wrong, case, same, unchanged

HAND = np.array([[1.0, -1.0, 2.0]]), np.array([np.log(3)]), np.array([[-4.0], [-2.0], [2.0]]), np.array([2.0, 3.0, 0.0])


def check(answer):
    with case("the example of the text"):
        look(answer, HAND, np.array([2.0, 2.0, 0.0]))
    rng = np.random.default_rng(17)
    for n_hidden, n_words in ((2, 5), (4, 3), (6, 40)):
        parameters = [rng.normal(size=shape) for shape in ((n_hidden, n_words), n_hidden, (n_words, n_hidden), n_words)]
        with case(f"{n_hidden} hidden units and {n_words} words"):
            look(answer, parameters, rng.choice([0.0, 0.0, 0.5, 2.0], n_words))
        with case("a post without words, x = 0"):
            look(answer, parameters, np.zeros(n_words))


def look(answer, parameters, x):
    V, mu, U, b = parameters
    with unchanged(V=V, mu=mu, U=U, b=b, x=x):
        found = answer.forward(V, mu, U, b, x)
    if not isinstance(found, (tuple, list)) or len(found) != 2:
        raise Wrong("two arrays are wanted, the codes and the outputs: return h, o")
    H, O = reference.forward(V, mu, U, b, x[None])
    h, z = H[0], V @ x + mu
    inside = reference.forward(V, mu - 1 / 2, U, b, x[None])[0][0] + 1 / 2
    if len(h) != len(x) and [np.shape(a) for a in found] == [x.shape, h.shape]:
        raise Wrong("swapped: h comes first, then o")
    same(
        found[0],
        h,
        "h",
        mistaken={
            "h still has the 1/2: it is sigmoid(z), and should be sigmoid(z) - 1/2": h + 1 / 2,
            "1 is added to x here, but x is r + 1 already": reference.forward(V, mu, U, b, x[None] + 1)[0][0],
            "mu is forgotten: z is V x + mu": reference.forward(V, 0 * mu, U, b, x[None])[0][0],
            "h is z here: the sigmoid is missing": z,
            "the 1/2 is taken off inside the sigmoid; take it off what the sigmoid gives": inside,
        },
    )
    same(
        found[1],
        O[0],
        "o",
        mistaken={
            "b is forgotten: o is U h + b": U @ h,
            "the 1/2 is taken off h, but o was made before that": U @ (h + 1 / 2) + b,
            "o goes through a sigmoid here; outputs stay as they are, U h + b": 1 / (1 + np.exp(-O[0])),
            "o goes through a sigmoid less 1/2 here; outputs stay as they are": 1 / (1 + np.exp(-O[0])) - 1 / 2,
            "b should be added to U h once": O[0] + b,
        },
    )
